/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcapng.h"

#include <string.h>

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

#define OPTION_END 0
#define OPTION_COMMENT 1
#define OPTION_APPLICATION 4 /* of a section */
#define OPTION_NAME 2        /* of an interface */
#define OPTION_RESOLUTION 9  /* of an interface */

#define NANOSECONDS 9 /* 10^-9 s */

static void
put_u16(GByteArray *out, uint16_t value)
{
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

static void
put_u32(GByteArray *out, uint32_t value)
{
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

static void
put_padded(GByteArray *out, const void *data, size_t length)
{
    static const guint8 zeros[4];
    g_byte_array_append(out, data, (guint)length);
    g_byte_array_append(out, zeros, (guint)((4 - length % 4) % 4));
}

static void
put_option(GByteArray *out, uint16_t code, const void *data, size_t length)
{
    put_u16(out, code);
    put_u16(out, (uint16_t)length);
    put_padded(out, data, length);
}

static void
put_text(GByteArray *out, uint16_t code, const char *text)
{
    if (text == NULL || *text == '\0') {
        return;
    }
    char *valid = g_utf8_make_valid(text, -1);
    size_t length = strlen(valid);
    if (length > PCAPNG_TEXT_MAX) {
        const char *end =
            g_utf8_find_prev_char(valid, valid + PCAPNG_TEXT_MAX + 1);
        length = (size_t)(end - valid);
    }
    put_option(out, code, valid, length);
    g_free(valid);
}

/* A block's length stands in front and behind; it is known only at the end. */
static guint
begin_block(GByteArray *out, uint32_t type)
{
    guint start = out->len;
    put_u32(out, type);
    put_u32(out, 0);
    return start;
}

static void
end_block(GByteArray *out, guint start)
{
    put_u32(out, OPTION_END);
    uint32_t length = out->len - start + 4;
    put_u32(out, length);
    memcpy(out->data + start + 4, &length, sizeof(length));
}

void
pcapng_section(GByteArray *out, const char *application, const char *comment)
{
    guint start = begin_block(out, BLOCK_SECTION);
    put_u32(out, BYTE_ORDER_MAGIC);
    put_u16(out, 1); /* version 1.0 */
    put_u16(out, 0);
    put_u32(out, UINT32_MAX); /* length of the section: not given */
    put_u32(out, UINT32_MAX);
    put_text(out, OPTION_COMMENT, comment);
    put_text(out, OPTION_APPLICATION, application);
    end_block(out, start);
}

void
pcapng_interface(GByteArray *out, const char *name, uint16_t link_type,
                 uint32_t snaplen)
{
    const uint8_t resolution = NANOSECONDS;
    guint start = begin_block(out, BLOCK_INTERFACE);
    put_u16(out, link_type);
    put_u16(out, 0);
    put_u32(out, snaplen);
    put_text(out, OPTION_NAME, name);
    put_option(out, OPTION_RESOLUTION, &resolution, sizeof(resolution));
    end_block(out, start);
}

void
pcapng_packet(GByteArray *out, const struct pcapng_packet *packet,
              const char *const *comments, size_t count)
{
    guint start = begin_block(out, BLOCK_PACKET);
    put_u32(out, packet->interface);
    put_u32(out, (uint32_t)(packet->time >> 32));
    put_u32(out, (uint32_t)packet->time);
    put_u32(out, (uint32_t)packet->captured);
    put_u32(out, (uint32_t)packet->on_wire);
    put_padded(out, packet->data, packet->captured);
    for (size_t i = 0; i < count; i++) {
        put_text(out, OPTION_COMMENT, comments[i]);
    }
    end_block(out, start);
}
