/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe.h"

#include <string.h>

#define TRIES 3
#define ECHO_ID 0x4341
#define ECHO_REPLY 0

/* Its MAC, from any frame in which it says so itself. */
static bool
is_neighbour_answer(const struct inj_probe *probe,
                    const struct inj_received *received, struct carp_mac *mac)
{
    const struct carp_frame *frame = &received->frame;
    if (frame->kind == CARP_FRAME_ARP &&
        carp_addr_equal(&frame->u.arp.sender, &probe->target)) {
        *mac = frame->u.arp.sender_mac;
        return true;
    }
    if (frame->kind == CARP_FRAME_NA &&
        carp_addr_equal(&frame->u.nd.target, &probe->target)) {
        *mac = frame->u.nd.has_lladdr ? frame->u.nd.lladdr : frame->src_mac;
        return true;
    }
    return false;
}

/* The echo reply's fixed places: an untagged frame without options, as our
 * request was. */
static bool
is_echo_answer(const struct inj_probe *probe,
               const struct inj_received *received)
{
    static const uint8_t right[2] = {ECHO_ID >> 8, ECHO_ID & 0xff};
    const uint8_t *data = received->data;
    return received->captured >= 42 && data[12] == 0x08 && data[13] == 0 &&
           data[14] == 0x45 && data[23] == 1 && data[34] == ECHO_REPLY &&
           memcmp(data + 26, probe->target.octets, 4) == 0 &&
           memcmp(data + 38, right, 2) == 0;
}

static bool
ask(struct inj_probe *probe, struct inj_builder *builder, bool echo,
    uint16_t sequence, struct inj_frame *frame)
{
    if (echo) {
        return inj_build_echo(builder, &probe->mac, &probe->target_mac,
                              &probe->source, &probe->target, ECHO_ID, sequence,
                              frame);
    }
    return inj_build_who_has(builder, &probe->mac, &probe->source,
                             &probe->target, frame);
}

static bool
listen_for(struct inj_probe *probe, bool echo, carp_time deadline,
           const volatile sig_atomic_t *stop)
{
    struct inj_received received;
    while (inj_receiver_next(probe->receiver, deadline, stop, &received) ==
           INJ_GOT_FRAME) {
        struct carp_mac mac = {{0}};
        if (echo ? is_echo_answer(probe, &received)
                 : is_neighbour_answer(probe, &received, &mac)) {
            if (!echo) {
                probe->target_mac = mac;
                probe->has_target_mac = true;
            }
            return true;
        }
        if (inj_now() >= deadline) {
            break;
        }
    }
    return stop != NULL && *stop != 0;
}

/* An answer that is older than the question proves nothing. */
static void
drain(struct inj_probe *probe)
{
    struct inj_received received;
    for (int i = 0; i < 100000; i++) {
        if (inj_receiver_next(probe->receiver, 0, NULL, &received) !=
            INJ_GOT_FRAME) {
            return;
        }
    }
}

static bool
ask_until(struct inj_probe *probe, struct inj_builder *builder, bool echo,
          const volatile sig_atomic_t *stop)
{
    struct inj_frame frame;
    drain(probe);
    for (uint16_t i = 0; i < TRIES; i++) {
        carp_time deadline = carp_time_add(inj_now(), probe->timeout / TRIES);
        if (!ask(probe, builder, echo, i, &frame) ||
            inj_sender_send(probe->sender, &frame, 1) != 1) {
            return false;
        }
        if (listen_for(probe, echo, deadline, stop)) {
            return true;
        }
    }
    return false;
}

bool
inj_probe_ask(struct inj_probe *probe, const volatile sig_atomic_t *stop)
{
    struct inj_builder *builder = inj_builder_new();
    if (builder == NULL) {
        return false;
    }
    bool is_there = true;
    if (!probe->icmp || !probe->has_target_mac) {
        is_there = ask_until(probe, builder, false, stop);
    }
    if (is_there && probe->icmp) {
        is_there = ask_until(probe, builder, true, stop);
    }
    inj_builder_free(builder);
    return is_there;
}
