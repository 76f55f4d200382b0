/* SPDX-License-Identifier: BSD-2-Clause */
/* The text form of a scenario, read. */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    struct sim_scenario *s;
    const char *name;
    unsigned int line;
    char **word; /* of the line */
    GString *error;
};

static bool wrong(struct parser *p, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static bool
wrong(struct parser *p, const char *format, ...)
{
    va_list args;

    g_string_printf(p->error, "%s:%u: ", p->name, p->line);
    va_start(args, format);
    g_string_append_vprintf(p->error, format, args);
    va_end(args);
    return false;
}

/* ------------------------------------------------------------------ values */

static const char *
word(const struct parser *p, unsigned int i)
{
    return i < g_strv_length(p->word) ? p->word[i] : "";
}

static bool
number(struct parser *p, const char *text, long least, long most, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || *out < least ||
        *out > most) {
        return wrong(p, "'%s' is no number from %ld to %ld", text, least, most);
    }
    return true;
}

/* "12", "0.5", "200ms", "50us": seconds unless a unit says otherwise. */
static bool
duration(struct parser *p, const char *text, carp_time *out)
{
    char *end;
    const double value = g_ascii_strtod(text, &end);
    const double unit = g_str_equal(end, "us")                          ? 1e3
                        : g_str_equal(end, "ms")                        ? 1e6
                        : g_str_equal(end, "s") || g_str_equal(end, "") ? 1e9
                                                                        : 0;

    if (end == text || unit == 0 || !(value >= 0) || value > 1e8) {
        return wrong(p, "'%s' is no time: seconds, or with ms or us", text);
    }
    *out = (carp_time)(value * unit + 0.5);
    return true;
}

static bool
node(struct parser *p, const char *name, unsigned int *out)
{
    for (unsigned int i = 0; i < p->s->node_count; i++) {
        if (g_str_equal(p->s->nodes[i].name, name)) {
            *out = i;
            return true;
        }
    }
    return wrong(p, "there is no node '%s'", name);
}

/* -------------------------------------------------------------------- node */

static bool
system_of(struct parser *p, const char *text, struct sim_node_spec *n)
{
    const char *profile = text;

    n->is_carpd = g_str_has_prefix(text, "carpd");
    if (n->is_carpd) {
        profile = text[5] == '-' ? text + 6 : "freebsd";
    }
    if (carp_profile_by_name(profile, &n->profile) != CARP_OK ||
        n->profile == CARP_PROFILE_AUTO ||
        (n->is_carpd && text[5] != '\0' && text[5] != '-')) {
        return wrong(p,
                     "'%s' is no system: carpd, carpd-PROFILE, freebsd, "
                     "freebsd6, openbsd, netbsd, dragonfly or ucarp",
                     text);
    }
    return true;
}

static bool
numbers_of(struct parser *p, const char *text, struct sim_node_spec *n)
{
    g_auto(GStrv) part = g_strsplit(text, "/", 2);
    long base, skew;

    if (g_strv_length(part) != 2) {
        return wrong(p, "'%s' is not advbase/advskew, such as 1/100", text);
    }
    if (!number(p, part[0], 0, 255, &base) ||
        !number(p, part[1], 0, 254, &skew)) {
        return false;
    }
    if (base == 0 && skew == 0 && n->profile != CARP_PROFILE_OPENBSD) {
        return wrong(p, "advbase and advskew are both 0");
    }
    n->advbase = (uint8_t)base;
    n->advskew = (uint8_t)skew;
    return true;
}

static bool
replay_of(struct parser *p, const char *text, struct sim_node_spec *n)
{
    static const char *const words[] = {"off", "alert", "strict"};

    for (unsigned int i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_str_equal(text, words[i])) {
            n->replay = (enum carp_replay_mode)i;
            return true;
        }
    }
    return wrong(p, "replay=off|alert|strict");
}

static bool
node_option(struct parser *p, const char *text, struct sim_node_spec *n)
{
    const char *value = strchr(text, '=');
    long drift;

    if (g_str_equal(text, "preempt")) {
        n->preempt = true;
    } else if (g_str_equal(text, "dual")) {
        n->has[CARP_F6] = true;
    } else if (g_str_equal(text, "ipv6")) {
        n->has[CARP_F4] = false;
        n->has[CARP_F6] = true;
    } else if (g_str_has_prefix(text, "preempt-delay=")) {
        return duration(p, value + 1, &n->preempt_delay);
    } else if (g_str_has_prefix(text, "start-delay=")) {
        return duration(p, value + 1, &n->start_delay);
    } else if (g_str_has_prefix(text, "replay=")) {
        return replay_of(p, value + 1, n);
    } else if (g_str_has_prefix(text, "store=")) {
        return duration(p, value + 1, &n->store) &&
               (n->store >= 2 * CARP_SEC || wrong(p, "store: 2 s at least"));
    } else if (g_str_has_prefix(text, "drift=")) {
        if (!number(p, value + 1, -5000, 5000, &drift)) {
            return false;
        }
        n->drift = (int)drift;
    } else {
        return wrong(p,
                     "'%s' is none of preempt, dual, ipv6, "
                     "preempt-delay=TIME, start-delay=TIME, drift=PPM, "
                     "replay=off|alert|strict, store=TIME",
                     text);
    }
    return true;
}

static bool
parse_node(struct parser *p)
{
    struct sim_node_spec *n = &p->s->nodes[p->s->node_count];

    if (p->s->node_count == SIM_NODES) {
        return wrong(p, "more than %d nodes", SIM_NODES);
    }
    if (g_strv_length(p->word) < 4 || strlen(word(p, 1)) >= SIM_NAME) {
        return wrong(p, "node NAME SYSTEM ADVBASE/ADVSKEW [OPTION...]");
    }
    *n = (struct sim_node_spec){
        .has = {true, false}, .replay = CARP_REPLAY_ALERT, .store = SIM_STORE};
    g_strlcpy(n->name, word(p, 1), SIM_NAME);
    if (!system_of(p, word(p, 2), n) || !numbers_of(p, word(p, 3), n)) {
        return false;
    }
    for (unsigned int i = 4; i < g_strv_length(p->word); i++) {
        if (!node_option(p, word(p, i), n)) {
            return false;
        }
    }
    p->s->node_count++;
    return true;
}

/* ------------------------------------------------------------------ events */

static bool
family(struct parser *p, const char *text, int *out)
{
    *out = 0;
    if (g_str_equal(text, "ipv4")) {
        *out = 4;
    } else if (g_str_equal(text, "ipv6")) {
        *out = 6;
    } else if (*text != '\0') {
        return wrong(p, "'%s' is neither ipv4 nor ipv6", text);
    }
    return true;
}

static bool
event_arguments(struct parser *p, struct sim_event *e)
{
    long n = 0;

    switch (e->kind) {
    case SIM_HEAL:
        return true;
    case SIM_LOSS:
    case SIM_ATTACK:
        if (!number(p, word(p, 3), 0, 1000, &n)) {
            return false;
        }
        e->number = (int)n;
        return true;
    case SIM_CUT:
    case SIM_ONEWAY:
        return node(p, word(p, 3), &e->a) && node(p, word(p, 4), &e->b) &&
               family(p, word(p, 5), &e->number);
    case SIM_DEMOTE:
        if (!node(p, word(p, 3), &e->a) ||
            !number(p, word(p, 4), -1000000, 1000000, &n)) {
            return false;
        }
        e->number = (int)n;
        return true;
    case SIM_START:
    case SIM_CRASH:
    case SIM_STOP:
    case SIM_PAUSE:
    case SIM_RESUME:
    case SIM_BACKUP:
    case SIM_PROMOTE:
    case SIM_LINKDOWN:
    case SIM_LINKUP:
    case SIM_FORGET:
    case SIM_UNDO:
    case SIM_EVENT_KINDS:
        break;
    }
    return node(p, word(p, 3), &e->a);
}

static bool
parse_event(struct parser *p)
{
    struct sim_event e = {0};

    if (!duration(p, word(p, 1), &e.at)) {
        return false;
    }
    while (e.kind < SIM_EVENT_KINDS &&
           !g_str_equal(word(p, 2), sim_event_word(e.kind))) {
        e.kind = (enum sim_event_kind)(e.kind + 1);
    }
    if (e.kind == SIM_EVENT_KINDS) {
        return wrong(p,
                     "'%s' is none of start, crash, stop, cut, cut-from, "
                     "heal, pause, resume, demote, backup, promote, "
                     "link-down, link-up, loss, forget, lose-write, attack",
                     word(p, 2));
    }
    if (!event_arguments(p, &e)) {
        return false;
    }
    g_array_append_val(p->s->events, e);
    return true;
}

static bool
parse_expect(struct parser *p)
{
    struct sim_expect x = {.line = p->line};
    long n = 0;
    bool good;

    if (g_str_equal(word(p, 1), "by") && g_str_equal(word(p, 3), "master")) {
        x.kind = SIM_EXPECT_MASTER;
        good = duration(p, word(p, 2), &x.time) && node(p, word(p, 4), &x.node);
    } else if (g_str_equal(word(p, 1), "by") &&
               g_str_equal(word(p, 3), "masters")) {
        x.kind = SIM_EXPECT_MASTERS;
        good = duration(p, word(p, 2), &x.time) &&
               number(p, word(p, 4), 0, SIM_NODES, &n);
    } else if (g_str_equal(word(p, 1), "always") &&
               g_str_equal(word(p, 2), "together")) {
        x.kind = SIM_EXPECT_TOGETHER;
        good = duration(p, word(p, 3), &x.time);
    } else if (g_str_equal(word(p, 1), "always") &&
               g_str_equal(word(p, 2), "served")) {
        x.kind = SIM_EXPECT_SERVED;
        good = duration(p, word(p, 3), &x.time);
    } else if (g_str_equal(word(p, 1), "transitions")) {
        x.kind = SIM_EXPECT_TRANSITIONS;
        x.time = CARP_NEVER;
        good = number(p, word(p, 2), 0, 1000000, &n);
    } else {
        return wrong(p, "expect by TIME master NODE | by TIME masters N | "
                        "always together TIME | always served TIME | "
                        "transitions N");
    }
    x.number = (unsigned int)n;
    g_array_append_val(p->s->expects, x);
    return good;
}

/* --------------------------------------------------------------------- rest */

static bool
parse_setting(struct parser *p)
{
    const char *key = word(p, 0), *value = word(p, 1);
    long n = 0;

    if (g_str_equal(key, "seed")) {
        char *end;

        p->s->seed = g_ascii_strtoull(value, &end, 10);
        return (*value != '\0' && *end == '\0') ||
               wrong(p, "'%s' is no seed", value);
    }
    if (g_str_equal(key, "delay")) {
        return duration(p, value, &p->s->delay);
    }
    if (g_str_equal(key, "jitter")) {
        return duration(p, value, &p->s->jitter);
    }
    if (g_str_equal(key, "end")) {
        return duration(p, value, &p->s->end);
    }
    if (g_str_equal(key, "checks")) {
        p->s->checks = !g_str_equal(value, "off");
        return g_str_equal(value, "on") || g_str_equal(value, "off") ||
               wrong(p, "checks on | off");
    }
    if (g_str_equal(key, "vhid") && number(p, value, 1, 255, &n)) {
        p->s->vhid = (uint8_t)n;
        return true;
    }
    if (g_str_equal(key, "loss") && number(p, value, 0, 1000, &n)) {
        p->s->loss = (unsigned int)n;
        return true;
    }
    if (g_str_equal(key, "duplicate") && number(p, value, 0, 1000, &n)) {
        p->s->duplicate = (unsigned int)n;
        return true;
    }
    return p->error->len == 0
               ? wrong(p,
                       "'%s' is none of seed, vhid, delay, jitter, loss, "
                       "duplicate, checks, end, node, at, expect",
                       key)
               : false;
}

static bool
parse_line(struct parser *p)
{
    if (g_str_equal(word(p, 0), "node")) {
        return parse_node(p);
    }
    if (g_str_equal(word(p, 0), "at")) {
        return parse_event(p);
    }
    if (g_str_equal(word(p, 0), "expect")) {
        return parse_expect(p);
    }
    return parse_setting(p);
}

/* Words without the blanks between them; up to a '#'. */
static char **
words_of(const char *line)
{
    g_autofree char *text = g_strndup(line, strcspn(line, "#\r"));
    g_auto(GStrv) all = g_strsplit_set(text, " \t", -1);
    GStrvBuilder *builder = g_strv_builder_new();
    char **words;

    for (char **one = all; *one != NULL; one++) {
        if (**one != '\0') {
            g_strv_builder_add(builder, *one);
        }
    }
    words = g_strv_builder_end(builder);
    g_strv_builder_unref(builder);
    return words;
}

struct sim_scenario *
sim_scenario_parse(const char *text, const char *name, char **error)
{
    struct parser p = {
        .s = sim_scenario_new(), .name = name, .error = g_string_new("")};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool good = true;

    for (char **line = lines; *line != NULL && good; line++) {
        p.line++;
        p.word = words_of(*line);
        good = p.word[0] == NULL || parse_line(&p);
        g_strfreev(p.word);
    }
    if (good && p.s->node_count == 0) {
        p.word = NULL;
        good = wrong(&p, "no node");
    }
    *error = g_string_free(p.error, good);
    if (!good) {
        sim_scenario_free(p.s);
        return NULL;
    }
    sim_scenario_sort(p.s);
    return p.s;
}
