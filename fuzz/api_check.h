/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file api_check.h
 * Whether what carpmon shows can be read by who it is for.
 */
#ifndef FUZZ_API_CHECK_H
#define FUZZ_API_CHECK_H

#include "model.h"
#include "screen_text.h"

/** One JSON object, in UTF-8; @p wanted: a member of it, or NULL. */
void api_check_json(const char *text, const char *wanted);
/** Of the API: everything, and with @p each the rows' own pages. */
void api_check_model(const struct mon_model *model, bool each);
void api_check_metrics(const struct mon_model *model);
/** What --state writes, --check judges. */
void api_check_state(const struct mon_model *model, carp_time now);
/** No line is too wide, none too many; @p state is as a user left it. */
void api_check_screen(const struct mon_model *model,
                      struct mon_screen_state *state);
/** The report @p text is of lines: of JSON, or for people in colours. */
void api_check_report(char *text, size_t len, bool is_json);
/** The files of @p directory are evidence, at most @p most octets but for the
 * last; they are removed. Returns how many. */
unsigned int api_check_evidence(const char *directory, uint64_t most);

#endif
