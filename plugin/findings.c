/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogue of findings as expert items. */
#include "fields.h"

#include <string.h>

#include <wsutil/str_util.h>

struct catalogue {
    const char *abbrev; /* of the expert item */
    int group;
    const char *words; /* for the Info column, and the expert's summary */
};

/* A code that is not here is filtered and named by its own small letters. */
static const struct catalogue catalogue[CARP_CODE_COUNT] = {
    [CARP_DUAL_MASTER] = {"carp.analysis.two_masters", PI_PROTOCOL,
                          "two masters"},
    [CARP_UNSEEN_MASTER] = {"carp.analysis.unseen_master", PI_PROTOCOL,
                            "was MASTER unseen here"},
    [CARP_NO_MASTER] = {"carp.analysis.no_master", PI_PROTOCOL, "no master"},
    [CARP_BAD_HMAC] = {"carp.analysis.bad_hmac", PI_SECURITY, "HMAC bad"},
    [CARP_REPLAY] = {"carp.analysis.replay", PI_SECURITY, "replayed advert"},
    [CARP_LOOPED] = {"carp.analysis.loop", PI_SEQUENCE, "looped advert"},
    [CARP_DUPLICATE] = {"carp.analysis.duplicate", PI_SEQUENCE,
                        "duplicated advert"},
    [CARP_VHID_COLLISION] = {"carp.analysis.vhid_collision", PI_PROTOCOL,
                             "vhid used twice"},
    [CARP_FLAPPING] = {"carp.analysis.flapping", PI_SEQUENCE, "flapping"},
    [CARP_LATE_ADVERTS] = {"carp.analysis.late", PI_SEQUENCE, "late advert"},
    [CARP_MISSED_ADVERTS] = {"carp.analysis.missed", PI_SEQUENCE,
                             "adverts missed"},
    [CARP_FAMILY_SPLIT] = {"carp.analysis.family_split", PI_PROTOCOL,
                           "IPv4 and IPv6 masters differ"},
    [CARP_TIE] = {"carp.analysis.tie", PI_PROTOCOL, "equal priorities"},
    [CARP_ADVBASE_MISMATCH] = {"carp.analysis.advbase_mismatch", PI_PROTOCOL,
                               "members disagree on advbase"},
    [CARP_DEMOTED] = {"carp.analysis.demoted", PI_PROTOCOL, "demoted"},
    [CARP_BOWED_OUT] = {"carp.analysis.bow_out", PI_SEQUENCE, "bows out"},
    [CARP_TTL_NOT_255] = {"carp.analysis.ttl", PI_SECURITY, "TTL is not 255"},
    [CARP_BAD_CHECKSUM] = {"carp.analysis.bad_checksum", PI_CHECKSUM,
                           "bad checksum"},
    [CARP_MALFORMED] = {"carp.analysis.malformed", PI_MALFORMED,
                        "malformed advert"},
    [CARP_BAD_VERSION] = {"carp.analysis.bad_version", PI_PROTOCOL,
                          "bad version"},
    [CARP_SENDER_FLOOD] = {"carp.analysis.sender_flood", PI_SECURITY,
                           "flood of senders"},
    [CARP_STALE_ARP] = {"carp.analysis.stale_arp", PI_PROTOCOL, "stale ARP"},
    [CARP_VMAC_NOT_USED] = {"carp.analysis.vmac_not_used", PI_PROTOCOL,
                            "virtual MAC not used"},
    [CARP_VMAC_FROM_BACKUP] = {"carp.analysis.vmac_from_backup", PI_PROTOCOL,
                               "virtual MAC used by a BACKUP"},
    [CARP_WRONG_GROUP_MAC] = {"carp.analysis.wrong_group_mac", PI_PROTOCOL,
                              "wrong group MAC"},
    [CARP_SPLIT_PLACEMENT] = {"carp.analysis.split_placement", PI_PROTOCOL,
                              "vhids on different hosts"},
    [CARP_ROGUE_SENDER] = {"carp.analysis.rogue_sender", PI_SECURITY,
                           "unexpected sender"},
    [CARP_NO_QUERIER] = {"carp.analysis.no_querier", PI_PROTOCOL,
                         "no IGMP/MLD querier"},
    [CARP_NO_MEMBERSHIP] = {"carp.analysis.no_membership", PI_PROTOCOL,
                            "not in the multicast group"},
    [CARP_KEY_CHANGED] = {"carp.analysis.key_changed", PI_SECURITY,
                          "key changed"},
    [CARP_ADDRESSES_CHANGED] = {"carp.analysis.addresses_changed", PI_PROTOCOL,
                                "addresses changed"},
    [CARP_IMPLEMENTATION_CHANGED] = {"carp.analysis.implementation_changed",
                                     PI_PROTOCOL, "implementation changed"},
    [CARP_CAPTURE_BLIND] = {"carp.analysis.capture_blind", PI_SEQUENCE,
                            "capture is blind"},
};

/* Of each code, when registered. */
static const char *words[CARP_CODE_COUNT];

static const int severities[CARP_CRITICAL + 1] = {[CARP_INFO] = PI_NOTE,
                                                  [CARP_WARNING] = PI_WARN,
                                                  [CARP_CRITICAL] = PI_ERROR};

static ei_register_info changes[] = {
    {&expert.checksum,
     {"carp.bad_checksum", PI_CHECKSUM, PI_ERROR, "Bad checksum", EXPFILL}},
    {&expert.takeover,
     {"carp.analysis.takeover", PI_SEQUENCE, PI_CHAT,
      "Another sender became MASTER", EXPFILL}},
    {&expert.master,
     {"carp.analysis.master", PI_SEQUENCE, PI_CHAT, "A sender became MASTER",
      EXPFILL}},
    {&expert.yielded,
     {"carp.analysis.yielded", PI_SEQUENCE, PI_CHAT,
      "A sender is no longer MASTER", EXPFILL}},
    {&expert.resolved,
     {"carp.analysis.over", PI_SEQUENCE, PI_CHAT, "A finding is over",
      EXPFILL}},
};

/* An expert item has one severity, a code may have several: one item each,
 * under one name. */
static ei_register_info findings[CARP_CODE_COUNT * (CARP_CRITICAL + 1)];

/* "STALE_ARP" as "stale_arp", or as "stale arp". */
static const char *
small_letters(enum carp_code code, const char *before, char between)
{
    char *text =
        wmem_strconcat(wmem_epan_scope(), before, carp_code_text(code), NULL);

    for (char *at = text + strlen(before); *at != '\0'; at++) {
        if (*at == '_') {
            *at = between;
        } else {
            *at = g_ascii_tolower(*at);
        }
    }
    return text;
}

static struct catalogue
entry_of(enum carp_code code)
{
    struct catalogue entry = catalogue[code];

    if (entry.abbrev == NULL) {
        entry.abbrev = small_letters(code, "carp.analysis.", '_');
        entry.group = PI_PROTOCOL;
    }
    if (entry.words == NULL) {
        entry.words = small_letters(code, "", ' ');
    }
    return entry;
}

void
findings_register(int proto)
{
    expert_module_t *module = expert_register_protocol(proto);
    int count = 0;

    for (int code = 0; code < CARP_CODE_COUNT; code++) {
        const struct catalogue c = entry_of((enum carp_code)code);

        words[code] = c.words;
        for (int severity = 0; severity <= CARP_CRITICAL; severity++) {
            const ei_register_info info = {
                &expert.findings[code][severity],
                {c.abbrev, c.group, severities[severity], c.words, EXPFILL}};

            findings[count++] = info;
        }
    }
    expert_register_field_array(module, changes, array_length(changes));
    expert_register_field_array(module, findings, count);
}

const char *
findings_words(enum carp_code code)
{
    return words[code];
}
