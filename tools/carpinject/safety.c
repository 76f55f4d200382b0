/* SPDX-License-Identifier: BSD-2-Clause */
#include "safety.h"

#include <glib.h>

#include <carp/explain.h>
#include <carp/timing.h>

/* Late adverts, and kernels whose second is 1.01 s. */
#define MARGIN (300 * CARP_MSEC)
#define LEAST CARP_SEC
/* A search takes up to 20 ms; a wire full of strangers must not hold us. */
#define EXPLAIN_MAX 20
/* Questions, each asked twice. */
#define ASKED_MAX 16

carp_time
inj_safety_listen_time(uint8_t advbase)
{
    carp_time interval = carp_interval(advbase, 254);
    return MAX(interval, LEAST) + MARGIN;
}

/* ----------------------------------------------------------------- judging */

static void
learn(struct inj_safety *safety, const struct carp_addr *addr,
      const struct carp_mac *mac)
{
    if (addr->family != CARP_FAMILY_NONE &&
        !carp_addrs_contain(&safety->learnt, addr)) {
        enum carp_status status = carp_addrs_add(&safety->learnt, addr);
        (void)status; /* full: enough is known */
    }
    if (carp_addrs_contain(&safety->asked, addr)) {
        safety->held = *addr;
        safety->holder = *mac;
    }
}

/* Whether the key is known but something else differs: a sentence that says
 * what, or false. */
static bool
is_explained(struct inj_safety *safety, const struct carp_frame *frame,
             char text[CARP_EXPLAIN_TEXT])
{
    const struct carp_explain_hints hints = {
        .learnt = &safety->learnt,
        .lladdr = frame->has_mac ? &frame->src_mac : NULL};
    if (safety->explained >= EXPLAIN_MAX) {
        return false;
    }
    safety->explained++;
    struct carp_explanation why =
        carp_explain(safety->ring, &frame->u.adv, &hints, NULL);
    if (why.found) {
        carp_explanation_text(&why, safety->ring, text);
    }
    return why.found;
}

static char *
judge_advert(struct inj_safety *safety, const struct carp_frame *frame)
{
    char from[CARP_ADDR_TEXT];
    char why[CARP_EXPLAIN_TEXT] = "";
    uint8_t vhid = frame->u.adv.vhid;
    if (carp_addrs_contain(&safety->named, &frame->src)) {
        safety->heard_named |= safety->vhid[vhid];
        return NULL;
    }
    struct carp_verdict verdict =
        carp_ring_verify(safety->ring, &frame->u.adv, NULL, &safety->learnt);
    bool is_valid = verdict.status == CARP_GOOD;
    bool is_ours = !is_valid && verdict.status == CARP_BAD &&
                   safety->vhid[vhid] && is_explained(safety, frame, why);
    bool is_hurt = safety->replays && safety->vhid[vhid];
    if (!is_valid && !is_ours && !is_hurt) {
        if (safety->vhid[vhid]) {
            safety->stranger = frame->src;
        }
        return NULL;
    }
    carp_addr_format(&frame->src, from);
    return g_strdup_printf(
        "%s is a live master of vhid %u%s%s%s%s: name it with --peer %s, or "
        "say --i-own-this-network",
        from, vhid, is_valid || is_ours ? " with this key" : "",
        is_ours ? " (" : "", why, is_ours ? ")" : "", from);
}

char *
inj_safety_judge(struct inj_safety *safety, const struct carp_frame *frame)
{
    if (frame->kind == CARP_FRAME_ARP) {
        learn(safety, &frame->u.arp.sender, &frame->u.arp.sender_mac);
    } else if (frame->kind == CARP_FRAME_NA) {
        learn(safety, &frame->u.nd.target,
              frame->u.nd.has_lladdr ? &frame->u.nd.lladdr : &frame->src_mac);
    } else if (frame->kind == CARP_FRAME_CARP) {
        return judge_advert(safety, frame);
    }
    return NULL;
}

char *
inj_safety_conclude(const struct inj_safety *safety)
{
    char addr[CARP_ADDR_TEXT];
    char mac[CARP_ADDR_TEXT];
    if (safety->held.family == CARP_FAMILY_NONE || safety->heard_named) {
        return NULL;
    }
    carp_mac_format(&safety->holder, mac);
    carp_addr_format(&safety->held, addr);
    if (safety->stranger.family != CARP_FAMILY_NONE) {
        char from[CARP_ADDR_TEXT];
        carp_addr_format(&safety->stranger, from);
        return g_strdup_printf(
            "%s answers for %s, and %s advertises, with another key or other "
            "addresses: name it with --peer %s, or say --i-own-this-network",
            mac, addr, from, from);
    }
    return g_strdup_printf(
        "%s answers for %s, but no advert of a master named with --peer was "
        "heard in %.1f s: listen longer with --listen SECONDS, or say "
        "--i-own-this-network",
        mac, addr, (double)safety->listen / 1e9);
}

/* --------------------------------------------------------------- listening */

static char *
ask(const struct inj_safety *safety, const struct inj_interface *interface,
    struct inj_sender *sender)
{
    struct inj_builder *builder = inj_builder_new();
    char *wrong = NULL;
    for (unsigned int i = 0; builder != NULL && wrong == NULL &&
                             i < MIN(safety->asked.count, ASKED_MAX);
         i++) {
        const struct carp_addr *target = &safety->asked.list[i];
        const struct carp_addr *source = target->family == CARP_IPV6
                                             ? &interface->address6
                                             : &interface->address;
        struct inj_frame frame;
        /* An IPv4 host without an address may ask, too (RFC 5227). */
        if ((target->family == CARP_IPV6 &&
             source->family == CARP_FAMILY_NONE) ||
            !inj_build_who_has(builder, &interface->mac, source, target,
                               &frame)) {
            continue;
        }
        if (inj_sender_send(sender, &frame, 1) != 1) {
            wrong = g_strdup(inj_sender_error(sender));
        }
    }
    inj_builder_free(builder);
    return wrong;
}

static char *
listen_until(struct inj_safety *safety, struct inj_receiver *receiver,
             carp_time deadline, const volatile sig_atomic_t *stop)
{
    struct inj_received received;
    char *wrong = NULL;
    /* A busy wire must not keep it listening. */
    while (wrong == NULL && inj_now() < deadline) {
        switch (inj_receiver_next(receiver, deadline, stop, &received)) {
        case INJ_GOT_NOTHING:
            return NULL;
        case INJ_GOT_ERROR:
            return g_strdup(inj_receiver_error(receiver));
        case INJ_GOT_FRAME:
            wrong = inj_safety_judge(safety, &received.frame);
            break;
        }
    }
    return wrong;
}

char *
inj_safety_check(struct inj_safety *safety,
                 const struct inj_interface *interface,
                 struct inj_sender *sender, struct inj_receiver *receiver,
                 const volatile sig_atomic_t *stop)
{
    carp_time start = inj_now();
    char *wrong = NULL;
    if (safety->is_owner) {
        return NULL;
    }
    for (unsigned int half = 1; half <= 2 && wrong == NULL; half++) {
        wrong = ask(safety, interface, sender);
        if (wrong == NULL) {
            wrong = listen_until(
                safety, receiver,
                carp_time_add(start, safety->listen / 2 * half), stop);
        }
    }
    return wrong == NULL && *stop == 0 ? inj_safety_conclude(safety) : wrong;
}
