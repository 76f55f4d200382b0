/* SPDX-License-Identifier: BSD-2-Clause */
/* carp-alerts(7) and ALERTS.md against the catalogue. */
#include <string.h>

#include <glib.h>

#include <carp/finding.h>

static char *
read_text(const char *name)
{
    char *path = g_strdup_printf("%s/%s", CARP_DOCS, name);
    char *text = NULL;
    GError *error = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, &error));
    g_free(path);
    return text;
}

/* Words with one blank between them. */
static char *
one_line(const char *text)
{
    char **words = g_strsplit_set(text, " \n", -1);
    GString *out = g_string_new(NULL);
    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0') {
            g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", *word);
        }
    }
    g_strfreev(words);
    return g_string_free(out, FALSE);
}

/* What stands behind @p head until the next item; it stands there once. */
static char *
item(const char *text, const char *head)
{
    const char *at = strstr(text, head);
    if (at == NULL || strstr(at + 1, head) != NULL) {
        g_error("carp-alerts.7: not once: %s", head);
    }
    at += strlen(head);
    const char *next = strstr(at, "\n.It ");
    const char *end = strstr(at, "\n.El");
    if (next == NULL || (end != NULL && end < next)) {
        next = end;
    }
    char *part = g_strndup(at, (gsize)(next - at));
    char *line = one_line(part);
    g_free(part);
    return line;
}

static unsigned int
count(const char *text, const char *word)
{
    unsigned int found = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        found++;
    }
    return found;
}

static void
assert_remedy(const char *name, const char *said, const char *remedy)
{
    if (strstr(said, remedy) == NULL) {
        g_error("carp-alerts.7: %s does not say: %s", name, remedy);
    }
}

static void
test_codes(void)
{
    char *text = read_text("man/carp-alerts.7");
    char *more = read_text("ALERTS.md");
    for (unsigned int i = 0; i < CARP_CODE_COUNT; i++) {
        const enum carp_code code = (enum carp_code)i;
        const char *name = carp_code_text(code);
        char *head = g_strdup_printf(
            "\n.It Ic %s Pq %s\n", name,
            carp_severity_text(carp_code_severity(code, CARP_CAUSE_NONE)));
        char *said = item(text, head);
        assert_remedy(name, said, carp_remedy(code, CARP_CAUSE_NONE));
        g_assert_cmpuint(count(more, name), >=, 2);
        g_free(said);
        g_free(head);
    }
    g_free(more);
    g_free(text);
}

static void
test_causes(void)
{
    char *text = read_text("man/carp-alerts.7");
    const char *plain = carp_remedy(CARP_TIE, CARP_CAUSE_NONE);
    for (unsigned int i = 1; i < CARP_CAUSE_COUNT; i++) {
        const enum carp_cause cause = (enum carp_cause)i;
        char *head = g_strdup_printf("\n.It Ic %s\n", carp_cause_text(cause));
        char *said = item(text, head);
        const char *remedy = carp_remedy(CARP_TIE, cause);
        if (remedy != plain) {
            assert_remedy(carp_cause_text(cause), said, remedy);
        }
        g_free(said);
        g_free(head);
    }
    g_assert_cmpuint(count(text, "\n.It "), ==,
                     (unsigned int)CARP_CODE_COUNT + CARP_CAUSE_COUNT - 1);
    g_free(text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/catalogue/codes", test_codes);
    g_test_add_func("/catalogue/causes", test_causes);
    return g_test_run();
}
