/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The defence against replayed adverts. The first octet chooses: operations
 * on a set of counters, compared with a list that forgets nothing; or a node
 * that sends, hears and restarts, whose counters never come twice, which
 * knows its own again, and takes no counter of a peer for new twice.
 */
#include <stdbool.h>

#include <carp/replay.h>

#include "fuzz.h"

#define OPERATIONS 200

/* Near each other and near both ends, so that spans meet. */
static uint64_t
read_counter(struct fuzz_input *in)
{
    static const uint64_t places[7] = {0,
                                       CARP_COUNTER_JUMP,
                                       CARP_SEEN_FILL,
                                       CARP_SEEN_FILL * 3,
                                       UINT64_C(1) << 62,
                                       CARP_COUNTER_TOP,
                                       UINT64_MAX - 255};
    unsigned int place = fuzz_u8(in) % 8u;
    return place == 7 ? fuzz_u64(in) : places[place] + fuzz_u8(in);
}

/* --------------------------------------------------------------------- seen */

struct span {
    uint64_t first, last;
};

static bool
is_listed(const struct span *list, size_t count, uint64_t counter)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].first <= counter && counter <= list[i].last) {
            return true;
        }
    }
    return false;
}

static void
check_set(const struct carp_seen_set *seen, const struct span *list,
          size_t count)
{
    for (size_t i = 0; i < seen->count; i++) {
        const struct carp_seen_span *span = &seen->spans[i];
        FUZZ_CHECK(span->first <= span->last);
        FUZZ_CHECK(i == 0 || seen->spans[i - 1].last < span->first);
    }
    for (size_t i = 0; i < count; i++) {
        const uint64_t near[4] = {list[i].first, list[i].last,
                                  list[i].first - 1, list[i].last + 1};
        for (size_t k = 0; k < 4; k++) {
            uint64_t below = 0;
            bool is_seen = is_listed(list, count, near[k]);
            FUZZ_CHECK(carp_seen_has(seen, near[k]) == is_seen);
            if (carp_seen_below(seen, near[k], &below)) {
                FUZZ_CHECK(below <= near[k] && is_listed(list, count, below));
                FUZZ_CHECK(!is_seen || below == near[k]);
            } else {
                FUZZ_CHECK(!is_seen);
            }
        }
    }
}

static void
run_set(struct fuzz_input *in)
{
    struct carp_seen_set seen;
    struct span list[OPERATIONS];
    size_t count = 0;
    carp_seen_init(&seen);
    while (in->left > 0 && count < OPERATIONS) {
        bool is_span = fuzz_u8(in) % 2 != 0;
        struct span span = {.first = read_counter(in)};
        span.last = is_span ? read_counter(in) : span.first;
        if (span.last < span.first) {
            span.last = span.first;
        }
        if (is_span) {
            carp_seen_add_span(&seen, span.first, span.last);
        } else {
            carp_seen_add(&seen, span.first);
        }
        list[count++] = span;
    }
    check_set(&seen, list, count);
    carp_seen_clear(&seen);
}

/* --------------------------------------------------------------------- node */

static const struct carp_addr own = {.family = CARP_IPV4,
                                     .octets = {10, 0, 0, 10}};

struct node {
    struct carp_replay replay;
    carp_time now;
    uint64_t sent; /* highest so far */
    bool has_sent;
    uint64_t fresh[OPERATIONS];
    size_t fresh_count;
};

static void
write_reserve(struct node *node)
{
    struct carp_counter *counter = &node->replay.counter;
    if (carp_counter_wants_reserve(counter)) {
        uint64_t reserve = carp_counter_extend(counter);
        FUZZ_CHECK(reserve >= counter->reserve);
        counter->reserve = reserve;
    }
}

static void
send_advert(struct node *node, bool is_second, uint64_t random)
{
    struct carp_adv adv = {.version = CARP_VERSION, .vhid = 1};
    struct carp_addr stranger = {.family = CARP_IPV4, .octets = {10, 9, 9, 9}};
    write_reserve(node);
    adv.counter =
        carp_replay_next(&node->replay, is_second && node->has_sent, random);
    FUZZ_CHECK(!node->has_sent || adv.counter > node->sent);
    FUZZ_CHECK(adv.counter <= node->replay.counter.reserve);
    node->sent = adv.counter;
    node->has_sent = true;
    FUZZ_CHECK(carp_replay_judge(&node->replay, 2, &own, &stranger, &adv,
                                 node->now) == CARP_PEER_ECHO);
}

static void
hear_advert(struct node *node, struct fuzz_input *in, uint64_t value)
{
    const uint8_t host = fuzz_u8(in);
    const uint8_t four[4] = {10, 0, 0, host % 20};
    const uint8_t six[16] = {0xfe, 0x80, [15] = host % 20};
    struct carp_adv adv = {.version = CARP_VERSION,
                           .vhid = 1,
                           .advskew = fuzz_u8(in) % 2,
                           .counter = value};
    struct carp_addr addr = host < 192 ? carp_addr_v4(four) : carp_addr_v6(six);
    struct carp_verdict verdict = {.status = CARP_GOOD};
    enum carp_peer_verdict what =
        carp_replay_judge(&node->replay, 2, &own, &addr, &adv, node->now);
    FUZZ_CHECK(what <= CARP_PEER_REWRITTEN);
    FUZZ_CHECK(carp_replay_acts(what, CARP_REPLAY_STRICT) <=
               carp_replay_acts(what, CARP_REPLAY_ALERT));
    if (what == CARP_PEER_FRESH) {
        for (size_t i = 0; i < node->fresh_count; i++) {
            FUZZ_CHECK(node->fresh[i] != value);
        }
        node->fresh[node->fresh_count++] = value;
    }
    if (carp_replay_acts(what, CARP_REPLAY_STRICT)) {
        carp_peers_accept(&node->replay.peers, &addr, &adv, &verdict,
                          node->now);
    }
    FUZZ_CHECK(node->replay.peers.count <= CARP_PEERS_MAX);
}

static void
keep_spans(struct carp_seen_set *to, const struct carp_seen_set *from)
{
    for (size_t i = 0; i < from->count; i++) {
        carp_seen_add_span(to, from->spans[i].first, from->spans[i].last);
    }
}

/* What a restart keeps is what the header says; the reserve is on the disk. */
static void
restart(struct node *node)
{
    struct carp_replay kept;
    const struct carp_replay *old = &node->replay;
    carp_replay_init(&kept, 0);
    carp_counter_resume(&kept.counter, old->counter.first,
                        old->counter.reserve);
    keep_spans(&kept.peers.seen, &old->peers.seen);
    keep_spans(&kept.peers.skipped, &old->peers.skipped);
    for (unsigned int i = 0; i < old->peers.count; i++) {
        const struct carp_peer *peer = &old->peers.list[i];
        carp_peers_restore(&kept.peers, &peer->address, peer->kind,
                           peer->counter);
    }
    carp_replay_clear(&node->replay);
    node->replay = kept;
}

static void
run_node(struct fuzz_input *in)
{
    struct node node = {.now = 1000 * CARP_SEC};
    carp_replay_init(&node.replay, fuzz_u64(in));
    for (unsigned int i = 0; i < OPERATIONS && in->left > 0; i++) {
        uint8_t what = fuzz_u8(in);
        node.now = carp_time_add(node.now, (carp_time)(what >> 4) * CARP_SEC);
        switch (what & 7) {
        case 0:
        case 1:
            send_advert(&node, (what & 1) != 0, fuzz_u64(in));
            break;
        case 2: /* a peer goes on from ours */
            hear_advert(&node, in, node.sent + fuzz_u8(in));
            break;
        case 3:
            hear_advert(&node, in, read_counter(in));
            break;
        case 4:
            hear_advert(&node, in, node.sent - fuzz_u8(in));
            break;
        case 5:
            carp_counter_lead(&node.replay.counter);
            break;
        case 6:
            carp_counter_part(&node.replay.counter, fuzz_u8(in) % 2 != 0);
            break;
        default:
            restart(&node);
            break;
        }
    }
    carp_replay_clear(&node.replay);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    if (fuzz_u8(&in) % 2 == 0) {
        run_set(&in);
    } else {
        run_node(&in);
    }
    return 0;
}
