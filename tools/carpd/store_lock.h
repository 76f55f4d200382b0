/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file store_lock.h
 * One carpd has a state directory: the lock of the file carpd.lock, which goes
 * with its process.
 */
#ifndef CARPD_STORE_LOCK_H
#define CARPD_STORE_LOCK_H

#include "os_error.h"

/** @return the descriptor that holds it, to be closed; -1 and @p error: another
 *  carpd has it, whose pid is told, or no file can be had there. A carpd that
 *  was killed has none, even while the kernel keeps its process (process.h). */
int store_lock(const char *directory, struct os_error *error);

#endif
