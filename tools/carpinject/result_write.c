/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "jsonl.h"
#include "result.h"
#include "text.h"

#define WIDTH 79
#define NAME_COLUMN 9
#define TITLE_COLUMN 36

/* ------------------------------------------------------------------- text */

static void
text_test(GString *out, const struct res_test *test)
{
    g_string_append_printf(out, "%-*s", NAME_COLUMN,
                           res_verdict_text(test->verdict));
    char *name = g_strdup_printf("%s.%s", test->group, test->name);
    txt_pad(out, name, TITLE_COLUMN - NAME_COLUMN);
    size_t column = MAX((size_t)TITLE_COLUMN, NAME_COLUMN + strlen(name) + 1);
    g_free(name);
    char *title = g_strdup_printf("%s%s%s%s", test->title,
                                  *test->cite != '\0' ? " (" : "", test->cite,
                                  *test->cite != '\0' ? ")" : "");
    txt_wrap(out, title, column, TITLE_COLUMN, WIDTH);
    g_free(title);
    if (*test->detail != '\0') {
        g_string_append_printf(out, "%*s", NAME_COLUMN, "");
        char *why = test->verdict == RES_FAIL
                        ? g_strdup_printf("%s:%u: %s", test->file, test->line,
                                          test->detail)
                        : g_strdup(test->detail);
        txt_wrap(out, why, NAME_COLUMN, NAME_COLUMN, WIDTH);
        g_free(why);
    }
    for (unsigned int i = 0; i < test->measured->len; i++) {
        g_string_append_printf(out, "%*s", NAME_COLUMN, "");
        txt_wrap(out, g_ptr_array_index(test->measured, i), NAME_COLUMN,
                 NAME_COLUMN, WIDTH);
    }
}

static void
text_end(GString *out, const struct res_report *report)
{
    g_string_append_printf(
        out, "%u passed, %u failed, %u differ as documented, %u skipped\n",
        res_count(report, RES_PASS), res_count(report, RES_FAIL),
        res_count(report, RES_DIFFERS), res_count(report, RES_SKIP));
}

/* -------------------------------------------------------------------- TAP */

/* A '#' begins a directive, a newline ends the line. */
static char *
tap_escape(const char *text)
{
    char *copy = g_strdup(text);
    return txt_clean(g_strdelimit(copy, "#", '-'));
}

static void
tap_test(GString *out, const struct res_test *test, unsigned int number)
{
    char *title = tap_escape(test->title);
    char *detail = tap_escape(test->detail);
    g_string_append_printf(out, "%sok %u - %s.%s %s",
                           test->verdict == RES_FAIL ? "not " : "", number,
                           test->group, test->name, title);
    if (test->verdict == RES_SKIP) {
        g_string_append_printf(out, " # SKIP %s", detail);
    }
    g_string_append_c(out, '\n');
    if (test->verdict == RES_FAIL) {
        g_string_append_printf(out, "# %s:%u: %s\n", test->file, test->line,
                               detail);
    } else if (test->verdict == RES_DIFFERS) {
        g_string_append_printf(out, "# differs: %s\n", detail);
    }
    for (unsigned int i = 0; i < test->measured->len; i++) {
        g_string_append_printf(
            out, "# %s\n", (const char *)g_ptr_array_index(test->measured, i));
    }
    g_free(title);
    g_free(detail);
}

/* ------------------------------------------------------------------ JUnit */

/* XML 1.0 forbids most control characters even as references. */
static void
xml_text(GString *out, const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    for (char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);
        const char *names = "&<>\"'";
        const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                        "&apos;"};
        const char *found = u < 0x80 ? strchr(names, (int)u) : NULL;
        if (found != NULL) {
            g_string_append(out, entities[found - names]);
        } else if (u == '\n' || u == '\t' || u == '\r') {
            g_string_append_printf(out, "&#%u;", (unsigned int)u);
        } else if (u < 0x20 || u == 0xfffe || u == 0xffff) {
            g_string_append(out, "\xef\xbf\xbd");
        } else {
            g_string_append_unichar(out, u);
        }
    }
    g_free(valid);
}

static void
xml_attribute(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, " %s=\"", name);
    xml_text(out, value);
    g_string_append_c(out, '"');
}

static void
xml_seconds(GString *out, carp_time took)
{
    g_string_append_printf(out, " time=\"%u.%03u\"",
                           (unsigned int)(took / CARP_SEC),
                           (unsigned int)(took % CARP_SEC / CARP_MSEC));
}

static void
xml_output(GString *out, const struct res_test *test)
{
    if (test->verdict != RES_DIFFERS && test->measured->len == 0) {
        return;
    }
    g_string_append(out, "<system-out>");
    if (test->verdict == RES_DIFFERS) {
        g_string_append(out, "differs: ");
        xml_text(out, test->detail);
        g_string_append_c(out, '\n');
    }
    for (unsigned int i = 0; i < test->measured->len; i++) {
        xml_text(out, g_ptr_array_index(test->measured, i));
        g_string_append_c(out, '\n');
    }
    g_string_append(out, "</system-out>");
}

static void
xml_test(GString *out, const struct res_test *test)
{
    char *name = g_strdup_printf("%s: %s", test->name, test->title);
    g_string_append(out, "  <testcase");
    xml_attribute(out, "classname", test->group);
    xml_attribute(out, "name", name);
    xml_seconds(out, test->took);
    g_string_append_c(out, '>');
    g_free(name);
    if (test->verdict == RES_FAIL) {
        char *where =
            g_strdup_printf("%s:%u: %s", test->file, test->line, test->detail);
        g_string_append(out, "<failure");
        xml_attribute(out, "message", where);
        g_string_append(out, "/>");
        g_free(where);
    } else if (test->verdict == RES_SKIP) {
        g_string_append(out, "<skipped");
        xml_attribute(out, "message", test->detail);
        g_string_append(out, "/>");
    }
    xml_output(out, test);
    g_string_append(out, "</testcase>\n");
}

static void
xml_report(GString *out, const struct res_report *report)
{
    carp_time took = 0;
    for (unsigned int i = 0; i < report->tests->len; i++) {
        const struct res_test *test = g_ptr_array_index(report->tests, i);
        took += test->took;
    }
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                         "<testsuite");
    xml_attribute(out, "name", report->title);
    g_string_append_printf(
        out, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\"",
        report->tests->len, res_count(report, RES_FAIL),
        res_count(report, RES_SKIP));
    xml_seconds(out, took);
    g_string_append(out, ">\n");
    for (unsigned int i = 0; i < report->tests->len; i++) {
        xml_test(out, g_ptr_array_index(report->tests, i));
    }
    g_string_append(out, "</testsuite>\n");
}

/* ------------------------------------------------------------------- JSON */

static void
json_line(GString *out, struct jsonl *json)
{
    jsonl_close_object(json);
    g_string_append_len(out, json->text->str, (gssize)json->text->len);
    if (out->len == 0 || out->str[out->len - 1] != '\n') {
        g_string_append_c(out, '\n');
    }
    jsonl_clear(json);
}

static void
json_test(GString *out, const struct res_test *test, unsigned int number)
{
    struct jsonl json;
    char *verdict = g_ascii_strdown(res_verdict_text(test->verdict), -1);
    jsonl_init(&json);
    jsonl_open_object(&json, NULL);
    jsonl_uint(&json, "schema", 1);
    jsonl_string(&json, "event", "test");
    jsonl_uint(&json, "number", number);
    jsonl_string(&json, "group", test->group);
    jsonl_string(&json, "name", test->name);
    jsonl_string(&json, "title", test->title);
    jsonl_string(&json, "section", test->cite);
    jsonl_string(&json, "result", verdict);
    jsonl_string(&json, "detail", test->detail);
    jsonl_string(&json, "profiles", test->profiles);
    jsonl_string(&json, "file", test->file);
    jsonl_uint(&json, "line", test->line);
    jsonl_seconds(&json, "seconds", test->took);
    jsonl_open_array(&json, "measured");
    for (unsigned int i = 0; i < test->measured->len; i++) {
        jsonl_string(&json, NULL, g_ptr_array_index(test->measured, i));
    }
    jsonl_close_array(&json);
    json_line(out, &json);
    g_free(verdict);
}

static void
json_end(GString *out, const struct res_report *report)
{
    struct jsonl json;
    jsonl_init(&json);
    jsonl_open_object(&json, NULL);
    jsonl_uint(&json, "schema", 1);
    jsonl_string(&json, "event", "end");
    jsonl_string(&json, "title", report->title);
    jsonl_uint(&json, "passed", res_count(report, RES_PASS));
    jsonl_uint(&json, "failed", res_count(report, RES_FAIL));
    jsonl_uint(&json, "differs", res_count(report, RES_DIFFERS));
    jsonl_uint(&json, "skipped", res_count(report, RES_SKIP));
    json_line(out, &json);
}

/* -------------------------------------------------------------------- all */

void
res_write_begin(GString *out, const struct res_report *report,
                enum res_format format, unsigned int planned)
{
    if (format == RES_TEXT) {
        txt_wrap(out, report->title, 0, 0, WIDTH);
    } else if (format == RES_TAP) {
        g_string_append_printf(out, "1..%u\n", planned);
    }
}

void
res_write_test(GString *out, const struct res_test *test,
               enum res_format format, unsigned int number)
{
    if (format == RES_TEXT) {
        text_test(out, test);
    } else if (format == RES_TAP) {
        tap_test(out, test, number);
    } else if (format == RES_JSON) {
        json_test(out, test, number);
    }
}

void
res_write_end(GString *out, const struct res_report *report,
              enum res_format format)
{
    if (format == RES_TEXT) {
        text_end(out, report);
    } else if (format == RES_JUNIT) {
        xml_report(out, report);
    } else if (format == RES_JSON) {
        json_end(out, report);
    }
}
