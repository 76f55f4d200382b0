/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file os_error.h
 * What went wrong between carpd and the kernel: a kind to act upon and one
 * line for the operator that says what was attempted, what the system
 * answered and what to do.
 */
#ifndef CARPD_OS_ERROR_H
#define CARPD_OS_ERROR_H

#include <stdbool.h>

#include <glib.h>

/** Kinds, by what the caller can do about them. */
enum os_fault {
    OS_OK = 0,
    OS_NO_PERMISSION, /**< capabilities are missing: give up, nothing helps */
    OS_NO_INTERFACE,  /**< not there (any more): wait for it to come back */
    OS_NO_MACVLAN,    /**< the device or kernel allows none: vmac = off */
    OS_ADDRESS_TAKEN, /**< a virtual address is already on this host, put
                           there by somebody else */
    OS_NO_SOURCE,     /**< no address of that family to send from */
    OS_LINK_DOWN,     /**< the interface or its link is down */
    OS_SYSTEM         /**< anything else: text and code say what */
};

#define OS_ERROR_TEXT 320

struct os_error {
    enum os_fault fault;
    int code; /**< errno; 0 where none fits */
    char text[OS_ERROR_TEXT];
};

/** Fill @p error (NULL: nothing happens). @p format makes the line; it says
 * what, where, why and what to do and has no newline. Always returns false,
 * so that a function can end in it. */
bool os_error_set(struct os_error *error, enum os_fault fault, int code,
                  const char *format, ...) G_GNUC_PRINTF(4, 5);

/** The fault that @p code (an errno) means where nothing better is known. */
enum os_fault os_fault_of(int code);

#endif
