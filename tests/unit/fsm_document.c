/* SPDX-License-Identifier: BSD-2-Clause */
#include "fsm_document.h"

#include <string.h>

#include <carp/fsm.h>

static const char *
event_text(enum carp_fsm_event_kind kind)
{
    static const char *const names[CARP_FSM_EVENT_COUNT] = {
        "UP",    "DOWN",     "DISABLE",      "ADVERT",
        "TIMER", "DEMOTION", "FORCE_BACKUP", "FORCE_MASTER"};

    return names[kind];
}

static void
effects_text(GString *out, unsigned int todo)
{
    static const char *const names[] = {"bow-out", "last advert", "release",
                                        "acquire", "advert",      "announce"};
    const char *sep = "";

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((todo >> i & 1u) != 0) {
            g_string_append_printf(out, "%s%s", sep, names[i]);
            sep = ", ";
        }
    }
}

/* --------------------------------------------------------------- diagram */

static void
arrow(GString *out, enum carp_state from, enum carp_state to)
{
    GString *label = g_string_new("");
    const struct carp_fsm_row *row;

    for (size_t i = 0; (row = carp_fsm_row_at(i)) != NULL; i++) {
        const char *text = carp_fsm_reason_text(row->reason);

        if (row->from == from && row->to == to &&
            strstr(label->str, text) == NULL) {
            g_string_append_printf(label, "%s%s",
                                   label->len != 0 ? "<br/>" : "", text);
        }
    }
    if (label->len != 0) {
        g_string_append_printf(out, "        %s --> %s: %s\n",
                               carp_state_text(from), carp_state_text(to),
                               label->str);
    }
    g_string_free(label, TRUE);
}

static GString *
diagram(void)
{
    GString *out = g_string_new("```mermaid\n    stateDiagram-v2\n"
                                "        [*] --> INIT\n");

    for (unsigned int from = 0; from < CARP_STATE_COUNT; from++) {
        for (unsigned int to = 0; to < CARP_STATE_COUNT; to++) {
            if (from != to) {
                arrow(out, (enum carp_state)from, (enum carp_state)to);
            }
        }
    }
    g_string_append(out, "```\n");
    return out;
}

/* ----------------------------------------------------------------- tables */

static GString *
table(enum carp_state from)
{
    GString *out = g_string_new(
        "| event | if | to | reason | effects that may follow | timers |\n"
        "|---|---|---|---|---|---|\n");
    const struct carp_fsm_row *row;

    for (size_t i = 0; (row = carp_fsm_row_at(i)) != NULL; i++) {
        if (row->from == from) {
            g_string_append_printf(out, "| %s | %s | %s | %s | ",
                                   event_text(row->event), row->guard,
                                   carp_state_text(row->to),
                                   carp_fsm_reason_text(row->reason));
            effects_text(out, row->todo);
            g_string_append_printf(out, " | %s |\n", row->timers);
        }
    }
    return out;
}

/* ---------------------------------------------------------------- systems */

enum { SYSTEMS = 7 };

struct system {
    const char *name;
    struct carp_behaviour row;
};

static const char *
yes(bool value)
{
    return value ? "yes" : "";
}

static void
line(GString *out, const struct system *systems, const char *name,
     const char *(*cell)(const struct carp_behaviour *))
{
    g_string_append_printf(out, "| %s |", name);
    for (size_t i = 0; i < SYSTEMS; i++) {
        g_string_append_printf(out, " %s |", cell(&systems[i].row));
    }
    g_string_append_c(out, '\n');
}

static const char *
dead_time(const struct carp_behaviour *b)
{
    switch (b->timing) {
    case CARP_TIMING_OPENBSD:
        return "3·(base + skew)";
    case CARP_TIMING_UCARP:
        return "3·base + skew, on its poll";
    case CARP_TIMING_BSD:
    case CARP_TIMING_COUNT:
        break;
    }
    return "3·base + skew";
}

static const char *
tie(const struct carp_behaviour *b)
{
    switch (b->tie) {
    case CARP_TIE_ADDRESS:
        return "lower address stays";
    case CARP_TIE_UCARP:
        return "last octet decides";
    case CARP_TIE_YIELD:
        break;
    }
    return "yields";
}

static const char *
demotion(const struct carp_behaviour *b)
{
    switch (b->demotion) {
    case CARP_DEMOTION_ADDS:
        return "adds to advskew, 0..240";
    case CARP_DEMOTION_240:
        return "advskew 240";
    case CARP_DEMOTION_OCTET:
        break;
    }
    return "own octet, compared first";
}

static const char *
tick(const struct carp_behaviour *b)
{
    return b->tick == 0 ? "exact" : b->tick == CARP_MSEC ? "1 ms" : "10 ms";
}

static const char *
families(const struct carp_behaviour *b)
{
    return b->one_timer        ? "one for both"
           : b->families_apart ? "either runs out"
                               : "both run out";
}

static const char *
link_loss(const struct carp_behaviour *b)
{
    return b->link == CARP_LINK_TO_INIT ? "INIT" : "BACKUP, deaf";
}

static const char *
last_advert(const struct carp_behaviour *b)
{
    return !b->last_advert  ? ""
           : b->last_at_tie ? "to better and equal"
                            : "to better only";
}

static const char *
again(const struct carp_behaviour *b)
{
    return b->announce_again == 0 ? "" : "with the third advert";
}

#define FLAG(column)                                                 \
    static const char *flag_##column(const struct carp_behaviour *b) \
    {                                                                \
        return yes(b->column);                                       \
    }
FLAG(bow_out)
FLAG(announce_inferior)
FLAG(starts_master)
FLAG(slow_needs_base)
FLAG(first_plain)
FLAG(answers_inferior)
FLAG(heeds_octet)
FLAG(takes_bow_out)
FLAG(steps_aside)
FLAG(whole_intervals)
FLAG(listens_first)

static GString *
systems(void)
{
    struct system all[SYSTEMS] = {
        {"freebsd", *carp_behaviour_get(CARP_PROFILE_FREEBSD)},
        {"freebsd6", *carp_behaviour_get(CARP_PROFILE_FREEBSD6)},
        {"openbsd", *carp_behaviour_get(CARP_PROFILE_OPENBSD)},
        {"netbsd", *carp_behaviour_get(CARP_PROFILE_NETBSD)},
        {"dragonfly", *carp_behaviour_get(CARP_PROFILE_DRAGONFLY)},
        {"ucarp", *carp_behaviour_get(CARP_PROFILE_UCARP)},
        {"carpd (freebsd)", *carp_behaviour_get(CARP_PROFILE_FREEBSD)},
    };
    GString *out = g_string_new("| |");

    carp_behaviour_improve(&all[SYSTEMS - 1].row);
    for (size_t i = 0; i < SYSTEMS; i++) {
        g_string_append_printf(out, " %s |", all[i].name);
    }
    g_string_append(out, "\n|---|---|---|---|---|---|---|---|\n");
    line(out, all, "master-down time", dead_time);
    line(out, all, "timers fire on a tick of", tick);
    line(out, all, "IPv4 and IPv6 timers", families);
    line(out, all, "demotion", demotion);
    line(out, all, "equal master heard as MASTER", tie);
    line(out, all, "link lost", link_loss);
    line(out, all, "bow-out when disabled", flag_bow_out);
    line(out, all, "last advert before yielding", last_advert);
    line(out, all, "announces to a worse master", flag_announce_inferior);
    line(out, all, "second announcement", again);
    line(out, all, "INIT to MASTER with preempt", flag_starts_master);
    line(out, all, "advbase 0 waits for any master", flag_slow_needs_base);
    line(out, all, "first interval without demotion", flag_first_plain);
    line(out, all, "answers a worse master at once", flag_answers_inferior);
    line(out, all, "does not yield to a demoted OpenBSD", flag_heeds_octet);
    line(out, all, "bow-outs in turn, from the master only",
         flag_takes_bow_out);
    line(out, all, "`state backup` lasts", flag_steps_aside);
    line(out, all, "advbase 0 waits three whole intervals",
         flag_whole_intervals);
    line(out, all, "waits for advbase + 1 s + skew at least when it starts",
         flag_listens_first);
    return out;
}

GString *
fsm_document_part(const char *name)
{
    for (unsigned int s = 0; s < CARP_STATE_COUNT; s++) {
        if (g_str_equal(name, carp_state_text((enum carp_state)s))) {
            return table((enum carp_state)s);
        }
    }
    if (g_str_equal(name, "diagram")) {
        return diagram();
    }
    g_assert_cmpstr(name, ==, "systems");
    return systems();
}
