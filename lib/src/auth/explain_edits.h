/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file explain_edits.h
 * Families of edits. Each tries all of its members on top of the guess that
 * it is given, and returns true when the stage is over.
 */
#ifndef CARP_AUTH_EXPLAIN_EDITS_H
#define CARP_AUTH_EXPLAIN_EDITS_H

#include "auth/explain_search.h"

/** A function of such a family. */
typedef bool carp_edit_fn(struct carp_search *s, const struct carp_start *start,
                          const struct carp_guess *from);

/** The guess as it is. */
carp_edit_fn carp_edit_none;

/* explain_address.c */
/** Link-local ones left out, one extra, one missing, one family only. */
carp_edit_fn carp_edit_one_address;
/** Two missing, one in place of another, two extra. */
carp_edit_fn carp_edit_two_addresses;
/** One alone of many. */
carp_edit_fn carp_edit_only_address;

#endif
