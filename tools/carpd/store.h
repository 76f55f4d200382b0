/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file store.h
 * The state directory: a lock that keeps a second carpd out, and a file with
 * what must survive a restart: how far own counters may have come, and which
 * counters were seen.
 *
 * The file is replaced as a whole, seldom, by a thread, so that a slow disk
 * never holds up an advert.
 */
#ifndef CARPD_STORE_H
#define CARPD_STORE_H

#include <stdbool.h>

#include <carp/replay.h>
#include <carp/time.h>

#include "os_error.h"

/** A write that takes longer is told. */
#define STORE_SLOW (10 * CARP_SEC)
/** Between two writes of what was seen, when something was. */
#define STORE_EVERY (300 * CARP_SEC)
/** How soon a wish is granted: several come together. */
#define STORE_SOON (1 * CARP_SEC)
/** How soon after a write that failed. */
#define STORE_RETRY (60 * CARP_SEC)

struct daemon;
struct instance;
struct store;

/**
 * Make the directory if need be, lock it, read the file. A damaged file is
 * told, and what of it makes sense is used.
 * @return NULL and @p error: another carpd runs there, or it cannot be
 *         written
 */
struct store *store_open(struct daemon *daemon, const char *directory,
                         struct os_error *error);
/** NULL is allowed. The file stays, the lock goes. */
void store_close(struct store *store);
/** The directory and what is in it will be written by this user. */
bool store_give_to(struct store *store, unsigned int uid, unsigned int gid);

/** What was kept of a vhid; false: nothing, @p replay is as it was. Of one that
 * has run since the start its counter goes on as far as it is written down. */
bool store_restore(struct store *store, const char *id,
                   struct carp_replay *replay);
/** Are the next hours of adverts written down? */
bool store_covers(const struct carp_counter *counter);
/** The instance goes: what is known of it is kept for when it comes back. */
void store_forget(struct store *store, struct instance *instance);
/** A reserve is running low, or a peer's counter lies above it. */
void store_save_soon(struct store *store);
/** Vhids were added while others run: write beside them, twice and without a
 * pause, then let those run that wait for it (instance->awaits_state). */
void store_save_beside(struct store *store);
/** Write now, twice, and wait: before the first advert of all, and at the end.
 * @return false and @p error */
bool store_save(struct store *store, struct os_error *error);
/** Does a write take so long that it was told? */
bool store_is_slow(const struct store *store);
void store_tick(struct store *store, carp_time now);
carp_time store_deadline(const struct store *store);

#endif
