/* SPDX-License-Identifier: BSD-2-Clause */
/* For builds with MemorySanitizer alone: what libcrypto wrote is written. Its
 * input is checked, as the sanitizer would have done. */
#include <stddef.h>

#include <sanitizer/msan_interface.h>

/* struct SHAstate_st begins with the five words that take part. */
#define STATE_LEN ((size_t)20)
#define BLOCK_LEN ((size_t)64)

void __real_SHA1_Transform(void *ctx, const unsigned char *block);
void __wrap_SHA1_Transform(void *ctx, const unsigned char *block);

void
__wrap_SHA1_Transform(void *ctx, const unsigned char *block)
{
    __msan_check_mem_is_initialized(ctx, STATE_LEN);
    __msan_check_mem_is_initialized(block, BLOCK_LEN);
    __real_SHA1_Transform(ctx, block);
    __msan_unpoison(ctx, STATE_LEN);
}
