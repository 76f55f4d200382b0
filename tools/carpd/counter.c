/* SPDX-License-Identifier: BSD-2-Clause */
#include "counter.h"

#define LOW (COUNTER_JUMP - 1)

void
counter_init(struct counter *counter, uint64_t random)
{
    /* Even, so that the other family's is one more and not the next jump. */
    counter->last = ((random >> 2) + COUNTER_RESERVE) & ~(uint64_t)1;
    counter->first = counter->last;
    counter->reserve = counter->last;
    counter->has_heard = false;
}

void
counter_resume(struct counter *counter, uint64_t first, uint64_t reserve)
{
    counter->first = first < reserve ? first : reserve;
    counter->last = reserve;
    counter->reserve = reserve;
    counter->has_heard = false;
}

uint64_t
counter_next(struct counter *counter, uint64_t random)
{
    uint64_t far = (2 + random % COUNTER_JUMPS) * COUNTER_JUMP;
    if (counter->has_heard || counter->last > UINT64_MAX - far) {
        return ++counter->last; /* UINT64_MAX is a lifetime away */
    }
    counter->last = ((counter->last + far) & ~LOW) | (counter->first & LOW);
    return counter->last;
}

bool
counter_is_own_jump(const struct counter *counter, uint64_t value,
                    unsigned int families)
{
    return value > counter->first && value <= counter->last &&
           (value & LOW) - (counter->first & LOW) < families;
}

uint64_t
counter_next_family(struct counter *counter)
{
    return ++counter->last;
}

void
counter_hear(struct counter *counter, uint64_t value)
{
    counter->has_heard = true;
    if (value > counter->last && value < COUNTER_TOP) {
        counter->last = value;
    }
}

void
counter_part(struct counter *counter)
{
    counter->has_heard = false;
}

bool
counter_wants_reserve(const struct counter *counter)
{
    return counter->reserve < counter->last ||
           counter->reserve - counter->last < COUNTER_RESERVE / 2;
}

uint64_t
counter_extend(const struct counter *counter)
{
    return counter->last > UINT64_MAX - COUNTER_RESERVE
               ? UINT64_MAX
               : counter->last + COUNTER_RESERVE;
}
