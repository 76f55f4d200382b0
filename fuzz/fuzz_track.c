/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The observer, fed with frames, times, VLANs and segments of the input:
 * adverts of a few hosts whose counters continue each other's or do not,
 * gratuitous ARP, VRRP, arbitrary frames, time that passes, jumps or steps
 * back, and what a monitor tells beside: sight lost, senders, other keys. Two
 * runs must tell the same.
 */
#include <carp/inventory.h>
#include <carp/learn.h>
#include <carp/predict.h>

#include "fuzz.h"
#include "synth.h"
#include "track_check.h"

#define STEPS_MAX 300
#define LEAPS_MAX 2 /* of years: each has thousands of timers run */
#define SETTLE_MAX 8
#define FLOODS_MAX 4
#define HOSTS 16
#define VHIDS 4

struct scene {
    struct carp_track *track;
    struct carp_ring *ring; /* or NULL */
    struct track_check check;
    carp_time now;
    uint64_t frames;
    uint64_t own[HOSTS];     /* last counter of each host */
    uint64_t common[VHIDS];  /* last counter of anybody */
    struct synth_frame last; /* to be sent again */
    uint8_t demote;
    uint8_t hand; /* how those with a right key sign: synth_sign_as() */
    unsigned int leaps, floods;
};

/* Two bits of unit, six of how many; the ends are special. */
static void
pass_time(struct scene *s, uint8_t code)
{
    static const carp_time units[4] = {CARP_MSEC / 8, 40 * CARP_MSEC,
                                       CARP_SEC / 4, 64 * CARP_SEC};
    if (code == 0x3f) {
        s->now = carp_time_since(s->now, 2 * CARP_SEC);
    } else if (code == 0xff && s->leaps < LEAPS_MAX) {
        s->leaps++;
        s->now = carp_time_add(s->now, CARP_NEVER / 16);
    } else {
        s->now = carp_time_add(s->now, units[code >> 6] * (code & 0x3f));
    }
    if (s->now > CARP_NEVER - 1) {
        s->now = CARP_NEVER - 1;
    }
}

static void
feed(struct scene *s, int link, const uint8_t *data, size_t len, uint8_t where)
{
    struct carp_frame frame;
    struct carp_observation seen;
    if (carp_frame_parse(link, data, len, len, &frame) != CARP_OK) {
        return;
    }
    struct carp_packet packet = {.time = s->now,
                                 .number = ++s->frames,
                                 .segment = where >> 5 & 1,
                                 .source = where >> 6 & 1,
                                 .frame = &frame};
    s->check.last_frame = s->frames;
    s->check.now = s->now > s->check.now ? s->now : s->check.now;
    s->check.adverts += frame.kind == CARP_FRAME_CARP;
    carp_track_feed(s->track, &packet, &seen);
    FUZZ_CHECK(seen.previous_frame < s->frames);
    FUZZ_CHECK(seen.parent_frame <= s->frames);
    FUZZ_CHECK(frame.kind == CARP_FRAME_CARP || !seen.is_advert);
}

static uint64_t
next_counter(struct scene *s, uint8_t how, uint8_t host, uint8_t vhid,
             struct fuzz_input *in)
{
    switch (how & 3) {
    case 0:
        return s->own[host] + 1;
    case 1:
        return s->common[vhid] + 1;
    case 2:
        return UINT64_C(0x9e3779b97f4a7c15) * (fuzz_u16(in) + 1u);
    default:
        return s->own[host];
    }
}

/* who: 4 bits of host, family, segment, source, right key;
 * what: 2 bits of vhid, 2 of counter, 3 of priority, VLAN. */
static void
send_advert(struct scene *s, struct fuzz_input *in, uint8_t odd)
{
    static const uint8_t skews[8] = {0, 100, 0, 20, 240, 254, 50, 255};
    uint8_t who = fuzz_u8(in), what = fuzz_u8(in);
    uint8_t host = who & 0x0f, vhid = what & 3, priority = what >> 4 & 7;
    struct synth_advert advert = {.host = host,
                                  .vhid = (uint8_t)(vhid + 1),
                                  .vlan = (what & 0x80) != 0 ? 20 : 0,
                                  .is_v6 = (who & 0x10) != 0,
                                  .ttl = (odd & 1) != 0 ? 254 : 255,
                                  .is_sum_bad = (odd & 2) != 0};
    advert.adv.version = (odd & 4) != 0 ? 3 : CARP_VERSION;
    advert.adv.type = CARP_TYPE_ADVERT;
    advert.adv.authlen = CARP_AUTHLEN;
    advert.adv.advskew = skews[priority];
    advert.adv.advbase = priority == 7 ? 255 : priority == 2 ? 0 : 1;
    advert.adv.demote = s->demote;
    advert.adv.counter = next_counter(s, what >> 2, host, vhid, in);
    s->own[host] = s->common[vhid] = advert.adv.counter;
    if ((who & 0x80) != 0) {
        synth_sign_as(&advert, s->hand);
    }
    synth_advert(&advert, &s->last);
    feed(s, CARP_LINK_ETHERNET, s->last.data, s->last.len, who);
}

static void
send_raw(struct scene *s, struct fuzz_input *in)
{
    static const int links[4] = {CARP_LINK_ETHERNET, CARP_LINK_SLL,
                                 CARP_LINK_RAW, CARP_LINK_NULL};
    uint8_t where = fuzz_u8(in);
    size_t len = fuzz_u8(in);
    const uint8_t *data = fuzz_octets(in, &len);
    feed(s, links[where & 3], data, len, where);
}

/* Many adverts of hosts that are seen once. */
static void
send_flood(struct scene *s, uint8_t count)
{
    for (unsigned int i = 0; i < count; i++) {
        struct synth_advert advert = {.host = (uint8_t)(16 + i),
                                      .vhid = (uint8_t)(1 + i % 7),
                                      .ttl = 255};
        advert.adv.version = CARP_VERSION;
        advert.adv.type = CARP_TYPE_ADVERT;
        advert.adv.authlen = CARP_AUTHLEN;
        advert.adv.advbase = 1;
        advert.adv.counter = i * UINT64_C(0x9e3779b97f4a7c15);
        synth_advert(&advert, &s->last);
        feed(s, CARP_LINK_ETHERNET, s->last.data, s->last.len, 0);
    }
}

/* A frame without a tag gets one. */
static void
put_tag(struct synth_frame *frame, unsigned int vlan)
{
    FUZZ_CHECK(frame->len + 4 <= sizeof(frame->data));
    memmove(frame->data + 16, frame->data + 12, frame->len - 12);
    frame->data[12] = 0x81;
    frame->data[13] = 0;
    frame->data[14] = (uint8_t)(vlan >> 8);
    frame->data[15] = (uint8_t)vlan;
    frame->len += 4;
}

/* Many VLANs, or many hosts that say who they are or what they have. */
static void
send_everywhere(struct scene *s, uint8_t how)
{
    const uint8_t vhid = (uint8_t)(1 + (how >> 4 & 1));
    if (s->floods++ >= FLOODS_MAX) {
        return;
    }
    for (unsigned int i = 1; i <= 80; i++) {
        if ((how & 0x80) != 0) {
            synth_arp((uint8_t)i, vhid, (how & 0x40) != 0, &s->last);
            s->last.data[31] = s->last.data[41] = (uint8_t)(i + how);
        } else {
            struct synth_advert advert = {
                .host = how & 7, .vhid = vhid, .ttl = 255};
            advert.adv = (struct carp_adv){.version = CARP_VERSION,
                                           .type = CARP_TYPE_ADVERT,
                                           .authlen = CARP_AUTHLEN,
                                           .advbase = 1,
                                           .counter = i};
            synth_advert(&advert, &s->last);
        }
        if ((how & 0x08) != 0) {
            put_tag(&s->last, i + how % 7 * 80u);
        }
        feed(s, CARP_LINK_ETHERNET, s->last.data, s->last.len, how & 0x20);
    }
}

static void
advance(struct scene *s, uint8_t code)
{
    pass_time(s, code);
    s->check.now = s->now > s->check.now ? s->now : s->check.now;
    /* What a timer does may be due again at once, but not for ever: else
     * whoever sleeps until the deadline would never sleep again. */
    for (unsigned int turn = 0; turn < SETTLE_MAX; turn++) {
        carp_track_advance(s->track, s->now);
        if (carp_track_deadline(s->track) > s->now) {
            return;
        }
    }
    FUZZ_FAIL("the timers come to rest");
}

/* What comes from elsewhere than the wire. */
static void
tell(struct scene *s, uint8_t what, uint8_t value)
{
    const uint16_t segment = value & 1;
    const uint8_t vhid = (uint8_t)((value >> 1 & 3) + 1);
    struct carp_addr sender = {.family = CARP_IPV4,
                               .octets = {10, 0, 0, [3] = value >> 3}};
    s->check.now = s->now > s->check.now ? s->now : s->check.now;
    switch (what) {
    case 1:
        carp_track_blind(s->track, segment, CARP_NEVER);
        break;
    case 2:
        carp_track_blind(s->track, segment, s->now);
        break;
    case 3:
        carp_track_watch(s->track, segment, s->now);
        break;
    case 4:
        carp_track_dropped(s->track, segment, s->now, value >> 1);
        break;
    case 5:
        (void)carp_track_forget(s->track, (int)segment - (value >> 1 & 1),
                                s->now, (value >> 2) * CARP_SEC, "forgotten");
        break;
    case 6:
        FUZZ_CHECK(carp_track_expect_sender(s->track, vhid, &sender) ==
                   CARP_OK);
        break;
    case 7:
        carp_track_expect_anybody(s->track);
        break;
    case 8:
        (void)carp_track_settle(s->track);
        break;
    case 9:
        carp_track_set_ring(s->track, segment != 0 ? s->ring : NULL);
        break;
    case 10:
        s->hand = value;
        break;
    case 11:
        send_everywhere(s, value);
        break;
    default:
        s->demote = value;
        break;
    }
}

/* Whatever is asked of it, it answers within its bounds. */
static void
ask(struct scene *s)
{
    struct carp_in_use list[4];
    uint8_t ids[255];
    (void)carp_track_inventory(s->track, list, 4);
    FUZZ_CHECK(carp_track_free_ids(s->track, 0, 0, ids) <= 255);
    for (size_t i = 0; i < carp_track_view_count(s->track); i++) {
        struct carp_learnt_address address;
        struct carp_learnt_set set;
        struct carp_prediction next;
        for (unsigned int n = 0;
             carp_track_learnt_address(s->track, i, n, &address); n++) {
            FUZZ_CHECK(n < CARP_ADDRS_MAX);
        }
        if (carp_track_learnt_set(s->track, i, &set)) {
            FUZZ_CHECK(set.addresses.count <= CARP_ADDRS_MAX);
        }
        for (unsigned int rank = 0;
             carp_track_predict(s->track, i, rank, s->now, &next); rank++) {
            char text[CARP_PREDICTION_TEXT];
            FUZZ_CHECK(rank < 1000);
            FUZZ_CHECK(strlen(carp_prediction_text(&next, s->now, text)) <
                       sizeof(text));
        }
    }
}

static void
step(struct scene *s, struct fuzz_input *in)
{
    uint8_t op = fuzz_u8(in);
    uint8_t vhid = (uint8_t)((op >> 4 & 3) + 1);
    pass_time(s, fuzz_u8(in));
    switch (op & 0x0f) {
    case 8:
        send_raw(s, in);
        break;
    case 9:
        advance(s, fuzz_u8(in));
        break;
    case 10:
        synth_arp(fuzz_u8(in) & 0x0f, vhid, (op & 0x80) != 0, &s->last);
        feed(s, CARP_LINK_ETHERNET, s->last.data, s->last.len, op & 0x40);
        break;
    case 11:
        synth_vrrp(fuzz_u8(in) & 0x0f, vhid, &s->last);
        feed(s, CARP_LINK_ETHERNET, s->last.data, s->last.len, 0);
        break;
    case 12:
        send_flood(s, fuzz_u8(in) & 0x3f);
        break;
    case 13: /* the last frame once more: a loop, or another capture's view */
        feed(s, CARP_LINK_ETHERNET, s->last.data, s->last.len, op);
        break;
    case 14:
        tell(s, op >> 4, fuzz_u8(in));
        break;
    case 15:
        send_advert(s, in, op >> 4);
        break;
    default:
        send_advert(s, in, 0);
        break;
    }
}

static void
add_row(struct carp_ring *ring, uint8_t vhid, unsigned int key,
        uint8_t addresses_of, enum carp_profile_id profile)
{
    struct carp_ring_row row = {.vhid = vhid, .profile = profile};
    snprintf(row.name, sizeof(row.name), "fuzz %u of %u", key, addresses_of);
    synth_key_of(key, &row.key);
    if (addresses_of != 0) {
        synth_addrs(addresses_of, &row.addrs);
    }
    FUZZ_CHECK(carp_ring_add(ring, &row) == CARP_OK);
    carp_key_clear(&row.key);
}

/* Made once: explain_once.c knows a ring by where it is. */
static struct carp_ring *
ring_of(uint8_t options)
{
    static struct carp_ring *rings[4];
    const enum carp_profile_id profile =
        (options & 2) != 0 ? CARP_PROFILE_FREEBSD : CARP_PROFILE_AUTO;
    struct carp_ring **ring =
        &rings[(options & 2) | ((options & 128) != 0 ? 1 : 0)];
    if ((options & 1) == 0 || *ring != NULL) {
        return (options & 1) == 0 ? NULL : *ring;
    }
    *ring = carp_ring_new();
    FUZZ_CHECK(*ring != NULL);
    for (uint8_t vhid = 1; vhid <= 3; vhid++) {
        /* The third's addresses are to be learnt. */
        add_row(*ring, vhid, 0, vhid != 3 ? vhid : 0, profile);
    }
    if ((options & 128) != 0) { /* several of one vhid, and a password */
        add_row(*ring, 1, 1, 1, profile);
        add_row(*ring, 1, 0, 2, profile);
        add_row(*ring, 2, 1, 3, profile);
        add_row(*ring, 2, 2, 2, profile);
        add_row(*ring, 4, 2, 4, profile);
    }
    return *ring;
}

static uint64_t
run(struct fuzz_input in)
{
    uint8_t options = fuzz_u8(&in);
    struct carp_ring *ring = ring_of(options);
    struct scene *s = calloc(1, sizeof(*s));
    FUZZ_CHECK(s != NULL);
    s->ring = ring;
    s->hand = CARP_PROFILE_FREEBSD << 4;
    struct carp_track_config config = {
        .ring = ring,
        .max_groups = (options & 4) != 0 ? 3 : 0,
        .max_senders = (options & 8) != 0 ? 4 : 0,
        .update_every = (options & 16) != 0 ? 10 * CARP_SEC : 0,
        .on_event = track_check_event,
        .user = &s->check};
    s->now = (options & 32) != 0 ? 0 : 1000 * CARP_SEC;
    s->track = carp_track_new(&config);
    FUZZ_CHECK(s->track != NULL);
    for (unsigned int i = 0; i < STEPS_MAX && in.left > 0; i++) {
        step(s, &in);
    }
    if ((options & 64) != 0) {
        advance(s, 0xbf);
    }
    ask(s);
    track_check_summary(&s->check, s->track,
                        config.max_senders != 0 ? config.max_senders : 16);
    uint64_t told = s->check.digest;
    carp_track_free(s->track);
    free(s);
    return told;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    uint64_t told = run(in);
    /* What depends on more than the input does so for many: some twice. */
    if (size > 0 && data[size - 1] % 8 == 0) {
        FUZZ_CHECK(run(in) == told);
    }
    return 0;
}
