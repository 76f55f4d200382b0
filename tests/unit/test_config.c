/* SPDX-License-Identifier: BSD-2-Clause */
/* carp.conf: every key, every message, no secret in any of them. */
#include <string.h>
#include <sys/stat.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "carp_conf.h"
#include "config_cases.h"

static char *directory;

static char *
write_file(const char *name, const char *text, gssize size, mode_t mode)
{
    char *path = g_build_filename(directory, name, NULL);
    g_assert_true(g_file_set_contents(path, text, size, NULL));
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
    return path;
}

static void
assert_no_secret(const struct carp_conf *conf)
{
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const char *text = carp_conf_message(conf, i)->text;
        g_assert_null(strstr(text, SECRET));
        g_assert_null(strstr(text, "00112233"));
        g_assert_null(strchr(text, '\n'));
    }
}

static struct carp_conf *
load_sized(const char *text, gssize size)
{
    char *path = write_file("carp.conf", text, size, 0600);
    struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    g_free(path);
    assert_no_secret(conf);
    return conf;
}

static struct carp_conf *
load(const char *text)
{
    return load_sized(text, -1);
}

static void
assert_message(const struct carp_conf *conf, bool is_error, const char *part)
{
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const struct carp_conf_message *message = carp_conf_message(conf, i);
        if (message->is_error == is_error
            && strstr(message->text, part) != NULL) {
            return;
        }
    }
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        g_test_message("has: %s", carp_conf_message(conf, i)->text);
    }
    g_error("no %s with: %s", is_error ? "error" : "warning", part);
}

static void
assert_clean(const struct carp_conf *conf)
{
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        g_test_message("has: %s", carp_conf_message(conf, i)->text);
    }
    g_assert_cmpuint(carp_conf_message_count(conf), ==, 0);
}

static struct carp_conf *
load_every_key(void)
{
    struct carp_conf *conf = load(
        "# all of them\n"
        "[vhid \"lan\"]\n"
        "interface = eth0\n"
        "vhid = 1\n"
        "addresses = 192.168.1.50/24; 2001:db8::50/64;\n"
        "password = " SECRET "\n"
        "accept-password = older; \\;odd\n"
        "accept-key-hex = " HEX "\n"
        "profile = openbsd\n"
        "lladdr = 00:00:5e:00:01:09\n"
        "advbase = 2\nadvskew = 254\npreempt = true\n"
        "peer = 192.168.1.2\npeer6 = fe80::2\n"
        "senders = 192.168.1.2; 192.168.1.1;fe80::2\n"
        "vmac = false\n"
        "up-script = /etc/carp/up\ndown-script = /etc/carp/down\n"
        "hook = /etc/carp/hook\ngroup = edge\nreplay = strict\n"
        "demote = 1\ndemote-link-down = 2\ndemote-send-error = 3\n");
    assert_clean(conf);
    g_assert_cmpuint(carp_conf_count(conf), ==, 1);
    return conf;
}

static void
test_identity_keys(void)
{
    struct carp_conf *conf = load_every_key();
    const struct carp_conf_vhid *vhid = carp_conf_get(conf, 0);
    g_assert_cmpstr(vhid->name, ==, "lan");
    g_assert_cmpstr(vhid->interface, ==, "eth0");
    g_assert_cmpuint(vhid->vhid, ==, 1);
    g_assert_cmpuint(vhid->addrs.count, ==, 2);
    g_assert_cmpuint(vhid->prefix_len[0], ==, 24);
    g_assert_cmpuint(vhid->prefix_len[1], ==, 64);
    g_assert_cmpuint(vhid->accept_count, ==, 3);
    g_assert_cmpint(vhid->profile, ==, CARP_PROFILE_OPENBSD);
    g_assert_true(vhid->has_lladdr);
    g_assert_cmpuint(vhid->lladdr.octets[5], ==, 9);
    carp_conf_free(conf);
}

static void
test_daemon_keys(void)
{
    struct carp_conf *conf = load_every_key();
    const struct carp_conf_vhid *vhid = carp_conf_get(conf, 0);
    g_assert_cmpuint(vhid->advbase, ==, 2);
    g_assert_cmpuint(vhid->advskew, ==, 254);
    g_assert_true(vhid->preempt);
    g_assert_cmpuint(vhid->peer.family, ==, CARP_IPV4);
    g_assert_cmpuint(vhid->peer6.family, ==, CARP_IPV6);
    g_assert_cmpuint(vhid->senders.count, ==, 3);
    g_assert_cmpuint(vhid->senders.list[1].octets[3], ==, 1);
    g_assert_cmpint(vhid->vmac, ==, CARP_CONF_VMAC_OFF);
    g_assert_cmpstr(vhid->up_script, ==, "/etc/carp/up");
    g_assert_cmpstr(vhid->down_script, ==, "/etc/carp/down");
    g_assert_cmpstr(vhid->hook, ==, "/etc/carp/hook");
    g_assert_cmpstr(vhid->group, ==, "edge");
    g_assert_cmpint(vhid->replay, ==, CARP_REPLAY_STRICT);
    carp_conf_free(conf);
}

static void
test_demote_keys(void)
{
    struct carp_conf *conf = load_every_key();
    const struct carp_conf_vhid *vhid = carp_conf_get(conf, 0);
    g_assert_cmpuint(vhid->demote, ==, 1);
    g_assert_cmpuint(vhid->demote_link_down, ==, 2);
    g_assert_cmpuint(vhid->demote_send_error, ==, 3);
    carp_conf_free(conf);
}

static void
test_daemon_more(void)
{
    struct carp_conf *conf = load(
        GOOD "interface = eth0\naddresses = 10.0.0.1/24; fd00::1/64\n"
        "accept-addresses = 10.0.0.1 | 10.0.0.1; fd00::1; fd00::2\n"
        "accept-password = older\n"
        "preempt = true\npreempt-delay = 1.5\nstart-delay = 30\n"
        "dead-ratio = 4\npeer = 10.0.0.3\nmin-ttl = 250\n"
        "source = 10.0.0.2\nvmac = adverts\naddresses-by = script\n"
        "up-script = /u\ndown-script = /d\nscript-argument = a b\n"
        "down-at-start = true\nnotify = /n\nignore-link = true\n"
        "late = speak\nfamilies = apart\ntie = ucarp\nbroadcast = true\n"
        "announce-repeat = 5\nannounce-delay = 0.25\n"
        "announce-refresh = 60\ntrack-interface = eth1; eth2 10;\n"
        "track-script = /check 20\ntrack-file = /run/x\n"
        "track-interval = 5\ntrack-rise = 1\ntrack-fall = 3\n");
    assert_clean(conf);
    const struct carp_conf_vhid *vhid = carp_conf_get(conf, 0);
    g_assert_cmpuint(vhid->addrs_count, ==, 2);
    g_assert_cmpuint(vhid->accept_addrs[1].count, ==, 3);
    g_assert_cmpuint(vhid->preempt_delay, ==, 1500 * CARP_MSEC);
    g_assert_cmpuint(vhid->start_delay, ==, 30 * CARP_SEC);
    g_assert_cmpuint(vhid->dead_ratio, ==, 4);
    g_assert_cmpuint(vhid->min_ttl, ==, 250);
    g_assert_cmpuint(vhid->source.family, ==, CARP_IPV4);
    g_assert_cmpint(vhid->vmac, ==, CARP_CONF_VMAC_ADVERTS);
    g_assert_true(vhid->by_script && vhid->down_at_start && vhid->broadcast);
    g_assert_cmpstr(vhid->script_arg, ==, "a b");
    g_assert_cmpstr(vhid->notify, ==, "/n");
    g_assert_true(vhid->ignore_link && vhid->families_apart);
    g_assert_false(vhid->late_listen);
    g_assert_cmpint(vhid->tie, ==, CARP_CONF_TIE_UCARP);
    g_assert_cmpuint(vhid->announce_repeat, ==, 5);
    g_assert_cmpuint(vhid->announce_delay, ==, 250 * CARP_MSEC);
    g_assert_cmpuint(vhid->announce_refresh, ==, 60 * CARP_SEC);
    g_assert_cmpuint(vhid->track_count, ==, 4);
    g_assert_cmpstr(vhid->track[1].what, ==, "eth2");
    g_assert_cmpuint(vhid->track[1].amount, ==, 10);
    g_assert_cmpint(vhid->track[2].kind, ==, CARP_CONF_TRACK_SCRIPT);
    g_assert_cmpuint(vhid->track[3].amount, ==, 240);
    g_assert_cmpuint(vhid->track_fall, ==, 3);
    /* Two keys times three lists of addresses. */
    struct carp_ring *ring = carp_ring_new();
    g_assert_cmpint(carp_conf_fill_ring(conf, ring), ==, CARP_OK);
    g_assert_cmpuint(carp_ring_count(ring), ==, 6);
    carp_ring_free(ring);
    carp_conf_free(conf);
}

static void
test_daemon_group(void)
{
    struct carp_conf *conf = load(
        "[carpd]\nuser = nobody\nsocket-group = adm\n"
        "hook-time-limit = 5\nrealtime = 10\nlock-memory = true\n"
        "log = local0\nannounce-rate = 50\ndemote = 7\n" GOOD);
    assert_clean(conf);
    const struct carp_conf_daemon *daemon = carp_conf_get_daemon(conf);
    g_assert_cmpstr(daemon->user, ==, "nobody");
    g_assert_cmpstr(daemon->socket_group, ==, "adm");
    g_assert_cmpuint(daemon->hook_limit, ==, 5 * CARP_SEC);
    g_assert_cmpuint(daemon->realtime, ==, 10);
    g_assert_true(daemon->lock_memory);
    g_assert_cmpstr(daemon->log, ==, "local0");
    g_assert_cmpuint(daemon->announce_rate, ==, 50);
    g_assert_cmpuint(daemon->demote, ==, 7);
    carp_conf_free(conf);
    conf = load(GOOD);
    daemon = carp_conf_get_daemon(conf);
    g_assert_null(daemon->user);
    g_assert_cmpuint(daemon->hook_limit, ==, 30 * CARP_SEC);
    g_assert_cmpstr(daemon->log, ==, "auto");
    carp_conf_free(conf);
}

static void
test_defaults(void)
{
    struct carp_conf *conf = load(GOOD);
    assert_clean(conf);
    const struct carp_conf_vhid *vhid = carp_conf_get(conf, 0);
    g_assert_cmpuint(vhid->advbase, ==, 1);
    g_assert_cmpuint(vhid->advskew, ==, 0);
    g_assert_cmpint(vhid->profile, ==, CARP_PROFILE_AUTO);
    g_assert_cmpint(vhid->vmac, ==, CARP_CONF_VMAC_ON);
    g_assert_false(vhid->preempt);
    g_assert_null(vhid->interface);
    g_assert_cmpint(vhid->replay, ==, CARP_REPLAY_ALERT);
    g_assert_cmpuint(vhid->demote_link_down, ==, 240);
    g_assert_null(carp_conf_get(conf, 1));
    g_assert_null(carp_conf_message(conf, 0));
    carp_conf_free(conf);
}

static void
test_errors(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
        struct carp_conf *conf = load(errors[i].text);
        g_test_message("%s", errors[i].error);
        g_assert_false(carp_conf_is_usable(conf));
        assert_message(conf, true, errors[i].error);
        carp_conf_free(conf);
    }
}

static void
test_warnings(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(warnings); i++) {
        struct carp_conf *conf = load(warnings[i].text);
        g_assert_true(carp_conf_is_usable(conf));
        assert_message(conf, false, warnings[i].warning);
        carp_conf_free(conf);
    }
}

static void
test_limits(void)
{
    GString *text = g_string_new(GOOD "addresses =");
    for (int i = 0; i < CARP_ADDRS_MAX; i++) {
        g_string_append_printf(text, " 10.0.0.%d;", i);
    }
    struct carp_conf *conf = load(text->str);
    assert_clean(conf);
    carp_conf_free(conf);
    g_string_append(text, " 10.0.1.1\n");
    conf = load(text->str);
    assert_message(conf, true, "addresses: more than 64 addresses");
    carp_conf_free(conf);
    g_string_assign(text, GOOD "accept-password = ");
    for (int i = 0; i < CARP_CONF_ACCEPT_MAX + 1; i++) {
        g_string_append_printf(text, "old%d;", i);
    }
    conf = load(text->str);
    assert_message(conf, true, "more than 16 further secrets");
    carp_conf_free(conf);
    g_string_assign(text, "[vhid \"");
    for (int i = 0; i < 64; i++) {
        g_string_append_c(text, 'n');
    }
    g_string_append(text, "\"]\nvhid = 1\npassword = x\n");
    conf = load(text->str);
    assert_message(conf, true, "the name must be 1 to 63 octets");
    carp_conf_free(conf);
    g_string_free(text, TRUE);
}

/* A file cut anywhere never shows the secret, and never misleads: it is
 * either read or refused. */
static void
test_cut(void)
{
    const char text[] = GOOD "addresses = 10.0.0.1/24; fd00::1\n"
                             "accept-key-hex = " HEX "\nadvskew = 100\n";
    for (gssize size = 0; size < (gssize)sizeof(text); size++) {
        struct carp_conf *conf = load_sized(text, size);
        carp_conf_free(conf);
    }
    /* Each octet once replaced by one that is nowhere legal. */
    for (size_t i = 0; i + 1 < sizeof(text); i++) {
        char *copy = g_strdup(text);
        copy[i] = '\x01';
        char *path = write_file("carp.conf", copy, -1, 0600);
        struct carp_conf *conf = carp_conf_load(path, 0);
        for (size_t k = 0; k < carp_conf_message_count(conf); k++) {
            const char *said = carp_conf_message(conf, k)->text;
            g_assert_null(strchr(said, '\x01'));
        }
        carp_conf_free(conf);
        g_free(path);
        g_free(copy);
    }
    struct carp_conf *conf = load_sized("[vhid \"a\"]\n\0vhid = 1\n", 22);
    assert_message(conf, true, "holds a NUL octet");
    carp_conf_free(conf);
}

static void
test_password_file(void)
{
    static const struct {
        const char *content, *password;
    } rows[] = {
        {SECRET "\n", SECRET},          {SECRET, SECRET},
        {SECRET "\nsecond line\n", SECRET}, {SECRET "\n\n", SECRET},
        {SECRET "\r\n", SECRET "\r"},   {" " SECRET "\n", " " SECRET},
        {"\n", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = write_file("lan.key", rows[i].content, -1, 0600);
        struct carp_conf *conf = load(HEAD "password-file = lan.key\n");
        g_assert_true(carp_conf_is_usable(conf));
        struct carp_key key;
        g_assert_cmpint(carp_key_from_password(&key, rows[i].password,
                                               strlen(rows[i].password),
                                               CARP_KEY_RULE_BSD), ==,
                        CARP_OK);
        g_assert_true(
            carp_key_equal(&key, &carp_conf_get(conf, 0)->key));
        if (strchr(rows[i].content, '\r') != NULL) {
            assert_message(conf, false, "ends with a carriage return");
        } else {
            assert_clean(conf);
        }
        carp_conf_free(conf);
        g_free(path);
    }
    g_free(write_file("lan.key", "", 0, 0600));
    struct carp_conf *conf = load(HEAD "password-file = lan.key\n");
    assert_message(conf, true, "lan.key: is empty");
    carp_conf_free(conf);
    char *big = g_strnfill(5000, 'x');
    g_free(write_file("lan.key", big, -1, 0600));
    g_free(big);
    conf = load(HEAD "password-file = lan.key\n");
    assert_message(conf, true, "too large");
    carp_conf_free(conf);
}

static void
test_credential(void)
{
    g_free(write_file("cred", SECRET "\n", -1, 0600));
    g_setenv("CREDENTIALS_DIRECTORY", directory, TRUE);
    struct carp_conf *conf = load(HEAD "credential = cred\n"
                                       "accept-credential = cred\n");
    g_unsetenv("CREDENTIALS_DIRECTORY");
    g_assert_true(carp_conf_is_usable(conf));
    g_assert_cmpuint(carp_conf_get(conf, 0)->accept_count, ==, 1);
    carp_conf_free(conf);
}

static void
test_modes(void)
{
    char *path = write_file("open.conf", GOOD, -1, 0644);
    struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    assert_message(conf, true, "open.conf: holds a secret and others can "
                               "read it: chmod o-rwx ");
    g_assert_false(carp_conf_is_usable(conf));
    carp_conf_free(conf);
    conf = carp_conf_load(path, 0);
    assert_message(conf, false, "others can read it");
    g_assert_true(carp_conf_is_usable(conf));
    carp_conf_free(conf);
    g_chmod(path, 0640);
    conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    assert_clean(conf);
    carp_conf_free(conf);
    g_free(path);
    /* Only the key file is secret here; both would give one warning. */
    g_free(write_file("lan.key", SECRET, -1, 0604));
    path = write_file("open.conf", HEAD "password-file = lan.key\n"
                      "accept-password-file = lan.key\n", -1, 0644);
    conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    assert_message(conf, true, "lan.key: holds a secret");
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
    char *dir = g_build_filename(directory, "conf.d", NULL);
    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    char *b = write_file("conf.d/b.conf", "[vhid \"b\"]\nvhid = 2\n"
                         "password = x\n", -1, 0600);
    char *a = write_file("conf.d/a.conf", "[vhid \"a\"]\nvhid = 2\n"
                         "password = y\n", -1, 0600);
    char *other = write_file("conf.d/README", "not ours\n", -1, 0600);
    struct carp_conf *conf = load(GOOD);
    assert_clean(conf);
    g_assert_cmpuint(carp_conf_count(conf), ==, 3);
    g_assert_cmpstr(carp_conf_get(conf, 1)->name, ==, "a");
    g_assert_cmpstr(carp_conf_get(conf, 2)->name, ==, "b");
    carp_conf_free(conf);
    g_free(write_file("conf.d/b.conf", GOOD, -1, 0600));
    conf = load(GOOD);
    assert_message(conf, true, "conf.d/b.conf:1: [vhid \"lan\"]: this name "
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
    struct carp_conf *conf = load(GOOD "accept-password = older\n"
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
    assert_message(conf, true, "/nonexistent/carp.conf: No such file");
    carp_conf_free(conf);
    conf = carp_conf_load(directory, 0);
    assert_message(conf, true, "not a regular file");
    carp_conf_free(conf);
}

static void
remove_all(void)
{
    static const char *const names[] = {"carp.conf", "lan.key", "cred"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *path = g_build_filename(directory, names[i], NULL);
        g_remove(path);
        g_free(path);
    }
    g_rmdir(directory);
    g_free(directory);
}

int
main(int argc, char **argv)
{
    g_setenv("LC_ALL", "C", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_unsetenv("CREDENTIALS_DIRECTORY");
    directory = g_dir_make_tmp("carp-config-XXXXXX", NULL);
    g_assert_nonnull(directory);
    g_test_add_func("/config/identity-keys", test_identity_keys);
    g_test_add_func("/config/daemon-keys", test_daemon_keys);
    g_test_add_func("/config/demote-keys", test_demote_keys);
    g_test_add_func("/config/defaults", test_defaults);
    g_test_add_func("/config/daemon-more", test_daemon_more);
    g_test_add_func("/config/daemon-group", test_daemon_group);
    g_test_add_func("/config/errors", test_errors);
    g_test_add_func("/config/warnings", test_warnings);
    g_test_add_func("/config/limits", test_limits);
    g_test_add_func("/config/cut", test_cut);
    g_test_add_func("/config/password-file", test_password_file);
    g_test_add_func("/config/credential", test_credential);
    g_test_add_func("/config/modes", test_modes);
    g_test_add_func("/config/directory", test_directory);
    g_test_add_func("/config/ring", test_ring);
    g_test_add_func("/config/unreadable", test_unreadable);
    int status = g_test_run();
    remove_all();
    return status;
}
