/* SPDX-License-Identifier: BSD-2-Clause */
#include "play.h"

#include <stdio.h>

#include "checks.h"
#include "judge.h"
#include "random.h"
#include "tape.h"

struct totals {
    uint64_t scenarios, failures, adverts, transitions;
    carp_time simulated;
    struct sim_score score;
    GString *notes;
};

/* -------------------------------------------------------------------- one */

static bool
keep_failure(const struct sim_options *o, const struct sim_scenario *s,
             const char *failure)
{
    struct sim_scenario *small = sim_shrink(s);
    GString *text = sim_scenario_text(small);
    g_autofree char *path =
        g_strdup_printf("%s/seed-%" G_GUINT64_FORMAT ".sim", o->keep, s->seed);
    g_autoptr(GError) error = NULL;
    bool good;

    g_string_prepend(text, "\n");
    g_string_prepend(text, failure);
    g_string_prepend(text, "# ");
    good = g_file_set_contents(path, text->str, -1, &error);
    if (good) {
        printf("  made small: %s\n", path);
    } else {
        fprintf(stderr, "carpsim: %s\n", error->message);
    }
    g_string_free(text, TRUE);
    sim_scenario_free(small);
    return good;
}

/* @return 0, 1 or 2 as the exit status */
static int
run(const struct sim_options *o, const struct sim_scenario *s, const char *name,
    bool wants_trace, struct totals *t)
{
    struct sim_tape *tape = NULL;
    struct sim_watcher watcher = {0};
    struct sim_result result;
    char *error = NULL;
    int status;

    if (o->write != NULL) {
        tape = sim_tape_open(s, o->write, &error);
        if (tape == NULL) {
            fprintf(stderr, "carpsim: %s\n", error);
            g_free(error);
            return 2;
        }
        watcher = sim_tape_watcher(tape);
    }
    sim_check(s, tape != NULL ? &watcher : NULL, true, &result);
    if (wants_trace || (result.failure != NULL && !o->is_quiet)) {
        fputs(result.trace->str, stdout);
    }
    status = result.failure != NULL ? 1 : 0;
    if (status != 0) {
        printf("FAIL %s at %.3f s: %s\n", name, (double)result.failed_at / 1e9,
               result.failure);
        if (o->keep != NULL && !keep_failure(o, s, result.failure)) {
            status = 2;
        }
    }
    t->scenarios++;
    t->failures += result.failure != NULL;
    t->adverts += result.adverts;
    t->transitions += result.transitions;
    t->simulated += s->end;
    sim_result_clear(&result);
    if (tape != NULL && !sim_tape_close(tape, &error)) {
        fprintf(stderr, "carpsim: %s\n", error);
        g_free(error);
        status = 2;
    }
    if (o->judges) {
        sim_judge(s, &t->score, t->notes);
    }
    return status;
}

static int
play_one(const struct sim_options *o, const struct sim_scenario *s,
         const char *name, bool wants_trace, struct totals *t)
{
    if (o->is_printed) {
        GString *text = sim_scenario_text(s);

        fputs(text->str, stdout);
        g_string_free(text, TRUE);
        return 0;
    }
    return run(o, s, name, wants_trace, t);
}

/* -------------------------------------------------------------------- many */

static int
play_file(const struct sim_options *o, const char *path, struct totals *t)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    struct sim_scenario *s;
    char *wrong;
    int status;

    if (!g_file_get_contents(path, &text, NULL, &error)) {
        fprintf(stderr, "carpsim: %s\n", error->message);
        return 2;
    }
    s = sim_scenario_parse(text, path, &wrong);
    if (s == NULL) {
        fprintf(stderr, "carpsim: %s\n", wrong);
        g_free(wrong);
        return 2;
    }
    status = play_one(o, s, path, !o->is_quiet, t);
    sim_scenario_free(s);
    return status;
}

static int
play_random(const struct sim_options *o, struct totals *t)
{
    int worst = 0;

    for (int64_t i = 0; i < o->random; i++) {
        struct sim_scenario *s = sim_random(o->seed + (uint64_t)i);
        g_autofree char *name =
            g_strdup_printf("seed %" G_GUINT64_FORMAT, s->seed);
        const int status = play_one(o, s, name, o->wants_trace, t);

        worst = MAX(worst, status);
        sim_scenario_free(s);
    }
    return worst;
}

static void
print_totals(const struct sim_options *o, const struct totals *t)
{
    if (!o->is_quiet) {
        printf("%" G_GUINT64_FORMAT " scenarios, %" G_GUINT64_FORMAT
               " failed; %.1f h simulated, %" G_GUINT64_FORMAT
               " adverts, %" G_GUINT64_FORMAT " transitions\n",
               t->scenarios, t->failures,
               (double)t->simulated / (double)CARP_SEC / 3600, t->adverts,
               t->transitions);
    }
    if (o->judges) {
        if (o->wants_trace) {
            fputs(t->notes->str, stdout);
        }
        sim_score_print(&t->score);
    }
}

int
sim_play(const struct sim_options *o)
{
    struct totals t = {.notes = g_string_new("")};
    int worst = 0;

    if (o->random != 0) {
        worst = play_random(o, &t);
    }
    for (char **path = o->files; path != NULL && *path != NULL; path++) {
        const int status = play_file(o, *path, &t);

        worst = MAX(worst, status);
    }
    if (!o->is_printed && worst != 2) {
        print_totals(o, &t);
    }
    g_string_free(t.notes, TRUE);
    return worst;
}
