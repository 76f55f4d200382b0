/* SPDX-License-Identifier: BSD-2-Clause */
/* The text form of a scenario, written. */
#include "model.h"

/* Seconds with as many digits as needed. */
static const char *
time_text(carp_time t, char out[G_ASCII_DTOSTR_BUF_SIZE])
{
    g_ascii_formatd(out, G_ASCII_DTOSTR_BUF_SIZE, "%.10g", (double)t / 1e9);
    return out;
}

static void
write_node(GString *out, const struct sim_node_spec *n)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    const char *profile = carp_profile_get(n->profile)->name;

    g_string_append_printf(
        out, "node %s %s%s%s %u/%u", n->name, n->is_carpd ? "carpd" : "",
        n->is_carpd && n->profile != CARP_PROFILE_FREEBSD ? "-" : "",
        n->is_carpd && n->profile == CARP_PROFILE_FREEBSD ? "" : profile,
        n->advbase, n->advskew);
    if (n->preempt) {
        g_string_append(out, " preempt");
    }
    if (n->has[CARP_F6]) {
        g_string_append(out, n->has[CARP_F4] ? " dual" : " ipv6");
    }
    if (n->preempt_delay != 0) {
        g_string_append_printf(out, " preempt-delay=%s",
                               time_text(n->preempt_delay, text));
    }
    if (n->start_delay != 0) {
        g_string_append_printf(out, " start-delay=%s",
                               time_text(n->start_delay, text));
    }
    if (n->replay != CARP_REPLAY_ALERT) {
        g_string_append(out, n->replay == CARP_REPLAY_STRICT ? " replay=strict"
                                                             : " replay=off");
    }
    if (n->store != SIM_STORE) {
        g_string_append_printf(out, " store=%s", time_text(n->store, text));
    }
    if (n->drift != 0) {
        g_string_append_printf(out, " drift=%d", n->drift);
    }
    g_string_append_c(out, '\n');
}

static void
write_event(GString *out, const struct sim_scenario *s,
            const struct sim_event *e)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, "at %s %s", time_text(e->at, text),
                           sim_event_word(e->kind));
    if (e->kind != SIM_HEAL && e->kind != SIM_LOSS && e->kind != SIM_ATTACK) {
        g_string_append_printf(out, " %s", s->nodes[e->a].name);
    }
    if (e->kind == SIM_CUT || e->kind == SIM_ONEWAY) {
        g_string_append_printf(out, " %s", s->nodes[e->b].name);
        if (e->number != 0) {
            g_string_append_printf(out, " ipv%d", e->number);
        }
    } else if (e->kind == SIM_LOSS || e->kind == SIM_DEMOTE ||
               e->kind == SIM_ATTACK) {
        g_string_append_printf(out, " %d", e->number);
    }
    g_string_append_c(out, '\n');
}

static void
write_expect(GString *out, const struct sim_scenario *s,
             const struct sim_expect *x)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    time_text(x->time, text);
    switch (x->kind) {
    case SIM_EXPECT_MASTER:
        g_string_append_printf(out, "expect by %s master %s\n", text,
                               s->nodes[x->node].name);
        break;
    case SIM_EXPECT_MASTERS:
        g_string_append_printf(out, "expect by %s masters %u\n", text,
                               x->number);
        break;
    case SIM_EXPECT_TOGETHER:
        g_string_append_printf(out, "expect always together %s\n", text);
        break;
    case SIM_EXPECT_SERVED:
        g_string_append_printf(out, "expect always served %s\n", text);
        break;
    case SIM_EXPECT_TRANSITIONS:
        g_string_append_printf(out, "expect transitions %u\n", x->number);
        break;
    }
}

GString *
sim_scenario_text(const struct sim_scenario *s)
{
    GString *out = g_string_new("");
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, "seed %" G_GUINT64_FORMAT "\nvhid %u\n",
                           s->seed, s->vhid);
    g_string_append_printf(out, "delay %s\n", time_text(s->delay, text));
    g_string_append_printf(out, "jitter %s\n", time_text(s->jitter, text));
    if (s->loss != 0) {
        g_string_append_printf(out, "loss %u\n", s->loss);
    }
    if (s->duplicate != 0) {
        g_string_append_printf(out, "duplicate %u\n", s->duplicate);
    }
    if (!s->checks) {
        g_string_append(out, "checks off\n");
    }
    for (unsigned int i = 0; i < s->node_count; i++) {
        write_node(out, &s->nodes[i]);
    }
    for (guint i = 0; i < s->events->len; i++) {
        write_event(out, s, &g_array_index(s->events, struct sim_event, i));
    }
    for (guint i = 0; i < s->expects->len; i++) {
        write_expect(out, s, &g_array_index(s->expects, struct sim_expect, i));
    }
    g_string_append_printf(out, "end %s\n", time_text(s->end, text));
    return out;
}
