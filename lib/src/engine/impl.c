/* SPDX-License-Identifier: BSD-2-Clause */
/* Which implementation a sender looks like (PROTOCOL 1.3, 1.4, 4.1). */
#include <stdio.h>
#include <string.h>

#include "engine/track_internal.h"

static enum carp_impl
by_family4(const struct sender *s)
{
    if (s->tos != 0x10) {
        /* FreeBSD 12 and later send net.inet.carp.dscp, 0xe0 by default. */
        return !s->ip_id_set ? CARP_IMPL_FREEBSD : CARP_IMPL_BSD;
    }
    if (!s->ip_id_set) {
        return CARP_IMPL_NETBSD;
    }
    if (s->mode == COUNTER_NEW || s->ip_id_zero) {
        return CARP_IMPL_BSD;
    }
    return CARP_IMPL_FREEBSD_OLD;
}

/* Only OpenBSD's counter stays the same. */
bool
sender_may_be_openbsd(const struct sender *s)
{
    if (s->ucarp_mac) {
        return false;
    }
    return s->addr.family == CARP_IPV4 ? s->tos == 0x10 && s->ip_id_set
                                       : s->tos == 0;
}

enum carp_impl
sender_impl(const struct group *group, const struct sender *s)
{
    if (s->adverts == 0) {
        return CARP_IMPL_UNKNOWN;
    }
    if (s->ucarp_mac) {
        return CARP_IMPL_UCARP;
    }
    if (s->demote_seen || s->mode == COUNTER_CONSTANT) {
        return CARP_IMPL_OPENBSD;
    }
    if (s->addr.family == CARP_IPV4) {
        return by_family4(s);
    }
    if (s->tos == 0xe0) {
        return CARP_IMPL_FREEBSD;
    }
    for (unsigned int i = 0; s->twin != 0 && i < group->views[VIEW4].count;
         i++) {
        if (group->views[VIEW4].senders[i].uid == s->twin) {
            return by_family4(&group->views[VIEW4].senders[i]);
        }
    }
    return CARP_IMPL_BSD;
}

const char *
carp_impl_text(enum carp_impl impl)
{
    static const char *const names[CARP_IMPL_COUNT] = {
        [CARP_IMPL_UNKNOWN] = "unknown",
        [CARP_IMPL_FREEBSD] = "FreeBSD 12+",
        [CARP_IMPL_FREEBSD_OLD] = "FreeBSD 9-11 or DragonFly",
        [CARP_IMPL_NETBSD] = "NetBSD",
        [CARP_IMPL_OPENBSD] = "OpenBSD",
        [CARP_IMPL_UCARP] = "ucarp",
        [CARP_IMPL_BSD] = "a BSD",
    };

    return (unsigned int)impl < CARP_IMPL_COUNT ? names[impl] : "unknown";
}

static const char *
counter_text(const struct sender *s)
{
    switch ((enum counter_mode)s->mode) {
    case COUNTER_CONSTANT:
        return "constant counter";
    case COUNTER_RANDOM:
        return "random counters";
    case COUNTER_SEQUENCE:
        return "counting counter";
    case COUNTER_NEW:
        break;
    }
    return "one advert";
}

const char *
sender_impl_evidence(const struct sender *s, char *text, size_t size)
{
    const char *mac = "no source MAC";
    const char *id = "";

    if (s->has_mac) {
        mac = s->virtual_mac ? "virtual source MAC"
              : s->ucarp_mac ? "source MAC 00:00:5e:00:00"
                             : "real source MAC";
    }
    if (s->addr.family == CARP_IPV4) {
        id = s->ip_id_set ? ", IP id set" : ", IP id 0";
    }
    (void)snprintf(text, size, "%s 0x%02x%s, %s, %s%s",
                   s->addr.family == CARP_IPV4 ? "TOS" : "traffic class",
                   s->tos, id, mac, counter_text(s),
                   s->demote_seen ? ", demote octet used" : "");
    return text;
}
