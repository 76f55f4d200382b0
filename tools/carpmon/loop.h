/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file loop.h
 * One thread for capture and outputs: GLib's default main context is polled
 * together with the descriptors of the capture. What listens (a page, a
 * hook's child, a terminal) adds its sources to that context as in any GLib
 * program. A source must never block and must bound what it does in one
 * dispatch: frames wait in the kernel's buffer meanwhile.
 */
#ifndef CARPMON_LOOP_H
#define CARPMON_LOOP_H

#include <glib.h>

struct mon_loop;

struct mon_loop *mon_loop_new(void);
void mon_loop_free(struct mon_loop *loop);

/** Also wake for input at @p fd, in the next mon_loop_wait() only. */
void mon_loop_watch(struct mon_loop *loop, int fd);

/**
 * Wait for input, for a source of GLib's or for a signal, at most
 * @p milliseconds; dispatch the sources that are ready. 0 looks without
 * waiting.
 */
void mon_loop_wait(struct mon_loop *loop, int milliseconds);

#endif
