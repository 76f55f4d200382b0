/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file play_internal.h
 * The engine: what is on its way and what was heard.
 */
#ifndef CARPINJECT_PLAY_INTERNAL_H
#define CARPINJECT_PLAY_INTERNAL_H

#include "play.h"
#include "rng.h"

/** A role at work. */
struct play_role {
    bool has_counter;
    uint64_t counter;             /**< of its next advert */
    const struct scn_step *start; /**< NULL: not in the background */
    carp_time next, every;
};

struct play {
    const struct play_port *port;
    const struct play_options *options;
    struct inj_builder *builder;
    struct inj_rng rng;
    struct play_role *roles;
    unsigned int role_count;
    GPtrArray *heard;  /**< struct exp_frame, of this test */
    GHashTable *named; /**< name to struct exp_frame (a copy) */
    guint cursor;      /**< what is before has been used or forgotten */
    carp_time since;   /**< older frames are not looked at */
    carp_time edge;    /**< when the last step was over */
    bool is_over;
    char *error; /**< why the run cannot go on */
    struct res_test *result;
};

/** Build and send one advert of a step's role. */
bool play_send(struct play *play, const struct scn_step *step,
               struct inj_frame *frame);
bool play_send_frame(struct play *play, const struct inj_frame *frame);
/** Let background roles advertise and frames come in until something was
 * heard or @p until. False: the run is over. */
bool play_pump(struct play *play, carp_time until);
/** Pump until an instant, whatever comes. */
bool play_pass(struct play *play, carp_time until);
/** Bind a name to a copy. */
void play_name(struct play *play, const char *name,
               const struct exp_frame *frame);
struct exp_frame *play_sent_frame(struct play *play,
                                  const struct inj_frame *frame, carp_time at);
void play_frame_free(gpointer data);
/** Do a step. NULL when it held; else why not, to be freed. */
char *play_step(struct play *play, const struct scn_step *step);
/** End the run; @p what NULL: the user wants it. */
bool play_fail(struct play *play, const char *what);

#endif
