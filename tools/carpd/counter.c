/* SPDX-License-Identifier: BSD-2-Clause */
#include "counter.h"

void
counter_init(struct counter *counter, uint64_t random)
{
    counter->last = (random >> 2) + COUNTER_RESERVE;
    counter->reserve = counter->last;
    counter->has_heard = false;
}

void
counter_resume(struct counter *counter, uint64_t reserve)
{
    counter->last = reserve;
    counter->reserve = reserve;
    counter->has_heard = false;
}

uint64_t
counter_next(struct counter *counter, uint64_t random)
{
    uint64_t step = 1;
    if (!counter->has_heard) {
        step = COUNTER_JUMP_MIN + (random & COUNTER_JUMP_MASK);
    }
    if (counter->last > UINT64_MAX - step) {
        step = 1; /* a lifetime of jumps is used up: unreachable, harmless */
    }
    counter->last += step;
    return counter->last;
}

void
counter_hear(struct counter *counter, uint64_t value)
{
    counter->has_heard = true;
    if (value > counter->last && value < COUNTER_TOP) {
        counter->last = value;
    }
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
