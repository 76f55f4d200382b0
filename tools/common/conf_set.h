/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file conf_set.h
 * From the text of one key to a member: tables of keys are made of these.
 */
#ifndef TOOLS_CONF_SET_H
#define TOOLS_CONF_SET_H

#include <stddef.h>

#include "conf_internal.h"

/** One key. @c set says what it may hold; it reports what it cannot use. */
struct conf_row {
    const char *key;
    void (*set)(struct conf_group *group, const struct conf_row *row,
                const char *value);
    size_t offset;         /**< of the member in what the group fills */
    unsigned int min, max; /**< of numbers, and of durations in seconds */
};

const struct conf_row *conf_find_row(const struct conf_row *rows, size_t count,
                                     const char *key);
/** What a message shows of a value that could not be used. */
const char *conf_shown(const char *value, char out[48]);
/** Where the member is. */
void *conf_member(struct conf_group *group, const struct conf_row *row);
/** Read every key of the group that is not a secret; those that no row knows
 * are errors. */
void conf_read_rows(struct conf_group *group, const struct conf_row *rows,
                    size_t count);

/* uint8_t, uint16_t, bool, carp_time, enum; allocated text. */
void conf_set_octet(struct conf_group *group, const struct conf_row *row,
                    const char *value);
void conf_set_number(struct conf_group *group, const struct conf_row *row,
                     const char *value);
void conf_set_bool(struct conf_group *group, const struct conf_row *row,
                   const char *value);
/** Seconds, with a fraction if need be. */
void conf_set_seconds(struct conf_group *group, const struct conf_row *row,
                      const char *value);
void conf_set_text(struct conf_group *group, const struct conf_row *row,
                   const char *value);
/** Name of a user, of a group of users or of vhids. */
void conf_set_name(struct conf_group *group, const struct conf_row *row,
                   const char *value);
/** Absolute path. */
void conf_set_path(struct conf_group *group, const struct conf_row *row,
                   const char *value);
bool conf_is_interface(const char *value);
void conf_set_interface(struct conf_group *group, const struct conf_row *row,
                        const char *value);
/** Address of family row->min without prefix length. */
void conf_set_address(struct conf_group *group, const struct conf_row *row,
                      const char *value);

/** One of @p count words; the value is written to @p out (an enum, of which
 * words[i] is i). False after an error that says @p must. */
bool conf_find_word(struct conf_group *group, const struct conf_row *row,
                    const char *value, const char *const *words, size_t count,
                    const char *must, unsigned int *out);

/* conf_list.c: values of several items. */
void conf_set_addresses(struct conf_group *group, const struct conf_row *row,
                        const char *value);
void conf_set_accept_addresses(struct conf_group *group,
                               const struct conf_row *row, const char *value);
void conf_set_senders(struct conf_group *group, const struct conf_row *row,
                      const char *value);
/** "WHAT [AMOUNT]; …"; row->min is the enum carp_conf_track_kind. */
void conf_set_track(struct conf_group *group, const struct conf_row *row,
                    const char *value);

#endif
