/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture.h"

/* CARP and VRRP, IGMP, ARP, MLD and ND; IPv6 with extension headers in front
 * passes as a whole, for BPF in the kernel cannot walk them. */
#define WANTED                                                         \
    "(ip proto 112 or ip proto 2 or arp or ip6[6] = 112 or ip6[6] = 0" \
    " or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 51 or ip6[6] = 60"     \
    " or (ip6[6] = 58 and ((ip6[40] >= 130 and ip6[40] <= 136)"        \
    " or ip6[40] = 143)))"

/* "vlan" moves every offset that is written behind it: hence nested. */
static const char with_vlans[] =
    WANTED " or (vlan and (" WANTED " or (vlan and " WANTED ")))";
static const char without_vlans[] = WANTED;

bool
mon_capture_filter(pcap_t *pcap)
{
    const char *const texts[] = {with_vlans, without_vlans};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct bpf_program program;
        if (pcap_compile(pcap, &program, texts[i], 1, PCAP_NETMASK_UNKNOWN) !=
            0) {
            continue;
        }
        bool is_set = pcap_setfilter(pcap, &program) == 0;
        pcap_freecode(&program);
        if (is_set) {
            return true;
        }
    }
    return false;
}
