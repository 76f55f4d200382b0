/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet.h"

#include <string.h>

#include <glib.h>

void
packet_put(struct packet *p, const uint8_t *data, size_t len)
{
    g_assert_cmpuint(len, <=, sizeof(p->data) - p->len);
    memcpy(p->data + p->len, data, len);
    p->len += len;
}

void
packet_hex(struct packet *p, const char *hex)
{
    while (*hex != '\0') {
        uint8_t octet;

        if (*hex == ' ') {
            hex++;
            continue;
        }
        g_assert_true(g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]));
        octet = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 |
                          g_ascii_xdigit_value(hex[1]));
        packet_put(p, &octet, 1);
        hex += 2;
    }
}

enum carp_status
packet_parse_cut(const struct packet *p, int link, size_t captured,
                 struct carp_frame *frame)
{
    uint8_t *copy = captured > 0 ? g_malloc(captured) : NULL;
    enum carp_status status;

    if (copy != NULL) {
        memcpy(copy, p->data, captured);
    }
    memset(frame, 0xa5, sizeof(*frame));
    status = carp_frame_parse(link, copy, captured, p->len, frame);
    g_free(copy);
    return status;
}

struct carp_frame
packet_parse(const struct packet *p, int link)
{
    struct carp_frame frame;

    g_assert_cmpint(packet_parse_cut(p, link, p->len, &frame), ==, CARP_OK);
    return frame;
}

struct carp_frame
packet_parse_hex(const char *hex, int link)
{
    struct packet p = {{0}, 0};

    packet_hex(&p, hex);
    return packet_parse(&p, link);
}

void
assert_octets(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i]) {
            g_error("octet %zu is %02x, not %02x", i, a[i], b[i]);
        }
    }
}

void
assert_addr(const struct carp_addr *a, const char *text)
{
    char buffer[CARP_ADDR_TEXT];

    g_assert_cmpstr(carp_addr_format(a, buffer), ==, text);
}

void
assert_mac(const struct carp_mac *mac, const char *text)
{
    char buffer[CARP_MAC_TEXT];

    g_assert_cmpstr(carp_mac_format(mac, buffer), ==, text);
}
