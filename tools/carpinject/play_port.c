/* SPDX-License-Identifier: BSD-2-Clause */
/* What the engine does with its interface. */
#include <string.h>

#include "play_internal.h"

/* A flood of frames must not eat the memory. */
#define HEARD_MAX 200000

bool
play_fail(struct play *play, const char *what)
{
    play->is_over = true;
    if (play->error == NULL) {
        play->error = g_strdup(what != NULL ? what : "stopped");
    }
    return false;
}

void
play_frame_free(gpointer data)
{
    struct exp_frame *frame = data;
    g_free(frame->octets);
    g_free(frame);
}

static struct exp_frame *
new_frame(struct play *play, const uint8_t *octets, size_t len, size_t on_wire,
          carp_time at)
{
    struct exp_frame *frame = g_new0(struct exp_frame, 1);
    frame->at = at;
    frame->len = len;
    frame->on_wire = on_wire;
    frame->octets = g_memdup2(octets, len);
    /* What cannot be parsed is of no kind. */
    if (carp_frame_parse(CARP_LINK_ETHERNET, frame->octets, len, on_wire,
                         &frame->frame) != CARP_OK) {
        frame->frame.kind = CARP_FRAME_OTHER;
    }
    if (frame->frame.kind == CARP_FRAME_CARP && play->options->auth != NULL &&
        frame->frame.u.adv.vhid == play->options->vhid) {
        frame->has_verdict = true;
        frame->is_good =
            carp_auth_verify(play->options->auth, frame->frame.u.adv.counter,
                             frame->frame.u.adv.md);
    }
    return frame;
}

struct exp_frame *
play_sent_frame(struct play *play, const struct inj_frame *frame, carp_time at)
{
    struct exp_frame *sent =
        new_frame(play, frame->octets, frame->len, frame->len, at);
    sent->is_sent = true;
    return sent;
}

void
play_name(struct play *play, const char *name, const struct exp_frame *frame)
{
    struct exp_frame *copy = g_memdup2(frame, sizeof(*frame));
    copy->octets = g_memdup2(frame->octets, frame->len);
    g_hash_table_replace(play->named, g_strdup(name), copy);
}

static uint64_t
next_counter(struct play *play, struct play_role *role,
             const struct inj_spec *spec)
{
    if (!role->has_counter) {
        role->has_counter = true;
        role->counter =
            spec->has_counter ? spec->counter : inj_rng_next(&play->rng);
    }
    uint64_t counter = role->counter;
    if (spec->counter_mode == INJ_COUNTER_UP) {
        role->counter++;
    } else if (spec->counter_mode == INJ_COUNTER_RANDOM) {
        role->counter = inj_rng_next(&play->rng);
    }
    return counter;
}

bool
play_send_frame(struct play *play, const struct inj_frame *frame)
{
    return play->port->send(play->port->user, frame) ||
           play_fail(play, play->port->error(play->port->user));
}

bool
play_send(struct play *play, const struct scn_step *step,
          struct inj_frame *frame)
{
    struct carp_auth auth;
    uint64_t counter = next_counter(play, &play->roles[step->role], step->spec);
    inj_spec_auth(step->spec, &auth);
    bool is_built = inj_build_advert(play->builder, step->spec, &auth, counter,
                                     (uint16_t)inj_rng_next(&play->rng), frame);
    carp_auth_clear(&auth);
    return is_built ? play_send_frame(play, frame)
                    : play_fail(play, inj_builder_error(play->builder));
}

static struct play_role *
first_due(struct play *play, carp_time until)
{
    struct play_role *first = NULL;
    for (unsigned int i = 0; i < play->role_count; i++) {
        struct play_role *role = &play->roles[i];
        if (role->start != NULL && role->next <= until &&
            (first == NULL || role->next < first->next)) {
            first = role;
        }
    }
    return first;
}

bool
play_pump(struct play *play, carp_time until)
{
    struct play_frame got;
    struct inj_frame frame;
    for (;;) {
        struct play_role *due = first_due(play, until);
        carp_time wake = due != NULL ? due->next : until;
        switch (play->port->receive(play->port->user, wake, &got)) {
        case PLAY_FRAME:
            if (play->heard->len >= HEARD_MAX) {
                return play_fail(play, "more frames than a test may hear");
            }
            g_ptr_array_add(
                play->heard,
                new_frame(play, got.octets, got.captured, got.on_wire, got.at));
            return true;
        case PLAY_END:
            return play_fail(play, play->port->error(play->port->user));
        case PLAY_NOTHING:
            break;
        }
        if (due == NULL) {
            return true;
        }
        due->next += due->every;
        if (!play_send(play, due->start, &frame)) {
            return false;
        }
    }
}

bool
play_pass(struct play *play, carp_time until)
{
    while (play->port->now(play->port->user) < until) {
        if (!play_pump(play, until)) {
            return false;
        }
    }
    return true;
}
