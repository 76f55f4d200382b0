/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/bytes.h"

struct carp_writer
carp_writer_init(uint8_t *data, size_t len)
{
    struct carp_writer w = {data, len, 0, false};

    return w;
}

static uint8_t *
room(struct carp_writer *w, size_t n)
{
    uint8_t *at;

    if (w->failed || n > w->len - w->pos) {
        w->failed = true;
        return NULL;
    }
    at = w->data + w->pos;
    w->pos += n;
    return at;
}

static void
put_be(struct carp_writer *w, uint64_t value, size_t n)
{
    uint8_t *at = room(w, n);

    if (at == NULL) {
        return;
    }
    for (size_t i = n; i > 0; i--) {
        at[i - 1] = (uint8_t)(value & 0xff);
        value >>= 8;
    }
}

void
carp_put_u8(struct carp_writer *w, uint8_t value)
{
    put_be(w, value, 1);
}

void
carp_put_u16(struct carp_writer *w, uint16_t value)
{
    put_be(w, value, 2);
}

void
carp_put_u64(struct carp_writer *w, uint64_t value)
{
    put_be(w, value, 8);
}

void
carp_put_bytes(struct carp_writer *w, const uint8_t *in, size_t n)
{
    uint8_t *at = room(w, n);

    if (at != NULL && n > 0) {
        memcpy(at, in, n);
    }
}
