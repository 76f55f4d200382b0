/* SPDX-License-Identifier: BSD-2-Clause */
/* Two senders beside each other. */
#ifndef CARP_CONTEST_H
#define CARP_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/time.h>

#include "names.h"

struct context;
struct lineage_step;
struct sender;

/* Two senders of one view at the same time, seen from the challenger. */
struct contest {
    bool active;
    bool by_winner;  /* the better one came, not the worse */
    bool reported;   /* DUAL_MASTER is on */
    carp_time since; /* both are heard */
    carp_time start; /* of what is counted below */
    uint64_t since_frame, start_frame;
    uint64_t parent_frame; /* advert that the challenger's first continued */
    carp_time parent_time;
    uint32_t master_since_parent; /* master's adverts it evidently missed */
    uint32_t adverts_self, adverts_other;
    carp_time other_last;             /* the master's last before it began */
    carp_time other_first;            /* of adverts_other */
    uint8_t next_cause;               /* evidence for another cause … */
    uint8_t next_cause_count;         /* … this many times in a row */
    uint32_t heard_self, deaf_self;   /* challenger continues master, or not */
    uint32_t heard_other, deaf_other; /* master continues challenger, or not */
};

/* contest.c */
/* The challenger advertises beside the view's master. */
void contest_start(struct context *c, struct sender *challenger,
                   const struct sender *master,
                   const struct lineage_step *step);
/* It does so again: c->sender is the challenger. */
void contest_again(struct context *c, struct sender *master,
                   const struct lineage_step *step);
/* The master does: c->sender is the master. */
void contest_of_master(struct context *c, struct sender *challenger,
                       const struct lineage_step *step, carp_time previous);

/* dual.c */
void dual_check(struct context *c, struct sender *challenger);
void dual_end(struct context *c, struct sender *challenger);
void dual_sweep(struct context *c);

#endif
