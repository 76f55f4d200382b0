/* SPDX-License-Identifier: BSD-2-Clause */
/* What arrives: checked in the order of FreeBSD (PROTOCOL 1.9), judged, and
 * handed to the election. Nothing here logs a bad frame: the observer tells
 * what is wrong, once, with its cause. */
#include <string.h>

#include "instance_internal.h"
#include "log.h"
#include "log_rate.h"
#include "observer.h"
#include "store.h"

/* Its advert is not acted upon. */
static void
drop(struct instance *instance, enum stat_id stat)
{
    instance->stats.carp[stat]++;
    observer_hurry(instance->daemon->observer);
}

/* There is something about its advert. */
static void
note(struct instance *instance, enum stat_reason reason)
{
    instance->stats.reason[reason]++;
    observer_hurry(instance->daemon->observer);
}

/* The observer does not know who is configured. */
static void
tell_stranger(struct instance *instance, const struct carp_frame *frame,
              carp_time at)
{
    char source[CARP_ADDR_TEXT];
    carp_addr_format(&frame->src, source);
    char *kind = g_strdup_printf("stranger %s", instance->id);
    log_rate_say_of(instance->daemon->rate, kind, source, at, LOG_LEVEL_WARNING,
                    "%s: advert from %s dropped: it is not the peer that "
                    "carp.conf names",
                    instance->id, source);
    g_free(kind);
}

static bool
is_unicast(const struct instance *instance, unsigned int f)
{
    const struct carp_addr *dest = instance_dest(instance, f);
    return dest->family != CARP_FAMILY_NONE && !instance_is_multicast(dest);
}

/* Length, checksum, version, TTL, source and destination. */
static bool
check_envelope(struct instance *instance, const struct carp_frame *frame,
               unsigned int f, carp_time at)
{
    if ((frame->issues & CARP_ISSUE_CAPTURE) != 0) {
        drop(instance, STAT_HDROPS);
    } else if ((frame->issues & CARP_ISSUE_SHORT) != 0) {
        drop(instance, STAT_BADLEN);
    } else if ((frame->issues & CARP_ISSUE_CHECKSUM) != 0) {
        drop(instance, STAT_BADSUM);
    } else if (!instance->fsm.config.has[f]) {
        drop(instance, STAT_BADVHID);
    } else if ((frame->issues & CARP_ISSUE_VERSION) != 0) {
        drop(instance, STAT_BADVER);
    } else if (frame->ttl <
               (is_unicast(instance, f) ? instance->conf->min_ttl : 255)) {
        drop(instance, STAT_BADTTL);
    } else if (is_unicast(instance, f) &&
               !carp_addr_equal(&frame->src, instance_dest(instance, f))) {
        note(instance, REASON_NOT_PEER);
        tell_stranger(instance, frame, at);
    } else {
        return true;
    }
    return false;
}

static bool
is_for_us(const struct instance *instance, const struct carp_frame *frame,
          unsigned int f)
{
    static const struct carp_addr groups[CARP_FAMILIES] = {
        {.family = CARP_IPV4, .octets = {224, 0, 0, 18}},
        {.family = CARP_IPV6, .octets = {0xff, 2, [15] = 0x12}}};
    const struct carp_addr *dest = instance_dest(instance, f);
    const struct carp_addr *group =
        dest->family != CARP_FAMILY_NONE && instance_is_multicast(dest)
            ? dest
            : &groups[f];
    /* A peer's unicast is taken even when we multicast, as FreeBSD does. */
    return !instance_is_multicast(&frame->dst) ||
           carp_addr_equal(&frame->dst, group);
}

static bool
verify(struct instance *instance, const struct carp_frame *frame,
       struct carp_verdict *verdict)
{
    const struct carp_conf_vhid *conf = instance->conf;
    const struct carp_peer *peer =
        carp_peers_find(&instance->replay.peers, &frame->src);
    *verdict = carp_ring_verify(instance->ring, &frame->u.adv,
                                peer != NULL ? &peer->verdict : NULL, NULL);
    if (verdict->status != CARP_GOOD) {
        drop(instance, STAT_BADAUTH);
        return false;
    }
    if (verdict->row % (1 + conf->accept_count) != 0) {
        instance->stats.reason[REASON_OLD_KEY]++;
    }
    if (verdict->row / (1 + conf->accept_count) != 0) {
        instance->stats.reason[REASON_OLD_ADDRESSES]++;
    }
    return true;
}

static void
tell_replay(struct instance *instance, const struct carp_frame *frame,
            bool is_rewritten, carp_time at)
{
    char source[CARP_ADDR_TEXT];
    carp_addr_format(&frame->src, source);
    bool is_strict = instance->conf->replay == CARP_REPLAY_STRICT;
    char *kind = g_strdup_printf("replay %s", instance->id);
    log_rate_say_of(
        instance->daemon->rate, kind, source, at, LOG_LEVEL_WARNING,
        "%s: advert from %s (advbase %u advskew %u) %s: %s", instance->id,
        source, frame->u.adv.advbase, frame->u.adv.advskew,
        is_rewritten ? "repeats its last counter with other intervals: "
                       "somebody rewrote it"
                     : "has a counter that was seen before: replayed, or its "
                       "sender does not hear us",
        is_strict ? "dropped (replay = strict)"
                  : "acted upon (replay = alert; strict drops it)");
    g_free(kind);
}

/* May the advert be acted upon? */
static bool
judge(struct instance *instance, const struct carp_frame *frame, carp_time at)
{
    const bool *has = instance->fsm.config.has;
    const struct carp_addr *own =
        &instance->fsm.config
             .source[frame->family == CARP_IPV6 ? CARP_F6 : CARP_F4];
    enum carp_replay_mode mode = instance->conf->replay;
    enum carp_peer_verdict verdict = carp_replay_judge(
        &instance->replay, has[CARP_F4] && has[CARP_F6] ? 2 : 1, own,
        &frame->src, &frame->u.adv, at);
    switch (verdict) {
    case CARP_PEER_FRESH:
    case CARP_PEER_REPEAT:
        break;
    case CARP_PEER_DUPLICATE:
        note(instance, REASON_DUPLICATE);
        break;
    case CARP_PEER_ECHO:
        note(instance, REASON_ECHO);
        break;
    case CARP_PEER_REPLAYED:
    case CARP_PEER_REWRITTEN:
        note(instance, verdict == CARP_PEER_REPLAYED ? REASON_REPLAYED
                                                     : REASON_REWRITTEN);
        if (mode != CARP_REPLAY_OFF) {
            tell_replay(instance, frame, verdict == CARP_PEER_REWRITTEN, at);
        }
        break;
    }
    if (carp_counter_wants_reserve(&instance->replay.counter)) {
        store_save_soon(instance->daemon->store);
    }
    return carp_replay_acts(verdict, mode);
}

/* A MASTER that was paused listens to what is said now. What waited for it
 * taught it the peers' counters; it must not preempt on it. */
static bool
is_past(const struct instance *instance, carp_time at)
{
    return instance->fsm.state == CARP_STATE_BACKUP &&
           instance->fsm.reason == CARP_FSM_REASON_LATE &&
           at < instance->fsm.since;
}

void
instance_receive(struct instance *instance, const struct carp_frame *frame,
                 carp_time at)
{
    unsigned int f = frame->family == CARP_IPV6 ? CARP_F6 : CARP_F4;
    const struct carp_adv *adv = &frame->u.adv;
    struct carp_verdict verdict;
    instance->stats.carp[f == CARP_F6 ? STAT_IPACKETS6 : STAT_IPACKETS]++;
    if (!check_envelope(instance, frame, f, at)) {
        return;
    }
    if (carp_addr_equal(&frame->src, &instance->fsm.config.source[f])) {
        note(instance, REASON_ECHO);
        return;
    }
    if (!is_for_us(instance, frame, f)) {
        note(instance, REASON_OTHER_DESTINATION);
        return;
    }
    if ((frame->issues & CARP_ISSUE_TRAILING) != 0) {
        note(instance, REASON_TRAILING);
    }
    if (!verify(instance, frame, &verdict) || !judge(instance, frame, at)) {
        return;
    }
    carp_peers_accept(&instance->replay.peers, &frame->src, adv, &verdict, at);
    if (is_past(instance, at)) {
        return;
    }
    struct carp_fsm_event event;
    memset(&event, 0, sizeof(event));
    event.kind = CARP_FSM_ADVERT;
    event.family = frame->family;
    event.advbase = adv->advbase;
    event.advskew = adv->advskew;
    event.demote = adv->demote;
    event.source = frame->src;
    /* What waited while a MASTER was paused is old news to it: heard as of
     * then, it would find itself in time and speak at once. */
    bool is_master = instance->fsm.state == CARP_STATE_MASTER;
    instance_event(instance, &event, is_master ? alarm_now() : at);
}

void
instance_hear_owner(struct instance *instance, const struct carp_addr *addr,
                    const struct carp_mac *mac, carp_time at)
{
    struct carp_mac own = vif_mac(instance->vif);
    if (instance->fsm.state != CARP_STATE_MASTER || carp_mac_equal(mac, &own)) {
        return;
    }
    announce_conflict(&instance->announce, at);
    daemon_wake(instance->daemon, announce_deadline(&instance->announce));
    char text[CARP_ADDR_TEXT];
    char other[CARP_MAC_TEXT];
    uint64_t held = 0;
    if (log_limit_pass(&instance->conflict_log, at, &held)) {
        log_say(LOG_LEVEL_WARNING,
                "%s: %s says that it has %s, which is ours "
                "as MASTER: announcing it again",
                instance->id, carp_mac_format(mac, other),
                carp_addr_format(addr, text));
    }
}
