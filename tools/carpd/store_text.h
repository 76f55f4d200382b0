/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file store_text.h
 * The state file's text. One line a fact:
 *
 *     carpd-state 1
 *     counter 1@eth0 0123456789abcdef 0123456789abcdef
 *     seen 1@eth0 0123456789abcdef-0123456789abcdff
 *     skipped 1@eth0 0123456789abcdf0-0123456789abcdfe
 *     peer 1@eth0 10.0.0.2 moving 0123456789abcdef
 */
#ifndef CARPD_STORE_TEXT_H
#define CARPD_STORE_TEXT_H

#include <glib.h>

#include <carp/peers.h>

/** One vhid as it was kept. */
struct stored {
    char *id;
    bool has_counter;
    uint64_t first, counter; /**< own jumps begin above; reserve */
    uint64_t last;           /**< of the last advert; 0: not in the file */
    struct carp_peers peers;
};

/** An empty table: id (char *, of the value) to struct stored. */
GHashTable *store_text_new(void);
/** The entry of @p id, made when there is none. */
struct stored *store_text_get(GHashTable *table, const char *id);

void store_text_begin(GString *out);
void store_text_add(GString *out, const char *id, uint64_t first,
                    uint64_t reserve, const struct carp_peers *peers);
/**
 * Read it back.
 * @param[out] wrong how many lines made no sense
 * @return id (char *) to struct stored; NULL: not a state file at all
 */
GHashTable *store_text_read(const char *text, unsigned int *wrong);

#endif
