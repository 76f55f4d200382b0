/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file wire.h
 * One interface and the vhids on it: frames are handed to the vhid that they
 * name.
 */
#ifndef CARPD_WIRE_H
#define CARPD_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon.h"
#include "os_error.h"
#include "port.h"

struct instance;

struct wire {
    struct daemon *daemon;
    char name[KERNEL_NAME];
    uint16_t segment; /**< the observer's number for it */
    struct port *port;
    struct instance *vhids[256];
    unsigned int count; /**< of vhids */
};

/**
 * The wire of an interface, made when it is the first to ask.
 * @param may_wait an interface that is not there or down is waited for
 * @return NULL and @p error: no such interface, no permission
 */
struct wire *wire_get(struct daemon *daemon, const char *name, bool may_wait,
                      struct os_error *error);
/** A vhid joins or leaves; the port then hears what is wanted.
 * @return false and @p error: it has not joined */
bool wire_join(struct wire *wire, struct instance *instance,
               struct os_error *error);
void wire_leave(struct wire *wire, struct instance *instance);
/** The vhid's addresses have changed. */
void wire_update(struct wire *wire);
/** Close the wires that have no vhid (any more). */
void wire_sweep(struct daemon *daemon);
void wire_free(struct wire *wire);

#endif
