/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "scenario_internal.h"

static void
clear_condition(gpointer data)
{
    exp_condition_clear(data);
}

static void
free_step(gpointer data)
{
    scn_step_free(data);
}

static void
free_differs(gpointer data)
{
    scn_differs_free(data);
}

static void
free_skip(gpointer data)
{
    struct scn_skip *skip = data;
    g_free(skip->profile);
    g_free(skip->cite);
    g_free(skip->reason);
    g_free(skip);
}

static void
free_test(gpointer data)
{
    struct scn_test *test = data;
    g_free(test->group);
    g_free(test->name);
    g_free(test->title);
    g_free(test->cite);
    g_ptr_array_unref(test->skips);
    g_ptr_array_unref(test->steps);
    g_free(test);
}

struct scn_step *
scn_step_new(enum scn_kind kind, unsigned int line)
{
    struct scn_step *step = g_new0(struct scn_step, 1);
    step->kind = kind;
    step->line = line;
    step->role = -1;
    step->count = 1;
    step->conditions = g_array_new(FALSE, TRUE, sizeof(struct exp_condition));
    g_array_set_clear_func(step->conditions, clear_condition);
    step->differs = g_ptr_array_new_with_free_func(free_differs);
    return step;
}

void
scn_step_free(struct scn_step *step)
{
    if (step == NULL) {
        return;
    }
    if (step->spec != NULL) {
        inj_spec_clear(step->spec);
        g_free(step->spec);
    }
    g_free(step->text);
    g_free(step->name);
    g_free(step->action);
    g_free(step->from);
    g_free(step->to);
    g_array_unref(step->conditions);
    g_ptr_array_unref(step->differs);
    g_free(step);
}

void
scn_differs_free(struct scn_differs *differs)
{
    g_free(differs->profile);
    g_free(differs->cite);
    g_free(differs->reason);
    scn_step_free(differs->step);
    g_free(differs);
}

struct scn_test *
scn_test_new(const char *group, const char *name, const char *title,
             unsigned int line)
{
    struct scn_test *test = g_new0(struct scn_test, 1);
    test->group = g_strdup(group);
    test->name = g_strdup(name);
    test->title = g_strdup(title);
    test->cite = g_strdup("");
    test->line = line;
    test->skips = g_ptr_array_new_with_free_func(free_skip);
    test->steps = g_ptr_array_new_with_free_func(free_step);
    return test;
}

void
scn_free(struct scn_scenario *scenario)
{
    if (scenario == NULL) {
        return;
    }
    g_free(scenario->file);
    if (scenario->roles != NULL) {
        g_ptr_array_unref(scenario->roles);
    }
    if (scenario->tests != NULL) {
        g_ptr_array_unref(scenario->tests);
    }
    g_free(scenario);
}

GPtrArray *
scn_tests_new(void)
{
    return g_ptr_array_new_with_free_func(free_test);
}
