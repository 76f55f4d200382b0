/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file peers.h
 * The senders of one vhid with a right digest, and the defence against
 * replayed adverts (docs/SECURITY-MODEL.md 6.8).
 *
 * A sender enters the table with an advert whose counter is new, so that a
 * recording played from forged addresses cannot fill it.
 */
#ifndef CARP_PEERS_H
#define CARP_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/adv.h>
#include <carp/auth.h>
#include <carp/export.h>
#include <carp/seen.h>
#include <carp/time.h>

CARP_BEGIN_DECLS

/** Most senders of one vhid that are remembered. */
#define CARP_PEERS_MAX 16
/** Own adverts that are recognised when they come back. */
#define CARP_PEERS_OWN 16
/** Senders that are watched for that at a time. */
#define CARP_PEERS_CANDIDATES 4
/** So many repeats make a sender one that never counts. */
#define CARP_PEERS_REPEATS 3
/** So far behind what it went on from is whoever counted on unheard for a
 * while. */
#define CARP_PEERS_LINE ((uint64_t)1 << 16)
/** The same advert again within this time is the network's doing. */
#define CARP_PEERS_DUPLICATE (100 * CARP_MSEC)
/** A sender that was silent for this long may be another machine now. */
#define CARP_PEERS_SILENCE (3600 * CARP_SEC)

/** How a sender's counter behaves. */
enum carp_peer_kind {
    CARP_PEER_UNKNOWN = 0, /**< too little was heard */
    CARP_PEER_MOVING,      /**< counts: most systems */
    CARP_PEER_RANDOM,  /**< draws each one anew: it has never heard anybody */
    CARP_PEER_CONSTANT /**< always the same: OpenBSD. Its adverts cannot be
                       told from a recording of them */
};

struct carp_peer {
    struct carp_addr address;
    struct carp_addr twin; /**< what it sends from in the other family */
    enum carp_peer_kind kind;
    uint64_t counter;       /**< the last new one */
    uint64_t line;          /**< a constant one: the highest of those who went
                                 on from it since it was heard */
    unsigned int repeats;   /**< of it, while the kind is not settled */
    unsigned int strangers; /**< new ones in a row that do not follow */
    carp_time since;        /**< first sight of @c counter */
    carp_time heard;        /**< last accepted advert */
    uint64_t adverts, replays;
    uint8_t advbase, advskew, demote; /**< of the last one */
    struct carp_verdict verdict;      /**< hint for the next check */
};

/** A sender that may be an OpenBSD: it repeats a counter that counts as seen
 * only because a peer went on from it. */
struct carp_candidate {
    struct carp_addr address;
    uint64_t counter;
    unsigned int count;
    carp_time since, last;
};

struct carp_peers {
    struct carp_seen_set seen;
    struct carp_seen_set skipped; /**< of these, what was never heard */
    struct carp_candidate candidates[CARP_PEERS_CANDIDATES];
    unsigned int count;
    struct carp_peer list[CARP_PEERS_MAX];
    uint64_t own[CARP_PEERS_OWN]; /**< last counters sent */
    unsigned int own_count;       /**< how many were ever noted */
};

/** What an authentic advert is. */
enum carp_peer_verdict {
    CARP_PEER_FRESH = 0, /**< the counter is new */
    CARP_PEER_REPEAT,    /**< repeats, as OpenBSD does: accept */
    CARP_PEER_DUPLICATE, /**< the network doubled it: drop, no harm */
    CARP_PEER_ECHO,      /**< one of ours: drop */
    CARP_PEER_REPLAYED,  /**< seen before, and the sender is known to count */
    CARP_PEER_REWRITTEN  /**< the same, and what the digest does not cover
                         differs from what its sender said with it */
};

/** Nobody is known yet. */
CARP_API void carp_peers_init(struct carp_peers *peers);
/** Give the memory back; usable again after carp_peers_init(). */
CARP_API void carp_peers_clear(struct carp_peers *peers);
/** NULL: not in the table. */
CARP_API struct carp_peer *carp_peers_find(struct carp_peers *peers,
                                           const struct carp_addr *address);
/** An own advert left with this counter. @param is_jump it is known again
 * by carp_counter_is_own_jump() */
CARP_API void carp_peers_note_own(struct carp_peers *peers, uint64_t counter,
                                  bool is_jump);
/**
 * Judge an advert with a right digest. Only a fresh one changes what is known
 * of the sender's counter; the caller notes what it accepts with
 * carp_peers_accept().
 */
CARP_API enum carp_peer_verdict carp_peers_judge(struct carp_peers *peers,
                                                 const struct carp_addr *source,
                                                 const struct carp_adv *adv,
                                                 carp_time now);
/** The advert was acted upon. */
CARP_API void carp_peers_accept(struct carp_peers *peers,
                                const struct carp_addr *source,
                                const struct carp_adv *adv,
                                const struct carp_verdict *verdict,
                                carp_time now);
/** A sender as read back from a file. */
CARP_API void carp_peers_restore(struct carp_peers *peers,
                                 const struct carp_addr *address,
                                 enum carp_peer_kind kind, uint64_t counter);

/** "unknown", "moving", also for random ones, or "constant"; never NULL. */
CARP_API const char *carp_peer_kind_text(enum carp_peer_kind kind);

CARP_END_DECLS

#endif
