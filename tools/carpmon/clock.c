/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"

/* NTP slews both clocks alike; reading one after the other costs far less. */
#define STEP_LEAST ((int64_t)(100 * CARP_MSEC))

int64_t
mon_clock_sync(struct mon_clock *clock, carp_time wall, carp_time monotonic)
{
    int64_t offset = (int64_t)(wall - monotonic);
    if (!clock->is_set) {
        clock->is_set = true;
        clock->offset = offset;
        return 0;
    }
    int64_t step = offset - clock->offset;
    if (step < STEP_LEAST && step > -STEP_LEAST) {
        return 0;
    }
    clock->offset = offset;
    clock->adjust -= step;
    return step;
}

static carp_time
shifted(carp_time when, int64_t by)
{
    if (by >= 0) {
        return carp_time_add(when, (carp_time)by);
    }
    return carp_time_since(when, (carp_time)-by);
}

carp_time
mon_clock_even(const struct mon_clock *clock, carp_time wall)
{
    return shifted(wall, clock->adjust);
}

carp_time
mon_clock_wall(const struct mon_clock *clock, carp_time even)
{
    return shifted(even, -clock->adjust);
}
