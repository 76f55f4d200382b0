/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/counter.h>

#define LOW (CARP_COUNTER_JUMP - 1)
/* More adverts than this do not follow one leap in any history. */
#define STEPS_MAX ((uint64_t)1 << 16)

void
carp_counter_init(struct carp_counter *counter, uint64_t random)
{
    /* Even, so that the other family's is one more and not the next jump. */
    const uint64_t begin =
        ((random >> 2) + CARP_COUNTER_RESERVE) & ~(uint64_t)1;

    *counter =
        (struct carp_counter){.first = begin, .last = begin, .reserve = begin};
}

void
carp_counter_resume(struct carp_counter *counter, uint64_t first,
                    uint64_t reserve)
{
    *counter = (struct carp_counter){.first = first < reserve ? first : reserve,
                                     .last = reserve,
                                     .reserve = reserve};
}

void
carp_counter_lead(struct carp_counter *counter)
{
    counter->leads = true;
}

/* Go on from what was heard, as far as it is written down. */
static void
adopt(struct carp_counter *counter)
{
    if (counter->heard > counter->reserve && counter->leads) {
        /* Only once for each time as MASTER: a peer that draws at random
         * must not cause a write with each of its adverts. */
        counter->wanted = counter->heard;
    } else if (counter->heard > counter->last &&
               counter->heard <= counter->reserve) {
        counter->last = counter->heard;
    }
    counter->heard = 0;
    if (counter->wanted != 0 && counter->wanted <= counter->reserve) {
        if (counter->wanted > counter->last) {
            counter->last = counter->wanted;
        }
        counter->wanted = 0;
    }
}

uint64_t
carp_counter_next(struct carp_counter *counter, uint64_t random)
{
    uint64_t far = 0;

    adopt(counter);
    if (!counter->has_heard) {
        far = (2 + random % CARP_COUNTER_JUMPS) * CARP_COUNTER_JUMP;
    } else if (counter->leads) {
        far = (1 + random % CARP_COUNTER_LEAPS) * CARP_COUNTER_LEAP;
    }
    counter->leads = false;
    if (counter->last > UINT64_MAX - 2 * far) {
        far = 0;
    }
    counter->last += far;
    if (far == 0 || counter->has_heard) {
        return ++counter->last; /* UINT64_MAX is a lifetime away */
    }
    counter->last = (counter->last & ~LOW) | (counter->first & LOW);
    return counter->last;
}

bool
carp_counter_is_own_jump(const struct carp_counter *counter, uint64_t value,
                         unsigned int families)
{
    return value > counter->first && value <= counter->last &&
           (value & LOW) - (counter->first & LOW) < families;
}

uint64_t
carp_counter_next_family(struct carp_counter *counter)
{
    return ++counter->last;
}

void
carp_counter_hear(struct carp_counter *counter, uint64_t value)
{
    counter->has_heard = true;
    counter->heard =
        value > counter->last && value < CARP_COUNTER_TOP ? value : 0;
}

void
carp_counter_part(struct carp_counter *counter)
{
    counter->has_heard = false;
}

uint64_t
carp_counter_steps(uint64_t earlier, uint64_t later)
{
    const uint64_t apart = later - earlier;
    const uint64_t rest = apart % CARP_COUNTER_LEAP;
    const bool leaps = apart >= CARP_COUNTER_LEAP &&
                       apart / CARP_COUNTER_LEAP <= CARP_COUNTER_LEAPS;

    return leaps && rest != 0 && rest <= STEPS_MAX ? rest : apart;
}

bool
carp_counter_is_leap(uint64_t earlier, uint64_t later)
{
    const uint64_t apart = later - earlier + STEPS_MAX;
    const uint64_t count = apart / CARP_COUNTER_LEAP;

    return later > earlier && count >= 1 && count <= CARP_COUNTER_LEAPS &&
           apart % CARP_COUNTER_LEAP <= 2 * STEPS_MAX;
}

bool
carp_counter_wants_reserve(const struct carp_counter *counter)
{
    return counter->reserve < counter->last ||
           counter->reserve < counter->wanted ||
           counter->reserve - counter->last < CARP_COUNTER_RESERVE / 2;
}

uint64_t
carp_counter_extend(const struct carp_counter *counter)
{
    const uint64_t from =
        counter->wanted > counter->last ? counter->wanted : counter->last;

    return from > UINT64_MAX - CARP_COUNTER_RESERVE
               ? UINT64_MAX
               : from + CARP_COUNTER_RESERVE;
}
