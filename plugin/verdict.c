/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of a digest. Thousands of frames in a row say the same: each
 * sentence is made once and kept for the file.
 */
#include "packet-carp.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <wsutil/wmem/wmem.h>

/* Everything a note is made of. Compared as octets, made zero first: up to
 * the end of what a status needs. */
struct fact {
    struct carp_verdict verdict;
    const void *learnt; /* snapshot */
    unsigned int learnt_count;
    unsigned int obstacle; /* why nothing was verified */
    uint8_t vhid;
    struct carp_explanation why; /* of bad ones only */
};

struct known {
    struct fact fact;
    const struct carp_note *note;
    struct known *next;
};

/* A sentence further back in the list is made again. */
enum { LOOK_BACK = 32 };

struct carp_notes {
    struct known *known[256][2]; /* by vhid, bad apart; the latest first */
    /* Addresses by segment, VLAN and vhid. They only grow, so that a frame
     * needs no more than their count. */
    wmem_map_t *snapshots;
};

enum obstacle {
    NO_OBSTACLE = 0,
    NO_KEYS,
    NO_ADDRESSES,
    CUT,
    NOT_FOLLOWED,
    DROPPED /* plus the first issue bit */
};

struct carp_notes *
notes_new(void)
{
    struct carp_notes *notes = wmem_new0(wmem_file_scope(), struct carp_notes);

    notes->snapshots =
        wmem_map_new(wmem_file_scope(), wmem_int64_hash, g_int64_equal);
    return notes;
}

static const struct carp_addrs *
snapshot_of(struct carp_notes *notes, const struct carp_frame *frame,
            uint16_t segment, const struct carp_addrs *learnt)
{
    const guint64 key =
        (guint64)segment << 32 | (guint64)frame->vlan << 16 | frame->u.adv.vhid;
    struct carp_addrs *kept = wmem_map_lookup(notes->snapshots, &key);

    /* The observer may have forgotten the vhid and begun anew. */
    if (kept == NULL || kept->count > learnt->count ||
        memcmp(kept->list, learnt->list, kept->count * sizeof(kept->list[0])) !=
            0) {
        guint64 *copy = wmem_new(wmem_file_scope(), guint64);

        *copy = key;
        kept = wmem_new0(wmem_file_scope(), struct carp_addrs);
        wmem_map_insert(notes->snapshots, copy, kept);
    }
    memcpy(kept->list, learnt->list, learnt->count * sizeof(learnt->list[0]));
    kept->count = learnt->count;
    return kept;
}

/* --------------------------------------------------------------- sentences */

static unsigned int
obstacle_of(const struct carp_frame *frame, const struct carp_observation *o)
{
    const unsigned int drops = CARP_ISSUE_VERSION | CARP_ISSUE_CHECKSUM |
                               CARP_ISSUE_SHORT | CARP_ISSUE_VHID_ZERO;

    if (o->verdict.status != CARP_UNVERIFIED) {
        return NO_OBSTACLE;
    }
    if ((frame->issues & CARP_ISSUE_CAPTURE) != 0) {
        return CUT;
    }
    if (!o->is_advert && (frame->issues & drops) != 0) {
        const unsigned int bits = frame->issues & drops;

        return DROPPED + (bits & (~bits + 1u));
    }
    if (!keys_have(frame->u.adv.vhid)) {
        return NO_KEYS;
    }
    return o->is_advert ? NO_ADDRESSES : NOT_FOLLOWED;
}

static const char *
why_unverified(const struct fact *fact, const struct carp_ring *ring)
{
    wmem_allocator_t *scope = wmem_file_scope();

    switch (fact->obstacle) {
    case NO_KEYS:
        /* Who gave no keys at all knows why, and there may be many frames. */
        if (ring == NULL || carp_ring_count(ring) == 0) {
            return NULL;
        }
        return wmem_strdup_printf(scope, "no key is known for vhid %u",
                                  fact->vhid);
    case NO_ADDRESSES:
        return wmem_strdup_printf(
            scope,
            "the key of vhid %u comes without addresses, and none was "
            "seen in ARP or neighbour advertisements before this frame",
            fact->vhid);
    case CUT:
        return "the capture cut the advert";
    case NOT_FOLLOWED:
        return wmem_strdup_printf(
            scope,
            "not looked at: vhid %u has more senders than are followed, or "
            "this frame's time is far from that of others",
            fact->vhid);
    default:
        return wmem_strdup_printf(
            scope,
            "receivers drop this advert before they look at the HMAC: "
            "%s",
            carp_issue_text(fact->obstacle - DROPPED));
    }
}

static const char *
why_good(const struct fact *fact, const struct carp_addrs *learnt)
{
    struct carp_addrs hashed = {0};
    wmem_strbuf_t *text;

    if (fact->verdict.learnt == 0 || learnt == NULL) {
        return NULL;
    }
    text = wmem_strbuf_new(wmem_file_scope(),
                           "with addresses learnt from this capture: ");
    carp_verdict_learnt(&fact->verdict, learnt, &hashed);
    for (unsigned int i = 0; i < hashed.count; i++) {
        char addr[CARP_ADDR_TEXT];

        wmem_strbuf_append_printf(text, "%s%s", i == 0 ? "" : ", ",
                                  carp_addr_format(&hashed.list[i], addr));
    }
    return wmem_strbuf_get_str(text);
}

static const char *
why_bad(const struct fact *fact, const struct carp_ring *ring)
{
    char text[CARP_EXPLAIN_TEXT];
    const char *basis = fact->verdict.learnt == 0
                            ? ""
                            : " (the addresses are those learnt from this "
                              "capture)";

    carp_explanation_text(&fact->why, ring, text);
    return wmem_strdup_printf(wmem_file_scope(), "%s%s", text, basis);
}

static const struct carp_note *
note_new(const struct fact *fact, const struct carp_ring *ring,
         const struct carp_addrs *learnt)
{
    struct carp_note *note = wmem_new0(wmem_file_scope(), struct carp_note);
    const struct carp_ring_row *row;

    note->status = fact->verdict.status;
    note->is_expected =
        fact->obstacle != NO_OBSTACLE && fact->obstacle != NO_KEYS;
    if (learnt != NULL) {
        note->learnt = learnt->list;
        note->learnt_count = fact->learnt_count;
    }
    switch (note->status) {
    case CARP_UNVERIFIED:
        note->reason = why_unverified(fact, ring);
        break;
    case CARP_GOOD:
        row = carp_ring_get(ring, fact->verdict.row);
        note->key =
            row != NULL ? wmem_strdup(wmem_file_scope(), row->name) : NULL;
        note->profile = carp_profile_get(fact->verdict.profile)->name;
        note->reason = why_good(fact, learnt);
        break;
    case CARP_BAD:
        note->reason = why_bad(fact, ring);
        break;
    }
    return note;
}

/* ------------------------------------------------------------------ lookup */

static size_t
fact_size(enum carp_verdict_status status)
{
    return status == CARP_BAD ? sizeof(struct fact)
                              : offsetof(struct fact, why);
}

static void
gather(struct fact *fact, const struct carp_frame *frame,
       const struct carp_addrs *learnt, const struct carp_observation *o)
{
    fact->vhid = frame->u.adv.vhid;
    fact->verdict.status = o->verdict.status;
    fact->verdict.learnt = o->verdict.learnt;
    if (o->verdict.status == CARP_GOOD) {
        fact->verdict.row = o->verdict.row;
        fact->verdict.profile = o->verdict.profile;
        fact->verdict.lladdr = o->verdict.lladdr;
        fact->verdict.subset = o->verdict.subset;
    }
    fact->obstacle = obstacle_of(frame, o);
    if (learnt != NULL) {
        fact->learnt = learnt;
        fact->learnt_count = learnt->count;
    }
    if (o->verdict.status == CARP_BAD && o->explanation != NULL) {
        memcpy(&fact->why, o->explanation, sizeof(fact->why));
        fact->why.tries = 0;
    }
}

const struct carp_note *
notes_get(struct carp_notes *notes, const struct carp_ring *ring,
          const struct carp_frame *frame, uint16_t segment,
          const struct carp_observation *o)
{
    const struct carp_addrs *learnt =
        o->learnt != NULL && o->learnt->count > 0
            ? snapshot_of(notes, frame, segment, o->learnt)
            : NULL;
    const size_t size = fact_size(o->verdict.status);
    struct known **first, *known;
    struct fact fact;

    memset(&fact, 0, size);
    gather(&fact, frame, learnt, o);
    first = &notes->known[fact.vhid][fact.verdict.status == CARP_BAD];
    known = *first;
    for (int i = 0; known != NULL && i < LOOK_BACK; i++, known = known->next) {
        if (memcmp(&known->fact, &fact, size) == 0) {
            return known->note;
        }
    }
    known = wmem_new(wmem_file_scope(), struct known);
    memcpy(&known->fact, &fact, size);
    known->note = note_new(&fact, ring, learnt);
    known->next = *first;
    *first = known;
    return known->note;
}
