/* SPDX-License-Identifier: BSD-2-Clause */
/* carp.conf: every key, every message, no secret in any of them. */
#include <string.h>

#include "config_cases.h"
#include "config_fixture.h"

static struct carp_conf *
load_every_key(void)
{
    struct carp_conf *conf = config_load(
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
    config_assert_clean(conf);
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
    struct carp_conf *conf = config_load(
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
    config_assert_clean(conf);
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
    struct carp_conf *conf =
        config_load("[carpd]\nuser = nobody\nsocket-group = adm\n"
                    "hook-time-limit = 5\nrealtime = 10\nlock-memory = true\n"
                    "log = local0\nannounce-rate = 50\ndemote = 7\n" GOOD);
    config_assert_clean(conf);
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
    conf = config_load(GOOD);
    daemon = carp_conf_get_daemon(conf);
    g_assert_null(daemon->user);
    g_assert_cmpuint(daemon->hook_limit, ==, 30 * CARP_SEC);
    g_assert_cmpstr(daemon->log, ==, "auto");
    carp_conf_free(conf);
}

static void
test_defaults(void)
{
    struct carp_conf *conf = config_load(GOOD);
    config_assert_clean(conf);
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
        struct carp_conf *conf = config_load(errors[i].text);
        g_test_message("%s", errors[i].error);
        g_assert_false(carp_conf_is_usable(conf));
        config_assert_message(conf, true, errors[i].error);
        carp_conf_free(conf);
    }
}

static void
test_warnings(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(warnings); i++) {
        struct carp_conf *conf = config_load(warnings[i].text);
        g_assert_true(carp_conf_is_usable(conf));
        config_assert_message(conf, false, warnings[i].warning);
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
    struct carp_conf *conf = config_load(text->str);
    config_assert_clean(conf);
    carp_conf_free(conf);
    g_string_append(text, " 10.0.1.1\n");
    conf = config_load(text->str);
    config_assert_message(conf, true, "addresses: more than 64 addresses");
    carp_conf_free(conf);
    g_string_assign(text, GOOD "accept-password = ");
    for (int i = 0; i < CARP_CONF_ACCEPT_MAX + 1; i++) {
        g_string_append_printf(text, "old%d;", i);
    }
    conf = config_load(text->str);
    config_assert_message(conf, true, "more than 16 further secrets");
    carp_conf_free(conf);
    g_string_assign(text, "[vhid \"");
    for (int i = 0; i < 64; i++) {
        g_string_append_c(text, 'n');
    }
    g_string_append(text, "\"]\nvhid = 1\npassword = x\n");
    conf = config_load(text->str);
    config_assert_message(conf, true, "the name must be 1 to 63 octets");
    carp_conf_free(conf);
    g_string_free(text, TRUE);
}

static void
add(void)
{
    g_test_add_func("/config/identity-keys", test_identity_keys);
    g_test_add_func("/config/daemon-keys", test_daemon_keys);
    g_test_add_func("/config/demote-keys", test_demote_keys);
    g_test_add_func("/config/defaults", test_defaults);
    g_test_add_func("/config/daemon-more", test_daemon_more);
    g_test_add_func("/config/daemon-group", test_daemon_group);
    g_test_add_func("/config/errors", test_errors);
    g_test_add_func("/config/warnings", test_warnings);
    g_test_add_func("/config/limits", test_limits);
}

int
main(int argc, char **argv)
{
    return config_run(argc, argv, add);
}
