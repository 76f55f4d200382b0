/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file fuzz.h
 * What the fuzz targets share: a check that release builds keep, too, and a
 * reader that turns the fuzzer's octets into values. Behind the end of the
 * input every value is zero, so that every input means something.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_FAIL(what)                                                  \
    do {                                                                 \
        fprintf(stderr, "%s:%d: %s: not true: %s\n", __FILE__, __LINE__, \
                __func__, what);                                         \
        abort();                                                         \
    } while (0)

/** What must hold whatever the input is. */
#define FUZZ_CHECK(condition)      \
    do {                           \
        if (!(condition)) {        \
            FUZZ_FAIL(#condition); \
        }                          \
    } while (0)

/** Where a target's files live: in memory, if there is a place for it. A disk
 * is slow to take a file that is made anew a thousand times a second. */
static inline const char *
fuzz_place(void)
{
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

struct fuzz_input {
    const uint8_t *data;
    size_t left;
};

static inline uint8_t
fuzz_u8(struct fuzz_input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->data++;
}

static inline uint16_t
fuzz_u16(struct fuzz_input *in)
{
    unsigned int high = fuzz_u8(in);
    return (uint16_t)(high << 8 | fuzz_u8(in));
}

static inline uint64_t
fuzz_u64(struct fuzz_input *in)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | fuzz_u8(in);
    }
    return value;
}

/** The next octets themselves; @p len is cut to what is left. */
static inline const uint8_t *
fuzz_octets(struct fuzz_input *in, size_t *len)
{
    const uint8_t *octets = in->data;
    *len = *len < in->left ? *len : in->left;
    in->data += *len;
    in->left -= *len;
    return octets;
}

/** Fill @p out, with zeros behind the end of the input. */
static inline void
fuzz_fill(struct fuzz_input *in, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = fuzz_u8(in);
    }
}

#endif
