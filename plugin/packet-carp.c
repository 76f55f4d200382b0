/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dissector. Wireshark has a protocol "carp" already, but gives IP
 * protocol 112 to VRRP: this one adds to that protocol, takes the number, and
 * hands on what is not CARP to whoever had it.
 */
#include "packet-carp.h"

#include <string.h>

#include <epan/prefs.h>
#include <epan/tap.h>

#include "fields.h"

enum { PROTOCOL = 112 };

static int proto = -1;
static int tap = -1;
static int vrrp_proto = -1;
static dissector_handle_t our_handle;
static dissector_handle_t vrrp_handle; /* or whoever had the number */

int
carp_proto(void)
{
    return proto;
}

int
carp_tap_id(void)
{
    return tap;
}

/* ------------------------------------------------------------------- tree */

/* As proto_tree_add_checksum() shows it, in a third of the time. */
static void
show_right_checksum(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned int sum = tvb_get_ntohs(tvb, 6);
    char text[] = "Checksum: 0x.... [correct]";
    char *at = strchr(text, '.');

    for (int shift = 12; shift >= 0; shift -= 4) {
        *at++ = digits[sum >> shift & 15];
    }
    compat_set_label(
        proto_tree_add_uint(tree, classic.checksum, tvb, 6, 2, sum), pinfo,
        text);
    proto_item_set_generated(proto_tree_add_uint(
        tree, classic.checksum_status, tvb, 6, 0, PROTO_CHECKSUM_E_GOOD));
}

static void
show_checksum(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
              const struct carp_state *state)
{
    const bool is_whole = tvb_captured_length(tvb) >= CARP_ADV_LEN;
    unsigned int sum = 0;

    if (is_whole &&
        (state == NULL || (state->issues & CARP_ISSUE_CHECKSUM) != 0)) {
        sum = carp_checksum(tvb_get_ptr(tvb, 0, CARP_ADV_LEN), CARP_ADV_LEN);
    }
    if (is_whole && sum == 0) {
        show_right_checksum(tree, tvb, pinfo);
        return;
    }
    proto_tree_add_checksum(
        tree, tvb, 6, classic.checksum, classic.checksum_status,
        &expert.checksum, pinfo, g_htons(sum), ENC_BIG_ENDIAN,
        is_whole ? PROTO_CHECKSUM_VERIFY | PROTO_CHECKSUM_IN_CKSUM
                 : PROTO_CHECKSUM_NO_FLAGS);
}

static void
show_typever(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo)
{
    const unsigned int octet = tvb_get_uint8(tvb, 0);
    proto_item *item =
        proto_tree_add_uint(tree, classic.typever, tvb, 0, 1, octet);
    proto_tree *sub = proto_item_add_subtree(item, subtree.typever);

    /* What nearly all adverts have is not formatted anew each time. */
    if (octet == (CARP_VERSION << 4 | CARP_TYPE_ADVERT)) {
        compat_set_label(item, pinfo,
                         "Version 2, Packet type 1 (Advertisement)");
    } else {
        proto_item_set_text(
            item, "Version %u, Packet type %u (%s)", octet >> 4, octet & 15,
            (octet & 15) == CARP_TYPE_ADVERT ? "Advertisement" : "Unknown");
    }
    proto_tree_add_uint(sub, classic.version, tvb, 0, 1, octet);
    proto_tree_add_uint(sub, classic.type, tvb, 0, 1, octet);
}

/* Octets that were not captured end this with an exception, as they should:
 * what is derived stands before. */
static void
show_advert(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
            const struct carp_state *state)
{
    const int *const fields[] = {&classic.vhid, &classic.advskew,
                                 &classic.authlen, &classic.demotion,
                                 &classic.adver_int};
    const int trailing = tvb_reported_length_remaining(tvb, CARP_ADV_LEN);

    show_typever(tree, tvb, pinfo);
    for (int i = 0; i < (int)array_length(fields); i++) {
        proto_tree_add_uint(tree, *fields[i], tvb, 1 + i, 1,
                            tvb_get_uint8(tvb, 1 + i));
    }
    show_checksum(tree, tvb, pinfo, state);
    proto_tree_add_uint64(tree, classic.counter, tvb, 8, 8,
                          tvb_get_ntoh64(tvb, 8));
    proto_tree_add_bytes(tree, classic.hmac, tvb, 16, CARP_MD_LEN,
                         tvb_get_ptr(tvb, 16, CARP_MD_LEN));
    if (trailing > 0) {
        proto_tree_add_item(tree, field.trailing, tvb, CARP_ADV_LEN, trailing,
                            ENC_NA);
    }
}

static void
queue_tap(tvbuff_t *tvb, packet_info *pinfo, const struct carp_state *state)
{
    struct carp_tap *told;
    uint8_t head[6] = {0};

    if (state == NULL || !have_tap_listener(tap)) {
        return;
    }
    tvb_memcpy(tvb, head, 0, MIN(sizeof(head), tvb_captured_length(tvb)));
    told = wmem_new0(pinfo->pool, struct carp_tap);
    told->state = state;
    told->told = state->extra != NULL ? state->extra->told : NULL;
    told->sender = carp_addr_of(&pinfo->src);
    told->vhid = head[1];
    told->advskew = head[2];
    told->advbase = head[5];
    tap_queue_packet(tap, pinfo, told);
}

static int
dissect_advert(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
               const void *ip)
{
    const struct carp_state *state = session_advert(tvb, pinfo, ip);
    proto_item *item;
    proto_tree *sub;

    show_info(pinfo, tvb, state);
    queue_tap(tvb, pinfo, state);
    /* Without a tree only expert items are left to do, and few frames have
     * some. */
    if (tree == NULL &&
        (state == NULL || (state->extra == NULL &&
                           (state->issues & CARP_ISSUE_CHECKSUM) == 0))) {
        return (int)tvb_captured_length(tvb);
    }
    item = proto_tree_add_item(tree, proto, tvb, 0, -1, ENC_NA);
    sub = proto_item_add_subtree(item, subtree.carp);
    if (state != NULL && tvb_captured_length(tvb) < CARP_ADV_LEN) {
        show_state(sub, tvb, pinfo, state);
        state = NULL;
    }
    show_advert(sub, tvb, pinfo, state);
    if (state != NULL) {
        show_state(sub, tvb, pinfo, state);
    }
    return (int)tvb_captured_length(tvb);
}

/* ------------------------------------------------------------ entry points */

/* Whoever had the number finds things as if this plugin were not there, the
 * list of layers included. */
static int
hand_on(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *ip,
        int layer)
{
    wmem_list_frame_t *last = wmem_list_tail(pinfo->layers);

    if (vrrp_handle == NULL) {
        return 0;
    }
    if (last != NULL && GPOINTER_TO_INT(wmem_list_frame_data(last)) == layer) {
        wmem_list_remove_frame(pinfo->layers, last);
    }
    return call_dissector_only(vrrp_handle, tvb, pinfo, tree, ip);
}

static int
dissect_carp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *ip)
{
    return carp_is_carp(tvb, pinfo, ip) ? dissect_advert(tvb, pinfo, tree, ip)
                                        : hand_on(tvb, pinfo, tree, ip, proto);
}

/* Where heuristics go before protocol numbers. VRRP is answered for as well,
 * because Wireshark's own heuristic takes some of it for CARP. */
static ws_bool
dissect_carp_heuristic(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                       void *ip)
{
    return carp_is_protocol(ip) && dissect_carp(tvb, pinfo, tree, ip) != 0;
}

/* Asked after the protocol's number only: who disables CARP, and with it this
 * plugin's hold on the number, keeps VRRP. */
static ws_bool
dissect_vrrp_heuristic(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                       void *ip)
{
    return carp_is_protocol(ip) && !carp_is_carp(tvb, pinfo, ip) &&
           hand_on(tvb, pinfo, tree, ip, vrrp_proto) != 0;
}

/* ARP, neighbour advertisements, VRRP, and time that passes. */
static int
dissect_frame(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
              void *data _U_)
{
    const struct carp_told *told = session_frame(tvb, pinfo);
    proto_item *item;

    if (told == NULL ||
        !proto_is_protocol_enabled(find_protocol_by_id(proto))) {
        return 0;
    }
    if (have_tap_listener(tap)) {
        struct carp_tap *news = wmem_new0(pinfo->pool, struct carp_tap);

        news->told = told;
        tap_queue_packet(tap, pinfo, news);
    }
    item = proto_tree_add_item(tree, proto, tvb, 0, 0, ENC_NA);
    proto_item_set_generated(item);
    proto_item_append_text(item, " (analysis)");
    show_told(proto_item_add_subtree(item, subtree.carp), tvb, pinfo, told);
    return (int)tvb_captured_length(tvb);
}

/* ------------------------------------------------------------ registration */

/* "Decode As CARP", saved before this plugin was there, names Wireshark's own
 * dissector. An explicit VRRP is left alone. */
static void
adopt_decode_as(void)
{
    dissector_table_t table = find_dissector_table("ip.proto");
    dissector_handle_t now = dissector_get_uint_handle(table, PROTOCOL);

    if (now != NULL && now != our_handle &&
        dissector_handle_get_protocol_index(now) == proto) {
        dissector_change_uint("ip.proto", PROTOCOL, our_handle);
    }
}

void
carp_register(void)
{
    proto = fields_register();
    tap = register_tap("carp");
    keys_register(prefs_register_protocol(proto, NULL));
    session_register();
    register_init_routine(adopt_decode_as);
    stat_tree_register();
    stat_vhid_register();
    /* Without a protocol, so that Wireshark does not add a layer to every
     * frame and take it off again. */
    register_postdissector(create_dissector_handle(dissect_frame, -1));
}

void
carp_register_handoff(void)
{
    fields_find_classic();
    vrrp_handle = dissector_get_default_uint_handle("ip.proto", PROTOCOL);
    if (vrrp_handle != NULL) {
        vrrp_proto = dissector_handle_get_protocol_index(vrrp_handle);
        heur_dissector_add("ip", dissect_vrrp_heuristic,
                           "VRRP where CARP is disabled", "vrrp_carp_off_ip",
                           vrrp_proto, HEURISTIC_ENABLE);
    }
    our_handle = register_dissector_with_description(
        "carp-hmac", "CARP (with HMAC verification)", dissect_carp, proto);
    dissector_add_uint("ip.proto", PROTOCOL, our_handle);
    heur_dissector_add("ip", dissect_carp_heuristic,
                       "CARP (with HMAC verification)", "carp_hmac_ip", proto,
                       HEURISTIC_ENABLE);
}
