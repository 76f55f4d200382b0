/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/counter.h>

#define LOW (CARP_COUNTER_JUMP - 1)
/* How far two part that meet again and again: one by an odd number of leaps, up
 * to 7, the other by an even one, up to 8. */
#define PARTS ((uint64_t)4)
/* For so many adverts: two of equal beat would meet with every second one. */
#define PARTED 16
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

static uint64_t
highest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Is it written down, with room for a leap and for hours of counting? */
static bool
has_room(const struct carp_counter *counter, uint64_t value)
{
    return value <= counter->reserve &&
           counter->reserve - value >= CARP_COUNTER_RESERVE / 4;
}

/* Go on from what was heard, as far as it is written down. */
static void
adopt(struct carp_counter *counter)
{
    if (counter->leads) {
        /* Once for each time as MASTER: a peer that draws at random must not
         * cause a write with each of its adverts. */
        counter->wanted = highest(counter->wanted, counter->drawn);
    }
    if (has_room(counter, counter->heard)) {
        counter->last = highest(counter->last, counter->heard);
        counter->heard = 0;
    }
    if (has_room(counter, counter->wanted)) {
        counter->last = highest(counter->last, counter->wanted);
        counter->wanted = 0;
    }
    counter->drawn = 0;
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
    } else if (counter->parts != 0) {
        /* An attacker can cause it with each advert: not so far. */
        far = (2 * (random % PARTS) + (counter->parts_even ? 2 : 1)) *
              CARP_COUNTER_LEAP;
    }
    if (counter->parts != 0) {
        counter->parts--;
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
    const uint64_t value_low = value & LOW;
    const uint64_t first_low = counter->first & LOW;

    return value > counter->first && value <= counter->last &&
           value_low >= first_low && value_low - first_low < families;
}

uint64_t
carp_counter_next_family(struct carp_counter *counter)
{
    return ++counter->last;
}

void
carp_counter_hear(struct carp_counter *counter, uint64_t value, bool counts)
{
    const bool is_far = !has_room(counter, value);

    counter->has_heard = true;
    counter->drawn = 0;
    if (value <= counter->last || value >= CARP_COUNTER_TOP) {
        return;
    }
    if (is_far && !counts) {
        counter->drawn = value;
        return;
    }
    /* Peers that have heard the highest one take a lower one for old. */
    counter->heard = highest(counter->heard, value);
    if (is_far) {
        counter->wanted = highest(counter->wanted, value);
    }
}

void
carp_counter_part(struct carp_counter *counter, bool is_even)
{
    counter->parts = PARTED;
    counter->parts_even = is_even;
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
carp_counter_is_jump(uint64_t earlier, uint64_t later)
{
    const uint64_t apart = later > earlier ? later - earlier : 0;
    const uint64_t jumps = apart / CARP_COUNTER_JUMP;

    return apart % CARP_COUNTER_JUMP == 0 && jumps >= 2 &&
           jumps <= 8 * (CARP_COUNTER_JUMPS + 1);
}

bool
carp_counter_wants_reserve(const struct carp_counter *counter)
{
    return counter->reserve < counter->last ||
           !has_room(counter, counter->wanted) ||
           counter->reserve - counter->last < CARP_COUNTER_RESERVE / 2;
}

uint64_t
carp_counter_extend(const struct carp_counter *counter)
{
    const uint64_t from = highest(counter->wanted, counter->last);

    return from > UINT64_MAX - CARP_COUNTER_RESERVE
               ? UINT64_MAX
               : from + CARP_COUNTER_RESERVE;
}

void
carp_counter_written(struct carp_counter *counter, uint64_t reserve)
{
    if (counter->written != 0) {
        counter->reserve =
            counter->written < reserve ? counter->written : reserve;
    }
    counter->written = reserve;
}
