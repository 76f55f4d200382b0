/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/STATE-MACHINE.md says what the table says.
 *
 *   test_fsm_document --write FILE   renews FILE (script/update-goldens does)
 */
#include "fsm_document.h"

#include <stdio.h>
#include <string.h>

/* The text with each generated part made anew. A part stands between
 * "<!-- begin NAME -->" and "<!-- end -->". */
static GString *
renew(const char *text)
{
    static const char begin[] = "<!-- begin ";
    static const char end[] = "<!-- end -->";
    GString *out = g_string_new("");
    const char *mark;

    while ((mark = strstr(text, begin)) != NULL) {
        const char *name = mark + strlen(begin);
        const char *line_end = strchr(name, '\n');
        const char *stop = strstr(name, end);
        g_autofree char *word = g_strndup(name, strcspn(name, " "));
        GString *part = fsm_document_part(word);

        g_assert_nonnull(stop);
        g_string_append_len(out, text, line_end + 1 - text);
        g_string_append_printf(out, "\n%s\n", part->str);
        g_string_free(part, TRUE);
        text = stop;
    }
    g_string_append(out, text);
    return out;
}

static void
test_document(void)
{
    g_autofree char *text = NULL;
    GString *wanted;

    g_assert_true(g_file_get_contents(CARP_DOCUMENT, &text, NULL, NULL));
    wanted = renew(text);
    g_assert_nonnull(strstr(text, "<!-- begin diagram -->"));
    if (!g_str_equal(text, wanted->str)) {
        g_test_message("docs/STATE-MACHINE.md is stale: run "
                       "script/update-goldens");
        g_test_fail();
    }
    g_string_free(wanted, TRUE);
}

static int
write_document(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    GString *out;
    gboolean done;

    if (!g_file_get_contents(path, &text, NULL, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    out = renew(text);
    done = g_file_set_contents(path, out->str, -1, &error);
    if (!done) {
        fprintf(stderr, "%s\n", error->message);
    }
    g_string_free(out, TRUE);
    return done ? 0 : 1;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && g_str_equal(argv[1], "--write")) {
        return write_document(argv[2]);
    }
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fsm/document", test_document);
    return g_test_run();
}
