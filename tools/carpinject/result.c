/* SPDX-License-Identifier: BSD-2-Clause */
#include "result.h"

#include <string.h>

static void
free_test(gpointer data)
{
    struct res_test *test = data;
    g_free(test->file);
    g_free(test->group);
    g_free(test->name);
    g_free(test->title);
    g_free(test->cite);
    g_free(test->detail);
    g_free(test->profiles);
    g_ptr_array_unref(test->measured);
    g_free(test);
}

struct res_report *
res_report_new(const char *title)
{
    struct res_report *report = g_new0(struct res_report, 1);
    report->title = g_strdup(title);
    report->tests = g_ptr_array_new_with_free_func(free_test);
    return report;
}

void
res_report_free(struct res_report *report)
{
    if (report != NULL) {
        g_free(report->title);
        g_ptr_array_unref(report->tests);
        g_free(report);
    }
}

struct res_test *
res_add(struct res_report *report, const char *file, unsigned int line,
        const char *group, const char *name, const char *title,
        const char *cite)
{
    struct res_test *test = g_new0(struct res_test, 1);
    test->file = g_strdup(file);
    test->line = line;
    test->group = g_strdup(group);
    test->name = g_strdup(name);
    test->title = g_strdup(title);
    test->cite = g_strdup(cite);
    test->detail = g_strdup("");
    test->profiles = g_strdup("");
    test->measured = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(report->tests, test);
    return test;
}

void
res_judge(struct res_test *test, enum res_verdict verdict, unsigned int line,
          const char *detail)
{
    if (verdict > test->verdict) {
        test->verdict = verdict;
        test->line = line;
        g_free(test->detail);
        test->detail = g_strdup(detail);
    } else if (verdict == test->verdict && verdict == RES_DIFFERS &&
               strstr(test->detail, detail) == NULL) {
        char *both = g_strdup_printf("%s; %s", test->detail, detail);
        g_free(test->detail);
        test->detail = both;
    }
}

unsigned int
res_count(const struct res_report *report, enum res_verdict verdict)
{
    unsigned int count = 0;
    for (unsigned int i = 0; i < report->tests->len; i++) {
        const struct res_test *test = g_ptr_array_index(report->tests, i);
        count += test->verdict == verdict;
    }
    return count;
}

const char *
res_verdict_text(enum res_verdict verdict)
{
    static const char *const texts[] = {"PASS", "SKIP", "DIFFERS", "FAIL"};
    return texts[verdict];
}

bool
res_format_by_name(const char *name, enum res_format *format)
{
    static const char *const names[] = {"text", "tap", "junit", "json"};
    for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (enum res_format)i;
            return true;
        }
    }
    return false;
}
