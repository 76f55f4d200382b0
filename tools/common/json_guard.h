/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file json_guard.h
 * Looks at JSON from outside before a parser does. json-glib's calls itself
 * for each bracket that opens: a text of nothing but brackets would reach the
 * end of the stack.
 */
#ifndef TOOLS_JSON_GUARD_H
#define TOOLS_JSON_GUARD_H

#include <stdbool.h>

/** Deeper than anything that carpd or carpmon writes. */
#define JSON_DEPTH_MAX 16

/**
 * May @p text be given to a parser? It is UTF-8, its brackets are nested at
 * most JSON_DEPTH_MAX deep, and outside of strings stands nothing but what
 * JSON has there: json-glib would also read comments, in which a quotation
 * mark means something else. Each escape is one of JSON's: of others json-glib
 * makes strings that are no UTF-8.
 * @return false: refuse it; it may be no JSON at all
 */
bool json_guard_passes(const char *text);

#endif
