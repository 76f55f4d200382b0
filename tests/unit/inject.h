/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file inject.h
 * What the tests of carpinject share.
 */
#ifndef TEST_INJECT_H
#define TEST_INJECT_H

#include <string.h>

#include <glib.h>

#include <carp/frame.h>

#include "plan.h"

/** Set what must be settable. */
static inline void
inject_set(struct inj_spec *spec, const char *name, const char *value)
{
    char *wrong = inj_spec_set(spec, name, value);
    g_assert_cmpstr(wrong, ==, NULL);
}

/** A spec with a key and an address. */
static inline struct inj_spec
inject_spec(void)
{
    struct inj_spec spec;
    inj_spec_init(&spec);
    inject_set(&spec, "password", "love");
    inject_set(&spec, "address", "10.0.0.9");
    inject_set(&spec, "counter", "0x1234");
    return spec;
}

/** Build one advert of a spec that must be good. */
static inline void
inject_build(const struct inj_spec *spec, struct inj_frame *frame)
{
    struct inj_builder *builder = inj_builder_new();
    struct carp_auth auth;
    char *wrong = inj_spec_check(spec);
    g_assert_cmpstr(wrong, ==, NULL);
    g_assert_nonnull(builder);
    inj_spec_auth(spec, &auth);
    if (!inj_build_advert(builder, spec, &auth, spec->counter, 7, frame)) {
        g_error("%s", inj_builder_error(builder));
    }
    carp_auth_clear(&auth);
    inj_builder_free(builder);
}

static inline struct carp_frame
inject_parse(const struct inj_frame *frame)
{
    struct carp_frame parsed;
    enum carp_status status = carp_frame_parse(
        CARP_LINK_ETHERNET, frame->octets, frame->len, frame->len, &parsed);
    g_assert_cmpint(status, ==, CARP_OK);
    return parsed;
}

/** Whether the digest is right for password "love" and 10.0.0.9. */
static inline bool
inject_verifies(const struct inj_frame *frame)
{
    struct inj_spec spec = inject_spec();
    struct carp_frame parsed = inject_parse(frame);
    struct carp_auth auth;
    inj_spec_auth_vhid(&spec, parsed.u.adv.vhid, &auth);
    return carp_auth_verify(&auth, parsed.u.adv.counter, parsed.u.adv.md);
}

#endif
