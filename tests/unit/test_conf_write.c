/* SPDX-License-Identifier: BSD-2-Clause */
/* What carp_conf_write() writes reads back as the same. */
#include <string.h>
#include <sys/stat.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "carp_conf.h"
#include "conf_write.h"

static char *path;

static struct carp_conf *
load(const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
    struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        g_test_message("%s", carp_conf_message(conf, i)->text);
    }
    g_assert_true(carp_conf_is_usable(conf));
    return conf;
}

static char *
written(const struct carp_conf *conf, unsigned int flags)
{
    GString *out = g_string_new(NULL);
    carp_conf_write(conf, flags, out);
    return g_string_free(out, FALSE);
}

/* Every line of @p text is in @p out: no key was forgotten. */
static void
assert_lines(const char *text, const char *out)
{
    char **lines = g_strsplit(text, "\n", -1);
    char **found = g_strsplit(out, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (!g_strv_contains((const char *const *)found, *line)) {
            g_error("not written: '%s' in\n%s", *line, out);
        }
    }
    g_strfreev(lines);
    g_strfreev(found);
}

static void
check(const char *text)
{
    struct carp_conf *first = load(text);
    char *once = written(first, 0);
    assert_lines(text, once);
    struct carp_conf *second = load(once);
    char *twice = written(second, 0);
    g_assert_cmpstr(once, ==, twice);
    for (size_t i = 0; i < carp_conf_count(first); i++) {
        g_assert_true(carp_key_equal(&carp_conf_get(first, i)->key,
                                     &carp_conf_get(second, i)->key));
    }
    g_free(once);
    g_free(twice);
    carp_conf_free(first);
    carp_conf_free(second);
}

static const char every_key[] =
    "[vhid \"lan\"]\ninterface = eth0\nvhid = 1\n"
    "addresses = 10.0.0.1/24; fd00::1/64; 10.0.0.9\n"
    "accept-addresses = 10.0.0.1 | 10.0.0.1; fd00::1\n"
    "password = secret\naccept-password = older;\\;odd\n"
    "accept-key-hex = 00112233445566778899aabbccddeeff00112233\n"
    "peer = 10.0.0.3\npeer6 = fe80::2\nbroadcast = true\n"
    "source = 10.0.0.2\nsource6 = fe80::9\nmin-ttl = 250\n"
    "senders = 10.0.0.2; 10.0.0.3; fe80::9; fe80::2\n"
    "profile = openbsd\nlladdr = 00:00:5e:00:01:09\nvmac = adverts\n"
    "advbase = 2\nadvskew = 254\ndead-ratio = 4\npreempt = true\n"
    "preempt-delay = 1.5\nstart-delay = 30\nlate = speak\n"
    "families = apart\ntie = yield\ngroup = edge\ndemote = 1\n"
    "demote-link-down = 2\ndemote-send-error = 3\nignore-link = true\n"
    "track-interface = eth1 240; eth2 10\ntrack-script = /c 20\n"
    "track-file = /run/x 240\ntrack-interval = 5\ntrack-rise = 1\n"
    "track-fall = 3\nreplay = strict\nannounce-repeat = 5\n"
    "announce-delay = 0.25\nannounce-refresh = 60\n"
    "addresses-by = script\nup-script = /u\ndown-script = /d\n"
    "script-argument = a b\ndown-at-start = true\nhook = /h\n"
    "notify = /n";

static void
test_every_key(void)
{
    check(every_key);
}

/* What a group is like without line @p number of every_key; NULL when that
 * is none to use. */
static struct carp_conf *
without(char **lines, guint number)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; lines[i] != NULL; i++) {
        if (i != number) {
            g_string_append_printf(text, "%s\n", lines[i]);
        }
    }
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
    struct carp_conf *conf = carp_conf_load(path, 0);
    g_string_free(text, TRUE);
    if (!carp_conf_is_usable(conf)) {
        g_clear_pointer(&conf, carp_conf_free);
    }
    return conf;
}

/* A key that made no difference would be left as it was by a reload. */
static void
test_every_key_counts(void)
{
    char **lines = g_strsplit(every_key, "\n", -1);
    struct carp_conf *whole = load(every_key);
    guint compared = 0;
    for (guint i = 1; lines[i] != NULL; i++) {
        struct carp_conf *part = without(lines, i);
        if (part != NULL) {
            bool is_equal = carp_conf_vhid_equal(carp_conf_get(whole, 0),
                                                 carp_conf_get(part, 0));
            g_test_message("without %s", lines[i]);
            /* Senders are carpmon's, which reads all keys again. */
            g_assert_cmpint(is_equal, ==,
                            g_str_has_prefix(lines[i], "senders"));
            compared++;
        }
        carp_conf_free(part);
    }
    g_assert_cmpuint(compared, >=, 40);
    carp_conf_free(whole);
    g_strfreev(lines);
}

static void
test_defaults_are_left_out(void)
{
    struct carp_conf *conf = load("[vhid \"a\"]\nvhid = 7\npassword = x\n");
    char *out = written(conf, 0);
    g_assert_cmpstr(out, ==, "[vhid \"a\"]\nvhid = 7\npassword = x\n");
    g_free(out);
    carp_conf_free(conf);
}

/* Blanks at the ends, control characters and what no key file can hold. */
static void
test_odd_passwords(void)
{
    static const char *const passwords[] = {
        " front",         "back ", " ",       "a\\b",
        "tab\there",      "cr\r",  "a;b",     "#x",
        "a = b",          "\"q\"", "[g]",     "caf\xc3\xa9",
        "\xff\xfe bytes", "x\ny",  "\v\t\tu", "u\f"};
    for (size_t i = 0; i < G_N_ELEMENTS(passwords); i++) {
        struct carp_conf *conf = carp_conf_new();
        struct carp_conf_vhid *vhid = carp_conf_add(conf, "n", "test");
        vhid->vhid = 3;
        g_assert_cmpint(carp_key_from_password(&vhid->key, passwords[i],
                                               strlen(passwords[i]),
                                               CARP_KEY_RULE_BSD),
                        ==, CARP_OK);
        char *out = written(conf, 0);
        struct carp_conf *back = load(out);
        g_assert_true(carp_key_equal(&vhid->key, &carp_conf_get(back, 0)->key));
        g_free(out);
        carp_conf_free(back);
        carp_conf_free(conf);
    }
}

/* A text cannot become a second line. */
static void
test_odd_texts(void)
{
    static const char *const texts[] = {
        "a\\b",     "tab\there", "x\nhook = /bin/false",
        "cr\rhere", "a;b",       "# a = [b]"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct carp_conf *conf = load("[vhid \"a\"]\nvhid = 7\npassword = x\n"
                                      "interface = eth0\naddresses = fd00::1\n"
                                      "vmac = on\n");
        struct carp_conf_vhid *vhid = carp_conf_edit(conf, 0);
        vhid->up_script = g_strdup("/u");
        vhid->script_arg = g_strdup(texts[i]);
        char *out = written(conf, 0);
        struct carp_conf *back = load(out);
        g_assert_cmpstr(carp_conf_get(back, 0)->script_arg, ==, texts[i]);
        g_assert_true(carp_conf_vhid_equal(vhid, carp_conf_get(back, 0)));
        g_free(out);
        carp_conf_free(back);
        carp_conf_free(conf);
    }
}

/* What would be an empty value is left out: a file that is written is good. */
static void
test_blank_texts(void)
{
    static const char *const texts[] = {"", " ", "\r", "\t \n"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct carp_conf *conf = load("[vhid \"a\"]\nvhid = 7\npassword = x\n"
                                      "interface = eth0\naddresses = fd00::1\n"
                                      "vmac = on\naddresses-by = script\n"
                                      "up-script = /u\ndown-script = /d\n");
        struct carp_conf_vhid *vhid = carp_conf_edit(conf, 0);
        vhid->script_arg = g_strdup(texts[i]);
        g_free(vhid->down_script);
        vhid->down_script = g_strdup(texts[i]);
        char *out = written(conf, 0);
        struct carp_conf *back = load(out);
        g_assert_true(carp_conf_is_usable(back));
        g_assert_null(carp_conf_get(back, 0)->script_arg);
        g_assert_cmpstr(carp_conf_get(back, 0)->down_script, ==,
                        CONF_WRITE_NO_SCRIPT);
        g_free(out);
        carp_conf_free(back);
        carp_conf_free(conf);
    }
}

static void
test_no_secrets(void)
{
    struct carp_conf *conf =
        load("[vhid \"a\"]\nvhid = 7\npassword = TELLTALE\n"
             "accept-password = TELLTALE2\n");
    char *out = written(conf, CONF_WRITE_NO_SECRETS);
    g_assert_null(strstr(out, "TELLTALE"));
    g_assert_nonnull(strstr(out, "password-file"));
    g_free(out);
    carp_conf_free(conf);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *directory = g_dir_make_tmp("carp-write-XXXXXX", NULL);
    g_assert_nonnull(directory);
    path = g_build_filename(directory, "carp.conf", NULL);
    g_test_add_func("/conf-write/every-key", test_every_key);
    g_test_add_func("/conf-write/every-key-counts", test_every_key_counts);
    g_test_add_func("/conf-write/defaults", test_defaults_are_left_out);
    g_test_add_func("/conf-write/odd-passwords", test_odd_passwords);
    g_test_add_func("/conf-write/odd-texts", test_odd_texts);
    g_test_add_func("/conf-write/blank-texts", test_blank_texts);
    g_test_add_func("/conf-write/no-secrets", test_no_secrets);
    int status = g_test_run();
    g_remove(path);
    g_rmdir(directory);
    g_free(path);
    g_free(directory);
    return status;
}
