/* SPDX-License-Identifier: BSD-2-Clause */
#include "show.h"

#include <string.h>

#include <carp/frame.h>

#define HEX_COLUMN 26
#define ROW 16

static void
append_hex(GString *out, const uint8_t *octets, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        g_string_append_c(out, digits[octets[i] >> 4]);
        g_string_append_c(out, digits[octets[i] & 15]);
    }
}

/* ------------------------------------------------------------------- text */

static void
show_field(GString *out, const struct inj_frame *frame, enum inj_field field)
{
    const struct inj_field_info *info = inj_field_info(field);
    char text[INJ_VALUE_TEXT];
    struct inj_value value =
        inj_field_get(frame->octets, &frame->layout, field);
    inj_value_format(field, frame->layout.family, &value, text);
    struct inj_place place =
        frame->layout.family == CARP_IPV6 ? info->v6 : info->v4;
    size_t first = frame->layout.at[info->layer] + place.offset / 8u;
    size_t end =
        frame->layout.at[info->layer] + (place.offset + place.bits + 7u) / 8u;
    gsize start = out->len;
    g_string_append_printf(out, "  %04x  ", (unsigned int)first);
    append_hex(out, frame->octets + first, MIN(end - first, 8));
    if (end - first > 8) {
        g_string_append(out, "..");
    }
    while (out->len - start < HEX_COLUMN + 2) {
        g_string_append_c(out, ' ');
    }
    g_string_append_printf(out, "%-12s %s\n", info->name, text);
}

static void
show_octets(GString *out, const struct inj_frame *frame)
{
    for (size_t at = 0; at < frame->len; at += ROW) {
        g_string_append_printf(out, "  %04x ", (unsigned int)at);
        for (size_t i = at; i < MIN(at + ROW, frame->len); i += 2) {
            g_string_append_c(out, ' ');
            append_hex(out, frame->octets + i, MIN(frame->len - i, 2));
        }
        g_string_append_c(out, '\n');
    }
}

static void
judge(const struct inj_frame *frame, struct carp_frame *parsed)
{
    enum carp_status status = carp_frame_parse(
        CARP_LINK_ETHERNET, frame->octets, frame->len, frame->len, parsed);
    (void)status; /* whatever it is, the kind tells */
}

/* libcarp does not look at IPv4's header checksum; receivers do. */
static bool
has_bad_ip_checksum(const struct inj_frame *frame)
{
    uint16_t at = frame->layout.at[INJ_LAYER_IP];
    if (!inj_field_present(&frame->layout, frame->len, INJ_IP_HL)) {
        return false;
    }
    size_t len =
        (size_t)inj_field_get(frame->octets, &frame->layout, INJ_IP_HL).number *
        4;
    return len >= 20 && at + len <= frame->len &&
           carp_checksum(frame->octets + at, len) != 0;
}

static void
show_issues(GString *out, const struct inj_frame *frame)
{
    struct carp_frame parsed;
    judge(frame, &parsed);
    if (parsed.kind != CARP_FRAME_CARP) {
        g_string_append_printf(out, "  receivers take this for: %s\n",
                               carp_frame_kind_text(parsed.kind));
    }
    for (unsigned int bit = 1; bit <= CARP_ISSUE_CAPTURE; bit <<= 1) {
        if (parsed.kind == CARP_FRAME_CARP && (parsed.issues & bit) != 0) {
            g_string_append_printf(out, "  receivers object to: %s\n",
                                   carp_issue_text((enum carp_issue)bit));
        }
    }
    if (has_bad_ip_checksum(frame)) {
        g_string_append(out, "  receivers object to: bad IP checksum\n");
    }
}

void
inj_show_text(GString *out, const struct inj_frame *frame, uint64_t number)
{
    static const char *const titles[INJ_LAYER_COUNT] = {
        "Ethernet", "802.1Q", "802.1Q, inner", NULL, "IP", "CARP"};
    enum inj_layer layer = INJ_LAYER_COUNT;
    g_string_append_printf(out,
                           "frame %" G_GUINT64_FORMAT ": %u octets, at "
                           "%.6f s\n",
                           number, (unsigned int)frame->len,
                           (double)frame->at / 1e9);
    show_octets(out, frame);
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        enum inj_field field = (enum inj_field)i;
        const struct inj_field_info *info = inj_field_info(field);
        if (!inj_field_present(&frame->layout, frame->len, field)) {
            continue;
        }
        if (info->layer != layer && titles[info->layer] != NULL) {
            g_string_append_printf(out, " %s\n", titles[info->layer]);
        }
        layer = info->layer;
        show_field(out, frame, field);
    }
    show_issues(out, frame);
}

/* ------------------------------------------------------------------- JSON */

static void
json_field(struct jsonl *json, const struct inj_frame *frame,
           enum inj_field field)
{
    const struct inj_field_info *info = inj_field_info(field);
    char name[32];
    char text[INJ_VALUE_TEXT];
    struct inj_value value =
        inj_field_get(frame->octets, &frame->layout, field);
    g_strlcpy(name, field == INJ_DIGEST ? "digest_hex" : info->name,
              sizeof(name));
    g_strdelimit(name, "-", '_');
    if (info->kind == INJ_NUMBER) {
        jsonl_uint(json, name, value.number);
    } else {
        jsonl_string(
            json, name,
            inj_value_format(field, frame->layout.family, &value, text));
    }
}

static void
json_issues(struct jsonl *json, const struct inj_frame *frame)
{
    struct carp_frame parsed;
    judge(frame, &parsed);
    jsonl_string(json, "kind", carp_frame_kind_text(parsed.kind));
    jsonl_open_array(json, "issues");
    for (unsigned int bit = 1; bit <= CARP_ISSUE_CAPTURE; bit <<= 1) {
        if (parsed.kind == CARP_FRAME_CARP && (parsed.issues & bit) != 0) {
            jsonl_string(json, NULL, carp_issue_text((enum carp_issue)bit));
        }
    }
    if (has_bad_ip_checksum(frame)) {
        jsonl_string(json, NULL, "bad IP checksum");
    }
    jsonl_close_array(json);
}

void
inj_show_json(struct jsonl *json, const struct inj_frame *frame,
              uint64_t number)
{
    GString *hex = g_string_sized_new(2 * frame->len + 1);
    append_hex(hex, frame->octets, frame->len);
    jsonl_open_object(json, NULL);
    jsonl_uint(json, "schema", 1);
    jsonl_string(json, "event", "frame");
    jsonl_uint(json, "number", number);
    jsonl_seconds(json, "at", frame->at);
    jsonl_uint(json, "length", frame->len);
    jsonl_string(json, "frame_hex", hex->str);
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        if (inj_field_present(&frame->layout, frame->len, (enum inj_field)i)) {
            json_field(json, frame, (enum inj_field)i);
        }
    }
    json_issues(json, frame);
    jsonl_close_object(json);
    g_string_append_c(json->text, '\n');
    g_string_free(hex, TRUE);
}
