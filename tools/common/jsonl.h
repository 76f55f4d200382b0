/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file jsonl.h
 * Writes one JSON object a line into a buffer that is used again, so that a
 * storm of events costs no allocation. Members come out in the order of the
 * calls. Text that is not UTF-8 is written with U+FFFD in place of what is
 * wrong.
 */
#ifndef TOOLS_JSONL_H
#define TOOLS_JSONL_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/addr.h>
#include <carp/time.h>

struct jsonl {
    GString *text;
    bool comma; /**< something stands before the next member */
};

void jsonl_init(struct jsonl *json);
void jsonl_clear(struct jsonl *json);
/** Empty the buffer for the next object. */
void jsonl_reset(struct jsonl *json);

/* The name is NULL for elements of an array and for the outermost object. */
void jsonl_open_object(struct jsonl *json, const char *name);
void jsonl_close_object(struct jsonl *json);
void jsonl_open_array(struct jsonl *json, const char *name);
void jsonl_close_array(struct jsonl *json);
void jsonl_string(struct jsonl *json, const char *name, const char *value);
void jsonl_uint(struct jsonl *json, const char *name, uint64_t value);
void jsonl_bool(struct jsonl *json, const char *name, bool value);
void jsonl_null(struct jsonl *json, const char *name);
/** An address as text; null for NULL and for none. */
void jsonl_address(struct jsonl *json, const char *name,
                   const struct carp_addr *address);
/** An array of the texts that @p texts points to. */
void jsonl_strings(struct jsonl *json, const char *name,
                   const GPtrArray *texts);
/** A duration as seconds with microseconds: 3.391000. */
void jsonl_seconds(struct jsonl *json, const char *name, carp_time value);
/** An instant (nanoseconds since 1970) as RFC 3339 with microseconds. */
void jsonl_time(struct jsonl *json, const char *name, carp_time value);

#endif
