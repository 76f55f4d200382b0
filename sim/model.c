/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

struct sim_scenario *
sim_scenario_new(void)
{
    struct sim_scenario *s = g_new0(struct sim_scenario, 1);

    s->vhid = 1;
    s->delay = 200 * CARP_USEC;
    s->jitter = 100 * CARP_USEC;
    s->end = 60 * CARP_SEC;
    s->checks = true;
    s->events = g_array_new(FALSE, FALSE, sizeof(struct sim_event));
    s->expects = g_array_new(FALSE, FALSE, sizeof(struct sim_expect));
    return s;
}

struct sim_scenario *
sim_scenario_copy(const struct sim_scenario *s)
{
    struct sim_scenario *copy = g_new(struct sim_scenario, 1);

    *copy = *s;
    copy->events = g_array_copy(s->events);
    copy->expects = g_array_copy(s->expects);
    return copy;
}

void
sim_scenario_free(struct sim_scenario *s)
{
    if (s != NULL) {
        g_array_free(s->events, TRUE);
        g_array_free(s->expects, TRUE);
        g_free(s);
    }
}

const char *
sim_event_word(enum sim_event_kind kind)
{
    static const char *const words[SIM_EVENT_KINDS] = {
        "start",   "crash",  "stop",   "cut",        "cut-from", "heal",
        "pause",   "resume", "demote", "backup",     "promote",  "link-down",
        "link-up", "loss",   "forget", "lose-write", "attack"};

    return words[kind];
}

/* Stable: an insertion sort. */
void
sim_scenario_sort(struct sim_scenario *s)
{
    for (guint i = 1; i < s->events->len; i++) {
        struct sim_event *e = &g_array_index(s->events, struct sim_event, 0);
        const struct sim_event moved = e[i];
        guint j = i;

        while (j > 0 && e[j - 1].at > moved.at) {
            e[j] = e[j - 1];
            j--;
        }
        e[j] = moved;
    }
}

struct carp_addr
sim_address(unsigned int i, uint8_t family)
{
    const uint8_t last = (uint8_t)(i + 1);
    const uint8_t four[4] = {10, 83, (uint8_t)(100 - i), last};
    const uint8_t sixteen[16] = {0xfd, 0x83, [15] = last};

    return family == CARP_IPV4 ? carp_addr_v4(four) : carp_addr_v6(sixteen);
}
