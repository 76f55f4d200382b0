/* SPDX-License-Identifier: BSD-2-Clause */
/* What each kind of step does. */
#include <string.h>

#include <carp/timing.h>

#include "play_internal.h"
#include "text.h"

/* NULL when it held; else why not, to be freed. */
typedef char *(*step_run)(struct play *play, const struct scn_step *step);

static const struct exp_frame *
lookup(void *user, const char *name)
{
    const struct play *play = user;
    return g_hash_table_lookup(play->named, name);
}

static carp_time
now(const struct play *play)
{
    return play->port->now(play->port->user);
}

static void
forget(struct play *play, carp_time when)
{
    play->cursor = play->heard->len;
    play->since = when;
    play->edge = when;
}

static bool
matches(struct play *play, const struct scn_step *step,
        const struct exp_frame *frame)
{
    bool holds = exp_is_kind(frame, step->kinds);
    for (guint i = 0; holds && i < step->conditions->len; i++) {
        holds = exp_condition_holds(
            &g_array_index(step->conditions, struct exp_condition, i), frame,
            lookup, play);
    }
    return holds;
}

/* --------------------------------------------------------------- sending */

static char *
send_many(struct play *play, const struct scn_step *step,
          struct inj_frame *frame, bool is_replay)
{
    carp_time start = now(play);
    carp_time at = start;
    if (step->sets_counter) {
        play->roles[step->role].has_counter = false;
    }
    for (uint64_t i = 0; i < step->count && !play->is_over; i++) {
        if (i > 0 && !play_pass(play, start + i * step->every)) {
            break;
        }
        at = now(play);
        if (i == 0 || step->every > 0) {
            forget(play, at);
        }
        if (!(is_replay ? play_send_frame(play, frame)
                        : play_send(play, step, frame))) {
            break;
        }
    }
    if (step->name != NULL && !play->is_over) {
        struct exp_frame *sent = play_sent_frame(play, frame, at);
        play_name(play, step->name, sent);
        play_frame_free(sent);
    }
    return NULL;
}

static char *
run_send(struct play *play, const struct scn_step *step)
{
    struct inj_frame frame;
    return send_many(play, step, &frame, false);
}

static char *
run_replay(struct play *play, const struct scn_step *step)
{
    struct inj_frame frame;
    const struct exp_frame *named = lookup(play, step->from);
    if (named == NULL ||
        !inj_frame_from_capture(CARP_LINK_ETHERNET, named->octets, named->len,
                                named->on_wire, &frame)) {
        return g_strdup_printf("%s is not an advert", step->from);
    }
    return send_many(play, step, &frame, true);
}

static char *
run_start(struct play *play, const struct scn_step *step)
{
    struct play_role *role = &play->roles[step->role];
    role->has_counter = role->has_counter && !step->sets_counter;
    role->start = step;
    role->every =
        step->has_every
            ? step->every
            : MAX(carp_interval(inj_spec_octet(step->spec, INJ_ADVBASE),
                                inj_spec_octet(step->spec, INJ_ADVSKEW)),
                  CARP_MSEC);
    struct inj_frame frame;
    forget(play, now(play));
    role->next = play->edge + role->every;
    if (play_send(play, step, &frame) && step->name != NULL) {
        struct exp_frame *sent = play_sent_frame(play, &frame, play->edge);
        play_name(play, step->name, sent);
        play_frame_free(sent);
    }
    return NULL; /* a failure to send ends the run */
}

static char *
run_stop(struct play *play, const struct scn_step *step)
{
    for (unsigned int i = 0; i < play->role_count; i++) {
        if (step->role < 0 || step->role == (int)i) {
            play->roles[i].start = NULL;
        }
    }
    forget(play, now(play));
    return NULL;
}

static char *
run_ask(struct play *play, const struct scn_step *step)
{
    struct inj_frame frame;
    const struct carp_addr *source = step->target.family == CARP_IPV6
                                         ? &step->spec->real_source6
                                         : &step->spec->real_source;
    if (!inj_build_who_has(play->builder, &step->spec->real_mac, source,
                           &step->target, &frame)) {
        play_fail(play, inj_builder_error(play->builder));
        return NULL;
    }
    forget(play, now(play));
    if (play_send_frame(play, &frame) && step->name != NULL) {
        struct exp_frame *sent = play_sent_frame(play, &frame, play->edge);
        play_name(play, step->name, sent);
        play_frame_free(sent);
    }
    return NULL;
}

static char *
run_control(struct play *play, const struct scn_step *step)
{
    if (play->port->control == NULL) {
        return g_strdup("nothing can start and stop the device");
    }
    forget(play, now(play));
    return play->port->control(play->port->user, step->action)
               ? NULL
               : g_strdup_printf("the control command failed to %s",
                                 step->action);
}

/* ------------------------------------------------------------- observing */

static char *
run_wait(struct play *play, const struct scn_step *step)
{
    play->edge = carp_time_add(play->edge, step->duration);
    (void)play_pass(play, play->edge); /* a failure ends the run */
    return NULL;
}

static char *
run_flush(struct play *play, const struct scn_step *step)
{
    (void)step;
    (void)play_pass(play, now(play) + CARP_MSEC);
    forget(play, now(play));
    return NULL;
}

/* What came instead: the last frame of the kind. */
static char *
say_missing(struct play *play, const struct scn_step *step)
{
    char within[TXT_DURATION];
    GString *text = g_string_new(NULL);
    g_string_printf(text, "'%s' did not come within %s", step->text,
                    txt_duration(step->duration, within));
    for (guint i = play->heard->len; i > play->cursor; i--) {
        const struct exp_frame *frame = g_ptr_array_index(play->heard, i - 1);
        if (exp_is_kind(frame, step->kinds) && frame->at >= play->since) {
            g_string_append(text, "; last was ");
            exp_describe(text, frame);
            for (guint k = 0; k < step->conditions->len; k++) {
                const struct exp_condition *condition =
                    &g_array_index(step->conditions, struct exp_condition, k);
                if (!exp_condition_holds(condition, frame, lookup, play)) {
                    g_string_append(text, ", ");
                    exp_describe_field(text, condition, frame);
                }
            }
            break;
        }
    }
    return g_string_free(text, FALSE);
}

static char *
run_expect(struct play *play, const struct scn_step *step)
{
    carp_time end = carp_time_add(play->edge, step->duration);
    guint i = play->cursor;
    for (;;) {
        for (; i < play->heard->len; i++) {
            const struct exp_frame *frame = g_ptr_array_index(play->heard, i);
            if (frame->at >= play->since && frame->at <= end &&
                matches(play, step, frame)) {
                play->cursor = i + 1;
                play->edge = MAX(play->edge, frame->at);
                if (step->name != NULL) {
                    play_name(play, step->name, frame);
                }
                return NULL;
            }
        }
        if (now(play) >= end || !play_pump(play, end)) {
            if (i == play->heard->len) {
                return say_missing(play, step);
            }
        }
    }
}

static char *
run_count(struct play *play, const struct scn_step *step)
{
    char during[TXT_DURATION];
    carp_time begin = play->edge;
    carp_time end = carp_time_add(begin, step->duration);
    uint64_t count = 0;
    GString *text = g_string_new(NULL);
    (void)play_pass(play, end);
    for (guint i = play->cursor; i < play->heard->len; i++) {
        const struct exp_frame *frame = g_ptr_array_index(play->heard, i);
        if (frame->at >= begin && frame->at <= end &&
            matches(play, step, frame)) {
            if (count++ == 0) {
                exp_describe(text, frame);
            }
        }
    }
    forget(play, end);
    char *error = NULL;
    if (count < step->low || count > step->high) {
        error =
            g_strdup_printf("'%s': %" G_GUINT64_FORMAT " in %s%s%s", step->text,
                            count, txt_duration(step->duration, during),
                            text->len > 0 ? ", the first was " : "", text->str);
    }
    g_string_free(text, TRUE);
    return error;
}

static char *
run_check(struct play *play, const struct scn_step *step)
{
    const struct exp_frame *frame = lookup(play, step->name);
    GString *text = g_string_new(NULL);
    for (guint i = 0; frame != NULL && i < step->conditions->len; i++) {
        const struct exp_condition *condition =
            &g_array_index(step->conditions, struct exp_condition, i);
        if (!exp_condition_holds(condition, frame, lookup, play)) {
            g_string_append_printf(text, "%s", text->len > 0 ? ", " : "");
            exp_describe_field(text, condition, frame);
        }
    }
    char *error = NULL;
    if (frame == NULL) {
        error = g_strdup_printf("there is no frame %s", step->name);
    } else if (text->len > 0) {
        error =
            g_strdup_printf("'%s' does not hold: %s", step->text, text->str);
    }
    g_string_free(text, TRUE);
    return error;
}

static char *
run_measure(struct play *play, const struct scn_step *step)
{
    char is[TXT_DURATION];
    char low[TXT_DURATION];
    char high[TXT_DURATION];
    const struct exp_frame *from = lookup(play, step->from);
    const struct exp_frame *to = lookup(play, step->to);
    if (from == NULL || to == NULL) {
        return g_strdup_printf("there is no frame %s",
                               from == NULL ? step->from : step->to);
    }
    carp_time took = carp_time_since(to->at, from->at);
    char *line = g_strdup_printf("%s to %s: %.3f s", step->from, step->to,
                                 (double)took / 1e9);
    bool is_new = play->result->measured->len == 0 ||
                  strcmp(g_ptr_array_index(play->result->measured,
                                           play->result->measured->len - 1),
                         line) != 0;
    g_ptr_array_add(play->result->measured, line);
    if (!is_new) {
        g_ptr_array_remove_index(play->result->measured,
                                 play->result->measured->len - 1);
    }
    if (took >= step->low && took <= step->high) {
        return NULL;
    }
    return g_strdup_printf("%s to %s took %s, not %s to %s", step->from,
                           step->to, txt_duration(took, is),
                           txt_duration(step->low, low),
                           txt_duration(step->high, high));
}

char *
play_step(struct play *play, const struct scn_step *step)
{
    static const step_run runs[] = {
        [SCN_SEND] = run_send,     [SCN_START] = run_start,
        [SCN_STOP] = run_stop,     [SCN_REPLAY] = run_replay,
        [SCN_ASK] = run_ask,       [SCN_CONTROL] = run_control,
        [SCN_WAIT] = run_wait,     [SCN_FLUSH] = run_flush,
        [SCN_EXPECT] = run_expect, [SCN_COUNT] = run_count,
        [SCN_CHECK] = run_check,   [SCN_MEASURE] = run_measure};
    return runs[step->kind](play, step);
}
