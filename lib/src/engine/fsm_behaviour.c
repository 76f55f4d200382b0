/* SPDX-License-Identifier: BSD-2-Clause */
/* One row for each family of implementations (PROTOCOL 3, 8). */
#include <carp/fsm.h>

/* FreeBSD's callouts tick with hz = 1000; the others' with hz = 100. */
static const struct carp_behaviour freebsd = {
    .name = "freebsd",
    .timing = CARP_TIMING_BSD,
    .demotion = CARP_DEMOTION_ADDS,
    .tick = CARP_MSEC,
    .families_apart = true,
    .first_plain = true,
};

/* FreeBSD 5.4 to 9: the carp(4) pseudo interface. */
static const struct carp_behaviour freebsd6 = {
    .name = "freebsd6",
    .timing = CARP_TIMING_BSD,
    .demotion = CARP_DEMOTION_240,
    .tick = CARP_MSEC,
    .families_apart = true,
    .bow_out = true,
};

static const struct carp_behaviour openbsd = {
    .name = "openbsd",
    .timing = CARP_TIMING_OPENBSD,
    .demotion = CARP_DEMOTION_OCTET,
    .tick = 10 * CARP_MSEC,
    .families_apart = true,
    .slow_needs_base = true,
    .bow_out = true,
    .announce_again = 2,
};

static const struct carp_behaviour netbsd = {
    .name = "netbsd",
    .timing = CARP_TIMING_BSD,
    .demotion = CARP_DEMOTION_240,
    .tick = 10 * CARP_MSEC,
    .one_timer = true,
    .bow_out = true,
};

static const struct carp_behaviour dragonfly = {
    .name = "dragonfly",
    .timing = CARP_TIMING_BSD,
    .demotion = CARP_DEMOTION_240,
    .tick = 10 * CARP_MSEC,
    .one_timer = true,
    .starts_master = true,
    .bow_out = true,
};

static const struct carp_behaviour ucarp = {
    .name = "ucarp",
    .timing = CARP_TIMING_UCARP,
    .tie = CARP_TIE_UCARP,
    .demotion = CARP_DEMOTION_240,
    .link = CARP_LINK_TO_BACKUP,
    .one_timer = true,
    .last_advert = true,
    .last_at_tie = true,
    .announce_inferior = true,
    .announce_again = 2,
};

const struct carp_behaviour *
carp_behaviour_get(enum carp_profile_id profile)
{
    switch (profile) {
    case CARP_PROFILE_FREEBSD6:
        return &freebsd6;
    case CARP_PROFILE_OPENBSD:
    case CARP_PROFILE_OPENBSD_ORIG:
        return &openbsd;
    case CARP_PROFILE_NETBSD:
        return &netbsd;
    case CARP_PROFILE_DRAGONFLY:
        return &dragonfly;
    case CARP_PROFILE_UCARP:
        return &ucarp;
    case CARP_PROFILE_FREEBSD:
    case CARP_PROFILE_COUNT:
        break;
    }
    return &freebsd;
}

void
carp_behaviour_improve(struct carp_behaviour *row)
{
    /* ucarp's rounding comes from its poll, not from its design. */
    if (row->timing == CARP_TIMING_UCARP) {
        row->timing = CARP_TIMING_BSD;
    }
    row->tie = CARP_TIE_ADDRESS;
    row->link = CARP_LINK_TO_INIT;
    row->tick = 0;
    row->families_apart = false;
    row->one_timer = false;
    row->starts_master = false;
    row->slow_needs_base = false;
    row->first_plain = false;
    row->bow_out = true;
    row->last_advert = true;
    row->last_at_tie = false;
    row->announce_inferior = true;
    row->announce_again = 2;
    row->answers_inferior = true;
    row->takes_bow_out = true;
    row->steps_aside = true;
    row->whole_intervals = true;
    row->listens_first = true;
    row->heeds_octet = true;
}
