/* SPDX-License-Identifier: BSD-2-Clause */
/* From the command line to what it means. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "options_internal.h"

#define SECONDS_MAX 1e9

char *
inj_read_number(const char *name, const char *text, uint64_t min, uint64_t max,
                uint64_t *number)
{
    if (text == NULL) {
        return NULL;
    }
    bool is_hex = g_str_has_prefix(text, "0x");
    const char *digits = is_hex ? text + 2 : text;
    char *end = NULL;
    errno = 0;
    uint64_t value = g_ascii_strtoull(digits, &end, is_hex ? 16 : 10);
    if (!g_ascii_isxdigit(*digits) || errno != 0 || *end != '\0' ||
        value < min || value > max) {
        return g_strdup_printf(
            "--%s: '%s' is not a number from %" G_GUINT64_FORMAT
            " to %" G_GUINT64_FORMAT,
            name, text, min, max);
    }
    *number = value;
    return NULL;
}

char *
inj_read_seconds(const char *name, const char *text, carp_time *time)
{
    char *end = NULL;
    if (text == NULL) {
        return NULL;
    }
    double value = g_ascii_strtod(text, &end);
    /* Written so that NaN fails too. */
    if (end == text || *end != '\0' ||
        !(value >= 0.0 && value <= SECONDS_MAX)) {
        return g_strdup_printf("--%s: '%s' is not a number of seconds", name,
                               text);
    }
    *time = (carp_time)(value * 1e9 + 0.5);
    return NULL;
}

static char *
fill_rate(struct inj_pace *pace, const struct raw *raw)
{
    char *end = NULL;
    if (raw->rate == NULL) {
        return NULL;
    }
    double rate = g_ascii_strtod(raw->rate, &end);
    if (end == raw->rate || *end != '\0' || !(rate > 0.0 && rate <= 1e9)) {
        return g_strdup_printf("--rate: '%s' is not a number of frames a "
                               "second",
                               raw->rate);
    }
    if (raw->interval != NULL) {
        return g_strdup("--rate and --interval exclude each other");
    }
    pace->has_interval = true;
    pace->interval = MAX((carp_time)(1e9 / rate + 0.5), 1);
    return NULL;
}

static char *
fill_pace(struct inj_options *options, const struct raw *raw)
{
    struct inj_pace *pace = &options->pace;
    bool has_bound = raw->count != NULL || raw->duration != NULL;
    pace->duration = CARP_NEVER;
    /* A scenario says itself what is sent when. */
    bool is_paced_by_adverts =
        options->subcommand == INJ_ADVERT || options->subcommand == INJ_PLAY;
    pace->count = is_paced_by_adverts && !has_bound ? 1 : 0;
    /* Everything at once is what a flood is; a fuzzer should let its target
     * work. */
    pace->has_interval = !is_paced_by_adverts;
    pace->interval = options->subcommand == INJ_FUZZ ? 10 * CARP_MSEC : 0;
    if (raw->interval != NULL) {
        pace->has_interval = true;
    }
    char *wrong =
        inj_read_number("count", raw->count, 0, UINT64_MAX, &pace->count);
    if (wrong == NULL) {
        wrong = inj_read_seconds("duration", raw->duration, &pace->duration);
    }
    if (wrong == NULL) {
        wrong = inj_read_seconds("interval", raw->interval, &pace->interval);
    }
    if (wrong == NULL) {
        wrong = inj_read_seconds("jitter", raw->jitter, &pace->jitter);
    }
    return wrong != NULL ? wrong : fill_rate(pace, raw);
}

static bool
has_bound(const struct inj_options *options)
{
    return options->pace.count > 0 || options->pace.duration != CARP_NEVER;
}

static char *
check_bounds(const struct inj_options *options)
{
    bool is_endless =
        options->subcommand == INJ_FLOOD || options->subcommand == INJ_FUZZ ||
        (options->subcommand == INJ_REPLAY && options->replay.loops == 0);
    if (is_endless && !has_bound(options)) {
        return g_strdup("a bound is required: give --count N or --duration "
                        "SECONDS");
    }
    /* Without a clock only the plan's own times can end it. */
    bool stands_still =
        options->subcommand == INJ_REPLAY
            ? !(options->replay.speed > 0.0) && is_endless
            : options->pace.has_interval && options->pace.interval == 0;
    if (options->interface == NULL && options->pace.count == 0 &&
        stands_still) {
        return g_strdup("without -i at full speed time stands still: give "
                        "--count N");
    }
    if (options->interface == NULL && !has_bound(options) &&
        options->subcommand == INJ_ADVERT) {
        return g_strdup("--count 0 has no end without -i: give --count N or "
                        "--duration SECONDS");
    }
    return NULL;
}

static char *
fill_replay(struct inj_options *options, const struct raw *raw)
{
    struct inj_replay *replay = &options->replay;
    char *end = NULL;
    uint64_t vhid = 0;
    replay->speed = raw->speed != NULL ? g_ascii_strtod(raw->speed, &end) : 1.0;
    replay->loops = 1;
    if (raw->speed != NULL &&
        (end == raw->speed || *end != '\0' ||
         !(replay->speed >= 0.0 && replay->speed <= 1e6))) {
        return g_strdup_printf("--speed: '%s' is not a factor from 0 to "
                               "1000000",
                               raw->speed);
    }
    char *wrong =
        inj_read_number("loop", raw->loop, 0, UINT64_MAX, &replay->loops);
    if (wrong == NULL) {
        wrong = inj_read_number("only-vhid", raw->only_vhid, 0, 255, &vhid);
    }
    replay->has_only_vhid = raw->only_vhid != NULL;
    replay->only_vhid = (uint8_t)vhid;
    if (wrong == NULL && (raw->rest == NULL || g_strv_length(raw->rest) != 1)) {
        return g_strdup("which capture? Name one FILE");
    }
    if (wrong == NULL) {
        options->file = g_strdup(raw->rest[0]);
    }
    return wrong;
}

static char *
fill_play(struct inj_options *options, const struct raw *raw)
{
    if (raw->rest != NULL && raw->rest[0] != NULL) {
        options->file = g_strdup(raw->rest[0]);
        return raw->rest[1] == NULL
                   ? NULL
                   : g_strdup_printf("what is '%s'?", raw->rest[1]);
    }
    return NULL;
}

static char *
fill_flood(struct inj_options *options, const struct raw *raw)
{
    uint64_t vhids = 1;
    uint64_t sources = 1;
    uint64_t first = inj_spec_octet(&options->spec, INJ_VHID);
    char *wrong = inj_read_number("vhids", raw->vhids, 1, 256 - first, &vhids);
    if (wrong == NULL) {
        wrong =
            inj_read_number("sources", raw->sources, 1, INJ_MANY_MAX, &sources);
    }
    options->flood.vhids = (unsigned int)vhids;
    options->flood.sources = (unsigned int)sources;
    return wrong;
}

static char *
fill_fuzz(struct inj_options *options, const struct raw *raw)
{
    options->probe_every = 100;
    options->probe_timeout = 3 * CARP_SEC;
    if (raw->probe != NULL &&
        (strchr(raw->probe, '/') != NULL ||
         carp_addr_parse(raw->probe, &options->probe, NULL) != CARP_OK)) {
        return g_strdup_printf("--probe: '%s' is not an IP address",
                               raw->probe);
    }
    if (raw->probe_kind != NULL && strcmp(raw->probe_kind, "arp") != 0 &&
        strcmp(raw->probe_kind, "icmp") != 0) {
        return g_strdup("--probe-kind must be arp or icmp");
    }
    options->probe_icmp = g_strcmp0(raw->probe_kind, "icmp") == 0;
    if (options->probe_icmp && options->probe.family == CARP_IPV6) {
        return g_strdup("--probe-kind icmp is for IPv4: IPv6 is probed by "
                        "neighbour discovery");
    }
    if (raw->probe != NULL && raw->interface == NULL) {
        return g_strdup("--probe needs an interface: give -i IFACE");
    }
    char *wrong = inj_read_number("probe-every", raw->probe_every, 1,
                                  UINT64_MAX, &options->probe_every);
    return wrong != NULL ? wrong
                         : inj_read_seconds("probe-timeout", raw->probe_timeout,
                                            &options->probe_timeout);
}

static char *
fill_peers(struct inj_options *options, const struct raw *raw)
{
    for (char **text = raw->peers; text != NULL && *text != NULL; text++) {
        struct carp_addr addr;
        if (carp_addr_parse(*text, &addr, NULL) != CARP_OK) {
            return g_strdup_printf("--peer: '%s' is not an IP address", *text);
        }
        if (carp_addrs_add(&options->peers, &addr) != CARP_OK) {
            return g_strdup_printf("--peer: more than %d", CARP_ADDRS_MAX);
        }
    }
    return NULL;
}

static char *
fill_listen(struct inj_options *options, const struct raw *raw)
{
    char *wrong = inj_read_seconds("listen", raw->listen, &options->listen);
    if (wrong == NULL && raw->listen != NULL &&
        (options->listen < CARP_SEC || options->listen > 600 * CARP_SEC)) {
        return g_strdup("--listen must be 1 to 600 seconds: "
                        "--i-own-this-network does not listen at all");
    }
    return wrong;
}

static char *
check_outputs(const struct inj_options *options, const struct raw *raw)
{
    if (raw->format != NULL && strcmp(raw->format, "text") != 0 &&
        strcmp(raw->format, "json") != 0) {
        return g_strdup("--format must be text or json");
    }
    if (options->dry_run && options->write != NULL) {
        return g_strdup("--dry-run and -w exclude each other: -w without -i "
                        "sends nothing either");
    }
    if (!options->dry_run && options->write == NULL &&
        options->interface == NULL) {
        return g_strdup("nowhere to send to: give -i IFACE, -w FILE or "
                        "--dry-run");
    }
    return NULL;
}

static char *
fill_seed(struct inj_options *options, const struct raw *raw)
{
    if (raw->seed == NULL && getrandom(&options->seed, sizeof(options->seed),
                                       0) != (ssize_t)sizeof(options->seed)) {
        return g_strdup("the system has no random numbers: give --seed N");
    }
    /* It is printed as a JSON number: readers keep 53 bits of one. */
    options->seed >>= 11;
    return inj_read_number("seed", raw->seed, 0, UINT64_MAX, &options->seed);
}

char *
inj_options_fill(struct inj_options *options, const struct raw *raw)
{
    static char *(*const steps[])(struct inj_options *, const struct raw *) = {
        fill_pace, fill_peers, fill_listen, fill_seed, inj_options_sign};
    options->dry_run = raw->dry_run;
    options->json = g_strcmp0(raw->format, "json") == 0;
    options->slow = raw->slow;
    options->quiet = raw->quiet;
    options->is_owner = raw->is_owner;
    options->interface = g_strdup(raw->interface);
    options->write = g_strdup(raw->write);
    char *wrong = check_outputs(options, raw);
    for (size_t i = 0; i < G_N_ELEMENTS(steps) && wrong == NULL; i++) {
        wrong = steps[i](options, raw);
    }
    if (wrong == NULL && options->subcommand == INJ_REPLAY) {
        wrong = fill_replay(options, raw);
    } else if (wrong == NULL && options->subcommand == INJ_PLAY) {
        wrong = fill_play(options, raw);
    } else if (wrong == NULL && options->subcommand == INJ_FLOOD) {
        wrong = fill_flood(options, raw);
    } else if (wrong == NULL && options->subcommand == INJ_FUZZ) {
        wrong = fill_fuzz(options, raw);
    }
    return wrong != NULL ? wrong : check_bounds(options);
}
