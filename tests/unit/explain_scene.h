/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file explain_scene.h
 * A configured ring and a sender that deviates from it.
 */
#ifndef CARP_TEST_EXPLAIN_SCENE_H
#define CARP_TEST_EXPLAIN_SCENE_H

#include <glib.h>
#include <string.h>

#include <carp/explain.h>

#include "auth_fixture.h"

#define ROW_ADDRS "10.77.0.60 10.77.0.61 10.77.0.62"
#define LEARNT "10.77.0.63 10.77.0.64"

/* A ring, a sender that deviates from it, and what explains that. */
struct scene {
    struct carp_ring *ring;
    struct carp_ring_row web, lan, sender;
    struct carp_addrs learnt;
    struct carp_mac mac;
    struct carp_explanation e;
    struct carp_auth auth;
    char text[CARP_EXPLAIN_TEXT];
};

static inline void
scene_init(struct scene *s, enum carp_profile_id profile, const char *password,
           const char *addrs)
{
    memset(s, 0, sizeof(*s));
    s->ring = carp_ring_new();
    s->web = fix_row("web", 9, password, addrs, profile);
    s->lan =
        fix_row("lan", 1, "TheLanPassword", "192.168.1.50", CARP_PROFILE_AUTO);
    s->sender = s->web;
    if (profile == CARP_PROFILE_AUTO) {
        s->sender.profile = CARP_PROFILE_FREEBSD;
    }
    s->learnt = fix_addrs(LEARNT);
    s->mac = fix_mac("02:11:22:33:44:55");
}

/* Explain an advert of @p vhid from the sender; check what always holds. */
static inline const struct carp_explanation *
scene_run(struct scene *s, uint8_t vhid)
{
    const struct carp_explain_hints hints = {&s->learnt, &s->mac};
    const struct carp_adv adv = fix_advert(vhid, &s->sender);

    if (carp_ring_count(s->ring) == 0) {
        fix_add(s->ring, &s->lan);
        fix_add(s->ring, &s->web);
    }
    s->e = carp_explain(s->ring, &adv, &hints, &s->auth);
    carp_explanation_text(&s->e, s->ring, s->text);
    g_test_message("%u tries: %s", s->e.tries, s->text);
    g_assert_cmpuint(s->e.tries, <=, CARP_EXPLAIN_MAX_TRIES);
    g_assert_true(s->e.found == (s->e.why != 0));
    if (s->e.found) {
        g_assert_true(carp_auth_verify(&s->auth, adv.counter, adv.md));
    }
    for (size_t i = 0; i < carp_ring_count(s->ring); i++) {
        const struct carp_ring_row *row = carp_ring_get(s->ring, i);

        if (row->key.password_len > 2) {
            g_assert_null(strstr(s->text, (const char *)row->key.password));
        }
    }
    return &s->e;
}

static inline void
scene_clear(struct scene *s)
{
    carp_ring_free(s->ring);
}

#endif
