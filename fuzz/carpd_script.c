/* SPDX-License-Identifier: BSD-2-Clause */
#include "carpd_script.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "carpd_check.h"
#include "carpd_conf.h"
#include "instance.h"
#include "wire.h"

static const carp_time units[4] = {CARP_MSEC / 4, 10 * CARP_MSEC, CARP_SEC / 4,
                                   2 * CARP_SEC};

/* Two bits of unit, six of how many. */
static carp_time
span(uint8_t code)
{
    return units[code >> 6] * (code & 0x3f);
}

/* ------------------------------------------------------------------- wire */

static void
send_advert(struct script *s)
{
    uint8_t who = fuzz_u8(&s->in);
    uint8_t how = fuzz_u8(&s->in);
    static const uint8_t bases[4] = {1, 0, 2, 255};
    struct peer_advert advert = {.which = who & 3,
                                 .peer = who >> 2 & 3,
                                 .is_v6 = (who & 0x10) != 0,
                                 .counting = who >> 5,
                                 .base = bases[how & 3],
                                 .skew = (uint8_t)(how & 0xfc),
                                 .demote = (how & 0x3f) == 0x3f ? 9 : 0};
    if (advert.base == 255) {
        advert.skew = 255;
    }
    peer_send(s, &advert);
}

static void
send_damaged(struct script *s)
{
    uint8_t who = fuzz_u8(&s->in);
    struct peer_advert advert = {.which = who & 1,
                                 .peer = who >> 1 & 1,
                                 .is_v6 = (who & 4) != 0,
                                 .base = 1,
                                 .damage = (uint8_t)(1 + (who >> 3) % 11)};
    peer_send(s, &advert);
}

static void
send_raw(struct script *s)
{
    size_t len = fuzz_u8(&s->in);
    const uint8_t *data = fuzz_octets(&s->in, &len);
    wire_deliver(conf_interfaces[0], data, len);
}

static void
set_beat(struct script *s)
{
    uint8_t who = fuzz_u8(&s->in);
    uint8_t skew = fuzz_u8(&s->in);
    struct beat *beat = &s->beats[who % SCRIPT_BEATS];
    *beat = (struct beat){.is_on = (who & 0x80) == 0,
                          .which = who >> 2 & 3,
                          .is_v6 = (who & 0x10) != 0,
                          .peer = who & 3,
                          .base = 1 + ((who & 0x20) != 0),
                          .skew = skew,
                          .next = clock_now() + CARP_MSEC};
    beat->every = beat->base * CARP_SEC + skew * (CARP_SEC / 256);
}

carp_time
script_beat(struct script *s)
{
    carp_time next = trouble_beat(s);
    for (size_t i = 0; i < SCRIPT_BEATS; i++) {
        struct beat *beat = &s->beats[i];
        if (beat->is_on && clock_now() >= beat->next) {
            struct peer_advert advert = {.which = beat->which,
                                         .peer = beat->peer,
                                         .is_v6 = beat->is_v6,
                                         .base = beat->base,
                                         .skew = beat->skew};
            peer_send(s, &advert);
            beat->next = clock_now() + beat->every;
        }
        next = beat->is_on ? MIN(next, beat->next) : next;
    }
    return next;
}

void
script_be_master(struct script *s)
{
    const GPtrArray *all = s->daemon->instances;
    for (guint i = 0; i < SCRIPT_BEATS && i / 2 < all->len; i++) {
        const struct instance *instance = g_ptr_array_index(all, i / 2);
        bool is_v6 = i % 2 != 0;
        s->beats[i] = (struct beat){
            .is_on = instance->fsm.config.has[is_v6 ? CARP_F6 : CARP_F4],
            .which = (uint8_t)(i / 2),
            .is_v6 = is_v6,
            .base = 1,
            .every = CARP_SEC,
            .next = clock_now() + CARP_MSEC};
    }
}

/* ------------------------------------------------------------------ carpd */

static void
reload(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    s->is_broken = (how & 0x80) != 0;
    if (s->is_broken) {
        conf_write_broken(how, s->config);
    } else {
        conf_write_file(&s->in, s->config, s->folder);
    }
    clock_signal(SIGHUP);
}

static void
pause_it(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    carp_time gap = span(how);
    if ((how & 1) != 0) {
        clock_sleep(gap);
        return;
    }
    /* What arrives meanwhile waits. */
    for (unsigned int i = 0; i < 4; i++) {
        clock_set(clock_now() + gap / 4);
        if ((how & 2) != 0) {
            send_advert(s);
        }
    }
}

static void
end_life(struct script *s)
{
    s->end = (enum script_end)(1 + fuzz_u8(&s->in) % 4);
    clock_signal(SIGTERM);
}

static void
pass_time(struct script *s)
{
    s->target = clock_now() + span(fuzz_u8(&s->in));
}

static void
claim(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    peer_claim(s, how & 3, how >> 2);
}

static void
repeat(struct script *s)
{
    peer_repeat(s, fuzz_u8(&s->in));
}

static void
send_signal(struct script *s)
{
    static const int signals[] = {SIGUSR1, SIGUSR2, SIGHUP};
    clock_signal(signals[fuzz_u8(&s->in) % G_N_ELEMENTS(signals)]);
}

static void
step_wall(struct script *s)
{
    uint8_t how = fuzz_u8(&s->in);
    int64_t by = (int64_t)span(how) * 100;
    clock_step_wall((how & 1) != 0 ? by : -by);
}

static void
say(struct script *s)
{
    client_say(&s->in);
}

void
script_step(struct script *s)
{
    static void (*const steps[])(struct script *) = {pass_time,
                                                     send_advert,
                                                     send_damaged,
                                                     send_raw,
                                                     claim,
                                                     repeat,
                                                     set_beat,
                                                     trouble_change_link,
                                                     trouble_change_address,
                                                     trouble_kernel,
                                                     trouble_wire,
                                                     say,
                                                     reload,
                                                     pause_it,
                                                     trouble_disk,
                                                     trouble_rest,
                                                     send_signal,
                                                     end_life,
                                                     step_wall,
                                                     pass_time,
                                                     trouble_slow,
                                                     trouble_fight};
    s->steps++;
    steps[fuzz_u8(&s->in) % G_N_ELEMENTS(steps)](s);
}
