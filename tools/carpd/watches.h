/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file watches.h
 * What vhids track: interfaces, scripts and files that demote them.
 */
#ifndef CARPD_WATCHES_H
#define CARPD_WATCHES_H

#include <carp/time.h>

/** Between two looks at a file. */
#define WATCHES_FILE_EVERY (1 * CARP_SEC)
/** Reading one that takes longer is told. */
#define WATCHES_FILE_HUNG (5 * CARP_SEC)

struct daemon;
struct instance;
struct watches;

struct watches *watches_new(struct daemon *daemon);
/** NULL is allowed. */
void watches_free(struct watches *watches);
/** Track what the instance's configuration says, and nothing else any more.
 * What goes on being tracked keeps its verdict. */
void watches_set(struct watches *watches, struct instance *instance);
/** The instance goes. */
void watches_drop(struct watches *watches, const struct instance *instance);
void watches_tick(struct watches *watches, carp_time now);
carp_time watches_deadline(const struct watches *watches);

/** The amount that a tracked file's text asks for: its first number, from 0
 * to 254, or @p amount when it holds none. */
unsigned char watches_file_amount(const char *text, unsigned char amount);

#endif
