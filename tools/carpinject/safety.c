/* SPDX-License-Identifier: BSD-2-Clause */
#include "safety.h"

#include <glib.h>

#include <carp/timing.h>

/* Late adverts, and kernels whose second is 1.01 s. */
#define MARGIN (300 * CARP_MSEC)
#define LEAST CARP_SEC

carp_time
inj_safety_listen_time(uint8_t advbase)
{
    carp_time interval = carp_interval(advbase, 254);
    return MAX(interval, LEAST) + MARGIN;
}

char *
inj_safety_judge(const struct inj_safety *safety,
                 const struct carp_frame *frame)
{
    char text[CARP_ADDR_TEXT];
    if (frame->kind != CARP_FRAME_CARP ||
        carp_addrs_contain(&safety->named, &frame->src)) {
        return NULL;
    }
    struct carp_verdict verdict =
        carp_ring_verify(safety->ring, &frame->u.adv, NULL, NULL);
    bool is_valid = verdict.status == CARP_GOOD;
    bool is_hurt = safety->replays && safety->vhid[frame->u.adv.vhid];
    if (!is_valid && !is_hurt) {
        return NULL;
    }
    carp_addr_format(&frame->src, text);
    return g_strdup_printf(
        "%s is a live master of vhid %u%s: name it with --peer %s, or say "
        "--i-own-this-network",
        text, frame->u.adv.vhid, is_valid ? " with this key" : "", text);
}

char *
inj_safety_check(const struct inj_safety *safety, struct inj_receiver *receiver,
                 const volatile sig_atomic_t *stop)
{
    carp_time deadline = carp_time_add(inj_now(), safety->listen);
    struct inj_received received;
    if (safety->is_owner) {
        return NULL;
    }
    for (;;) {
        switch (inj_receiver_next(receiver, deadline, stop, &received)) {
        case INJ_GOT_NOTHING:
            return NULL;
        case INJ_GOT_ERROR:
            return g_strdup(inj_receiver_error(receiver));
        case INJ_GOT_FRAME:
            break;
        }
        char *wrong = inj_safety_judge(safety, &received.frame);
        if (wrong != NULL) {
            return wrong;
        }
        /* A busy wire must not keep it listening. */
        if (inj_now() >= deadline) {
            return NULL;
        }
    }
}
