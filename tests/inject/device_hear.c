/* SPDX-License-Identifier: BSD-2-Clause */
/* What the simulated device does with what it hears. */
#include <string.h>

#include "device_internal.h"

static bool
is_multicast(const struct carp_addr *addr)
{
    return addr->family == CARP_IPV6 ? addr->octets[0] == 0xff
                                     : addr->octets[0] >> 4 == 0xe;
}

/* The checks of the envelope and of the header's sizes. */
static bool
is_acceptable(const struct device *d, const struct dev_seen *seen)
{
    bool is_group = is_multicast(&seen->dst);
    struct carp_addr group =
        inj_spec_dest(&d->spec[seen->dst.family == CARP_IPV6 ? V6 : V4]);
    bool is_ours = carp_addr_equal(&seen->dst, &group);
    if ((d->like->wants_multicast || has(d, DEV_REFUSES_UNICAST)) &&
        !is_group) {
        return false;
    }
    if ((d->like->wants_its_group && !is_ours) ||
        (has(d, DEV_REFUSES_OTHER_GROUP) && is_group && !is_ours)) {
        return false;
    }
    if (seen->len < 36 && !(has(d, DEV_TAKES_SHORT) && seen->len >= 7)) {
        return false;
    }
    return seen->ttl == 255 || has(d, DEV_TAKES_TTL);
}

static bool
refuses_for_nothing(struct device *d, const struct dev_seen *seen)
{
    static const uint8_t zeros[4];
    uint64_t counter = dev_counter(seen);
    unsigned int family = seen->src.family == CARP_IPV6 ? V6 : V4;
    bool is_repeat = d->has_seen && counter == d->last_seen[family];
    bool is_lower = d->has_seen && counter < d->highest;
    d->has_seen = true;
    d->last_seen[family] = counter;
    d->highest = MAX(d->highest, counter);
    return has(d, DEV_REFUSES_ALL) ||
           (has(d, DEV_REFUSES_TYPE) && (seen->carp[0] & 15) != 1) ||
           (has(d, DEV_REFUSES_AUTHLEN) && seen->carp[3] != 7) ||
           (has(d, DEV_REFUSES_SOURCE_0) &&
            memcmp(seen->src.octets, zeros, sizeof(zeros)) == 0) ||
           (has(d, DEV_REFUSES_TOS) && seen->tos == 0 && !seen->has_df) ||
           (has(d, DEV_REFUSES_ETH_SRC) && (seen->eth_src.octets[0] != 0 ||
                                            seen->eth_src.octets[2] != 0x5e)) ||
           (has(d, DEV_REFUSES_TRAILER) && seen->len != 36) ||
           (has(d, DEV_REFUSES_RANDOM_TRAILER) &&
            dev_sum(seen->carp, seen->len) != 0) ||
           (has(d, DEV_REFUSES_REPEATS) && is_repeat) ||
           (has(d, DEV_REFUSES_LOWER_COUNTER) && is_lower) ||
           (has(d, DEV_REFUSES_IPV6) && seen->src.family == CARP_IPV6);
}

static bool
is_valid(const struct device *d, const struct dev_seen *seen)
{
    uint8_t vhid = inj_spec_octet(&d->config.spec, INJ_VHID);
    uint8_t md[CARP_MD_LEN] = {0};
    if (seen->len >= 36 && dev_sum(seen->carp, 36) != 0 &&
        !has(d, DEV_TAKES_CHECKSUM)) {
        return false;
    }
    if (seen->carp[1] != vhid) {
        return has(d, DEV_TAKES_VHID);
    }
    if (seen->carp[0] >> 4 != 2 && !has(d, DEV_TAKES_VERSION)) {
        return false;
    }
    if (seen->len < 36) {
        return true;
    }
    memcpy(md, seen->carp + 16, sizeof(md));
    return carp_auth_verify(&d->auth, dev_counter(seen), md) ||
           has(d, DEV_TAKES_DIGEST);
}

static bool
is_itself(const struct device *d, const struct dev_seen *seen)
{
    return carp_addr_equal(&seen->src, &d->config.address) ||
           carp_addr_equal(&seen->src, &d->config.address6);
}

/* ucarp compares words of a little-endian machine: the last octet first. */
static bool
is_lower_by_octet(const struct carp_addr *a, const struct carp_addr *b)
{
    for (int i = 3; i >= 0; i--) {
        if (a->octets[i] != b->octets[i]) {
            return a->octets[i] < b->octets[i];
        }
    }
    return false;
}

static bool
yields_to(const struct device *d, const struct dev_seen *seen)
{
    carp_time own = carp_interval(base(d), skew(d));
    carp_time peer = carp_interval(seen->carp[5], seen->carp[2]);
    if (has(d, DEV_YIELDS_TO_WORSE)) {
        return true;
    }
    if (has(d, DEV_YIELDS_TO_LARGER_BASE) && seen->carp[5] > base(d)) {
        return true;
    }
    if (has(d, DEV_IGNORES_BASE)) {
        own = carp_interval(0, skew(d));
        peer = carp_interval(0, seen->carp[2]);
    }
    if (own == peer) {
        bool is_lower = is_lower_by_octet(&seen->src, &d->config.address);
        bool by_octet =
            d->like->ties_by_octet || has(d, DEV_KEEPS_TIE_BY_ADDRESS);
        return !has(d, DEV_KEEPS_TIE) && (!by_octet || is_lower);
    }
    return own > peer;
}

static void
hear_as_master(struct device *d, const struct dev_seen *seen, carp_time now)
{
    if (yields_to(d, seen)) {
        if (d->like->yields_speaking || has(d, DEV_YIELDS_SPEAKING)) {
            dev_send_adverts(d, now, false);
        }
        dev_become_backup(d, now);
    } else if (d->like->answers_worse || has(d, DEV_ANSWERS_WORSE)) {
        dev_announce(d, now);
        d->announce = d->advertise + dev_interval(d) + CARP_MSEC;
    }
}

static void
hear_as_backup(struct device *d, const struct dev_seen *seen, carp_time now)
{
    carp_time own = carp_interval(base(d), skew(d));
    carp_time peer = carp_interval(seen->carp[5], seen->carp[2]);
    bool is_v6 = seen->src.family == CARP_IPV6;
    bool preempts = (d->config.preempts && !has(d, DEV_PREEMPTS_NEVER)) ||
                    has(d, DEV_PREEMPTS_ALWAYS);
    bool is_bow_out = seen->carp[5] == 255 && seen->carp[2] == 255;
    bool is_slow = carp_master_down(CARP_TIMING_BSD, base(d), skew(d)) < peer;
    if (is_bow_out ? has(d, DEV_IGNORES_BOW_OUT) : has(d, DEV_WAITS_FOR_SLOW)) {
        is_slow = false;
    }
    if (is_slow || (preempts && own < peer && !is_bow_out)) {
        dev_become_master(d, now);
        return;
    }
    d->down[is_v6 ? V6 : V4] = now + dev_dead_time(d);
    if (has(d, DEV_HAS_ONE_TIMER) && d->uses[V6]) {
        d->down[V4] = now + dev_dead_time(d);
        d->down[V6] = d->down[V4];
    }
}

static void
take_counter(struct device *d, const struct dev_seen *seen)
{
    d->has_heard = true;
    if (!d->like->keeps_counter && !has(d, DEV_COUNTS_ITS_OWN_WAY)) {
        d->counter = dev_counter(seen);
    }
}

void
dev_hear(struct device *d, const struct dev_seen *seen, carp_time now)
{
    bool is_v6 = seen->src.family == CARP_IPV6;
    bool is_own = is_itself(d, seen) && !has(d, DEV_YIELDS_TO_ITSELF);
    if (d->state == INIT || !d->uses[is_v6 ? V6 : V4] ||
        (is_own && d->like->knows_itself)) {
        return;
    }
    if (!is_acceptable(d, seen) || !is_valid(d, seen)) {
        if (++d->bad > BAD_MAX && has(d, DEV_DIES_OF_BAD)) {
            d->state = INIT;
            d->advertise = CARP_NEVER;
        }
        return;
    }
    if (refuses_for_nothing(d, seen)) {
        return;
    }
    take_counter(d, seen);
    if (d->state == MASTER) {
        hear_as_master(d, seen, now);
    } else {
        hear_as_backup(d, seen, now);
    }
}

void
dev_answer(struct device *d, const struct dev_seen *seen, carp_time now)
{
    const struct carp_addrs *addrs = &d->config.spec.addrs;
    const struct carp_mac *mac = dev_mac(d, DEV_ANSWERS_REAL_MAC);
    bool is_v6 = seen->target.family == CARP_IPV6;
    if (!carp_addrs_contain(addrs, &seen->target) || !d->uses[is_v6] ||
        (d->state != MASTER && !has(d, DEV_ANSWERS_AS_BACKUP))) {
        return;
    }
    struct dev_frame *frame = dev_new_frame(d, now);
    if (is_v6) {
        dev_build_na(frame, mac, &seen->target, true, seen);
    } else {
        dev_build_arp(frame, true, mac, &seen->target, seen);
    }
}
