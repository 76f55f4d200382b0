/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file key_row.h
 * A row of the table carp_keys, from text to a key. Nothing of Wireshark.
 */
#ifndef CARPKIT_KEY_ROW_H
#define CARPKIT_KEY_ROW_H

#include <carp/auth.h>

/** As the user wrote it. NULL is an empty column. */
struct key_row {
    char *vhid;
    char *passphrase; /**< ends in '\0', but may hold one */
    unsigned int passphrase_len;
    char *addresses;
    char *profile;
    char *comment;
};

/**
 * Read a row.
 * @param index of the row, from 0: names it when it has no comment
 * @param[out] out zeroed by the caller; a secret: carp_key_clear() its key
 * @return NULL, or what is wrong with it. Never with a value of it.
 */
const char *key_row_read(const struct key_row *row, unsigned int index,
                         struct carp_ring_row *out);

#endif
