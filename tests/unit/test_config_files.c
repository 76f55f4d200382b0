/* SPDX-License-Identifier: BSD-2-Clause */
/* carp.conf and the files beside it: cut, unreadable, of others, secrets. */
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "config_fixture.h"

/* A file cut anywhere never shows the secret, and never misleads: it is
 * either read or refused. */
static void
test_cut(void)
{
    const char text[] = GOOD "addresses = 10.0.0.1/24; fd00::1\n"
                             "accept-key-hex = " HEX "\nadvskew = 100\n";
    for (gssize size = 0; size < (gssize)sizeof(text); size++) {
        struct carp_conf *conf = config_load_sized(text, size);
        carp_conf_free(conf);
    }
    /* Each octet once replaced by one that is nowhere legal. */
    for (size_t i = 0; i + 1 < sizeof(text); i++) {
        char *copy = g_strdup(text);
        copy[i] = '\x01';
        char *path = config_write_file("carp.conf", copy, -1, 0600);
        struct carp_conf *conf = carp_conf_load(path, 0);
        for (size_t k = 0; k < carp_conf_message_count(conf); k++) {
            const char *said = carp_conf_message(conf, k)->text;
            g_assert_null(strchr(said, '\x01'));
        }
        carp_conf_free(conf);
        g_free(path);
        g_free(copy);
    }
    struct carp_conf *conf =
        config_load_sized("[vhid \"a\"]\n\0vhid = 1\n", 22);
    config_assert_message(conf, true, "holds a NUL octet");
    carp_conf_free(conf);
}

static void
test_password_file(void)
{
    static const struct {
        const char *content, *password;
    } rows[] = {
        {SECRET "\n", SECRET},
        {SECRET, SECRET},
        {SECRET "\nsecond line\n", SECRET},
        {SECRET "\n\n", SECRET},
        {SECRET "\r\n", SECRET "\r"},
        {" " SECRET "\n", " " SECRET},
        {"\n", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = config_write_file("lan.key", rows[i].content, -1, 0600);
        struct carp_conf *conf = config_load(HEAD "password-file = lan.key\n");
        g_assert_true(carp_conf_is_usable(conf));
        struct carp_key key;
        g_assert_cmpint(carp_key_from_password(&key, rows[i].password,
                                               strlen(rows[i].password),
                                               CARP_KEY_RULE_BSD),
                        ==, CARP_OK);
        g_assert_true(carp_key_equal(&key, &carp_conf_get(conf, 0)->key));
        if (strchr(rows[i].content, '\r') != NULL) {
            config_assert_message(conf, false, "ends with a carriage return");
        } else {
            config_assert_clean(conf);
        }
        carp_conf_free(conf);
        g_free(path);
    }
    g_free(config_write_file("lan.key", "", 0, 0600));
    struct carp_conf *conf = config_load(HEAD "password-file = lan.key\n");
    config_assert_message(conf, true, "lan.key: is empty");
    carp_conf_free(conf);
    /* As an editor of Windows saves it: UTF-8 with a mark, and UTF-16. */
    g_free(config_write_file("lan.key", "\xef\xbb\xbf" SECRET "\n", -1, 0600));
    conf = config_load(HEAD "password-file = lan.key\n");
    g_assert_true(carp_conf_is_usable(conf));
    config_assert_message(conf, false, "begins with a byte order mark");
    carp_conf_free(conf);
    g_free(config_write_file("lan.key", "\xff\xfex\0\n\0", 6, 0600));
    conf = config_load(HEAD "password-file = lan.key\n");
    config_assert_message(conf, true, "lan.key: holds a NUL octet: not a text");
    carp_conf_free(conf);
    char *big = g_strnfill(5000, 'x');
    g_free(config_write_file("lan.key", big, -1, 0600));
    g_free(big);
    conf = config_load(HEAD "password-file = lan.key\n");
    config_assert_message(conf, true, "too large");
    carp_conf_free(conf);
}

static void
test_credential(void)
{
    g_free(config_write_file("cred", SECRET "\n", -1, 0600));
    g_setenv("CREDENTIALS_DIRECTORY", config_directory, TRUE);
    struct carp_conf *conf = config_load(HEAD "credential = cred\n"
                                              "accept-credential = cred\n");
    g_unsetenv("CREDENTIALS_DIRECTORY");
    g_assert_true(carp_conf_is_usable(conf));
    g_assert_cmpuint(carp_conf_get(conf, 0)->accept_count, ==, 1);
    carp_conf_free(conf);
}

static void
test_modes(void)
{
    char *path = config_write_file("open.conf", GOOD, -1, 0644);
    struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    config_assert_message(conf, true,
                          "open.conf: holds a secret and others can "
                          "read it: chmod o-rwx ");
    g_assert_false(carp_conf_is_usable(conf));
    carp_conf_free(conf);
    conf = carp_conf_load(path, 0);
    config_assert_message(conf, false, "others can read it");
    g_assert_true(carp_conf_is_usable(conf));
    carp_conf_free(conf);
    g_chmod(path, 0640);
    conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    config_assert_clean(conf);
    carp_conf_free(conf);
    g_free(path);
    /* Only the key file is secret here; both would give one warning. */
    g_free(config_write_file("lan.key", SECRET, -1, 0604));
    path = config_write_file("open.conf",
                             HEAD "password-file = lan.key\n"
                                  "accept-password-file = lan.key\n",
                             -1, 0644);
    conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    config_assert_message(conf, true, "lan.key: holds a secret");
    carp_conf_free(conf);
    conf = carp_conf_load(path, 0);
    g_assert_cmpuint(carp_conf_message_count(conf), ==, 2);
    g_assert_true(carp_conf_is_usable(conf));
    carp_conf_free(conf);
    g_remove(path);
    g_free(path);
}

static void
test_directory(void)
{
    char *dir = g_build_filename(config_directory, "conf.d", NULL);
    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    char *b = config_write_file("conf.d/b.conf",
                                "[vhid \"b\"]\nvhid = 2\n"
                                "password = x\n",
                                -1, 0600);
    char *a = config_write_file("conf.d/a.conf",
                                "[vhid \"a\"]\nvhid = 2\n"
                                "password = y\n",
                                -1, 0600);
    char *other = config_write_file("conf.d/README", "not ours\n", -1, 0600);
    struct carp_conf *conf = config_load(GOOD);
    config_assert_clean(conf);
    g_assert_cmpuint(carp_conf_count(conf), ==, 3);
    g_assert_cmpstr(carp_conf_get(conf, 1)->name, ==, "a");
    g_assert_cmpstr(carp_conf_get(conf, 2)->name, ==, "b");
    carp_conf_free(conf);
    g_free(config_write_file("conf.d/b.conf", GOOD, -1, 0600));
    conf = config_load(GOOD);
    config_assert_message(conf, true,
                          "conf.d/b.conf:1: [vhid \"lan\"]: this name "
                          "stands in ");
    carp_conf_free(conf);
    g_remove(a);
    g_remove(b);
    g_remove(other);
    g_rmdir(dir);
    g_free(a);
    g_free(b);
    g_free(other);
    g_free(dir);
}

static void
test_ring(void)
{
    struct carp_conf *conf = config_load(GOOD "accept-password = older\n"
                                              "[vhid \"six\"]\nvhid = 9\n"
                                              "addresses = fd00::1\n"
                                              "key-hex = " HEX "\n");
    struct carp_ring *ring = carp_ring_new();
    g_assert_cmpint(carp_conf_fill_ring(conf, ring), ==, CARP_OK);
    g_assert_cmpuint(carp_ring_count(ring), ==, 3);
    g_assert_cmpstr(carp_ring_get(ring, 0)->name, ==, "lan");
    g_assert_cmpstr(carp_ring_get(ring, 1)->name, ==, "lan");
    g_assert_cmpstr(carp_ring_get(ring, 2)->name, ==, "six");
    g_assert_cmpuint(carp_ring_get(ring, 2)->addrs.count, ==, 1);
    g_assert_cmpuint(carp_ring_get(ring, 2)->vhid, ==, 9);
    carp_ring_free(ring);
    carp_conf_free(conf);
}

static void
test_unreadable(void)
{
    struct carp_conf *conf = carp_conf_load("/nonexistent/carp.conf", 0);
    config_assert_message(conf, true, "/nonexistent/carp.conf: No such file");
    carp_conf_free(conf);
    conf = carp_conf_load(config_directory, 0);
    config_assert_message(conf, true, "not a regular file");
    carp_conf_free(conf);
}

/* A file that is none of ours fills no log. */
static void
test_many_faults(void)
{
    GString *text = g_string_new(NULL);
    for (unsigned int i = 0; i < 1000; i++) {
        g_string_append(text, "what is this\n");
    }
    struct carp_conf *conf = config_load(text->str);
    g_assert_cmpuint(carp_conf_message_count(conf), ==, 21);
    g_assert_cmpuint(carp_conf_error_count(conf), ==, 1000);
    g_assert_false(carp_conf_is_usable(conf));
    config_assert_message(conf, true, "980 more errors: mend these first");
    carp_conf_free(conf);
    g_string_free(text, TRUE);
}

/* Warnings do not hide an error that comes behind them. */
static void
test_many_warnings(void)
{
    GString *text = g_string_new(NULL);
    for (unsigned int i = 1; i <= 100; i++) {
        g_string_append_printf(text,
                               "[vhid \"v%u\"]\nvhid = %u\n"
                               "addresses = 10.0.0.1\npassword = x\n"
                               "preempt-delay = 5\n",
                               i, i);
    }
    struct carp_conf *conf = config_load(text->str);
    g_assert_cmpuint(carp_conf_message_count(conf), ==, 21);
    g_assert_true(carp_conf_is_usable(conf));
    config_assert_message(conf, false, "80 more warnings");
    carp_conf_free(conf);
    g_string_append(text, "[carpd]\nrealtime = 100\n");
    conf = config_load(text->str);
    g_assert_cmpuint(carp_conf_message_count(conf), ==, 22);
    g_assert_false(carp_conf_is_usable(conf));
    config_assert_message(conf, true, "realtime");
    carp_conf_free(conf);
    g_string_free(text, TRUE);
}

static void
add(void)
{
    g_test_add_func("/config/cut", test_cut);
    g_test_add_func("/config/password-file", test_password_file);
    g_test_add_func("/config/credential", test_credential);
    g_test_add_func("/config/modes", test_modes);
    g_test_add_func("/config/directory", test_directory);
    g_test_add_func("/config/ring", test_ring);
    g_test_add_func("/config/unreadable", test_unreadable);
    g_test_add_func("/config/many-faults", test_many_faults);
    g_test_add_func("/config/many-warnings", test_many_warnings);
}

int
main(int argc, char **argv)
{
    return config_run(argc, argv, add);
}
