/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file expect_internal.h
 * The table of fields that conditions know.
 */
#ifndef CARPINJECT_EXPECT_INTERNAL_H
#define CARPINJECT_EXPECT_INTERNAL_H

#include "expect.h"

struct exp_field {
    const char *name;
    unsigned int kinds; /**< frames that have it */
    enum exp_type type;
};

extern const struct exp_field exp_fields[];
extern const unsigned int exp_field_count;

uint64_t exp_mac_number(const struct carp_mac *mac);
/** False when the frame has no such field. */
bool exp_get(const struct exp_frame *heard, unsigned int field,
             struct exp_value *value);

#endif
