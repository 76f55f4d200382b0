/* SPDX-License-Identifier: BSD-2-Clause */
/* What a real host heard and sent, and what a machine does about it. */
#ifndef REPLAY_H
#define REPLAY_H

#include <carp/auth.h>
#include <carp/fsm.h>

#include <glib.h>

/* Times are shifted by this, because logs begin before the first packet. */
#define REPLAY_ZERO (100 * CARP_SEC)

struct replay_advert {
    carp_time time;
    struct carp_addr source;
    uint8_t advbase, advskew, demote;
    bool verifies;
};

/* Adverts of one vhid in a capture, in order; NULL: no such file. */
GArray *replay_load(const char *name, uint8_t vhid,
                    const struct carp_auth *auth);

enum replay_what {
    REPLAY_START,
    REPLAY_KILL,
    REPLAY_PREEMPT,
    REPLAY_DISABLE,
    REPLAY_LINK_DOWN,
    REPLAY_LINK_UP,
    REPLAY_BACKUP,
    REPLAY_DEMOTE,
    REPLAY_PROMOTE
};

struct replay_event {
    carp_time time;
    enum replay_what what;
    int number;
};

struct replay_span {
    carp_time from, to;
    unsigned int family; /* 0: both */
};

struct replay_node {
    char *name;
    struct carp_fsm_config config;
    carp_time lag;         /* how late it may read what arrived */
    carp_time early, late; /* how far its timers may be off */
    GArray *events;        /* struct replay_event */
    GArray *deaf, *blind;  /* struct replay_span */
    GString *why;
    unsigned int adverts, mismatches; /* wanted */
};

struct replay_result {
    unsigned int adverts, yields, mismatches;
    GString *notes; /* a line for each mismatch */
};

void replay_run(const struct replay_node *node, const GArray *adverts,
                struct replay_result *result);

#endif
