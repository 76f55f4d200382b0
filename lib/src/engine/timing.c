/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/timing.h>

carp_time
carp_interval(uint8_t advbase, uint8_t advskew)
{
    return (carp_time)advbase * CARP_SEC + (carp_time)advskew * CARP_SKEW_UNIT;
}

/* PROTOCOL 3.2: ucarp in BACKUP wakes once per own interval only. */
static carp_time
ucarp_master_down(uint8_t advbase, uint8_t advskew, uint8_t ratio)
{
    const carp_time poll = carp_interval(advbase, advskew);
    const carp_time nominal = (carp_time)advbase * ratio * CARP_SEC +
                              (carp_time)advskew * CARP_SKEW_UNIT;

    if (poll == 0) {
        return nominal;
    }
    return (nominal + poll - 1) / poll * poll;
}

carp_time
carp_master_down_ratio(enum carp_timing_id id, uint8_t advbase, uint8_t advskew,
                       uint8_t ratio)
{
    const uint8_t times = ratio != 0 ? ratio : 3;

    switch (id) {
    case CARP_TIMING_OPENBSD:
        if (advbase == 0 && advskew == 0) {
            return times * CARP_SKEW_UNIT;
        }
        return times * carp_interval(advbase, advskew);
    case CARP_TIMING_UCARP:
        return ucarp_master_down(advbase, advskew, times);
    case CARP_TIMING_BSD:
    case CARP_TIMING_COUNT:
        break;
    }
    return (carp_time)advbase * times * CARP_SEC +
           (carp_time)advskew * CARP_SKEW_UNIT;
}

carp_time
carp_master_down(enum carp_timing_id id, uint8_t advbase, uint8_t advskew)
{
    return carp_master_down_ratio(id, advbase, advskew, 3);
}

carp_time
carp_tick_10ms(carp_time nominal)
{
    const carp_time tick = 10 * CARP_MSEC;

    return ((nominal + tick - 1) / tick + 1) * tick;
}

carp_time
carp_slowest_takeover(uint8_t advbase)
{
    const carp_time ucarp =
        carp_master_down(CARP_TIMING_UCARP, advbase, 254) + CARP_SEC;
    const carp_time openbsd =
        carp_tick_10ms(carp_master_down(CARP_TIMING_OPENBSD, advbase, 254));

    return (ucarp > openbsd ? ucarp : openbsd) + 50 * CARP_MSEC;
}

/* ------------------------------------------------------------------ pace */

/* How far from nominal a gap may be and still be one interval: two 10 ms
 * ticks, FreeBSD's 5 % callout precision, and a busy host's lateness. */
static carp_time
slack(carp_time nominal)
{
    return nominal / 10 + 25 * CARP_MSEC;
}

void
carp_pace_init(struct carp_pace *pace, uint8_t advbase, uint8_t advskew)
{
    pace->advbase = advbase;
    pace->advskew = advskew;
    pace->samples = 0;
    pace->interval = carp_interval(advbase, advskew);
    pace->jitter = 0;
}

void
carp_pace_learn(struct carp_pace *pace, uint8_t advbase, uint8_t advskew,
                carp_time gap)
{
    const carp_time nominal = carp_interval(advbase, advskew);
    carp_time deviation;

    if (advbase != pace->advbase || advskew != pace->advskew) {
        carp_pace_init(pace, advbase, advskew);
    }
    if (gap + 5 * CARP_MSEC < nominal || gap > nominal + slack(nominal)) {
        return;
    }
    if (pace->samples == 0) {
        pace->interval = gap;
    }
    deviation =
        gap > pace->interval ? gap - pace->interval : pace->interval - gap;
    pace->jitter = (pace->jitter * 7 + deviation) / 8;
    pace->interval = (pace->interval * 7 + gap) / 8;
    if (pace->samples < UINT8_MAX) {
        pace->samples++;
    }
}

carp_time
carp_pace_expect(const struct carp_pace *pace, uint8_t advbase, uint8_t advskew)
{
    if (advbase == pace->advbase && advskew == pace->advskew &&
        pace->samples != 0) {
        return pace->interval;
    }
    return carp_interval(advbase, advskew);
}
