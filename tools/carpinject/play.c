/* SPDX-License-Identifier: BSD-2-Clause */
#include "play.h"

#include <string.h>

#include "play_internal.h"

static bool
is_for(const char *wanted, const char *profile)
{
    return profile == NULL || strcmp(wanted, "any") == 0 ||
           strcmp(wanted, profile) == 0;
}

/* The step as another implementation would have it, from where it began. */
static bool
try_differs(struct play *play, const struct scn_step *step,
            const struct play *begin)
{
    for (guint i = 0; i < step->differs->len && !play->is_over; i++) {
        const struct scn_differs *differs = g_ptr_array_index(step->differs, i);
        if (!is_for(differs->profile, play->options->profile)) {
            continue;
        }
        play->cursor = begin->cursor;
        play->since = begin->since;
        play->edge = begin->edge;
        char *error = play_step(play, differs->step);
        if (error != NULL) {
            g_free(error);
            continue;
        }
        char *why = g_strdup_printf("%s (%s, %s)", differs->reason,
                                    differs->profile, differs->cite);
        res_judge(play->result, RES_DIFFERS, step->line, why);
        g_free(why);
        g_free(play->result->profiles);
        play->result->profiles = g_strdup(differs->profile);
        return true;
    }
    return false;
}

static void
run_steps(struct play *play, const struct scn_test *test)
{
    for (guint i = 0; i < test->steps->len && !play->is_over; i++) {
        const struct scn_step *step = g_ptr_array_index(test->steps, i);
        struct play begin = *play;
        char *error = play_step(play, step);
        bool is_bad =
            error != NULL && !play->is_over && !try_differs(play, step, &begin);
        if (is_bad) {
            res_judge(play->result, RES_FAIL, step->line, error);
        }
        g_free(error);
        if (is_bad) {
            return;
        }
    }
}

static bool
is_skipped(struct play *play, const struct scn_test *test)
{
    for (guint i = 0; i < test->skips->len; i++) {
        const struct scn_skip *skip = g_ptr_array_index(test->skips, i);
        if (skip->profile == NULL ||
            (play->options->profile != NULL &&
             is_for(skip->profile, play->options->profile))) {
            char *why = skip->cite == NULL
                            ? g_strdup(skip->reason)
                            : g_strdup_printf("%s (%s, %s)", skip->reason,
                                              skip->profile, skip->cite);
            res_judge(play->result, RES_SKIP, test->line, why);
            g_free(why);
            return true;
        }
    }
    return false;
}

static void
run_test(struct play *play, const struct scn_test *test)
{
    carp_time start = play->port->now(play->port->user);
    for (unsigned int i = 0; i < play->role_count; i++) {
        memset(&play->roles[i], 0, sizeof(play->roles[i]));
    }
    g_hash_table_remove_all(play->named);
    g_ptr_array_set_size(play->heard, 0);
    play->cursor = 0;
    play->since = start;
    play->edge = start;
    run_steps(play, test);
    play->result->took = play->port->now(play->port->user) - start;
}

bool
play_run(const struct scn_scenario *scenario, const struct play_port *port,
         const struct play_options *options, struct res_report *report)
{
    struct play play = {.port = port, .options = options};
    play.builder = inj_builder_new();
    play.role_count = scenario->roles->len;
    play.roles = g_new0(struct play_role, play.role_count + 1);
    play.heard = g_ptr_array_new_with_free_func(play_frame_free);
    play.named =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, play_frame_free);
    inj_rng_seed(&play.rng, options->seed);
    for (guint i = 0; i < scenario->tests->len && !play.is_over; i++) {
        const struct scn_test *test = g_ptr_array_index(scenario->tests, i);
        play.result = res_add(report, scenario->file, test->line, test->group,
                              test->name, test->title, test->cite);
        if (!is_skipped(&play, test)) {
            run_test(&play, test);
        }
        if (play.is_over) {
            res_judge(play.result, RES_FAIL, test->line, play.error);
        }
        if (options->on_test != NULL) {
            options->on_test(options->user, play.result);
        }
    }
    inj_builder_free(play.builder);
    g_ptr_array_unref(play.heard);
    g_hash_table_unref(play.named);
    g_free(play.roles);
    g_free(play.error);
    return !play.is_over;
}
