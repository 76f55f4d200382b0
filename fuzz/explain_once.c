/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a digest is wrong is searched for as long as all the rest of a target
 * takes ten times over, and inputs that grew from one another ask the same
 * again and again. So a fuzzer's program searches once and remembers. Replays
 * of the corpus search each time.
 *
 * Rings are known by where they are: targets with this keep theirs for ever.
 */
#include <carp/explain.h>

#include "fuzz.h"
#include "sha1.h"

#define REMEMBERED 8192u

struct question {
    size_t len;
    uint8_t octets[SHA1_MOST];
};

struct answer {
    uint8_t question[20];
    struct carp_explanation why;
    struct carp_auth auth;
};

struct carp_explanation
__real_carp_explain(const struct carp_ring *ring, const struct carp_adv *adv,
                    const struct carp_explain_hints *hints,
                    struct carp_auth *auth);
struct carp_explanation
__wrap_carp_explain(const struct carp_ring *ring, const struct carp_adv *adv,
                    const struct carp_explain_hints *hints,
                    struct carp_auth *auth);

static struct answer answers[REMEMBERED];

static void
put(struct question *q, const void *octets, size_t len)
{
    FUZZ_CHECK(len <= sizeof(q->octets) - q->len);
    memcpy(q->octets + q->len, octets, len);
    q->len += len;
}

static void
ask(struct question *q, const struct carp_ring *ring,
    const struct carp_adv *adv, const struct carp_explain_hints *hints)
{
    static const uint8_t unsigned_md[CARP_MD_LEN];
    /* Nobody has this digest, whatever the counter. */
    const bool is_signed =
        memcmp(adv->md, unsigned_md, sizeof(unsigned_md)) != 0;
    const bool has_mac = hints != NULL && hints->lladdr != NULL;
    const uint8_t head[3] = {adv->vhid, is_signed, has_mac};
    q->len = 0;
    put(q, &ring, sizeof(ring));
    put(q, head, sizeof(head));
    if (is_signed) {
        put(q, &adv->counter, sizeof(adv->counter));
        put(q, adv->md, sizeof(adv->md));
    }
    if (has_mac) {
        put(q, hints->lladdr->octets, sizeof(hints->lladdr->octets));
    }
    if (hints != NULL && hints->learnt != NULL) {
        for (unsigned int i = 0; i < hints->learnt->count; i++) {
            put(q, &hints->learnt->list[i].family, 1);
            put(q, hints->learnt->list[i].octets, 16);
        }
    }
}

struct carp_explanation
__wrap_carp_explain(const struct carp_ring *ring, const struct carp_adv *adv,
                    const struct carp_explain_hints *hints,
                    struct carp_auth *auth)
{
    static struct question question;
    uint8_t key[20];
    ask(&question, ring, adv, hints);
    sha1(question.octets, question.len, key);
    struct answer *answer =
        &answers[((unsigned int)key[0] << 8 | key[1]) % REMEMBERED];
    if (memcmp(answer->question, key, sizeof(key)) != 0) {
        memcpy(answer->question, key, sizeof(key));
        answer->why = __real_carp_explain(ring, adv, hints, &answer->auth);
    }
    if (auth != NULL && answer->why.found) {
        *auth = answer->auth;
    }
    return answer->why;
}
