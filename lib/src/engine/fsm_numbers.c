/* SPDX-License-Identifier: BSD-2-Clause */
/* Intervals and comparisons of the state machine (PROTOCOL 3.2 to 3.6). */
#include "engine/fsm_internal.h"

static uint8_t
clamp_octet(int value, int highest)
{
    if (value <= 0) {
        return 0;
    }
    return (uint8_t)(value < highest ? value : highest);
}

uint8_t
carp_fsm_advskew(const struct carp_fsm *fsm)
{
    const uint8_t skew = fsm->config.advskew;

    switch (fsm->config.behaviour.demotion) {
    case CARP_DEMOTION_ADDS:
        /* A huge demotion must not overflow the sum. */
        if (fsm->demotion >= UINT8_MAX) {
            return 240;
        }
        if (fsm->demotion <= -UINT8_MAX) {
            return 0;
        }
        return clamp_octet(skew + fsm->demotion, 240);
    case CARP_DEMOTION_240:
        return fsm->demotion > 0 && skew < 240 ? 240 : skew;
    case CARP_DEMOTION_OCTET:
        break;
    }
    return skew;
}

uint8_t
carp_fsm_demote(const struct carp_fsm *fsm)
{
    if (fsm->config.behaviour.demotion != CARP_DEMOTION_OCTET) {
        return 0;
    }
    return clamp_octet(fsm->demotion, UINT8_MAX);
}

static carp_time
on_tick(const struct carp_fsm *fsm, carp_time nominal)
{
    const carp_time tick = fsm->config.behaviour.tick;

    if (tick == 0) {
        return nominal;
    }
    return ((nominal + tick - 1) / tick + 1) * tick;
}

carp_time
fsm_interval(const struct carp_fsm *fsm, uint8_t skew)
{
    const carp_time nominal = carp_interval(fsm->config.advbase, skew);

    return on_tick(fsm, nominal != 0 ? nominal : CARP_SKEW_UNIT);
}

static bool
is_outranked(const struct carp_fsm *fsm, uint8_t demote)
{
    return fsm->config.behaviour.demotion == CARP_DEMOTION_OCTET &&
           demote < carp_fsm_demote(fsm);
}

/* The longest interval of the followed masters that are waited for even if it
 * is longer than the own dead time. */
static carp_time
master_interval(const struct carp_fsm *fsm)
{
    carp_time longest = 0;

    for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
        const struct carp_fsm_master *m = &fsm->master[f];

        if (m->is_known &&
            (fsm->config.advbase == 0 || is_outranked(fsm, m->demote)) &&
            carp_interval(m->advbase, m->advskew) > longest) {
            longest = carp_interval(m->advbase, m->advskew);
        }
    }
    return longest;
}

carp_time
carp_fsm_dead_time(const struct carp_fsm *fsm)
{
    const struct carp_fsm_config *c = &fsm->config;
    const bool is_whole = c->behaviour.whole_intervals;
    const carp_time own = carp_master_down_ratio(
        is_whole && c->advbase == 0 ? CARP_TIMING_OPENBSD : c->behaviour.timing,
        c->advbase, c->advskew, c->dead_ratio);
    carp_time wait;

    if (!is_whole) {
        return own;
    }
    /* A demoted node must not be quicker than the master that it accepts. */
    wait = (c->dead_ratio != 0 ? c->dead_ratio : 3) * master_interval(fsm);
    return wait > own ? wait : own;
}

carp_time
fsm_dead_ticks(const struct carp_fsm *fsm)
{
    return on_tick(fsm, carp_fsm_dead_time(fsm));
}

carp_time
carp_fsm_listen_time(uint8_t advbase)
{
    return carp_interval(advbase, 0) + CARP_SEC;
}

carp_time
fsm_takeover_due(const struct carp_fsm *fsm)
{
    const carp_time a = fsm->down[CARP_F4];
    const carp_time b = fsm->down[CARP_F6];
    carp_time due;

    if (fsm->config.behaviour.families_apart || a == CARP_NEVER ||
        b == CARP_NEVER) {
        due = a < b ? a : b;
    } else {
        due = a > b ? a : b;
    }
    return due > fsm->hold ? due : fsm->hold;
}

carp_time
carp_fsm_deadline(const struct carp_fsm *fsm)
{
    carp_time due = CARP_NEVER;

    switch (fsm->state) {
    case CARP_STATE_MASTER:
        return fsm->advert;
    case CARP_STATE_BACKUP:
        due = fsm_takeover_due(fsm);
        return fsm->preempt < due ? fsm->preempt : due;
    case CARP_STATE_INIT:
    case CARP_STATE_COUNT:
        break;
    }
    return due;
}

bool
fsm_is_late(const struct carp_fsm *fsm, carp_time due, carp_time now)
{
    const carp_time dead = carp_fsm_dead_time(fsm);
    const carp_time listen = fsm->config.late_listen;

    return carp_time_since(now, due) > (dead > listen ? dead : listen);
}

bool
fsm_is_bow_out(const struct carp_fsm_event *advert)
{
    return advert->advbase == UINT8_MAX && advert->advskew == UINT8_MAX;
}

enum fsm_peer
fsm_compare(const struct carp_fsm *fsm, const struct carp_fsm_event *advert)
{
    const carp_time own =
        carp_interval(fsm->config.advbase, carp_fsm_advskew(fsm));
    const carp_time peer = carp_interval(advert->advbase, advert->advskew);

    if (fsm->config.behaviour.demotion == CARP_DEMOTION_OCTET &&
        advert->demote != carp_fsm_demote(fsm)) {
        return advert->demote < carp_fsm_demote(fsm) ? FSM_PEER_BETTER
                                                     : FSM_PEER_WORSE;
    }
    if (own == peer) {
        return FSM_PEER_EQUAL;
    }
    return peer < own ? FSM_PEER_BETTER : FSM_PEER_WORSE;
}

bool
fsm_is_too_slow(const struct carp_fsm *fsm, const struct carp_fsm_event *advert)
{
    const struct carp_fsm_config *c = &fsm->config;
    const carp_time peer = carp_interval(advert->advbase, advert->advskew);
    enum carp_timing_id timing = CARP_TIMING_BSD;

    if (c->advbase == 0 && c->behaviour.slow_needs_base) {
        return false;
    }
    /* It waits for intervals of that one, to which it would yield. */
    if (c->behaviour.whole_intervals && is_outranked(fsm, advert->demote)) {
        return false;
    }
    if (c->advbase == 0 && c->behaviour.whole_intervals) {
        if (advert->advbase == 0) {
            return false;
        }
        timing = CARP_TIMING_OPENBSD;
    }
    return carp_master_down_ratio(timing, c->advbase, carp_fsm_advskew(fsm),
                                  c->dead_ratio) < peer;
}

/* ------------------------------------------------------------------ ties */

/* PROTOCOL 3.6: ucarp on a little endian machine compares the address as a
 * word, so that the last octet counts most. */
static bool
ucarp_stays(const struct carp_addr *own, const struct carp_addr *peer)
{
    for (size_t i = 4; i > 0; i--) {
        if (own->octets[i - 1] != peer->octets[i - 1]) {
            return own->octets[i - 1] < peer->octets[i - 1];
        }
    }
    return true;
}

bool
fsm_tie_waits(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->config.behaviour.tie == CARP_TIE_ADDRESS && in->f == CARP_F6 &&
           fsm->config.has[CARP_F4] && fsm->ties6 == 0;
}

static bool
stands_tie(const struct carp_fsm *fsm, const struct fsm_input *in,
           unsigned int quarters)
{
    const carp_time interval = fsm_interval(fsm, carp_fsm_advskew(fsm));

    return carp_time_since(in->now, fsm->tie_since) <= interval / 4 * quarters;
}

bool
fsm_tie_stays(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    const struct carp_addr *own = &fsm->config.source[in->f];
    const struct carp_addr *peer = &in->event->source;

    if (own->family == CARP_FAMILY_NONE) {
        return false;
    }
    switch (fsm->config.behaviour.tie) {
    case CARP_TIE_UCARP:
        return ucarp_stays(own, peer);
    case CARP_TIE_ADDRESS:
        if (carp_addr_compare(own, peer) <= 0) {
            return stands_tie(fsm, in, CARP_FSM_TIE_LOWER);
        }
        return fsm->stays && stands_tie(fsm, in, CARP_FSM_TIE_HIGHER);
    case CARP_TIE_YIELD:
        break;
    }
    return false;
}

/* -------------------------------------------------------------- demotion */

bool
fsm_has_worse_octet(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm->config.behaviour.heeds_octet && in->peer != FSM_PEER_WORSE &&
           in->event->demote > carp_fsm_demote(fsm);
}

bool
fsm_octet_stays(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    return fsm_has_worse_octet(fsm, in) &&
           stands_tie(fsm, in, CARP_FSM_TIE_LOWER);
}

bool
fsm_tells_demotion(const struct carp_fsm *fsm, const struct fsm_input *in)
{
    const int before = fsm->demotion;
    const int after = in->event->demotion;

    switch (fsm->config.behaviour.demotion) {
    case CARP_DEMOTION_ADDS:
        return after != before;
    case CARP_DEMOTION_240:
        return after > 0 && before <= 0;
    case CARP_DEMOTION_OCTET:
        break;
    }
    return after > before && after > 0;
}
