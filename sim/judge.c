/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"

#include <carp/track.h>

#include "checks.h"
#include "frame.h"

/* A fact, or a finding, of a code: from when to when. */
struct span {
    enum carp_code code;
    carp_time from, to;
    bool is_certain; /* facts: has to be found */
    uint32_t id;     /* findings */
};

struct judge {
    const struct sim_scenario *scenario;
    struct carp_auth auth;
    struct carp_track *track;
    uint64_t number;
    uint16_t ip_id;
    GArray *facts, *findings; /* struct span */
    /* IPv4 adverts of each node */
    carp_time last[SIM_NODES];   /* CARP_NEVER: none, or bowed out */
    carp_time during[SIM_NODES]; /* advertises since */
    carp_time interval[SIM_NODES];
    bool is_master[SIM_NODES];
    carp_time spoke;  /* the last advert of anybody */
    unsigned int row; /* adverts of one node in a row */
    unsigned int speaker;
};

bool
sim_is_judged(enum carp_code code)
{
    /* What has a certain truth here, and what is never true. */
    static const enum carp_code judged[] = {
        CARP_DUAL_MASTER, CARP_NO_MASTER,    CARP_DEMOTED,
        CARP_BOWED_OUT,   CARP_BAD_HMAC,     CARP_REPLAY,
        CARP_LOOPED,      CARP_DUPLICATE,    CARP_VHID_COLLISION,
        CARP_TTL_NOT_255, CARP_BAD_CHECKSUM, CARP_MALFORMED,
        CARP_BAD_VERSION, CARP_SENDER_FLOOD};

    for (size_t i = 0; i < G_N_ELEMENTS(judged); i++) {
        if (judged[i] == code) {
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- findings */

static void
add(GArray *spans, enum carp_code code, carp_time from, carp_time to,
    bool is_certain, uint32_t id)
{
    const struct span span = {code, from, to, is_certain, id};

    g_array_append_val(spans, span);
}

/* Facts that follow each other within a few adverts are one. */
static void
add_fact(struct judge *j, enum carp_code code, carp_time from, carp_time to,
         bool is_certain)
{
    for (guint i = j->facts->len; i-- > 0;) {
        struct span *f = &g_array_index(j->facts, struct span, i);

        if (f->code == code && from <= f->to + 10 * CARP_SEC) {
            f->to = to;
            f->is_certain = f->is_certain || is_certain;
            return;
        }
    }
    add(j->facts, code, from, to, is_certain, 0);
}

static void
on_event(void *user, const struct carp_event *e)
{
    struct judge *j = user;

    if (e->kind == CARP_EVENT_TRANSITION || e->family == CARP_IPV6 ||
        e->cause == CARP_CAUSE_TRANSITION) {
        return;
    }
    for (guint i = j->findings->len;
         e->kind != CARP_EVENT_FINDING && i-- > 0;) {
        struct span *f = &g_array_index(j->findings, struct span, i);

        if (f->id == e->id && f->to == CARP_NEVER) {
            f->to = e->kind == CARP_EVENT_RESOLVED ? e->time : f->to;
            return;
        }
    }
    add(j->findings, e->code, e->since < e->time ? e->since : e->time,
        CARP_NEVER, false, e->id);
}

/* ------------------------------------------------------------------- facts */

/* A node advertises from its first advert until it has been silent for more
 * than two of its intervals. */
static bool
advertises(const struct judge *j, unsigned int i, carp_time now)
{
    return j->last[i] != CARP_NEVER &&
           now < j->last[i] + 2 * j->interval[i] + j->interval[i] / 5;
}

/* Two masters that go on advertising beside each other: certain when that was
 * no hand-over, not even a slow one that ucarp read late. */
static void
find_two(struct judge *j, unsigned int i, carp_time now)
{
    for (unsigned int k = 0; j->is_master[i] && k < j->scenario->node_count;
         k++) {
        const carp_time both = MAX(j->during[i], j->during[k]);

        /* Who hears the new master yields at once. */
        if (k == i || !j->is_master[k] || !advertises(j, k, now) ||
            now - both <
                MIN(50 * CARP_MSEC, MIN(j->interval[i], j->interval[k]) / 2)) {
            continue;
        }
        add_fact(j, CARP_DUAL_MASTER, both, now,
                 now - both > 3 * MAX(j->interval[i], j->interval[k]) +
                                  1200 * CARP_MSEC);
    }
}

/* It is MASTER no longer: what was true until now stays so. */
static void
leave(struct judge *j, unsigned int node, carp_time now)
{
    if (j->is_master[node] && advertises(j, node, now)) {
        find_two(j, node, now);
    }
    j->is_master[node] = false;
    j->last[node] = CARP_NEVER;
}

/* What the machines say of themselves. */
static void
on_effects(void *user, carp_time now, unsigned int node,
           const struct carp_effects *e)
{
    struct judge *j = user;

    if (e->to != CARP_STATE_MASTER) {
        leave(j, node, now);
    }
    j->is_master[node] = e->to == CARP_STATE_MASTER;
}

static void
on_scenario(void *user, const struct sim_event *event)
{
    if (event->kind == SIM_CRASH) {
        leave(user, event->a, event->at);
    }
}

static void
find_silence(struct judge *j, carp_time now)
{
    carp_time interval = 0;

    if (j->spoke == CARP_NEVER) {
        return;
    }
    for (unsigned int i = 0; i < j->scenario->node_count; i++) {
        interval = MAX(interval, j->interval[i]);
    }
    if (now - j->spoke > interval + interval / 2) {
        add_fact(j, CARP_NO_MASTER, j->spoke, now,
                 j->row >= 3 &&
                     now - j->spoke >
                         carp_slowest_takeover(j->scenario->nodes[0].advbase) +
                             2 * interval);
    }
}

static void
watch_advert(struct judge *j, carp_time now, const struct sim_advert *a)
{
    const bool bows_out = a->advbase == 255;

    find_silence(j, now);
    j->spoke = now;
    if (j->speaker != a->from) {
        j->row = 0;
    }
    j->speaker = a->from;
    if (bows_out) {
        add_fact(j, CARP_BOWED_OUT, now, now, true);
        j->last[a->from] = CARP_NEVER;
        return;
    }
    j->row++;
    j->interval[a->from] =
        MAX(carp_interval(a->advbase, a->advskew), 20 * CARP_MSEC);
    /* Who yields may send a last one. */
    if (j->is_master[a->from]) {
        if (!advertises(j, a->from, now)) {
            j->during[a->from] = now;
        }
        j->last[a->from] = now;
        find_two(j, a->from, now);
    }
    if (a->advskew == 240 || a->demote != 0) {
        add_fact(j, CARP_DEMOTED, now, now, true);
    }
}

/* -------------------------------------------------------------- the segment */

static void
feed(struct judge *j, carp_time now, const uint8_t *octets, size_t count)
{
    struct carp_frame frame;
    const struct carp_packet packet = {
        .time = now, .number = ++j->number, .frame = &frame};

    if (carp_frame_parse(1, octets, count, count, &frame) == CARP_OK) {
        carp_track_feed(j->track, &packet, NULL);
    }
}

static void
on_advert(void *user, carp_time now, const struct sim_advert *advert)
{
    struct judge *j = user;
    uint8_t frame[SIM_FRAME_MAX];

    if (advert->family == CARP_IPV4) {
        watch_advert(j, now, advert);
    }
    feed(j, now, frame,
         sim_frame(j->scenario, &j->auth, advert, j->ip_id++, frame));
}

static void
on_announce(void *user, carp_time now, unsigned int node)
{
    struct judge *j = user;
    uint8_t frame[SIM_FRAME_MAX];

    if (j->scenario->nodes[node].has[CARP_F4]) {
        feed(j, now, frame, sim_announcement(j->scenario, node, frame));
    }
}

/* ------------------------------------------------------------------- score */

static bool
overlap(const struct span *a, const struct span *b, carp_time slack)
{
    return a->code == b->code && a->from <= carp_time_add(b->to, slack) &&
           b->from <= carp_time_add(a->to, slack);
}

static bool
any_overlaps(const GArray *spans, const struct span *one, carp_time slack)
{
    for (guint i = 0; i < spans->len; i++) {
        if (overlap(&g_array_index(spans, struct span, i), one, slack)) {
            return true;
        }
    }
    return false;
}

static void
note(GString *notes, const struct judge *j, const char *what,
     const struct span *s)
{
    if (notes != NULL) {
        g_string_append_printf(notes,
                               "seed %" G_GUINT64_FORMAT ": %s %s %.3f\n",
                               j->scenario->seed, what, carp_code_text(s->code),
                               (double)s->from / 1e9);
    }
}

static void
compare(const struct judge *j, struct sim_score *score, GString *notes)
{
    struct sim_bounds bounds;

    sim_bounds(j->scenario, &bounds);
    for (guint i = 0; i < j->findings->len; i++) {
        const struct span *f = &g_array_index(j->findings, struct span, i);

        if (!sim_is_judged(f->code)) {
            continue;
        }
        if (any_overlaps(j->facts, f, 100 * CARP_MSEC)) {
            score->right[f->code]++;
        } else {
            score->wrong[f->code]++;
            note(notes, j, "wrong", f);
        }
    }
    for (guint i = 0; i < j->facts->len; i++) {
        const struct span *f = &g_array_index(j->facts, struct span, i);

        if (!f->is_certain || !sim_is_judged(f->code)) {
            continue;
        }
        if (any_overlaps(j->findings, f, 100 * CARP_MSEC)) {
            score->found[f->code]++;
        } else {
            score->missed[f->code]++;
            note(notes, j, "missed", f);
        }
    }
}

void
sim_judge(const struct sim_scenario *s, struct sim_score *score, GString *notes)
{
    struct judge j = {.scenario = s, .spoke = CARP_NEVER};
    const struct carp_track_config config = {.on_event = on_event, .user = &j};
    const struct sim_watcher watcher = {.user = &j,
                                        .on_event = on_scenario,
                                        .on_effects = on_effects,
                                        .on_advert = on_advert,
                                        .on_announce = on_announce};
    struct sim_result result;

    for (unsigned int i = 0; i < SIM_NODES; i++) {
        j.last[i] = CARP_NEVER;
    }
    j.facts = g_array_new(FALSE, FALSE, sizeof(struct span));
    j.findings = g_array_new(FALSE, FALSE, sizeof(struct span));
    sim_auth(s, &j.auth);
    j.track = carp_track_new(&config);
    sim_check(s, &watcher, false, &result);
    if (result.failure == NULL) {
        carp_track_advance(j.track, s->end);
        find_silence(&j, s->end);
        compare(&j, score, notes);
    }
    sim_result_clear(&result);
    carp_track_free(j.track);
    carp_auth_clear(&j.auth);
    g_array_free(j.facts, TRUE);
    g_array_free(j.findings, TRUE);
}
