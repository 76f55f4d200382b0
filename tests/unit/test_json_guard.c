/* SPDX-License-Identifier: BSD-2-Clause */
/* What may be given to a parser that calls itself for each bracket. */
#include <string.h>

#include <glib.h>

#include "json_guard.h"

static void
test_good(void)
{
    static const char *const texts[] = {
        "{}",
        "{\"schema\":1,\"ok\":true,\"vhids\":[{\"name\":\"a [{ b\"}]}",
        "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
        "{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[\",\"b\":-1.5e+3}",
        "[1],[1],[1],[1],[1],[1],[1],[1],[1],[1],[1],[1],[1],[1],[1],[1],[1]",
        "\"\xc3\xa4\" \t\r\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u0000\\ud83d\\uDE00\\uffff\"",
        ""};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(json_guard_passes(texts[i]));
    }
}

static void
test_bad(void)
{
    static const char *const texts[] = {
        "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
        ("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
         "\"a\":"
         "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}}}}}}}}}"),
        /* json-glib reads comments: the quotation mark begins nothing. */
        "/*\"*/[[[[[[[[[[[[[[[[[[[[[[[[[[", "//\"\n[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "#\"\n[[[[[[[[[[[[[[[[[[[[[[[[[[", "'\"'", "\"no end", "\"no end\\",
        "\"no end\\\"", "{\"a\":\"\xff\"}", "{a\x01}",
        /* json-glib would make octets of these that are no UTF-8. */
        "\"\\221\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
        "\"\\ud800\"", "\"\\x\"", "\"\\u12\"", "\"\\u12", "\"\\u\"",
        "\"\\ud800\\", "\"\\'\""};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_test_message("%s", texts[i]);
        g_assert_false(json_guard_passes(texts[i]));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-guard/good", test_good);
    g_test_add_func("/json-guard/bad", test_bad);
    return g_test_run();
}
