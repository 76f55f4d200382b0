/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields, subtrees and expert items. */
#ifndef PLUGIN_FIELDS_H
#define PLUGIN_FIELDS_H

#include "compat.h"

#include <epan/expert.h>

#include <carp/track.h>

/* The fields that Wireshark's own CARP dissector registers. */
struct classic_fields {
    int typever, version, type, vhid, advskew, authlen, demotion, adver_int;
    int checksum, checksum_status, counter, hmac;
};
extern struct classic_fields classic;

/* Ours. */
struct new_fields {
    int hmac_status, hmac_key, hmac_profile, hmac_reason, addresses;
    int trailing;
    int time_delta, previous_frame, next_expected, role;
    int implementation, lineage, lineage_source;
    int finding, cause, severity, confidence, detail, remedy, evidence;
    int resolved;
    int two_masters, replay, loop, bow_out;
};
extern struct new_fields field;

struct subtrees {
    int carp, typever, hmac, sender, told;
};
extern struct subtrees subtree;

struct expert_items {
    expert_field checksum;
    expert_field takeover, master, yielded, resolved;
    expert_field findings[CARP_CODE_COUNT][CARP_CRITICAL + 1];
};
extern struct expert_items expert;

/* The protocol's number; registers it if Wireshark does not have it. */
int fields_register(void);
/* When Wireshark's own dissector has registered its fields. */
void fields_find_classic(void);
/* findings.c */
void findings_register(int proto);
/* A code in a few small words, for the Info column. */
const char *findings_words(enum carp_code code);

#endif
