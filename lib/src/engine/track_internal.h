/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The observer's own structures.
 *
 *   track ─► group (segment, VLAN, vhid) ─► view (IPv4, IPv6) ─► senders
 *                 │                              └─ master, contests
 *                 ├─ history: recent adverts of both families, for lineage
 *                 ├─ alerts: findings that are on
 *                 └─ learnt: addresses seen in ARP and ND
 *
 * A group is both families because one node's adverts share one counter
 * sequence (LINEAGE). A contest is the time in which a sender advertises
 * beside the view's master; it ends with one of them silent.
 *
 * Files: track.c entry points and timers; table.c who is remembered;
 * advert.c one advert from bytes to state; follow.c whose counter it
 * continues; repeat.c adverts that were on the wire before; sender.c limits
 * and priorities; master.c who is MASTER; contest.c what is counted of two
 * beside each other; renumber.c a master with a new address; dual_when.c when
 * both are MASTER, dual.c why, dual_say.c in words, dual_end.c until when;
 * checks.c what is wrong with one advert or sender; gap.c adverts that are late
 * or missing; faults.c what receivers drop, silence, flapping, floods; unseen.c
 * masters that this wire did not see; envelope.c MACs; changed.c, rogue.c,
 * stale.c, membership.c, placement.c, blind.c findings of their names; claims.c
 * who announced what; lineage.c counters; alert.c onset, update, resolved;
 * network.c hosts; learn.c announced addresses; explained.c digests; impl.c
 * implementations; text.c sentences; summary.c, learnt.c, predict.c,
 * inventory.c what is known.
 */
#ifndef CARP_TRACK_INTERNAL_H
#define CARP_TRACK_INTERNAL_H

#include <carp/timing.h>
#include <carp/track.h>

#include "engine/claims.h"
#include "engine/contest.h"
#include "engine/lineage.h"
#include "engine/network.h"
#include "names.h"

enum { VIEW4 = 0, VIEW6 = 1, VIEWS = 2 };
enum { NOBODY = -1 };
enum { ALERTS_MAX = 24, LEARNT_MAX = 32, GARP_RING = 32 };
/* New senders of a view, and new vhids, within FLOOD_WINDOW. */
enum { FLOOD_SENDERS = 32, FLOOD_GROUPS = 64 };
#define FLOOD_WINDOW (10 * CARP_SEC)

/* ucarp takes a counter over up to a second after it was on the wire
 * (PROTOCOL 5.5). */
#define LATE_READING (1200 * CARP_MSEC)
/* A node's IPv4 and IPv6 adverts leave within this. */
#define TWIN_WINDOW (10 * CARP_MSEC)

/* What the counters of one sender do. */
enum counter_mode {
    COUNTER_NEW,      /* one advert only */
    COUNTER_CONSTANT, /* OpenBSD */
    COUNTER_RANDOM,   /* has not accepted anybody's advert */
    COUNTER_SEQUENCE  /* +1, or continues a peer */
};

/* What each advert asks for stands first: fifty vhids do not fit into the
 * fastest cache. */
struct sender {
    struct carp_addr addr;
    struct carp_mac mac;
    bool has_mac, ucarp_mac, virtual_mac;
    uint32_t uid;      /* never used twice within the group */
    uint32_t twin;     /* uid of this node's sender of the other family */
    uint32_t moved_to; /* uid of what it goes on as; 0: it does not */

    carp_time last, previous;
    uint64_t last_frame;
    uint64_t adverts;                 /* that receivers could accept */
    uint64_t good;                    /* digests */
    uint8_t advbase, advskew, demote; /* last advert, bow-outs left out */
    uint8_t ttl, tos;
    bool ip_id_zero, ip_id_set, dont_fragment, demote_seen;
    bool bowed_out;
    bool ttl_bad, sum_bad; /* last advert */
    bool is_carpd;         /* by its counter */
    bool has_proved, is_outside;
    bool is_master, was_master;
    uint8_t mode;      /* enum counter_mode */
    uint8_t last_kind; /* enum lineage_kind of the last advert */
    uint8_t other_prints, impl_before;
    uint8_t departure; /* enum carp_departure, of the last time */
    uint8_t twin_votes;
    uint32_t outside_of; /* the senders_version that is_outside is about */
    uint32_t print, other_print; /* of the envelope */

    uint64_t counter;   /* last, replays left out */
    uint64_t came_from; /* the one before */
    uint64_t run_start; /* first of the current +1 sequence */
    uint32_t run_len, sequences;
    carp_time max_gap;
    carp_time master_since, master_time;
    struct carp_pace pace;
    struct carp_verdict verdict; /* of its last advert */
    struct carp_verdict proved;  /* the last right one */
    struct contest contest;

    uint64_t bad, unverified;
    uint32_t constants, randoms;
    uint32_t twin_candidate; /* the uid last voted for */
    carp_time first;
    carp_time accepted_at; /* when it last showed that it accepted a peer */
    uint32_t accepted_uid; /* whose advert */
    uint64_t accepted_frame;
    carp_time accepted_time;     /* when that advert was on the wire */
    struct explained *explained; /* why its digest is wrong; may be NULL */
    uint64_t proved_set;         /* of learnt addresses, as a hash */
    uint64_t head;               /* first octets of OpenBSD's last digest */
    carp_time changed_told;
};

/* What a sender was before the advert that is being processed: as much of it
 * as anybody asks for, because it is copied for each advert. */
struct past {
    carp_time last;
    uint64_t last_frame, adverts, counter;
    struct carp_pace pace;
    carp_time dead_time, silent_limit;
    uint8_t advbase, advskew, demote;
    bool bowed_out, is_master, had_moved;
};

struct view {
    uint8_t family;
    unsigned int count, capacity;
    struct sender *senders;
    int master;            /* index or NOBODY */
    int last_master;       /* most recent master, for "took over from" */
    carp_time last_advert; /* of anybody, replays left out */
    carp_time blind; /* nothing could be seen until then; 0: never blind */
    uint8_t last_advbase;
    carp_time last_takeover; /* the slowest at last_advbase; 0: none yet */
    bool had_master;         /* a master long enough to be missed */
    uint64_t adverts, good, forgotten;
    struct vrrp *vrrp; /* from the first VRRP advert of this id on */
    uint64_t bad, unverified, transitions;
    uint64_t onsets[CARP_CODE_COUNT];
    carp_time changes[16]; /* ring of recent master changes */
    unsigned int change_next;
    carp_time false_starts[4]; /* challenger took over and yielded */
    unsigned int false_next;
    carp_time flood_start;
    uint32_t flood_new;
    carp_time stale_due, place_due; /* when to look; 0: not */
    bool place_apart;
};

/* VRRP beside CARP: who advertises with this id. */
enum { VRRP_OWNERS = 4 };
struct vrrp_owner {
    struct carp_addr addr;
    carp_time last;
    uint8_t priority;
};
struct vrrp_use {
    uint64_t adverts;
    carp_time first, last;
    unsigned int count;
    struct vrrp_owner owners[VRRP_OWNERS];
};
struct vrrp {
    struct vrrp_use uses[2]; /* VRRPv2, VRRPv3 */
    carp_time last;          /* of those that share CARP's virtual MAC */
    uint64_t frame;
    struct carp_addr source;
};

struct alert {
    enum carp_code code;
    enum carp_cause cause;
    enum carp_severity severity;
    enum carp_confidence confidence;
    uint8_t family;
    bool emitted;          /* the onset was told */
    bool is_news;          /* the cause changed since it was told */
    uint8_t rank;          /* what it weighs when the table is full */
    struct carp_addr a, b; /* identity together with code and family */
    uint32_t id;
    uint64_t count;
    carp_time since, last, last_told, hold;
    unsigned int frame_count;
    uint64_t frames[CARP_EVENT_FRAMES];
};

struct group {
    uint16_t segment, vlan;
    uint8_t vhid;
    bool used;
    uint32_t next_uid;
    carp_time deadline; /* never later than what is really due */
    carp_time last_seen;
    uint64_t frames_seen;
    struct history *history; /* from the second advert on */
    uint32_t next;           /* hash chain, index + 1 */
    unsigned int alert_count;
    struct learnt *learnt;
    struct view views[VIEWS];
    uint8_t apart; /* adverts in a row of the two masters that are no pair */
    struct alert *alerts; /* ALERTS_MAX, from the first on */
    struct claims *claims;
    struct partners *partners;
    carp_time explain_next;
    unsigned int explain_tokens;
};

/* Addresses seen in ARP and ND of a vhid, and what was seen of each. */
struct learnt {
    struct carp_addrs addrs;
    struct announced {
        uint8_t evidence; /* mask of enum carp_learnt_evidence */
        struct carp_mac mac;
        carp_time first, last;
        uint64_t count, frame;
    } about[LEARNT_MAX];
};

/* An announcement with a real MAC: ucarp announces so before it adverts. */
struct garp {
    carp_time time;
    uint64_t frame;
    uint16_t segment, vlan;
    struct carp_mac mac;
    struct carp_addr addr;
};

/* Another group that changed its master at the same time, with the hosts
 * that were left and taken. */
enum { PARTNERS_MAX = 4, MOVES_MAX = 32 };
struct partner {
    uint16_t segment, vlan;
    uint8_t vhid;
    uint8_t together; /* so many times; 0: free */
    carp_time last;
    struct carp_addr mine[2], theirs[2];
};
struct partners {
    struct partner list[PARTNERS_MAX];
};
struct move {
    carp_time time;
    uint32_t group; /* index + 1 */
    uint16_t segment, vlan;
    uint8_t vhid;
    struct carp_addr from, to;
};

/* What may be told of senders that are no members. */
enum { RATION_UNKNOWN, RATION_UNPROVEN, RATIONS };
struct bucket {
    uint32_t taken;
    carp_time refilled;
};

struct carp_track {
    struct carp_track_config config;
    carp_time now;
    uint64_t taken;       /* frames */
    carp_time leap_to;    /* where a frame far ahead wants to be; 0: none */
    carp_time leap_asked; /* the last instant advanced to */
    carp_time deadline;
    unsigned int group_count; /* used slots below this, but for the holes */
    unsigned int holes;
    struct group *groups; /* config.max_groups */
    uint32_t *buckets;    /* index + 1 */
    uint32_t bucket_mask;
    uint32_t last_group; /* the group of the last advert, index + 1 */
    uint32_t *order;     /* for summaries; NULL when stale */
    unsigned int order_count;
    struct group overflow; /* findings about the segment itself: vhid 0 */
    struct move moves[MOVES_MAX];
    unsigned int move_next;
    struct spot *spots; /* the claims' index */
    uint32_t spot_mask, spot_count;
    struct carp_addrs *expected[256]; /* senders, by vhid */
    uint32_t senders_version;         /* of expected; 0: nobody ever was */
    unsigned int silent_segments;
    struct network **networks; /* NETWORKS_MAX, from the first on */
    unsigned int network_count, network_next;
    uint64_t forgotten_groups;
    carp_time forgotten_start;
    uint32_t forgotten_recent;
    struct garp garps[GARP_RING];
    unsigned int garp_next;
    carp_time own_mac_takeover; /* the last by a sender without virtual MAC */
    uint32_t next_alert_id;
    carp_time last_event; /* time of the last event told */
    struct bucket events[RATIONS];
    uint64_t suppressed;
    carp_time explain_refill;
    uint32_t explain_tokens;
    char text[CARP_EVENT_TEXT], detail[CARP_EVENT_TEXT];
    char scratch[384];
};

/* What is being processed: passed down instead of globals. */
struct context {
    struct carp_track *track;
    struct group *group;
    struct view *view;
    struct sender *sender;
    const struct carp_packet *packet;
    carp_time now;
};

/* table.c */
struct group *group_find(struct carp_track *track, uint16_t segment,
                         uint16_t vlan, uint8_t vhid);
/* Without remembering it as the last one. */
const struct group *group_peek(const struct carp_track *track, uint16_t segment,
                               uint16_t vlan, uint8_t vhid);
struct group *group_get(struct carp_track *track, uint16_t segment,
                        uint16_t vlan, uint8_t vhid, carp_time now);
void group_clear(struct group *group);
/* Its slot is free; whoever was told of a finding is told of its end. */
void group_forget(struct carp_track *track, struct group *group, carp_time now,
                  const char *why);
struct sender *view_find(struct view *view, const struct carp_addr *addr);
struct sender *view_get(struct context *c, const struct carp_addr *addr);
struct sender *group_by_uid(struct group *group, uint32_t uid,
                            struct view **view);
/* That uid is this sender, or the same node in the other family. */
bool sender_is(const struct sender *s, uint32_t uid);
unsigned int sender_standing(const struct view *view, const struct sender *s,
                             carp_time now);

/* advert.c */
void advert_feed(struct context *c, struct carp_observation *observation);

/* follow.c */
void follow_twin(struct context *c, const struct carp_adv *adv);
struct lineage_step follow_step(const struct context *c,
                                const struct carp_adv *adv);
void follow_counter(struct context *c, const struct carp_adv *adv,
                    const struct lineage_step *step);
/* Of a carpd that has heard nobody: its counters jump, and their low bits
 * stay. */
bool follow_is_jump(uint64_t earlier, uint64_t later);

/* repeat.c */
enum novelty { ADVERT_NEW, ADVERT_COPY, ADVERT_LOOPED, ADVERT_DUPLICATE };
uint64_t repeat_digest_head(const struct carp_adv *adv);
enum novelty repeat_novelty(const struct context *c,
                            const struct carp_adv *adv);
bool repeat_is_replay(const struct context *c, const struct carp_adv *adv,
                      const struct lineage_step *step, uint64_t *original);
void repeat_tell_copy(struct context *c, enum novelty novelty);
void repeat_tell_replay(struct context *c, uint64_t original);

/* master.c */
void master_on_advert(struct context *c, const struct lineage_step *step);
void master_on_bow_out(struct context *c);
void master_timers(struct context *c, carp_time now);

/* sender.c */
bool sender_is_better(const struct sender *a, const struct sender *b);
bool sender_is_equal(const struct sender *a, const struct sender *b);
carp_time sender_shorter_interval(const struct sender *a,
                                  const struct sender *b);
carp_time sender_dead_time(const struct sender *s);
carp_time sender_takeover_time(const struct sender *s, carp_time silence);
/* Members drop what s sends, so its priority does not count. */
bool sender_is_refused(const struct sender *s, const struct sender *master);
bool sender_is_dead_time(const struct sender *s, const struct sender *master,
                         carp_time silence);
carp_time sender_silent_limit(const struct sender *s);
carp_time sender_left_limit(const struct sender *s);

/* checks.c */
void checks_on_advert(struct context *c, const struct past *before,
                      const struct lineage_step *step);
void checks_pending(struct context *c, struct alert *alert);
void checks_invalid(struct context *c);
void checks_on_vrrp(struct context *c);
void checks_collision(struct context *c);
void checks_flapping(struct context *c, bool false_start);
void checks_no_master(struct context *c, carp_time now);
void checks_flood(struct context *c, bool group);

/* gap.c */
void gap_check(struct context *c, const struct past *before,
               const struct lineage_step *step);

/* envelope.c */
void checks_envelope(struct context *c);
void vmac_feed(struct carp_track *track, const struct carp_packet *packet,
               const struct carp_addr *addr);

/* changed.c */
void changed_check(struct context *c, const struct lineage_step *step);

/* rogue.c */
void rogue_check(struct context *c);
void rogue_on_preempt(struct context *c, const struct sender *master);
void rogue_free(struct carp_track *track);

/* stale.c */
void stale_soon(struct context *c); /* when announcements had their time */
void stale_look(struct context *c); /* now that a contest is over */
void stale_on_claim(struct carp_track *track, struct group *group,
                    uint8_t family);
void stale_timer(struct context *c, carp_time now);

/* membership.c */
void membership_feed(struct carp_track *track,
                     const struct carp_packet *packet);
void membership_timers(struct carp_track *track, struct network *n,
                       carp_time now);

/* placement.c */
void placement_on_move(struct context *c, const struct sender *from);
void placement_timer(struct context *c, carp_time now);

/* blind.c */
void blind_timer(struct carp_track *track, struct network *n, carp_time now);
void blind_on_first(struct carp_track *track, const struct carp_packet *packet);
void blind_on_frame(struct carp_track *track, const struct carp_packet *packet);
/* That this silence is the capture's, not the masters'. */
bool blind_is_silence(struct context *c, carp_time due);

/* renumber.c */
/* Is this advert, not yet counted, of the master's node with another address?
 */
bool renumber_is(const struct context *c, const struct lineage_step *step);
void renumber_inherit(struct context *c, struct sender *old);

/* unseen.c */
void unseen_check(struct context *c, const struct past *before,
                  struct lineage_step *step);

/* alert.c */
struct alert *alert_touch(struct context *c, enum carp_code code,
                          enum carp_cause cause, const struct carp_addr *a,
                          const struct carp_addr *b, carp_time hold);
bool alert_wants_text(const struct context *c, const struct alert *alert);
void alert_tell(struct context *c, struct alert *alert);
void alert_frame(struct alert *alert, uint64_t frame);
void alert_resolve(struct context *c, struct alert *alert, const char *why);
/* Of the group: what had no end of its own ends now. */
void alert_resolve_all(struct context *c, const char *why);
struct alert *alert_find(struct group *group, uint8_t family,
                         enum carp_code code, const struct carp_addr *a,
                         const struct carp_addr *b);
void alert_timers(struct context *c, carp_time now);
void event_transition(struct context *c, enum carp_role role,
                      enum carp_reason reason, const struct sender *sender,
                      const struct sender *previous, carp_time since,
                      carp_time silence, carp_time dead_time);

/* learn.c */
void learn_arp(struct carp_track *track, const struct carp_packet *packet);
void learn_na(struct carp_track *track, const struct carp_packet *packet);
void learn_on_takeover(struct context *c);
void learn_on_first(struct context *c); /* advert of a sender */
/* For carp_ring_verify(); NULL before the first. */
const struct carp_addrs *learnt_addrs(const struct group *group);

/* summary.c: view @p index in order, NULL beyond */
struct view *view_at(struct carp_track *track, size_t index,
                     struct group **group);

/* explained.c */
struct explained;
const struct carp_explanation *explained_update(struct context *c,
                                                const struct carp_adv *adv);
void explained_free(struct explained *explained);
const struct carp_explanation *sender_explanation(const struct sender *s);
enum carp_cause explanation_cause(const struct carp_explanation *e);

/* impl.c */
bool sender_may_be_openbsd(const struct sender *s);
enum carp_impl sender_impl(const struct group *group, const struct sender *s);
const char *sender_impl_evidence(const struct sender *s, char *text,
                                 size_t size);

/* text.c */
void text_set(char *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_add(char *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *text_time(struct carp_track *track, carp_time when, char *text,
                      size_t size);
const char *text_seconds(carp_time duration, char *text, size_t size);

/* track.c */
void track_due(struct carp_track *track, struct group *group, carp_time when);

#endif
