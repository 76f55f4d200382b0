/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

const struct ctl_command ctl_commands[] = {
    {"show", "[VHID]", "state of every vhid, as ifconfig says it", 0, 1,
     ctl_show},
    {"watch", "[VHID]", "tell what happens as it happens", 0, 1, ctl_watch},
    {"stats", "[VHID]", "counters, as netstat says them", 0, 1, ctl_stats},
    {"promote", "[VHID]", "end a demotion by hand and become MASTER", 0, 1,
     ctl_promote},
    {"demote", "N [VHID]", "demote by N; 0 ends it", 1, 2, ctl_demote},
    {"state", "backup|master [VHID]", "force the state once", 1, 2, ctl_state},
    {"reload", "", "read carp.conf again", 0, 0, ctl_reload},
    {"check", "FILE", "check a carp.conf", 1, 1, ctl_check},
    {"import", "FILE...", "another system's configuration as carp.conf", 1, -1,
     ctl_import},
    {"export", "wireshark FILE", "a carp.conf as Wireshark's table of keys", 2,
     2, ctl_export},
    {NULL, NULL, NULL, 0, 0, NULL},
};
