/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"

#include <stddef.h>

/* -1: not registered. */
struct classic_fields classic;
struct new_fields field;
struct subtrees subtree;
struct expert_items expert;

static const value_string type_names[] = {{1, "Advertisement"}, {0, NULL}};

/* Used only where Wireshark was built without its CARP dissector. */
static hf_register_info classic_list[] = {
    {&classic.typever,
     {"Typever", "carp.typever", FT_UINT8, BASE_DEC, NULL, 0, NULL, HFILL}},
    {&classic.version,
     {"Version", "carp.version", FT_UINT8, BASE_DEC, NULL, 0xf0, NULL, HFILL}},
    {&classic.type,
     {"Packet type", "carp.type", FT_UINT8, BASE_DEC, VALS(type_names), 0x0f,
      NULL, HFILL}},
    {&classic.vhid,
     {"Virtual Host ID", "carp.vhid", FT_UINT8, BASE_DEC, NULL, 0, NULL,
      HFILL}},
    {&classic.advskew,
     {"Advertisement skew", "carp.advskew", FT_UINT8, BASE_DEC, NULL, 0, NULL,
      HFILL}},
    {&classic.authlen,
     {"Auth Len", "carp.authlen", FT_UINT8, BASE_DEC, NULL, 0,
      "Size of the counter and the HMAC in units of 32 bits", HFILL}},
    {&classic.demotion,
     {"Demotion indicator", "carp.demotion", FT_UINT8, BASE_DEC, NULL, 0, NULL,
      HFILL}},
    {&classic.adver_int,
     {"Adver Int", "carp.adver_int", FT_UINT8, BASE_DEC, NULL, 0,
      "Seconds between advertisements", HFILL}},
    {&classic.counter,
     {"Counter", "carp.counter", FT_UINT64, BASE_DEC, NULL, 0, NULL, HFILL}},
    {&classic.hmac,
     {"HMAC", "carp.hmac", FT_BYTES, BASE_NONE, NULL, 0, "SHA-1 HMAC", HFILL}},
    {&classic.checksum,
     {"Checksum", "carp.checksum", FT_UINT16, BASE_HEX, NULL, 0, NULL, HFILL}},
    {&classic.checksum_status,
     {"Checksum Status", "carp.checksum.status", FT_UINT8, BASE_NONE,
      VALS(proto_checksum_vals), 0, NULL, HFILL}},
};

static hf_register_info hmac_list[] = {
    {&field.hmac_status,
     {"HMAC Status", "carp.hmac.status", FT_UINT8, BASE_NONE,
      VALS(proto_checksum_vals), 0,
      "Whether a known key and address list give this HMAC", HFILL}},
    {&field.hmac_key,
     {"Key", "carp.hmac.key", FT_STRING, BASE_NONE, NULL, 0,
      "Name of the row or group whose key matches", HFILL}},
    {&field.hmac_profile,
     {"Hashed as", "carp.hmac.profile", FT_STRING, BASE_NONE, NULL, 0,
      "Implementation whose way of hashing matches", HFILL}},
    {&field.hmac_reason,
     {"Reason", "carp.hmac.reason", FT_STRING, BASE_NONE, NULL, 0,
      "Why the HMAC has this status", HFILL}},
    {&field.addresses,
     {"Learnt address", "carp.addresses", FT_STRING, BASE_NONE, NULL, 0,
      "Virtual address seen in ARP or neighbour advertisements by then",
      HFILL}},
    {&field.trailing,
     {"Trailing octets", "carp.trailing", FT_BYTES, BASE_NONE, NULL, 0,
      "Octets behind the 36 of an advertisement", HFILL}},
};

static hf_register_info analysis_list[] = {
    {&field.time_delta,
     {"Since the sender's previous advert", "carp.analysis.time_delta",
      FT_RELATIVE_TIME, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&field.previous_frame,
     {"Previous advert of the sender", "carp.analysis.previous_frame",
      FT_FRAMENUM, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&field.next_expected,
     {"Next advert expected", "carp.analysis.next_expected", FT_ABSOLUTE_TIME,
      ABSOLUTE_TIME_LOCAL, NULL, 0,
      "By what the sender advertises and is seen to do", HFILL}},
    {&field.role,
     {"Role of the sender", "carp.analysis.role", FT_STRING, BASE_NONE, NULL, 0,
      "MASTER or BACKUP, after this advert", HFILL}},
    {&field.implementation,
     {"Implementation", "carp.analysis.implementation", FT_STRING, BASE_NONE,
      NULL, 0, "What the sender looks like", HFILL}},
    {&field.lineage,
     {"Counter continues that of frame", "carp.analysis.lineage", FT_FRAMENUM,
      BASE_NONE, NULL, 0,
      "The sender has accepted that advert of another sender", HFILL}},
    {&field.lineage_source,
     {"Sent by", "carp.analysis.lineage_source", FT_STRING, BASE_NONE, NULL, 0,
      "Source of the advert that the counter "
      "continues",
      HFILL}},
    {&field.two_masters,
     {"Two masters", "carp.analysis.two_masters", FT_NONE, BASE_NONE, NULL, 0,
      NULL, HFILL}},
    {&field.replay,
     {"Replay", "carp.analysis.replay", FT_NONE, BASE_NONE, NULL, 0, NULL,
      HFILL}},
    {&field.loop,
     {"Loop", "carp.analysis.loop", FT_NONE, BASE_NONE, NULL, 0, NULL, HFILL}},
    {&field.bow_out,
     {"Bow-out", "carp.analysis.bow_out", FT_NONE, BASE_NONE, NULL, 0, NULL,
      HFILL}},
};

static hf_register_info finding_list[] = {
    {&field.finding,
     {"Finding", "carp.analysis.finding", FT_STRING, BASE_NONE, NULL, 0,
      "Code, the same in all programs of carpkit", HFILL}},
    {&field.cause,
     {"Cause", "carp.analysis.cause", FT_STRING, BASE_NONE, NULL, 0, NULL,
      HFILL}},
    {&field.severity,
     {"Severity", "carp.analysis.severity", FT_STRING, BASE_NONE, NULL, 0,
      "info, warning or critical", HFILL}},
    {&field.confidence,
     {"Confidence", "carp.analysis.confidence", FT_STRING, BASE_NONE, NULL, 0,
      "low, medium or high", HFILL}},
    {&field.detail,
     {"Because", "carp.analysis.detail", FT_STRING, BASE_NONE, NULL, 0, NULL,
      HFILL}},
    {&field.remedy,
     {"What to do", "carp.analysis.remedy", FT_STRING, BASE_NONE, NULL, 0, NULL,
      HFILL}},
    {&field.evidence,
     {"Evidence", "carp.analysis.evidence", FT_FRAMENUM, BASE_NONE, NULL, 0,
      NULL, HFILL}},
    {&field.resolved,
     {"Resolved", "carp.analysis.resolved", FT_STRING, BASE_NONE, NULL, 0,
      "Code of a finding that is over", HFILL}},
};

/* Every struct here is made of ints. */
static void
unset(void *ints, size_t size)
{
    int *at = ints;

    for (size_t i = 0; i < size / sizeof(int); i++) {
        at[i] = -1;
    }
}

static int *subtrees[] = {&subtree.carp, &subtree.typever, &subtree.hmac,
                          &subtree.sender, &subtree.told};

int
fields_register(void)
{
    int proto = proto_get_id_by_filter_name("carp");

    unset(&classic, sizeof(classic));
    unset(&field, sizeof(field));
    unset(&subtree, sizeof(subtree));
    unset(&expert, sizeof(expert));
    if (proto == -1) {
        proto = proto_register_protocol("Common Address Redundancy Protocol",
                                        "CARP", "carp");
        proto_register_field_array(proto, classic_list,
                                   array_length(classic_list));
    }
    proto_register_field_array(proto, hmac_list, array_length(hmac_list));
    proto_register_field_array(proto, analysis_list,
                               array_length(analysis_list));
    proto_register_field_array(proto, finding_list, array_length(finding_list));
    proto_register_subtree_array(subtrees, array_length(subtrees));
    findings_register(proto);
    return proto;
}

void
fields_find_classic(void)
{
    for (size_t i = 0; i < array_length(classic_list); i++) {
        *classic_list[i].p_id =
            proto_registrar_get_id_byname(classic_list[i].hfinfo.abbrev);
    }
}
