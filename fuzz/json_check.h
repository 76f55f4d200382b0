/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file json_check.h
 * What our programs write is JSON to the letter of RFC 8259. Stricter than
 * json-glib, which forgives comments and more, and far quicker: it makes
 * nothing of what it reads.
 */
#ifndef FUZZ_JSON_CHECK_H
#define FUZZ_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/**
 * One object, in UTF-8, and nothing behind it; at most 16 levels.
 * @param wanted a member that it must have; NULL: none
 */
bool json_is_object(const char *text, size_t len, const char *wanted);

#endif
