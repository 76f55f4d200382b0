/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/adv.h>

#include "wire/bytes.h"
#include "wire/checksum.h"

/* RFC 1071 adds 16 bit words; as 2^16 is 1 modulo 65535, adding 32 bit words
 * gives the same sum once folded. 2^32 of them fit before the sum wraps. */
uint64_t
carp_sum_add(uint64_t sum, const uint8_t *data, size_t len)
{
    struct carp_reader r = carp_reader_init(data, len);

    while (carp_reader_left(&r) >= 4) {
        sum += carp_get_u32(&r);
    }
    if (carp_reader_left(&r) >= 2) {
        sum += carp_get_u16(&r);
    }
    if (carp_reader_left(&r) > 0) {
        sum += (uint64_t)carp_get_u8(&r) << 8;
    }
    return sum;
}

uint16_t
carp_sum_finish(uint64_t sum)
{
    while (sum > 0xffff) {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    return (uint16_t)(~sum & 0xffff);
}

uint16_t
carp_checksum(const uint8_t *data, size_t len)
{
    return carp_sum_finish(carp_sum_add(0, data, len));
}
