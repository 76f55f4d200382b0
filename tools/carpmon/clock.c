/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"

/* NTP slews both clocks alike; reading one after the other costs far less. */
#define STEP_LEAST ((int64_t)(100 * CARP_MSEC))
/* Frames lie in the kernel's buffer for less than that. */
#define SETTLE (2 * CARP_SEC)

static carp_time
shifted(carp_time when, int64_t by)
{
    if (by >= 0) {
        return carp_time_add(when, (carp_time)by);
    }
    return carp_time_since(when, (carp_time)-by);
}

static bool
is_step(int64_t difference)
{
    return difference >= STEP_LEAST || difference <= -STEP_LEAST;
}

struct mon_clock_news
mon_clock_sync(struct mon_clock *clock, const struct mon_clocks *clocks)
{
    struct mon_clock_news news = {.step = 0};
    int64_t offset = (int64_t)(clocks->wall - clocks->monotonic);
    carp_time asleep = carp_time_since(clocks->boot, clocks->monotonic);
    if (!clock->is_set) {
        clock->is_set = true;
        clock->offset = offset;
        clock->asleep = asleep;
    }
    int64_t difference = offset - clock->offset;
    if (is_step(difference)) {
        /* In suspend the wall clock goes on and the monotonic one does not:
         * that is a step too, but nobody set the clock. */
        carp_time slept = carp_time_since(asleep, clock->asleep);
        news.slept = slept >= (carp_time)STEP_LEAST ? slept : 0;
        int64_t set = difference - (int64_t)news.slept;
        news.step = is_step(set) ? set : 0;
        clock->offset = offset;
        clock->asleep = asleep;
        clock->previous = clock->adjust;
        clock->adjust -= difference;
        clock->settled =
            carp_time_add(shifted(clocks->wall, clock->adjust), SETTLE);
    }
    clock->now = shifted(clocks->wall, clock->adjust);
    return news;
}

static carp_time
distance(carp_time a, carp_time b)
{
    return a > b ? a - b : b - a;
}

carp_time
mon_clock_even(const struct mon_clock *clock, carp_time wall)
{
    carp_time even = shifted(wall, clock->adjust);
    if (clock->now < clock->settled) {
        carp_time before = shifted(wall, clock->previous);
        if (distance(before, clock->now) < distance(even, clock->now)) {
            return before;
        }
    }
    return even;
}

carp_time
mon_clock_wall(const struct mon_clock *clock, carp_time even)
{
    return shifted(even, -clock->adjust);
}
