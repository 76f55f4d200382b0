/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CARP for Wireshark: what the files of the plugin share.
 *
 *   packet-carp.c   recognises, decodes and shows an advert
 *   recognise.c     from a tvbuff to libcarp's frame
 *   session.c       one observer a capture file, fed once, in order
 *   verdict.c       what is said of a digest, each sentence once a file
 *   keys.c          the table carp_keys, the preferences, the ring
 *   fields.c        classic and new fields; findings.c: expert items
 *   info.c, show.c  the Info column; the generated part of the tree
 *   stat_tree.c, stat_vhid.c  statistics
 *
 * Two-pass rule: everything that is derived from other frames is decided when
 * a frame is seen for the first time and kept with the frame as struct
 * carp_state. Later passes, in whatever order, only show it.
 */
#ifndef PLUGIN_PACKET_CARP_H
#define PLUGIN_PACKET_CARP_H

#include "compat.h"

#include <assert.h>

#include <carp/track.h>

struct pref_module;

/* ------------------------------------------------------------------ state */

/* What is said of a digest. Shared by all frames of which it is true. */
struct carp_note {
    enum carp_verdict_status status;
    bool is_expected;    /* unverified although there are keys for the vhid */
    const char *key;     /* name of the row that matches, or NULL */
    const char *profile; /* or NULL */
    const char *reason;  /* or NULL */
    unsigned int learnt_count;
    const struct carp_addr *learnt; /* known for the vhid at that time */
};

/* A transition or finding, attached to the frame at which it was told. */
struct carp_told {
    struct carp_told *next;
    enum carp_event_kind kind;
    enum carp_code code;
    enum carp_cause cause;
    enum carp_severity severity;
    enum carp_confidence confidence;
    enum carp_role role;
    enum carp_reason reason;
    uint8_t family, vhid;
    struct carp_addr sender;   /* the first one named */
    struct carp_addr previous; /* transitions: whom it followed */
    uint64_t count;
    unsigned int frame_count;
    uint32_t frames[CARP_EVENT_FRAMES];
    const char *text, *detail, *remedy;
};

/* What few frames have. */
struct carp_extra {
    struct carp_told *told; /* in order */
    struct carp_addr parent;
};

enum carp_flags {
    CARP_FLAG_OBSERVED = 1u << 0, /* receivers accept it: role is known */
    CARP_FLAG_BOW_OUT = 1u << 1,
    CARP_FLAG_REPLAY = 1u << 2,
    CARP_FLAG_LOOPED = 1u << 3,
    CARP_FLAG_TWO_MASTERS = 1u << 4 /* told, and not yet resolved */
};

/* Kept for each advert: see the assertion. */
struct carp_state {
    const struct carp_note *note;
    struct carp_extra *extra; /* or NULL */
    carp_time delta;          /* since the sender's previous advert */
    carp_time next_after;     /* until the next one is expected */
    uint32_t previous_frame, parent_frame;
    uint16_t issues;
    uint8_t flags, role, impl;
};
static_assert(sizeof(struct carp_state) <= 64, "state of a frame grew");

/* For the listeners of the tap "carp". */
struct carp_tap {
    const struct carp_state *state; /* NULL: no advert, but findings */
    const struct carp_told *told;
    uint8_t vhid, advbase, advskew;
    struct carp_addr sender;
};

/* -------------------------------------------------------------- functions */

/* packet-carp.c */
void carp_register(void);
void carp_register_handoff(void);
int carp_proto(void);
int carp_tap_id(void);

/* recognise.c */
struct carp_seen {
    bool is_parsed; /* frame is set */
    struct carp_frame frame;
    uint16_t segment;
    uint16_t source; /* tells the interfaces of a capture of "any" apart */
};
/* True for what is CARP, faulty CARP included. Cheap for right CARP. */
bool carp_is_carp(tvbuff_t *tvb, packet_info *pinfo, const void *ip);
/* Everything that the observer wants to know. */
void carp_see_advert(tvbuff_t *tvb, packet_info *pinfo, const void *ip,
                     struct carp_seen *seen);
void carp_see_frame(tvbuff_t *tvb, packet_info *pinfo, struct carp_seen *seen);
struct carp_addr carp_addr_of(const address *from);
/* For heuristics, which are asked about every protocol. */
bool carp_is_protocol(const void *ip);

/* session.c */
void session_register(void);
/* The state of this advert: made on the first pass, found on later ones.
 * NULL when the first pass did not come here. */
const struct carp_state *session_advert(tvbuff_t *tvb, packet_info *pinfo,
                                        const void *ip);
/* Every other frame passes here. What timers raised by then, or NULL. */
const struct carp_told *session_frame(tvbuff_t *tvb, packet_info *pinfo);

/* verdict.c */
struct carp_notes;
struct carp_notes *notes_new(void);
const struct carp_note *notes_get(struct carp_notes *notes,
                                  const struct carp_ring *ring,
                                  const struct carp_frame *frame,
                                  uint16_t segment,
                                  const struct carp_observation *o);

/* keys.c */
void keys_register(struct pref_module *module);
/* Read the table and carp.conf anew; tells what is wrong with them. */
void keys_load(void);
const struct carp_ring *keys_ring(void);
/* Tell the observer who may advertise, as carp.conf has it. */
void keys_expect(struct carp_track *track);
/* There is a key for this vhid. */
bool keys_have(uint8_t vhid);

/* info.c */
void show_info(packet_info *pinfo, tvbuff_t *tvb,
               const struct carp_state *state);
/* show.c */
void show_state(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
                const struct carp_state *state);
void show_told(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
               const struct carp_told *told);

/* stat_tree.c, stat_vhid.c */
void stat_tree_register(void);
void stat_vhid_register(void);

#endif
