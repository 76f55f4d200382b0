/* SPDX-License-Identifier: BSD-2-Clause */
#include "announcer.h"

void
announce_rate_init(struct announce_rate *rate, uint32_t per_second,
                   carp_time now)
{
    rate->per_second = per_second > 0 ? per_second : 1;
    rate->tokens = CARP_SEC;
    rate->last = now;
}

bool
announce_rate_take(struct announce_rate *rate, uint32_t frames, carp_time now)
{
    carp_time gained =
        carp_time_add(rate->tokens, carp_time_since(now, rate->last));
    rate->tokens = gained < CARP_SEC ? gained : CARP_SEC;
    rate->last = now;
    uint64_t cost = CARP_SEC / rate->per_second * frames;
    if (cost > CARP_SEC) {
        cost = CARP_SEC;
    }
    if (rate->tokens < cost) {
        return false;
    }
    rate->tokens -= cost;
    return true;
}

void
announce_configure(struct announce *announce, uint8_t repeat, carp_time delay,
                   carp_time refresh)
{
    announce->repeat = repeat;
    announce->delay = delay;
    announce->refresh = refresh;
}

void
announce_start(struct announce *announce, carp_time now)
{
    announce->next = now;
    announce->left = announce->repeat;
}

void
announce_conflict(struct announce *announce, carp_time now)
{
    carp_time soonest = announce->last > 0
                            ? carp_time_add(announce->last, ANNOUNCE_AGAIN)
                            : now;
    carp_time when = now > soonest ? now : soonest;
    if (when < announce->next) {
        announce->next = when;
    }
    announce->conflict = carp_time_add(now, ANNOUNCE_AFTER_CONFLICT);
}

void
announce_stop(struct announce *announce)
{
    announce->next = CARP_NEVER;
    announce->conflict = CARP_NEVER;
    announce->left = 0;
    announce->last = 0;
}

carp_time
announce_deadline(const struct announce *announce)
{
    return announce->next < announce->conflict ? announce->next
                                               : announce->conflict;
}

bool
announce_is_due(const struct announce *announce, carp_time now)
{
    return now >= announce_deadline(announce);
}

void
announce_done(struct announce *announce, carp_time now)
{
    announce->last = now > 0 ? now : 1;
    if (now >= announce->conflict) {
        announce->conflict = CARP_NEVER;
    }
    if (now < announce->next) {
        return;
    }
    if (announce->left > 0) {
        announce->left--;
        announce->next = carp_time_add(now, announce->delay);
    } else {
        announce->next = announce->refresh > 0
                             ? carp_time_add(now, announce->refresh)
                             : CARP_NEVER;
    }
}

void
announce_hold(struct announce *announce, carp_time when)
{
    if (announce->next < when) {
        announce->next = when;
    }
    if (announce->conflict < when) {
        announce->conflict = when;
    }
}
