/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <stddef.h>

#include "play_command.h"

const struct inj_command inj_commands[] = {
    {"advert", "send adverts, valid or with any field changed", inj_cmd_advert},
    {"replay", "send the adverts of a capture again", inj_cmd_replay},
    {"fuzz", "send adverts with faults, reproducibly", inj_cmd_fuzz},
    {"flood", "send adverts as fast as can be, bounded", inj_cmd_flood},
    {"play", "run a scenario: send, expect, measure", inj_cmd_play},
    {"conform", "test a CARP implementation from the wire", inj_cmd_conform},
    {NULL, NULL, NULL},
};
