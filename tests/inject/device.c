/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_internal.h"

#include <string.h>

static const struct conduct conducts[CARP_PROFILE_COUNT] = {
    [CARP_PROFILE_FREEBSD] = {.has_v6 = true},
    [CARP_PROFILE_NETBSD] = {.bows_out = true, .has_ticks = true},
    [CARP_PROFILE_OPENBSD] = {.timing = CARP_TIMING_OPENBSD,
                              .has_v6 = true,
                              .has_ticks = true,
                              .bows_out = true,
                              .keeps_counter = true,
                              .knows_itself = true,
                              .wants_multicast = true,
                              .announces_again = true},
    [CARP_PROFILE_DRAGONFLY] = {.bows_out = true, .wants_multicast = true},
    [CARP_PROFILE_UCARP] = {.timing = CARP_TIMING_UCARP,
                            .yields_speaking = true,
                            .ties_by_octet = true,
                            .knows_itself = true,
                            .wants_multicast = true,
                            .wants_its_group = true,
                            .reads_late = true,
                            .announces_again = true,
                            .answers_worse = true,
                            .has_real_mac = true},
};

/* --------------------------------------------------------------- sending */

/* Behind those of the same instant. */
static gint
compare_times(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct dev_frame *left = a;
    const struct dev_frame *right = b;
    (void)user;
    return left->at > right->at ? 1 : -1;
}

struct dev_frame *
dev_new_frame(struct device *d, carp_time at)
{
    struct dev_frame *frame = g_new0(struct dev_frame, 1);
    frame->at = at;
    g_queue_insert_sorted(d->out, frame, compare_times, NULL);
    return frame;
}

static uint64_t
next_counter(struct device *d)
{
    if (has(d, DEV_COUNTS_FROM_START)) {
        return d->counter++;
    }
    if (d->like->keeps_counter) {
        return d->counter;
    }
    if (!d->has_heard) {
        return inj_rng_next(&d->rng);
    }
    return ++d->counter;
}

void
dev_send_adverts(struct device *d, carp_time now, bool is_bow_out)
{
    for (unsigned int family = V4; family <= V6; family++) {
        struct inj_frame built;
        struct inj_spec spec = d->spec[family];
        if (!d->uses[family]) {
            continue;
        }
        if (is_bow_out) {
            g_assert_null(inj_spec_set(&spec, "advbase", "255"));
            g_assert_null(inj_spec_set(&spec, "advskew", "255"));
        }
        g_assert_true(inj_build_advert(d->builder, &spec, &d->auth,
                                       next_counter(d), 0, &built));
        struct dev_frame *frame = dev_new_frame(d, now);
        frame->len = built.len;
        memcpy(frame->octets, built.octets, built.len);
    }
}

const struct carp_mac *
dev_mac(const struct device *d, enum dev_fault fault)
{
    bool is_real = d->like->has_real_mac || has(d, fault);
    return is_real ? &d->config.mac : &d->vmac;
}

void
dev_announce(struct device *d, carp_time now)
{
    const struct carp_addrs *addrs = &d->config.spec.addrs;
    const struct carp_mac *mac = dev_mac(d, DEV_ANNOUNCES_REAL_MAC);
    for (unsigned int i = 0; i < addrs->count; i++) {
        bool is_v6 = addrs->list[i].family == CARP_IPV6;
        if (has(d, DEV_ANNOUNCES_NOTHING) || !d->uses[is_v6 ? V6 : V4]) {
            continue;
        }
        struct dev_frame *frame = dev_new_frame(d, now);
        if (is_v6) {
            dev_build_na(frame, mac, &addrs->list[i],
                         !has(d, DEV_ANNOUNCES_WITHOUT_OVERRIDE), NULL);
        } else {
            dev_build_arp(frame, has(d, DEV_ANNOUNCES_REPLY), mac,
                          &addrs->list[i], NULL);
        }
    }
}

/* ---------------------------------------------------------------- states */

carp_time
dev_interval(const struct device *d)
{
    carp_time time = carp_interval(base(d), skew(d));
    if (has(d, DEV_SENDS_SELDOM)) {
        time += time / 5;
    }
    return d->like->has_ticks ? carp_tick_10ms(time) : time;
}

carp_time
dev_dead_time(const struct device *d)
{
    carp_time time = carp_master_down(d->like->timing, base(d), skew(d));
    if (has(d, DEV_TAKES_OVER_LATE)) {
        time += base(d) * CARP_SEC / 2;
    } else if (has(d, DEV_TAKES_OVER_EARLY)) {
        time -= base(d) * CARP_SEC / 2;
    }
    return d->like->has_ticks ? carp_tick_10ms(time) : time;
}

void
dev_become_backup(struct device *d, carp_time now)
{
    d->state = BACKUP;
    d->advertise = CARP_NEVER;
    d->announce = CARP_NEVER;
    for (unsigned int family = V4; family <= V6; family++) {
        d->down[family] = d->uses[family] ? now + dev_dead_time(d) : CARP_NEVER;
    }
    if (has(d, DEV_SPEAKS_AS_BACKUP)) {
        d->advertise = now + dev_interval(d);
    }
}

void
dev_become_master(struct device *d, carp_time now)
{
    bool waits =
        d->config.profile == CARP_PROFILE_UCARP || has(d, DEV_WAITS_FOR_SCRIPT);
    carp_time first = now + (waits ? d->config.script : 0);
    d->state = MASTER;
    d->down[V4] = CARP_NEVER;
    d->down[V6] = CARP_NEVER;
    d->adverts = 1;
    d->advertise = first + dev_interval(d);
    d->announce = CARP_NEVER;
    dev_send_adverts(d, first, false);
    dev_announce(d, first);
}

static void
advertise(struct device *d, carp_time now)
{
    bool again = d->like->announces_again || has(d, DEV_ANNOUNCES_TWICE);
    d->advertise = now + dev_interval(d);
    dev_send_adverts(d, now, false);
    if (d->state == MASTER && ++d->adverts == 3 && again) {
        dev_announce(d, now);
    }
}

/* ------------------------------------------------------------------ life */

void
dev_input(struct device *d, const uint8_t *octets, size_t len, carp_time now)
{
    struct dev_seen seen;
    dev_read(octets, len, &seen);
    if (seen.kind == DEV_WHO_HAS) {
        dev_answer(d, &seen, now);
    } else if (seen.kind != DEV_ADVERT) {
        return;
    } else if (!d->like->reads_late && !has(d, DEV_READS_LATE)) {
        dev_hear(d, &seen, now);
    } else if (len <= sizeof(((struct late *)0)->octets)) {
        struct late *late = g_new0(struct late, 1);
        late->at = (now / POLL + 1) * POLL;
        late->len = len;
        memcpy(late->octets, octets, len);
        g_queue_push_tail(d->in, late);
    }
}

static carp_time
next_event(const struct device *d)
{
    const struct late *late = g_queue_peek_head(d->in);
    carp_time first = MIN(d->down[V4], d->down[V6]);
    first = MIN(first, MIN(d->advertise, d->announce));
    return late != NULL ? MIN(first, late->at) : first;
}

carp_time
dev_deadline(const struct device *d)
{
    const struct dev_frame *frame = g_queue_peek_head(d->out);
    carp_time due = next_event(d);
    return frame != NULL ? MIN(due, frame->at) : due;
}

void
dev_run(struct device *d, carp_time now)
{
    const struct late *late = g_queue_peek_head(d->in);
    carp_time due = next_event(d);
    struct dev_seen seen;
    if (due > now) {
        return;
    }
    if (late != NULL && late->at == due) {
        dev_read(late->octets, late->len, &seen);
        dev_hear(d, &seen, due);
        g_free(g_queue_pop_head(d->in));
    } else if (d->announce == due) {
        d->announce = CARP_NEVER;
        dev_announce(d, due);
    } else if (d->advertise == due) {
        advertise(d, due);
    } else {
        dev_become_master(d, due);
    }
}

bool
dev_output(struct device *d, carp_time now, struct dev_frame *frame)
{
    struct dev_frame *head = g_queue_peek_head(d->out);
    if (head == NULL || head->at > now) {
        return false;
    }
    *frame = *head;
    g_free(g_queue_pop_head(d->out));
    return true;
}

void
dev_start(struct device *d, carp_time now)
{
    if (d->state == INIT) {
        d->counter = inj_rng_next(&d->rng) >> 1;
        d->has_heard = false;
        d->has_seen = false;
        d->highest = 0;
        d->bad = 0;
        dev_become_backup(d, now);
    }
}

void
dev_stop(struct device *d, carp_time now)
{
    if (d->state == MASTER && d->like->bows_out &&
        !has(d, DEV_LEAVES_SILENTLY)) {
        dev_send_adverts(d, now, true);
    }
    d->state = INIT;
    d->down[V4] = CARP_NEVER;
    d->down[V6] = CARP_NEVER;
    d->advertise = CARP_NEVER;
    d->announce = CARP_NEVER;
}

static void
set(struct inj_spec *spec, const char *name, const char *value)
{
    char *wrong = inj_spec_set(spec, name, value);
    g_assert_cmpstr(wrong, ==, NULL);
}

/* What it sends wrong is a field of its adverts. */
static void
set_fault(struct inj_spec *spec, enum dev_fault fault, bool is_v6)
{
    static const struct {
        enum dev_fault fault;
        const char *name, *value, *value6;
    } rows[] = {
        {DEV_SENDS_AUTHLEN_0, "authlen", "0", "0"},
        {DEV_SENDS_OTHER_SKEW, "advskew", "9", "9"},
        {DEV_SENDS_BAD_DIGEST, "digest", "bad", "bad"},
        {DEV_SENDS_TTL_64, "ttl", "64", "64"},
        {DEV_SENDS_TO_OTHER_GROUP, "dest", "224.0.0.19", "ff02::1"},
        {DEV_SENDS_FRAGMENTABLE, "ip-flags", "0", NULL},
        {DEV_SENDS_REAL_MAC, "eth-src", "real", "real"},
        {DEV_SENDS_DEMOTE, "demote", "3", "3"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *value = is_v6 ? rows[i].value6 : rows[i].value;
        if (rows[i].fault == fault && value != NULL) {
            set(spec, rows[i].name, value);
        }
    }
}

struct device *
dev_new(const struct dev_config *config)
{
    struct device *d = g_new0(struct device, 1);
    char text[CARP_ADDR_TEXT];
    d->config = *config;
    d->like = &conducts[config->profile];
    d->config.spec.profile = config->profile;
    for (unsigned int i = 0; i < config->spec.addrs.count; i++) {
        bool is_v6 = config->spec.addrs.list[i].family == CARP_IPV6;
        d->uses[is_v6 ? V6 : V4] |= !is_v6 || d->like->has_v6;
    }
    inj_spec_auth(&d->config.spec, &d->auth);
    for (unsigned int family = V4; family <= V6; family++) {
        struct inj_spec *spec = &d->spec[family];
        *spec = d->config.spec;
        spec->has_real_mac = true;
        spec->real_mac = config->mac;
        set(spec, "family", family == V6 ? "ipv6" : "ipv4");
        set(spec, "source",
            carp_addr_format(
                family == V6 ? &config->address6 : &config->address, text));
        set_fault(spec, config->fault, family == V6);
    }
    d->vmac = (struct carp_mac){
        {0, 0, 0x5e, 0, 1, inj_spec_octet(&config->spec, INJ_VHID)}};
    d->builder = inj_builder_new();
    d->in = g_queue_new();
    d->out = g_queue_new();
    inj_rng_seed(&d->rng, 7);
    dev_stop(d, 0);
    return d;
}

void
dev_free(struct device *d)
{
    carp_auth_clear(&d->auth);
    inj_builder_free(d->builder);
    g_queue_free_full(d->in, g_free);
    g_queue_free_full(d->out, g_free);
    g_free(d);
}

void
dev_take_over(struct device *d, carp_time now)
{
    dev_become_master(d, now);
}
