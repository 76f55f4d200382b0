/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file result.h
 * What became of each test, and how it is written down. Pure.
 */
#ifndef CARPINJECT_RESULT_H
#define CARPINJECT_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <carp/time.h>

/** From good to bad. */
enum res_verdict { RES_PASS = 0, RES_SKIP, RES_DIFFERS, RES_FAIL };

struct res_test {
    char *file;
    unsigned int line; /**< of the step that decided */
    char *group, *name, *title, *cite;
    enum res_verdict verdict;
    char *detail;        /**< why not passed; one line, "" for a pass */
    char *profiles;      /**< DIFFERS: who does it so; "" else */
    GPtrArray *measured; /**< lines: "a to b: 3.391 s" */
    carp_time took;
};

struct res_report {
    char *title;
    GPtrArray *tests; /**< struct res_test */
};

enum res_format { RES_TEXT = 0, RES_TAP, RES_JUNIT, RES_JSON };

struct res_report *res_report_new(const char *title);
void res_report_free(struct res_report *report);
/** A passed test, appended; strings are copied. */
struct res_test *res_add(struct res_report *report, const char *file,
                         unsigned int line, const char *group, const char *name,
                         const char *title, const char *cite);
/** Set verdict and detail, if it is worse than what is there. */
void res_judge(struct res_test *test, enum res_verdict verdict,
               unsigned int line, const char *detail);
unsigned int res_count(const struct res_report *report,
                       enum res_verdict verdict);
/** "PASS", "SKIP", "DIFFERS", "FAIL". */
const char *res_verdict_text(enum res_verdict verdict);

/** False when the name is none of text, tap, junit, json. */
bool res_format_by_name(const char *name, enum res_format *format);
/** What stands in front of the tests; @p planned: how many will follow. */
void res_write_begin(GString *out, const struct res_report *report,
                     enum res_format format, unsigned int planned);
/** One test, as soon as it is over (JUNIT: nothing, its end has all). */
void res_write_test(GString *out, const struct res_test *test,
                    enum res_format format, unsigned int number);
void res_write_end(GString *out, const struct res_report *report,
                   enum res_format format);

#endif
