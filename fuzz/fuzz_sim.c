/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpsim's scenarios: whatever the text, there is a scenario that reads back
 * as the same, or one line that says where and what. A short one is run: the
 * machine and the network hold out whatever is asked of them.
 */
#include <stdbool.h>

#include "fuzz.h"
#include "world.h"

#define FILE_NAME "x.sim"
#define SHORT (30 * CARP_SEC)

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

static void
run(struct sim_scenario *s)
{
    const struct sim_watcher nobody = {.user = NULL};
    struct sim_world *world = sim_world_new(s, &nobody);
    sim_world_run(world);
    FUZZ_CHECK(!world->is_stuck);
    FUZZ_CHECK(world->count == s->node_count);
    sim_world_free(world);
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
        if (s->end <= SHORT && s->node_count <= 4) {
            run(s);
        }
        sim_scenario_free(s);
    }
    g_free(error);
    g_free(text);
    return 0;
}
