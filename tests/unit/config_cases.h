/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_config.c expects of files that are wrong in one way each. */
#ifndef TESTS_CONFIG_CASES_H
#define TESTS_CONFIG_CASES_H

#include "config_fixture.h"

/* The line is that of the key, the group is named as it is written. */
#define AT(line, key) "/carp.conf:" line ": [vhid \"lan\"] " key ": "

static const struct {
    const char *text, *error;
} errors[] = {
    {"[vhid \"lan\"]\npassword = x\n", "[vhid \"lan\"] vhid: is missing: give "
                                       "1 to 255"},
    {"[vhid \"lan\"]\nvhid = 0\npassword = x\n",
     AT("2", "vhid") "'0' is not a number from 1 to 255"},
    {"[vhid \"lan\"]\nvhid = 256\npassword = x\n", "from 1 to 255"},
    {"[vhid \"lan\"]\nvhid = 1x\npassword = x\n", "'1x' is not a number"},
    {"[vhid \"lan\"]\nvhid =\npassword = x\n", "'' is not a number"},
    {HEAD, "/carp.conf:1: [vhid \"lan\"]: exactly one of password, "
           "password-file, credential, key-hex must be given, not 0"},
    {GOOD "key-hex = " HEX "\n", "must be given, not 2"},
    {HEAD "key-hex = " HEX "0\n",
     AT("3", "key-hex") "must be exactly 40 hexadecimal digits"},
    {HEAD "key-hex = 00112233\n", "exactly 40 hexadecimal digits"},
    {GOOD "accept-key-hex = 00112233\n", "accept-key-hex: must be exactly 40"},
    {GOOD "accept-password =\n", "accept-password: is empty"},
    {GOOD "advbase = 256\n",
     AT("4", "advbase") "'256' is not a number from 0 to 255"},
    {GOOD "advbase = 0\n", "advbase: 0 needs an advskew of 1 to 254"},
    {GOOD "advskew = 255\n",
     AT("4", "advskew") "'255' is not a number from 0 to 254"},
    {GOOD "advskew = -1\n", "from 0 to 254"},
    {GOOD "demote = 241\n", "demote: '241' is not a number from 0 to 240"},
    {GOOD "demote-link-down = a\n", "demote-link-down: 'a' is not a number"},
    {GOOD "demote-send-error = 999\n", "demote-send-error: '999' is not"},
    {GOOD "preempt = yes\n", AT("4", "preempt") "'yes' must be true or false"},
    {GOOD "vmac = 1\n", "vmac: '1' must be on, off or adverts"},
    {GOOD "profile = linux\n", "'linux' must be freebsd, freebsd6, netbsd, "
                               "openbsd, openbsd-orig, dragonfly, ucarp or "
                               "auto"},
    {GOOD "addresses = 10.0.0.300\n",
     AT("4", "addresses") "'10.0.0.300' is not an IPv4 or IPv6 address"},
    {GOOD "addresses = 10.0.0.1/33\n", "'10.0.0.1/33': the prefix length must "
                                       "be 0 to 32 (IPv4) or 0 to 128 (IPv6)"},
    {GOOD "addresses = 10.0.0.1; 10.0.0.1/24\n", "'10.0.0.1/24' stands here "
                                                 "twice"},
    {GOOD "addresses = 0.0.0.0\n",
     AT("4", "addresses") "0.0.0.0 is no address that a host can have"},
    {GOOD "addresses = 224.0.0.18\n", "224.0.0.18 is no address that a host"},
    {GOOD "addresses = 255.255.255.255\n", "is no address that a host"},
    {GOOD "addresses = 127.0.0.1/8\n", "127.0.0.1 is no address that a host"},
    {GOOD "addresses = 10.0.0.1; ::\n", ":: is no address that a host"},
    {GOOD "addresses = ::1\n", "::1 is no address that a host"},
    {GOOD "addresses = ff02::12/64\n", "ff02::12 is no address that a host"},
    {GOOD "addresses = 10.0.0.1\naccept-addresses = 10.0.0.1 | 239.0.0.1\n",
     AT("5", "accept-addresses") "239.0.0.1 is no address that a host"},
    {GOOD "addresses = ;\n", "addresses: is empty: give addresses or remove"},
    {GOOD "interface = a/b\n", "interface: 'a/b' is not an interface name (1 "
                               "to 15 characters"},
    {GOOD "interface = eth0\n", "addresses: is missing: a group with an "
                                "interface needs it"},
    {GOOD "lladdr = 1:2:3\n", "lladdr: '1:2:3' is not a MAC address"},
    {GOOD "peer = fe80::1\n", "peer: 'fe80::1' is not an IPv4 address without "
                              "prefix length"},
    {GOOD "peer6 = 10.0.0.1\n", "peer6: '10.0.0.1' is not an IPv6 address"},
    {GOOD "peer = 10.0.0.1/24\n", "without prefix length"},
    {GOOD "addresses = fd00::1\npeer = 10.0.0.1\n",
     AT("5", "peer") "the group has no IPv4 address"},
    {GOOD "addresses = 10.0.0.9\npeer6 = fe80::1\n",
     "peer6: the group has no IPv6 address"},
    {GOOD "senders = 10.0.0.0/24\n",
     AT("4", "senders") "give each sender's address, without prefix length"},
    {GOOD "senders = gate\n", "senders: 'gate' is not an IPv4 or IPv6"},
    {GOOD "senders = 10.0.0.1; 10.0.0.1\n", "'10.0.0.1' stands here twice"},
    {GOOD "senders =\n", "senders: is empty: give addresses or remove it"},
    {GOOD "up-script = up.sh\n", "up-script: 'up.sh' must be an absolute "
                                 "path"},
    {GOOD "down-script = \n", "down-script: '' must be an absolute path"},
    {GOOD "hook = x\n", "hook: 'x' must be an absolute path"},
    {GOOD "group = a b\n", "group: 'a b' is not a group name (1 to 32 "
                           "characters"},
    {GOOD "replay = maybe\n", "replay: 'maybe' must be off, alert or "
                              "strict"},
    {GOOD "replay = log\n", "replay: 'log' must be off, alert or strict"},
    {GOOD "preempt-delay = -1\n", "preempt-delay: '-1' is not a number of "
                                  "seconds from 0 to 3600"},
    {GOOD "start-delay = 3601\n", "start-delay: '3601' is not a number of"},
    {GOOD "start-delay = 1s\n", "start-delay: '1s' is not a number of"},
    {GOOD "announce-delay = nan\n", "announce-delay: 'nan' is not a number"},
    {GOOD "announce-refresh = 1e3\n", "'1e3' is not a number of seconds"},
    {GOOD "announce-repeat = 101\n", "'101' is not a number from 0 to 100"},
    {GOOD "dead-ratio = 0\n", "dead-ratio: '0' is not a number from 1 to 255"},
    {GOOD "min-ttl = 256\n", "min-ttl: '256' is not a number from 0 to 255"},
    {GOOD "late = maybe\n", "late: 'maybe' must be listen or speak"},
    {GOOD "families = 4\n", "families: '4' must be together or apart"},
    {GOOD "tie = lower\n", "tie: 'lower' must be address, yield or ucarp"},
    {GOOD "addresses-by = me\n", "addresses-by: 'me' must be carpd or script"},
    {GOOD "addresses-by = script\n", "addresses-by: script needs an up-script "
                                     "and a down-script"},
    {GOOD "source = fd00::1\n", "source: 'fd00::1' is not an IPv4 address"},
    {GOOD "addresses = fd00::1\nsource = 10.0.0.1\n",
     "source: the group has no IPv4 address"},
    {GOOD "accept-addresses = 10.0.0.1 | \n", "accept-addresses: is empty"},
    {GOOD "accept-addresses = 1|2|3|4|5|6|7|8|9\n", "more than 8 lists"},
    {GOOD "accept-addresses = x\n", "'x' is not an IPv4 or IPv6 address"},
    {GOOD "track-interface = a/b 5\n", "'a/b' is not an interface name"},
    {GOOD "track-interface = eth1 255\n", "'eth1 255' must be an interface "
                                          "and, if need be, a number from 1 "
                                          "to 254"},
    {GOOD "track-script = check\n", "'check' is not an absolute path"},
    {GOOD "track-file = /x y\n", "'/x y' must be an absolute path and, if"},
    {GOOD "track-interval = 0\n", "'0' is not a number of seconds from 1 to"},
    {GOOD "track-rise = 0\n", "'0' is not a number from 1 to 255"},
    {GOOD "notify = x\n", "notify: 'x' must be an absolute path"},
    {"[carpd]\nrealtime = 100\n" GOOD,
     "/carp.conf:2: [carpd] realtime: '100' is not a number from 0 to 99"},
    {"[carpd]\nlog = nowhere\n" GOOD, "log: 'nowhere' must be auto, stderr or"},
    {"[carpd]\nannounce-rate = 0\n" GOOD, "'0' is not a number from 1 to"},
    {"[carpd]\nhook-time-limit = 0\n" GOOD, "seconds from 1 to 3600"},
    {"[carpd]\nuser = a b\n" GOOD, "user: 'a b' is not a user name"},
    {"[carpd]\nvhid = 3\n" GOOD, "[carpd] vhid: is not a known key"},
    {"[carpd]\npassword = " SECRET "\n" GOOD,
     "[carpd] password: belongs into a [vhid \"NAME\"]"},
    {GOOD "interface = eth0\naddresses = 10.0.0.1\n"
          "[vhid \"b\"]\nvhid = 8\ninterface = eth0\n"
          "addresses = 10.0.0.2; 10.0.0.1\npassword = x\n",
     "/carp.conf:9: [vhid \"b\"] addresses: 10.0.0.1 is in [vhid \"lan\"] on "
     "the same interface already"},
    {GOOD "pasword = " SECRET "\n",
     AT("4", "pasword") "is not a known key: see carp.conf(5)"},
    {GOOD "vhid = 8\n", "/carp.conf:4: vhid stands here twice, first in line "
                        "2: keep one"},
    {GOOD "[vhid \"lan\"]\nvhid = 8\n",
     "/carp.conf:4: [vhid \"lan\"] stands here twice, first in line 1"},
    {GOOD "[carp]\n", "/carp.conf:4: [carp]: is not a known group: must read "
                      "[vhid \"NAME\"] or [carpd]"},
    {GOOD "[vhid \"\"]\n", "is not a known group"},
    {GOOD "[vhid \"a\"b\"]\n", "the name must be 1 to 63 octets of UTF-8"},
    {GOOD "[vhid \"x\"\n", "/carp.conf:4: a group must read [vhid \"NAME\"]"},
    {GOOD SECRET "\n", "/carp.conf:4: must be [vhid \"NAME\"], KEY = VALUE or "
                       "# COMMENT"},
    {"= " SECRET "\n", "/carp.conf:1: must be"},
    {"\xef\xbb\xbf" GOOD, "/carp.conf: begins with a byte order mark: save it "
                          "as UTF-8 without one"},
    {"vhid = 1\n", "/carp.conf:1: a key stands before the first"},
    {GOOD "a b = 1\n", "/carp.conf:4: [vhid \"lan\"]: a key may hold letters"},
    {HEAD "password = " SECRET "\\q\n", "password: is not UTF-8, or holds a "
                                        "backslash"},
    {GOOD "group = a\\q\n", "group: is not UTF-8, or holds a backslash"},
    {HEAD "password = \xff\n", "password: is not UTF-8"},
    {HEAD "password =\nprofile = ucarp\n",
     AT("3", "password") "the password must have 1 to 19 octets with profile "
                         "ucarp"},
    {HEAD "password-file =\n", "password-file: is empty: give a path"},
    {HEAD "password-file = none\n", "No such file"},
    {HEAD "password-file = .\n", "not a regular file"},
    {HEAD "credential = ../x\n", "credential: must be a credential's name"},
    {HEAD "credential = lan\n", "CREDENTIALS_DIRECTORY is not set"},
    {HEAD "credential = lan\n", "LoadCredential="},
    {GOOD "interface = eth0\naddresses = 10.0.0.1\n"
          "[vhid \"b\"]\nvhid = 7\ninterface = eth0\naddresses = 10.0.0.2\n"
          "password = x\n",
     "/carp.conf:7: [vhid \"b\"] vhid: 7 runs on eth0 in [vhid \"lan\"] "
     "already"},
};

static const struct {
    const char *text, *warning;
} warnings[] = {
    {"", "no [vhid \"NAME\"] group is given"},
    {HEAD "password = " SECRET " \n", "password: the password ends with a "
                                      "blank"},
    {HEAD "password = " SECRET "-and-much-longer\n",
     "password: the password is longer than 19 octets: only the first 19"},
    {GOOD "hook = /x\n", "hook: has no effect in a group without interface"},
    {GOOD "accept-password = " SECRET "\n", "the same as the group's own"},
    {GOOD "advbase = 86\n", "advbase: above 85"},
    {GOOD "dead-ratio = 1\n", "dead-ratio: 1 takes over whenever"},
    {GOOD "min-ttl = 254\n", "min-ttl: has no effect without a unicast"},
    {GOOD "preempt-delay = 5\n", "preempt-delay: has no effect without"},
    {GOOD "down-at-start = true\n", "down-at-start: has no effect without"},
    {GOOD "script-argument = x\n", "script-argument: has no effect without"},
    {GOOD "interface = eth0\naddresses = 10.0.0.1; 10.0.4.0/22\n",
     "addresses: 10.0.4.0/22 is the network, not a host in it"},
    {GOOD "interface = eth0\naddresses = 10.0.7.255/22\n",
     "addresses: 10.0.7.255/22 is the broadcast address of its network"},
    {GOOD "profile = netbsd\nlladdr = 02:00:00:00:00:01\n",
     "lladdr: is hashed by openbsd only"},
    {GOOD "source = 10.0.0.1\nsenders = 10.0.0.2\n",
     "senders: 10.0.0.1 of source is not among them"},
    {GOOD "peer6 = fe80::1\nsenders = 10.0.0.2; fe80::2\n",
     "senders: fe80::1 of peer6 is not among them"},
};

#endif
