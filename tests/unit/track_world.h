/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file track_world.h
 * A segment in miniature for tests of the observer: nodes that elect a
 * master as each implementation does (PROTOCOL 3 to 5), a network that can
 * be cut by direction and family, and one or two captures.
 *
 * No clock and no threads: everything follows from the seed.
 */
#ifndef CARP_TEST_TRACK_WORLD_H
#define CARP_TEST_TRACK_WORLD_H

#include <glib.h>

#include <carp/timing.h>
#include <carp/track.h>

enum world_impl {
    WORLD_FREEBSD, /**< 12 or later, hz 1000 */
    WORLD_NETBSD,
    WORLD_OPENBSD,
    WORLD_UCARP,
    WORLD_IMPLS
};

enum { WORLD_NODES = 6, WORLD_CAPTURES = 2, WORLD_PENDING = 256 };

/** An event of the observer with its texts kept. */
struct world_event {
    struct carp_event e; /**< its text pointers are not valid */
    char text[CARP_EVENT_TEXT], detail[CARP_EVENT_TEXT], remedy[256];
};

struct world_node {
    /* may be changed by tests */
    enum world_impl impl;
    struct carp_addr addr4, addr6; /**< family none: not configured */
    uint8_t advbase, advskew, demote;
    bool preempt;
    bool leaps;   /**< as carpd's counter does when it becomes MASTER */
    uint8_t ttl;  /**< as it arrives */
    uint32_t key; /**< nodes with equal keys accept each other … */
    const struct carp_auth *auth; /**< … unless they have a real one */
    const struct carp_auth *also; /**< a second one that it accepts; or NULL */

    /* theirs */
    bool up, is_master, has_accepted;
    uint64_t counter;
    carp_time next;    /**< own advert, as MASTER */
    carp_time down[2]; /**< master-down timers by family, as BACKUP */
    carp_time phase;   /**< ucarp: when it reads its packets */
    carp_time became;  /**< MASTER since */
    uint16_t ip_id;
};

struct world_delivery {
    carp_time at;
    unsigned int from, to;
    struct carp_frame frame;
};

struct world {
    struct carp_track *track;
    carp_time now;
    uint64_t number; /**< of the last frame */
    uint64_t random; /**< state; the seed at first */
    uint8_t vhid;
    unsigned int count;
    struct world_node nodes[WORLD_NODES];
    bool cut[2][WORLD_NODES][WORLD_NODES];    /**< [is IPv6][from][to] */
    bool hidden[WORLD_CAPTURES][WORLD_NODES]; /**< not seen by a capture */
    unsigned int captures;
    unsigned int loss; /**< towards the captures, in 1/1000 */
    unsigned int pending_count;
    struct world_delivery pending[WORLD_PENDING];
    GPtrArray *events; /**< struct world_event; they stay where they are */
};

struct world *world_new(uint64_t seed);
/** With a configuration; its callback and user are replaced. */
struct world *world_new_with(uint64_t seed,
                             const struct carp_track_config *config);
void world_free(struct world *w);
uint64_t world_random(struct world *w);

/** A node that is off; @p addr6 (or @p addr4) may be NULL. */
unsigned int world_add(struct world *w, enum world_impl impl, const char *addr4,
                       const char *addr6, uint8_t advbase, uint8_t advskew);
void world_start(struct world *w, unsigned int node);
/** Off without a word. */
void world_kill(struct world *w, unsigned int node);
/** Off in good order: those who know a bow-out send it. */
void world_stop(struct world *w, unsigned int node);
/** Demotion of OpenBSD; a rise is advertised at once. */
void world_demote(struct world *w, unsigned int node, uint8_t demote);
/** Cut or join one direction for both families. */
void world_link(struct world *w, unsigned int from, unsigned int to, bool up);
void world_split(struct world *w, unsigned int a, unsigned int b, bool up);
/** Run until @p until, then let the observer's timers run up to there. */
void world_run(struct world *w, carp_time until);
/** The same for @p duration from now. */
void world_wait(struct world *w, carp_time duration);
/** Start node 0 and then node 1 as a quiet pair: 0 is MASTER, both have
 * accepted each other, 12 s have passed. */
void world_settle(struct world *w);

/** An advert of @p node with @p counter, as a frame. */
struct carp_frame world_advert(struct world *w, unsigned int node,
                               uint8_t family, uint64_t counter);
/** Show any frame to the observer, at the world's time. */
struct carp_observation world_put(struct world *w,
                                  const struct carp_frame *frame);
/** As capture @p source. */
struct carp_observation world_put_as(struct world *w, uint16_t source,
                                     const struct carp_frame *frame);

/** Any event, in order. */
const struct world_event *world_at(const struct world *w, unsigned int index);
unsigned int world_count(const struct world *w, enum carp_event_kind kind,
                         enum carp_code code);
/** Event @p index of that kind and code; NULL beyond. */
const struct world_event *world_get(const struct world *w,
                                    enum carp_event_kind kind,
                                    enum carp_code code, unsigned int index);
/** The onset of @p code with its cause; fails when there is none or more. */
const struct world_event *world_one(const struct world *w, enum carp_code code,
                                    enum carp_cause cause);
/** Fails when there is an onset of @p code. */
void world_none(const struct world *w, enum carp_code code);
/** Fails unless all findings but those of the mask (1ull << code) are absent,
 * hand-overs of DUAL_MASTER excepted. */
void world_quiet(const struct world *w, uint64_t but);
/** The RESOLVED event of @p onset; fails when there is none. */
const struct world_event *world_end(const struct world *w,
                                    const struct world_event *onset);
bool world_is_sender(const struct world *w, const struct world_event *event,
                     unsigned int position, unsigned int node);
/** Forget the events so far. */
void world_forget(struct world *w);
/** Two nodes that count from one base; node 0 is MASTER. */
struct world *world_counting(uint64_t seed, enum world_impl a,
                             enum world_impl b, bool v6);
void world_print(const struct world *w);

#define WORLD_S(seconds) ((carp_time)((seconds)*1e9))

#endif
