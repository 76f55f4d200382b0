/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check of a state that somebody wrote (carpmon --check --state). It
 * answers with one line, and with OK only when a vhid has one master.
 */
#include <string.h>

#include <glib.h>

#include "check.h"
#include "fuzz.h"

static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

static void
check_line(const char *line, enum mon_check_status status)
{
    char *start = g_strdup_printf("CARP %s - ", words[status]);
    const char *bar = strchr(line, '|');
    if (!g_str_has_prefix(line, start)) {
        FUZZ_FAIL("the line does not begin with the status");
    }
    if (strpbrk(line, "\n\r") != NULL) {
        FUZZ_FAIL("more than one line");
    }
    if (bar != NULL && strchr(bar + 1, '|') != NULL) {
        FUZZ_FAIL("performance data inside performance data");
    }
    if (status == MON_CHECK_OK && strstr(line, "master") == NULL) {
        FUZZ_FAIL("good without a master");
    }
    g_free(start);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t expected[] = {7};
    struct mon_check check = {.expected = expected,
                              .expected_count = size % 2,
                              .vhid = size % 4 == 3 ? 7 : 0,
                              .now = 1787400002 * CARP_SEC};
    char *text = g_strndup((const char *)data, size);
    char *line = NULL;
    enum mon_check_status status = mon_check_judge(text, &check, &line);
    check_line(line, status);
    g_free(line);
    g_free(text);
    return 0;
}
