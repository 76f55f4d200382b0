/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file defence.h
 * What carpd has around the election against replayed adverts: libcarp's
 * decision (carp/replay.h), the state file as carpd writes it, and a memory of
 * what the host has heard and sent, for an attacker to play back.
 */
#ifndef SIM_DEFENCE_H
#define SIM_DEFENCE_H

#include <glib.h>

#include <carp/replay.h>

#include "model.h"

/** Adverts that an attacker has recorded at one host. */
#define SIM_MEMORY 256

/** One advert on its way. */
struct sim_advert {
    unsigned int from;   /**< whoever sends it */
    unsigned int source; /**< whose source address it has */
    bool is_replayed;    /**< by an attacker */
    uint8_t family, advbase, advskew, demote;
    uint64_t counter;
};

/** The state file after one write. */
struct sim_image {
    bool is_there;
    uint64_t first, reserve;
    GArray *spans;   /**< struct carp_seen_span: what was seen */
    GArray *skipped; /**< struct carp_seen_span */
    GArray *senders; /**< struct carp_peer */
    uint64_t heard;  /**< adverts in the memory by then */
};

struct sim_defence {
    struct carp_replay replay;
    bool is_open;                  /**< @c replay holds something */
    struct sim_image last, before; /**< the last two writes */
    uint64_t additions;            /**< to what was seen, when last written */
    unsigned int anew;             /**< starts without a state file */
    struct sim_advert memory[SIM_MEMORY];
    uint64_t heard; /**< adverts ever put into the memory */
    uint64_t safe;  /**< those before may be unknown to the host */
};

void sim_defence_init(struct sim_defence *d);
void sim_defence_clear(struct sim_defence *d);
/** The program starts: it reads the state file, and writes it twice. @p random:
 * 64 random bits */
void sim_defence_start(struct sim_defence *d, uint64_t random);
/** Write the state file if there is news. */
void sim_defence_save(struct sim_defence *d);
/** The directory is lost. */
void sim_defence_forget(struct sim_defence *d);
/** The last write is lost, if there is one before. */
void sim_defence_undo(struct sim_defence *d);
/** The host has heard or sent it: it can be recorded there. */
void sim_defence_remember(struct sim_defence *d, const struct sim_advert *a);
/** May it act now, though it is played back? */
bool sim_defence_may_act(const struct sim_defence *d,
                         const struct sim_advert *a);
/** One of what was recorded, that the host can be expected to know again;
 * false: none at this try. */
bool sim_defence_recall(const struct sim_defence *d, GRand *rand,
                        struct sim_advert *a);

#endif
