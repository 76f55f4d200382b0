/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/addr.h>

#include <string.h>

struct carp_addr
carp_addr_v4(const uint8_t octets[4])
{
    struct carp_addr a = {CARP_IPV4, {0}};

    memcpy(a.octets, octets, 4);
    return a;
}

struct carp_addr
carp_addr_v6(const uint8_t octets[16])
{
    struct carp_addr a = {CARP_IPV6, {0}};

    memcpy(a.octets, octets, 16);
    return a;
}

int
carp_addr_compare(const struct carp_addr *a, const struct carp_addr *b)
{
    if (a->family != b->family) {
        return a->family < b->family ? -1 : 1;
    }
    return memcmp(a->octets, b->octets, sizeof(a->octets));
}

bool
carp_addr_equal(const struct carp_addr *a, const struct carp_addr *b)
{
    return carp_addr_compare(a, b) == 0;
}

bool
carp_addr_is_link_local(const struct carp_addr *a)
{
    return a->family == CARP_IPV6 && a->octets[0] == 0xfe &&
           (a->octets[1] & 0xc0) == 0x80;
}

bool
carp_addr_is_host(const struct carp_addr *a)
{
    static const uint8_t none[16];
    static const uint8_t all[] = {255, 255, 255, 255};
    const uint8_t *octets = a->octets;

    if (a->family == CARP_IPV4) {
        return memcmp(octets, none, 4) != 0 && memcmp(octets, all, 4) != 0 &&
               octets[0] != 127 && (octets[0] & 0xf0) != 0xe0;
    }
    return a->family == CARP_IPV6 && octets[0] != 0xff &&
           (memcmp(octets, none, 15) != 0 || octets[15] > 1);
}

bool
carp_mac_equal(const struct carp_mac *a, const struct carp_mac *b)
{
    return memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

struct carp_mac
carp_mac_virtual(uint8_t vhid)
{
    struct carp_mac m = {{0x00, 0x00, 0x5e, 0x00, 0x01, vhid}};

    return m;
}
