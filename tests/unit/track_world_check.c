/* SPDX-License-Identifier: BSD-2-Clause */
/* Setting a world up, and looking at what the observer said. */
#include "track_world.h"

#include <stdio.h>

static void
keep_event(void *user, const struct carp_event *event)
{
    struct world *w = user;
    struct world_event *kept = g_new0(struct world_event, 1);

    kept->e = *event;
    g_strlcpy(kept->text, event->text, sizeof(kept->text));
    g_strlcpy(kept->detail, event->detail, sizeof(kept->detail));
    g_strlcpy(kept->remedy, event->remedy, sizeof(kept->remedy));
    kept->e.text = kept->e.detail = kept->e.remedy = NULL;
    g_ptr_array_add(w->events, kept);
}

struct world *
world_new_with(uint64_t seed, const struct carp_track_config *config)
{
    struct world *w = g_new0(struct world, 1);
    struct carp_track_config copy = *config;

    copy.on_event = keep_event;
    copy.user = w;
    w->events = g_ptr_array_new_with_free_func(g_free);
    w->track = carp_track_new(&copy);
    g_assert_nonnull(w->track);
    w->now = 1000 * CARP_SEC;
    w->random = (seed + 1) * 0x9e3779b97f4a7c15u;
    w->vhid = 7;
    w->captures = 1;
    return w;
}

struct world *
world_new(uint64_t seed)
{
    return world_new_with(seed, &(struct carp_track_config){0});
}

void
world_free(struct world *w)
{
    carp_track_free(w->track);
    g_ptr_array_free(w->events, TRUE);
    g_free(w);
}

unsigned int
world_add(struct world *w, enum world_impl impl, const char *addr4,
          const char *addr6, uint8_t advbase, uint8_t advskew)
{
    struct world_node *n = &w->nodes[w->count];

    g_assert_cmpuint(w->count, <, WORLD_NODES);
    n->impl = impl;
    n->advbase = advbase;
    n->advskew = advskew;
    n->ttl = 255;
    n->key = 1;
    if (addr4 != NULL) {
        g_assert_cmpint(carp_addr_parse(addr4, &n->addr4, NULL), ==, CARP_OK);
    }
    if (addr6 != NULL) {
        g_assert_cmpint(carp_addr_parse(addr6, &n->addr6, NULL), ==, CARP_OK);
    }
    return w->count++;
}

void
world_link(struct world *w, unsigned int from, unsigned int to, bool up)
{
    w->cut[0][from][to] = w->cut[1][from][to] = !up;
}

void
world_split(struct world *w, unsigned int a, unsigned int b, bool up)
{
    world_link(w, a, b, up);
    world_link(w, b, a, up);
}

void
world_wait(struct world *w, carp_time duration)
{
    world_run(w, w->now + duration);
}

void
world_settle(struct world *w)
{
    const carp_time end = w->now + 12 * CARP_SEC;

    world_start(w, 1);
    world_start(w, 0);
    while (w->now < end) {
        world_wait(w, 100 * CARP_MSEC);
    }
}

/* ------------------------------------------------------------------ frames */

struct carp_observation
world_put_as(struct world *w, uint16_t source, const struct carp_frame *frame)
{
    const struct carp_packet packet = {.time = w->now,
                                       .number = ++w->number,
                                       .source = source,
                                       .frame = frame};
    struct carp_observation o;

    carp_track_feed(w->track, &packet, &o);
    return o;
}

struct carp_observation
world_put(struct world *w, const struct carp_frame *frame)
{
    return world_put_as(w, 0, frame);
}

/* ------------------------------------------------------------------ events */

const struct world_event *
world_at(const struct world *w, unsigned int index)
{
    return g_ptr_array_index(w->events, index);
}

const struct world_event *
world_get(const struct world *w, enum carp_event_kind kind, enum carp_code code,
          unsigned int index)
{
    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        if (e->kind == kind &&
            (kind == CARP_EVENT_TRANSITION || e->code == code) &&
            index-- == 0) {
            return world_at(w, i);
        }
    }
    return NULL;
}

unsigned int
world_count(const struct world *w, enum carp_event_kind kind,
            enum carp_code code)
{
    unsigned int count = 0;

    while (world_get(w, kind, code, count) != NULL) {
        count++;
    }
    return count;
}

static void
fail(const struct world *w, const char *what, enum carp_code code)
{
    world_print(w);
    g_test_message("%s: %s", what, carp_code_text(code));
    g_test_fail();
    g_assert_not_reached();
}

const struct world_event *
world_one(const struct world *w, enum carp_code code, enum carp_cause cause)
{
    const struct world_event *event = NULL;

    for (unsigned int i = 0;; i++) {
        const struct world_event *next =
            world_get(w, CARP_EVENT_FINDING, code, i);

        if (next == NULL) {
            break;
        }
        /* Healing ends with an ordinary hand-over. */
        if (code == CARP_DUAL_MASTER && cause != CARP_CAUSE_TRANSITION &&
            next->e.cause == CARP_CAUSE_TRANSITION) {
            continue;
        }
        if (event != NULL) {
            fail(w, "more than one", code);
        }
        event = next;
    }
    if (event == NULL || event->e.cause != cause) {
        fail(w, "not found with that cause", code);
    }
    return event;
}

static bool
is_hand_over(const struct carp_event *e)
{
    return e->code == CARP_DUAL_MASTER && e->cause == CARP_CAUSE_TRANSITION;
}

void
world_quiet(const struct world *w, uint64_t but)
{
    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        if (e->kind == CARP_EVENT_FINDING && !is_hand_over(e) &&
            (but >> e->code & 1) == 0) {
            fail(w, "unexpected", e->code);
        }
    }
}

void
world_none(const struct world *w, enum carp_code code)
{
    if (world_get(w, CARP_EVENT_FINDING, code, 0) != NULL) {
        fail(w, "unexpected", code);
    }
}

const struct world_event *
world_end(const struct world *w, const struct world_event *onset)
{
    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct carp_event *e = &world_at(w, i)->e;

        if (e->kind == CARP_EVENT_RESOLVED && e->id == onset->e.id) {
            g_assert_cmpint(e->code, ==, onset->e.code);
            return world_at(w, i);
        }
    }
    fail(w, "never resolved", onset->e.code);
    return NULL;
}

bool
world_is_sender(const struct world *w, const struct world_event *event,
                unsigned int position, unsigned int node)
{
    const struct carp_addr *a = &event->e.senders[position];

    return position < event->e.sender_count &&
           (carp_addr_equal(a, &w->nodes[node].addr4) ||
            carp_addr_equal(a, &w->nodes[node].addr6));
}

void
world_forget(struct world *w)
{
    g_ptr_array_set_size(w->events, 0);
}

struct world *
world_counting(uint64_t seed, enum world_impl a, enum world_impl b, bool v6)
{
    struct world *w = world_new(seed);

    (void)world_add(w, a, "10.0.0.1", v6 ? "fd00::1" : NULL, 1, 0);
    (void)world_add(w, b, "10.0.0.2", v6 ? "fd00::2" : NULL, 1, 100);
    w->nodes[0].preempt = true;
    world_start(w, 1);
    world_wait(w, WORLD_S(8));
    world_start(w, 0);
    world_wait(w, WORLD_S(12));
    world_forget(w);
    return w;
}

void
world_print(const struct world *w)
{
    static const char *const kinds[] = {"transition", "finding", "update",
                                        "resolved"};

    for (unsigned int i = 0; i < w->events->len; i++) {
        const struct world_event *event = world_at(w, i);
        const struct carp_event *e = &event->e;
        const bool transition = e->kind == CARP_EVENT_TRANSITION;

        g_test_message("%9.3f ipv%u %s %s %s %s %s since %.3f: %s | %s",
                       (double)e->time / 1e9, e->family, kinds[e->kind],
                       transition ? "" : carp_code_text(e->code),
                       transition ? "" : carp_cause_text(e->cause),
                       transition ? "" : carp_severity_text(e->severity),
                       transition ? "" : carp_confidence_text(e->confidence),
                       (double)e->since / 1e9, event->text, event->detail);
    }
}
