/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpsim's scenarios: whatever the text, there is a scenario that reads back
 * as the same, or one line that says where and what. Its first half minute is
 * run: the machine and the network hold out whatever is asked of them, and no
 * carpd's counter goes back. Of some, carpmon's observer is the judge.
 */
#include <stdbool.h>

#include <carp/timing.h>

#include "checks.h"
#include "fuzz.h"
#include "judge.h"

#define FILE_NAME "x.sim"
#define LONGEST (30 * CARP_SEC)
#define DELIVERIES 6000 /* in all, about */

static void
check_error(const char *error)
{
    FUZZ_CHECK(error != NULL);
    FUZZ_CHECK(strncmp(error, FILE_NAME, sizeof(FILE_NAME) - 1) == 0);
    FUZZ_CHECK(strchr(error, '\n') == NULL);
}

static void
check_text(const struct sim_scenario *s)
{
    char *error = NULL;
    GString *text = sim_scenario_text(s);
    struct sim_scenario *read = sim_scenario_parse(text->str, "again", &error);
    if (read == NULL) {
        FUZZ_FAIL(error);
    }
    GString *again = sim_scenario_text(read);
    FUZZ_CHECK(strcmp(text->str, again->str) == 0);
    g_string_free(again, TRUE);
    g_string_free(text, TRUE);
    sim_scenario_free(read);
}

/* Cut it where a run would take longer than many others. */
static void
shorten(struct sim_scenario *s)
{
    double rate = 1;
    for (unsigned int i = 0; i < s->node_count; i++) {
        const struct sim_node_spec *n = &s->nodes[i];
        rate +=
            (double)CARP_SEC / (double)carp_interval(n->advbase, n->advskew);
    }
    for (guint i = 0; i < s->events->len; i++) {
        const struct sim_event *e =
            &g_array_index(s->events, struct sim_event, i);
        rate += e->kind == SIM_ATTACK ? e->number : 0;
    }
    const double most = DELIVERIES / rate / (s->node_count + 1);
    s->end = MIN(s->end, LONGEST);
    s->end = MIN(s->end, (carp_time)(most * (double)CARP_SEC));
}

/* Elections of whoever it is may fail, and expectations; nothing else may. */
static void
run(struct sim_scenario *s)
{
    struct sim_result result;
    s->checks = false;
    g_array_set_size(s->expects, 0);
    sim_check(s, NULL, true, &result);
    if (result.failure != NULL) {
        FUZZ_FAIL(result.failure);
    }
    sim_result_clear(&result);
}

static void
judge(const struct sim_scenario *s)
{
    static struct sim_score score;
    GString *notes = g_string_new("");
    sim_judge(s, &score, notes);
    FUZZ_CHECK(g_utf8_validate(notes->str, (gssize)notes->len, NULL));
    g_string_free(notes, TRUE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *error = NULL;
    char *text = g_strndup((const char *)data, size);
    struct sim_scenario *s = sim_scenario_parse(text, FILE_NAME, &error);
    if (s == NULL) {
        check_error(error);
    } else {
        check_text(s);
        shorten(s);
        run(s);
        if (size % 4 == 0) {
            judge(s);
        }
        sim_scenario_free(s);
    }
    g_free(error);
    g_free(text);
    return 0;
}
