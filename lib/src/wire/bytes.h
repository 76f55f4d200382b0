/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file bytes.h
 * The only code that indexes packet octets: a big-endian reader and writer
 * that check every access.
 *
 * Failure is sticky. A read past the end gives zeros, uses the rest up and
 * sets failed, so that a message is read field by field in wire order and
 * asked once, at its end, whether all of it was there.
 */
#ifndef CARP_WIRE_BYTES_H
#define CARP_WIRE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct carp_reader {
    const uint8_t *data; /* may be NULL when len is 0 */
    size_t len;
    size_t pos; /* <= len */
    bool failed;
};

static inline struct carp_reader
carp_reader_init(const uint8_t *data, size_t len)
{
    struct carp_reader r = {data, len, 0, false};

    return r;
}

/** Octets not yet read. */
static inline size_t
carp_reader_left(const struct carp_reader *r)
{
    return r->len - r->pos;
}

/** A reader of what is left, cut to @p max octets; @p r does not move. */
static inline struct carp_reader
carp_reader_rest(const struct carp_reader *r, size_t max)
{
    size_t left = carp_reader_left(r);
    size_t len = left < max ? left : max;

    return carp_reader_init(len > 0 ? r->data + r->pos : NULL, len);
}

/** Take the next @p n octets: NULL, and the failed state, if not there. */
static inline const uint8_t *
carp_take(struct carp_reader *r, size_t n)
{
    const uint8_t *at;

    if (n > r->len - r->pos) {
        r->pos = r->len;
        r->failed = true;
        return NULL;
    }
    at = r->data + r->pos;
    r->pos += n;
    return at;
}

/**
 * Split the next @p n octets off as a reader of their own. With a constant
 * @p n the compiler drops the checks of what is read from @p part.
 * @return false, with @p r failed and @p part empty, if they are not there
 */
static inline bool
carp_split(struct carp_reader *r, size_t n, struct carp_reader *part)
{
    const uint8_t *at = carp_take(r, n);

    *part = carp_reader_init(at, at != NULL ? n : 0);
    return at != NULL;
}

static inline void
carp_skip(struct carp_reader *r, size_t n)
{
    if (n > r->len - r->pos) {
        r->pos = r->len;
        r->failed = true;
    } else {
        r->pos += n;
    }
}

static inline uint8_t
carp_get_u8(struct carp_reader *r)
{
    const uint8_t *p = carp_take(r, 1);

    return p != NULL ? p[0] : 0;
}

static inline uint16_t
carp_get_u16(struct carp_reader *r)
{
    const uint8_t *p = carp_take(r, 2);

    return p != NULL ? (uint16_t)((unsigned int)p[0] << 8 | p[1]) : 0;
}

static inline uint32_t
carp_get_u32(struct carp_reader *r)
{
    const uint8_t *p = carp_take(r, 4);

    return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
                           (uint32_t)p[2] << 8 | (uint32_t)p[3]
                     : 0;
}

static inline uint64_t
carp_get_u64(struct carp_reader *r)
{
    const uint8_t *p = carp_take(r, 8);

    return p != NULL ? (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
                           (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
                           (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
                           (uint64_t)p[6] << 8 | (uint64_t)p[7]
                     : 0;
}

/** Copy @p n octets to @p out; zeros if they are not there. */
static inline void
carp_get_bytes(struct carp_reader *r, uint8_t *out, size_t n)
{
    const uint8_t *p = carp_take(r, n);

    if (p != NULL) {
        memcpy(out, p, n);
    } else {
        memset(out, 0, n);
    }
}

struct carp_writer {
    uint8_t *data;
    size_t len;
    size_t pos; /* <= len: what has been written */
    bool failed;
};

struct carp_writer carp_writer_init(uint8_t *data, size_t len);
/** Each writes the whole value, or nothing and sets failed for good. */
void carp_put_u8(struct carp_writer *w, uint8_t value);
void carp_put_u16(struct carp_writer *w, uint16_t value);
void carp_put_u64(struct carp_writer *w, uint64_t value);
void carp_put_bytes(struct carp_writer *w, const uint8_t *in, size_t n);

#endif
