/* SPDX-License-Identifier: BSD-2-Clause */
/* CARP, VRRPv2, VRRPv3 or neither: one row for each rule and its limits. */
#include <string.h>

#include <glib.h>

#include <carp/frame.h>

#include "packet.h"

/* What the checksum of a message covers. */
enum sum {
    WRONG,
    FIRST_36,
    ALL,    /* as VRRPv2 does */
    PSEUDO, /* ... and a pseudo header, as VRRPv3 does */
    BOTH    /* octets behind the first 36 are zero: both are right */
};

enum to { V4, V6_GROUP, V6_UNICAST };

/* Shorter names for the table. */
enum {
    VERSION = CARP_ISSUE_VERSION,
    TYPE = CARP_ISSUE_TYPE,
    AUTHLEN = CARP_ISSUE_AUTHLEN,
    CHECKSUM = CARP_ISSUE_CHECKSUM,
    SHORT = CARP_ISSUE_SHORT,
    TRAILING = CARP_ISSUE_TRAILING,
    CAPTURE = CARP_ISSUE_CAPTURE
};

#define CARP CARP_FRAME_CARP
#define VRRP2 CARP_FRAME_VRRP2
#define VRRP3 CARP_FRAME_VRRP3
#define P112 CARP_FRAME_P112
#define CUT CARP_FRAME_TRUNCATED

static const struct row {
    uint8_t first, count;  /* octets 0 and 3 */
    size_t wire, captured; /* 0: all */
    enum to to;
    enum sum sum;
    enum carp_frame_kind kind;
    unsigned int issues;
} rows[] = {
    /* exactly CARP, whatever the checksum */
    {0x21, 7, 36, 0, V4, FIRST_36, CARP, 0},
    {0x21, 7, 36, 0, V6_GROUP, FIRST_36, CARP, 0},
    {0x21, 7, 36, 0, V6_UNICAST, FIRST_36, CARP, 0},
    {0x21, 7, 36, 0, V4, WRONG, CARP, CHECKSUM},
    {0x21, 7, 36, 0, V4, PSEUDO, CARP, CHECKSUM},
    {0x21, 7, 36, 35, V4, FIRST_36, CARP, CAPTURE},
    {0x21, 7, 36, 4, V4, FIRST_36, CARP, CAPTURE},
    {0x21, 7, 36, 3, V4, FIRST_36, CUT, 0},

    /* VRRPv2 by length; 36 octets are five addresses */
    {0x21, 1, 20, 0, V4, ALL, VRRP2, 0},
    {0x21, 5, 36, 0, V4, ALL, VRRP2, 0},
    {0x21, 5, 36, 0, V4, WRONG, VRRP2, 0},
    {0x21, 5, 36, 8, V4, ALL, VRRP2, CAPTURE},
    {0x21, 5, 36, 7, V4, ALL, CUT, 0},
    {0x21, 255, 1036, 30, V4, ALL, VRRP2, CAPTURE},
    /* seven addresses, or an advert with eight octets behind it */
    {0x21, 7, 44, 0, V4, ALL, VRRP2, 0},
    {0x21, 7, 44, 0, V4, BOTH, VRRP2, 0},
    {0x21, 7, 44, 0, V4, WRONG, VRRP2, 0},
    {0x21, 7, 44, 0, V4, FIRST_36, CARP, TRAILING},
    {0x21, 7, 44, 43, V4, FIRST_36, VRRP2, CAPTURE},

    /* CARP of the wrong length */
    {0x21, 7, 4, 0, V4, WRONG, CARP, SHORT},
    {0x21, 7, 8, 0, V4, WRONG, CARP, SHORT},
    {0x21, 7, 35, 0, V4, WRONG, CARP, SHORT},
    {0x21, 7, 35, 5, V4, WRONG, CARP, SHORT | CAPTURE},
    {0x21, 7, 37, 0, V4, FIRST_36, CARP, TRAILING},
    {0x21, 7, 40, 0, V4, WRONG, CARP, TRAILING | CHECKSUM},
    {0x21, 7, 43, 0, V4, BOTH, CARP, TRAILING},
    {0x21, 7, 45, 0, V4, FIRST_36, CARP, TRAILING},
    {0x21, 7, 40, 36, V4, FIRST_36, CARP, TRAILING},
    {0x21, 7, 40, 35, V4, FIRST_36, CARP, TRAILING | CAPTURE},
    {0x21, 7, 3, 0, V4, WRONG, P112, 0},
    /* CARP with another authlen: only the checksum shows it */
    {0x21, 0, 36, 0, V4, FIRST_36, CARP, AUTHLEN},
    {0x21, 6, 36, 0, V4, FIRST_36, CARP, AUTHLEN},
    {0x21, 9, 40, 0, V6_GROUP, FIRST_36, CARP, AUTHLEN | TRAILING},
    {0x21, 0, 36, 35, V4, FIRST_36, P112, CAPTURE},
    {0x21, 0, 36, 0, V4, WRONG, P112, 0},
    {0x21, 0, 16, 0, V4, ALL, P112, 0},
    /* VRRPv2 whose count is wrong */
    {0x21, 6, 36, 0, V4, WRONG, VRRP2, 0},
    {0x21, 2, 20, 0, V4, ALL, VRRP2, 0},
    {0x21, 1, 8, 0, V4, ALL, VRRP2, 0},
    {0x21, 1, 7, 0, V4, WRONG, P112, 0},

    /* VRRPv3 by length */
    {0x31, 1, 12, 0, V4, PSEUDO, VRRP3, 0},
    {0x31, 0, 8, 0, V4, PSEUDO, VRRP3, 0},
    {0x31, 2, 40, 0, V6_UNICAST, PSEUDO, VRRP3, 0},
    {0x31, 1, 24, 0, V6_GROUP, WRONG, VRRP3, 0},
    {0x31, 1, 24, 7, V6_GROUP, PSEUDO, CUT, 0},
    {0x31, 1, 24, 8, V6_GROUP, PSEUDO, VRRP3, CAPTURE},
    /* FreeBSD's count over IPv6 */
    {0x31, 3, 24, 0, V6_GROUP, PSEUDO, VRRP3, 0},
    {0x31, 7, 40, 0, V6_GROUP, WRONG, VRRP3, 0},
    {0x31, 7, 40, 0, V6_GROUP, FIRST_36, VRRP3, 0},
    /* 36 octets, seven addresses: CARP of version 3? */
    {0x31, 7, 36, 0, V4, PSEUDO, VRRP3, 0},
    {0x31, 7, 36, 0, V4, WRONG, VRRP3, 0},
    {0x31, 7, 36, 0, V4, FIRST_36, CARP, VERSION},
    {0x31, 7, 36, 35, V4, FIRST_36, VRRP3, CAPTURE},
    {0x31, 7, 36, 0, V6_GROUP, FIRST_36, CARP, VERSION},
    {0x31, 7, 36, 0, V6_GROUP, WRONG, CARP, VERSION | CHECKSUM},
    {0x31, 7, 36, 0, V6_GROUP, PSEUDO, VRRP3, 0},
    {0x31, 7, 40, 0, V4, FIRST_36, CARP, VERSION | TRAILING},
    {0x31, 7, 40, 0, V4, PSEUDO, VRRP3, 0},
    {0x31, 6, 36, 0, V4, FIRST_36, CARP, VERSION | AUTHLEN},
    /* VRRPv3 whose count is wrong */
    {0x31, 3, 12, 0, V4, PSEUDO, VRRP3, 0},
    {0x31, 3, 24, 0, V6_UNICAST, PSEUDO, VRRP3, 0},
    {0x31, 1, 7, 0, V4, WRONG, P112, 0},
    {0x31, 0, 12, 0, V4, WRONG, P112, 0},
    {0x31, 0, 8, 0, V6_GROUP, PSEUDO, VRRP3, 0},

    /* CARP of other versions and types */
    {0x11, 7, 36, 0, V4, FIRST_36, CARP, VERSION},
    {0x41, 7, 36, 0, V6_GROUP, WRONG, CARP, VERSION | CHECKSUM},
    {0x22, 7, 36, 0, V4, FIRST_36, CARP, TYPE},
    {0x22, 7, 40, 0, V4, FIRST_36, CARP, TYPE | TRAILING},
    {0x22, 1, 36, 0, V4, FIRST_36, CARP, TYPE | AUTHLEN},
    {0x22, 7, 36, 4, V4, FIRST_36, CARP, TYPE | CAPTURE},
    {0x12, 0, 36, 0, V4, FIRST_36, CARP, VERSION | TYPE | AUTHLEN},
    {0x22, 1, 36, 0, V4, WRONG, P112, 0},
    {0x22, 7, 35, 0, V4, WRONG, P112, 0},
    {0x32, 1, 12, 0, V4, PSEUDO, P112, 0},
    {0x00, 0, 0, 0, V4, WRONG, P112, 0},
    {0x00, 0, 3, 0, V4, WRONG, P112, 0},
    {0x00, 0, 3, 2, V4, WRONG, P112, CAPTURE},
};

static void
put_ip_header(struct packet *p, const struct row *row)
{
    static const char *const headers[] = {
        [V4] = "45100000 00004000 ff700000 0a4e000b e0000012",
        [V6_GROUP] = "60000000 0000 70ff fe80000000000000 000000fffe00fb01"
                     "ff02000000000000 0000000000000012",
        [V6_UNICAST] = "60000000 0000 70ff fd77000000000000 0000000000000012"
                       "fd77000000000000 0000000000000011",
    };
    size_t at = row->to == V4 ? 2 : 4;
    size_t len;

    packet_hex(p, headers[row->to]);
    len = row->wire + (row->to == V4 ? p->len : 0);
    p->data[at] = (uint8_t)(len >> 8);
    p->data[at + 1] = (uint8_t)(len & 0xff);
}

/* The sum over the pseudo header's addresses, length and protocol 112: both
 * families have their addresses last in the header. */
static void
set_checksum(uint8_t *payload, const struct row *row, const uint8_t *header,
             size_t header_len)
{
    size_t covered = row->sum == FIRST_36 ? CARP_ADV_LEN : row->wire;
    size_t addresses = row->to == V4 ? 8 : 32;
    uint8_t buffer[2048] = {0};
    size_t n = 0;
    uint16_t sum;

    if (row->sum == WRONG) {
        payload[6] = 0xba;
        payload[7] = 0xd0;
        return;
    }
    if (row->sum == PSEUDO) {
        memcpy(buffer, header + header_len - addresses, addresses);
        buffer[addresses] = (uint8_t)(row->wire >> 8);
        buffer[addresses + 1] = (uint8_t)(row->wire & 0xff);
        buffer[addresses + 3] = 112;
        n = addresses + 4;
    }
    memcpy(buffer + n, payload, covered);
    sum = carp_checksum(buffer, n + covered);
    payload[6] = (uint8_t)(sum >> 8);
    payload[7] = (uint8_t)(sum & 0xff);
}

static void
fill(struct packet *p, const struct row *row)
{
    uint8_t payload[2048] = {0};
    size_t used = row->sum == BOTH ? CARP_ADV_LEN : row->wire;

    for (size_t i = 0; i < used; i++) {
        payload[i] = (uint8_t)(0x35 * i + 0x11);
    }
    payload[0] = row->first;
    payload[3] = row->count;
    payload[6] = payload[7] = 0;
    put_ip_header(p, row);
    set_checksum(payload, row, p->data, p->len);
    packet_put(p, payload, MIN(row->wire, 300));
}

static void
test_table(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        struct packet p = {{0}, 0};
        size_t captured = row->captured > 0 ? row->captured : row->wire;
        enum carp_status status;
        struct carp_frame f;

        fill(&p, row);
        captured += row->to == V4 ? 20 : 40;
        status = packet_parse_cut(&p, CARP_LINK_RAW, captured, &f);
        if (f.kind != row->kind || f.issues != row->issues) {
            g_error("row %zu (%02x %u, %zu octets): %s, issues %#x", i,
                    row->first, row->count, row->wire,
                    carp_frame_kind_text(f.kind), f.issues);
        }
        g_assert_cmpint(status, ==,
                        f.kind == CUT ? CARP_ERR_TRUNCATED : CARP_OK);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/classify/table", test_table);
    return g_test_run();
}
