/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file frames.h
 * Pieces of frames in hexadecimal, most of them as real hosts sent them.
 */
#ifndef TEST_FRAMES_H
#define TEST_FRAMES_H

#define ETHERNET "01005e000012 00005e00012c "
#define SLL "0001 0001 0006 00005e00012c 0000 "

/* OpenBSD: vhid 44, advskew 10. */
#define ADVERT                          \
    "212c0a0700012fc4 a57c68c90b1322a3" \
    "aac92328cbb35370acd0e591ef539ab554fe0a8b "
#define V4_ADDRESSES "0a4e000b e0000012 "
#define V4_ADVERT "45100038 cca94000 ff70c430 " V4_ADDRESSES ADVERT
#define V6_ADDRESSES \
    "fe80000000000000 000000fffe00fb01 ff02000000000000 0000000000000012 "
#define V6_ADVERT "6e000000 0024 70ff " V6_ADDRESSES ADVERT

/* keepalived: VRRPv2, id 10, priority 120, one address, no authentication. */
#define VRRP2 "210a780100015c68 0a4f003c 0000000000000000 "
#define V4_VRRP2 "45c00028 00010000 ff70d037 " V4_ADDRESSES VRRP2
/* FreeBSD: VRRPv3, id 42, priority 200; the count of the second includes
 * two IPv4 addresses that are not in it. */
#define V4_VRRP3                                    \
    "45e00024 00004000 ff70901f 0a4d000b e0000012 " \
    "312ac80200640690 0a4d0032 0a4d0028 "
#define V6_VRRP3                       \
    "6e000000 0018 70ff " V6_ADDRESSES \
    "312ac80300641086 fd770000000000000000000000000050 "

#define ARP_HEAD "0001 0800 0604 "
#define ARP_REQUEST ARP_HEAD "0001 02000000ca0b 0a4f0032 0200000000ff 0a4f0033 "

/* OpenBSD announces the link-local address of a vhid. */
#define NA                                                  \
    "60000000 0020 3aff fe80000000000000 02005efffe000137 " \
    "ff020000000000000000000000000001 8800 39f8 20000000 "  \
    "fe80000000000000 02005efffe000137 0201 00005e000137 "
#define NS                                                   \
    "60000000 0020 3aff " V6_ADDRESSES "8700 0000 00000000 " \
    "20010db8000000000000000000000050 0101 00005e00012c "

/* Linux joins 224.0.0.18. */
#define V4_IGMP3                                             \
    "46c00028 00004000 0102f99f 0a4f000b e0000016 94040000 " \
    "2200 f9eb 0000 0001 04000000 e0000012 "
#define V4_IGMP(type, group)                                      \
    "46c00020 00004000 01020000 0a4f000b e0000016 94040000 " type \
    "00 0000 " group

/* MLD comes behind a hop-by-hop header with the router alert. */
#define V6_MLD(len, type)                                              \
    "60000000 " len " 00 01 " V6_ADDRESSES "3a00 0502 0000 0100 " type \
    "00 0000 "
#define GROUP_V6 "ff020000000000000000000000000012 "

#endif
