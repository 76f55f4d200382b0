/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file track.h
 * The one passive observer: frames in, transitions and findings out.
 *
 * Time is packet time, so that a capture gives the same answer every time.
 * Memory is bounded whatever is sent: see struct carp_track_config.
 * How it decides: docs/ALERTS.md and docs/LINEAGE.md.
 */
#ifndef CARP_TRACK_H
#define CARP_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/auth.h>
#include <carp/explain.h>
#include <carp/export.h>
#include <carp/finding.h>
#include <carp/frame.h>
#include <carp/status.h>
#include <carp/time.h>

CARP_BEGIN_DECLS

/** Most senders and frames that one event names. */
#define CARP_EVENT_SENDERS 4
#define CARP_EVENT_FRAMES 8
#define CARP_EVENT_TEXT 512

enum carp_event_kind {
    CARP_EVENT_TRANSITION, /**< a sender became MASTER or stopped being it */
    CARP_EVENT_FINDING,    /**< onset */
    CARP_EVENT_UPDATE,     /**< still there; rate limited */
    CARP_EVENT_RESOLVED    /**< over */
};

/** INIT is never visible on the wire; silent senders are BACKUP or gone. */
enum carp_role { CARP_BACKUP = 0, CARP_MASTER };

/** Why a sender became MASTER, in the kernels' words (PROTOCOL 3.8). */
enum carp_reason {
    CARP_REASON_FIRST_SEEN = 0, /**< "first advert seen" */
    CARP_REASON_TIMED_OUT,      /**< "master timed out" */
    CARP_REASON_PREEMPTING,     /**< "preempting a slower master" */
    CARP_REASON_WILL_TIME_OUT,  /**< "master will time out" (bow-out) */
    CARP_REASON_UNEXPECTED,     /**< a better master was being heard here */
    CARP_REASON_UNSEEN,         /**< "it was MASTER before, unseen here" */
    CARP_REASON_RETURNED,       /**< same master again after silence */
    CARP_REASON_MORE_FREQUENT,  /**< yielded: "more frequent advertisement
                                     received" */
    CARP_REASON_BOWED_OUT,      /**< sent 255/255 */
    CARP_REASON_SILENT,         /**< no more adverts, cause not visible */
    CARP_REASON_RENUMBERED,     /**< the master itself, which has another
                                     source address from now on */
    CARP_REASON_COUNT
};
/** The words in quotes above, or words alike; never NULL. */
CARP_API const char *carp_reason_text(enum carp_reason reason);

/** Which implementation a sender looks like. */
enum carp_impl {
    CARP_IMPL_UNKNOWN = 0,
    CARP_IMPL_FREEBSD,     /**< FreeBSD 12 or later */
    CARP_IMPL_FREEBSD_OLD, /**< FreeBSD 9 to 11 or DragonFly */
    CARP_IMPL_NETBSD,
    CARP_IMPL_OPENBSD,
    CARP_IMPL_UCARP,
    CARP_IMPL_BSD, /**< a BSD, no saying which */
    CARP_IMPL_COUNT
};
/** "FreeBSD 12+", "OpenBSD", "ucarp", …; "unknown". */
CARP_API const char *carp_impl_text(enum carp_impl impl);

/** One thing that happened. Pointers are valid during the callback only. */
struct carp_event {
    enum carp_event_kind kind;
    carp_time time;  /**< when it was decided */
    carp_time since; /**< when it began */
    uint16_t segment, vlan;
    uint8_t family, vhid;
    uint64_t frame; /**< number of the frame that decided, 0 when a timer */

    /* transitions */
    enum carp_role role;
    enum carp_reason reason;
    struct carp_addr sender;   /**< who */
    struct carp_addr previous; /**< whom it followed; family none if nobody */
    carp_time silence, dead_time;

    /* findings */
    enum carp_code code;
    enum carp_cause cause;
    enum carp_severity severity;
    enum carp_confidence confidence;
    uint32_t id;    /**< ties onset, updates and resolved together */
    uint64_t count; /**< occurrences so far */
    unsigned int sender_count, frame_count;
    struct carp_addr senders[CARP_EVENT_SENDERS];
    uint64_t frames[CARP_EVENT_FRAMES]; /**< ascending evidence */

    const char *text;   /**< the fact, one sentence */
    const char *detail; /**< cause in words; "" when text says all */
    const char *remedy; /**< what to do; "" for transitions and resolved */
};

struct carp_track_config {
    const struct carp_ring *ring; /**< keys, or NULL; must outlive */
    /** Most vhids (segment, VLAN, id) watched at once; 0: 1024. When more
     * appear, the ones with least standing are forgotten and SENDER_FLOOD
     * is raised. */
    unsigned int max_groups;
    /** Most senders kept per vhid and family; 0: 16. */
    unsigned int max_senders;
    /** Least time between two UPDATE events of a finding; 0: 60 s. */
    carp_time update_every;
    /** Called for each event, in order. */
    void (*on_event)(void *user, const struct carp_event *event);
    /** Writes an instant for people; NULL: seconds with milliseconds. */
    void (*format_time)(void *user, carp_time when, char *text, size_t size);
    void *user;
};

/** One frame with what the capture knows about it. */
struct carp_packet {
    carp_time time;
    uint64_t number;  /**< 1-based frame number, for evidence */
    uint16_t segment; /**< which wire: the caller's numbering */
    uint16_t source;  /**< which capture: the same frame seen by two
                           captures of one segment is one frame */
    const struct carp_frame *frame;
};

/** What the observer thought of one advert: for the plugin and carpd. */
struct carp_observation {
    bool is_advert; /**< the frame was CARP and got as far as a sender */
    struct carp_verdict verdict;
    enum carp_role role; /**< of the sender, after this advert */
    enum carp_impl impl;
    carp_time delta;         /**< since this sender's previous advert, or 0 */
    uint64_t previous_frame; /**< of this sender, or 0 */
    uint64_t parent_frame;   /**< lineage: the advert it continues, or 0 */
    struct carp_addr parent; /**< its sender; family none if none */
    carp_time expected_next; /**< instant */
    bool is_bow_out, is_replay, is_looped;
    /** Why the digest is BAD, else NULL. Valid until the next call that takes
     * the track. */
    const struct carp_explanation *explanation;
    /** Addresses learnt for the vhid so far, or NULL. Valid as long. */
    const struct carp_addrs *learnt;
};

struct carp_track;

/** NULL only when memory cannot be had. The config is copied. */
CARP_API struct carp_track *
carp_track_new(const struct carp_track_config *config);
/** NULL is allowed. No event comes of it. */
CARP_API void carp_track_free(struct carp_track *track);
/**
 * Verify with other keys from now on: an edited configuration. Masters,
 * counters and findings stay; a finding about a digest ends when the next
 * advert verifies.
 * @param ring keys, or NULL; must outlive the track or the next call
 */
CARP_API void carp_track_set_ring(struct carp_track *track,
                                  const struct carp_ring *ring);

/**
 * Feed one frame. Times should not decrease; one that does is taken as the
 * latest time seen. One more than 10 minutes ahead of the one before is left
 * out unless the next frame (or carp_track_advance()) is there, too: a
 * damaged time stamp must not stop the clock.
 * @param[out] observation may be NULL
 */
CARP_API void carp_track_feed(struct carp_track *track,
                              const struct carp_packet *packet,
                              struct carp_observation *observation);
/** Let time pass without a frame: timers run. A leap of more than 10 minutes
 * is believed when a second call or frame confirms it. */
CARP_API void carp_track_advance(struct carp_track *track, carp_time now);
/**
 * Nothing of a segment can be seen until @p until: its interface is away or
 * has no carrier. Silence before that is no silence: it ends no master and
 * no contest, and is no gap. Call it with CARP_NEVER when sight is lost and
 * with the time when it returns. CAPTURE_BLIND (INTERFACE_LOST) is on
 * meanwhile.
 */
CARP_API void carp_track_blind(struct carp_track *track, uint16_t segment,
                               carp_time until);
/**
 * A segment is watched live from @p now on. When no advert of any kind comes
 * within a minute CAPTURE_BLIND (NOTHING_SEEN) says so, until one does. Call
 * it once a segment; not for captures that are read from files.
 */
CARP_API void carp_track_watch(struct carp_track *track, uint16_t segment,
                               carp_time now);
/**
 * The capture of a segment lost frames: CAPTURE_BLIND (FRAMES_DROPPED) is
 * raised, and what was not seen until @p now proves nothing. Call it each
 * time the count of dropped frames was found to have grown.
 * @param frames how many were lost since the last call; 0 does nothing
 */
CARP_API void carp_track_dropped(struct carp_track *track, uint16_t segment,
                                 carp_time now, uint64_t frames);
/**
 * Forget what has been gone for long: vhids that nobody has advertised for
 * @p silence or longer, and segments that could not be seen for as long, with
 * all their vhids. What was told of them ends. Whoever speaks again is new. It
 * is for what was taken out of service on purpose: while nobody speaks, nothing
 * else ends NO_MASTER and CAPTURE_BLIND.
 * @param segment of that one alone; -1: of all
 * @param why what the end of a finding says, as "forgotten on request"
 * @return how many vhids and segments that was
 */
CARP_API size_t carp_track_forget(struct carp_track *track, int segment,
                                  carp_time now, carp_time silence,
                                  const char *why);
/**
 * Senders that may advertise @p vhid, on any segment. From the first one on
 * every other sender of the vhid is ROGUE_SENDER (NOT_CONFIGURED).
 * @return CARP_OK, CARP_ERR_FULL at CARP_ADDRS_MAX, or CARP_ERR_NOMEM
 */
CARP_API CARP_NODISCARD enum carp_status
carp_track_expect_sender(struct carp_track *track, uint8_t vhid,
                         const struct carp_addr *sender);
/** Forget all that carp_track_expect_sender() was told, as a new configuration
 * wants it: anybody may advertise until it is called again. What was told of
 * senders that are expected from now on is over within a minute. */
CARP_API void carp_track_expect_anybody(struct carp_track *track);
/** The next instant at which carp_track_advance() would do something. It may
 * be early: then it looks, and finds that what it waited for has moved. */
CARP_API carp_time carp_track_deadline(const struct carp_track *track);
/** Look now, so that the deadline is not early: for callers that pay for
 * being woken. Takes as long as there are vhids. @return the deadline */
CARP_API carp_time carp_track_settle(struct carp_track *track);

/* --------------------------------------------------------------- summary */

struct carp_sender_summary {
    struct carp_addr address;
    struct carp_mac mac; /**< last source MAC */
    bool has_mac;
    enum carp_impl impl;
    const char *impl_evidence; /**< "TOS 0x10, IP id 0, …"; valid until the
                                    next call */
    uint64_t adverts;
    uint64_t good, bad, unverified;
    carp_time master_time; /**< how long it was MASTER on this wire */
    carp_time max_gap;     /**< longest time between two adverts as MASTER */
    carp_time interval;    /**< learnt */
    carp_time first, last; /**< first and last advert */
    uint8_t advbase, advskew, demote;
    enum carp_role role;
};

/** One (segment, VLAN, family, vhid). */
struct carp_view_summary {
    uint16_t segment, vlan;
    uint8_t family, vhid;
    uint64_t adverts, good, bad, unverified;
    uint64_t transitions;
    uint64_t findings[CARP_CODE_COUNT]; /**< onsets */
    unsigned int senders;
    struct carp_addr master; /**< now; family none when there is none */
    uint64_t forgotten_senders;
};

/** How many views there are. */
CARP_API size_t carp_track_view_count(const struct carp_track *track);
/** View @p index in order of segment, VLAN, vhid, family; false beyond. */
CARP_API bool carp_track_view(struct carp_track *track, size_t index,
                              struct carp_view_summary *view);
/** Sender @p sender of view @p index, by first appearance; false beyond. */
CARP_API bool carp_track_sender(struct carp_track *track, size_t index,
                                unsigned int sender,
                                struct carp_sender_summary *out);
/** Addresses learnt from ARP and ND for a view's vhid; NULL beyond the end.
 * Valid until the next call that takes the track. */
CARP_API const struct carp_addrs *carp_track_learnt(struct carp_track *track,
                                                    size_t index);

CARP_END_DECLS

#endif
