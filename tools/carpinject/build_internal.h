/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file build_internal.h
 * What the files that build frames share.
 */
#ifndef CARPINJECT_BUILD_INTERNAL_H
#define CARPINJECT_BUILD_INTERNAL_H

#include <libnet.h>

#include "build.h"

/** Changes a checksum to one that is wrong: never to the other zero. */
#define INJ_WRONG_SUM 0x5555

struct inj_builder {
    libnet_t *net; /**< only constructs: has no interface */
    char error[LIBNET_ERRBUF_SIZE];
};

/** The IP layer. */
struct inj_ip {
    uint8_t tos, ttl, protocol;
    uint16_t id;
    const struct carp_addr *source, *dest;
    const uint8_t *payload; /**< NULL: blocks built before follow */
    size_t len;             /**< of what follows the header */
};

/** Keep libnet's error; returns false. */
bool inj_builder_fail(struct inj_builder *builder);
/** Let libnet join what was built. */
bool inj_builder_take(struct inj_builder *builder, struct inj_frame *frame);
bool inj_builder_ip(struct inj_builder *builder, const struct inj_ip *ip);

/** Make a checksum that is present wrong. */
void inj_frame_spoil(struct inj_frame *frame, enum inj_field field);

#endif
