/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys, rings, verification and explanation. The input describes one to
 * three configured rows and adverts that a sender with a variation of one of
 * them (or nobody) signed.
 */
#include <stdbool.h>

#include <carp/explain.h>

#include "fuzz.h"

#define ADDRESSES 12
#define ADVERTS_MAX 3

struct scene {
    struct carp_ring_row rows[3];
    size_t row_count;
    struct carp_ring *ring;
    struct carp_ring *public_ring; /* the same without secrets */
    struct carp_addrs learnt;
    struct carp_mac lladdr;
};

/* A few addresses that collide often: IPv4, global and link-local IPv6. */
static struct carp_addr
make_address(uint8_t code)
{
    const uint8_t v4[4] = {10, 0, 0, code};
    uint8_t v6[16] = {0xfd, [15] = code};
    if (code < 0xa0) {
        return carp_addr_v4(v4);
    }
    if (code >= 0xd0) {
        v6[0] = 0xfe;
        v6[1] = 0x80;
        v6[3] = code & 1; /* a scope that some systems leave in */
    }
    return carp_addr_v6(v6);
}

static void
make_addresses(struct fuzz_input *in, struct carp_addrs *addrs)
{
    unsigned int count = fuzz_u8(in) % (ADDRESSES + 1);
    addrs->count = 0;
    for (unsigned int i = 0; i < count; i++) {
        struct carp_addr addr = make_address(fuzz_u8(in));
        FUZZ_CHECK(carp_addrs_add(addrs, &addr) == CARP_OK);
        FUZZ_CHECK(carp_addrs_contain(addrs, &addr));
    }
}

static void
make_hex_key(struct fuzz_input *in, struct carp_key *key)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    char hex[2 * CARP_KEY_LEN + 1] = "";
    for (size_t i = 0; i + 1 < sizeof(hex); i++) {
        hex[i] = digits[fuzz_u8(in) % (sizeof(digits) - 1)];
    }
    FUZZ_CHECK(carp_key_from_hex(key, hex) == CARP_OK);
    FUZZ_CHECK(key->password_len == 0);
}

static void
make_key(struct fuzz_input *in, struct carp_key *key)
{
    uint8_t how = fuzz_u8(in);
    size_t len = (size_t)how >> 2;
    if (how == 0xff) {
        make_hex_key(in, key);
        return;
    }
    const uint8_t *password = fuzz_octets(in, &len);
    if (carp_key_from_password(key, password, len,
                               (enum carp_key_rule)(how & 3)) != CARP_OK) {
        FUZZ_CHECK((how & 3) == CARP_KEY_RULE_UCARP);
        FUZZ_CHECK(len == 0 || len > 19);
        memset(key, 0, sizeof(*key));
    }
    FUZZ_CHECK(key->password_len <= CARP_PASSWORD_MAX);
}

static void
make_row(struct fuzz_input *in, struct carp_ring_row *row)
{
    memset(row, 0, sizeof(*row));
    size_t len = fuzz_u8(in) % (CARP_ROW_NAME + 1);
    const uint8_t *name = fuzz_octets(in, &len);
    for (size_t i = 0; i < len && name[i] != 0; i++) {
        row->name[i] = (char)name[i];
    }
    uint8_t codes = fuzz_u8(in);
    row->vhid = fuzz_u8(in) % 3;
    row->profile = (enum carp_profile_id)(codes % (CARP_PROFILE_COUNT + 1));
    row->has_lladdr = (codes & 0x80) != 0;
    if (row->has_lladdr) {
        fuzz_fill(in, row->lladdr.octets, 6);
    }
    make_key(in, &row->key);
    make_addresses(in, &row->addrs);
}

static void
make_scene(struct fuzz_input *in, struct scene *s)
{
    memset(s, 0, sizeof(*s));
    s->ring = carp_ring_new();
    s->public_ring = carp_ring_new();
    FUZZ_CHECK(s->ring != NULL && s->public_ring != NULL);
    s->row_count = 1 + fuzz_u8(in) % 3u;
    for (size_t i = 0; i < s->row_count; i++) {
        struct carp_ring_row *row = &s->rows[i];
        make_row(in, row);
        FUZZ_CHECK(carp_ring_add(s->ring, row) == CARP_OK);
        struct carp_ring_row shown = *row;
        carp_key_clear(&shown.key);
        FUZZ_CHECK(carp_ring_add(s->public_ring, &shown) == CARP_OK);
    }
    FUZZ_CHECK(carp_ring_count(s->ring) == s->row_count);
    FUZZ_CHECK(carp_ring_get(s->ring, s->row_count) == NULL);
    make_addresses(in, &s->learnt);
    fuzz_fill(in, s->lladdr.octets, 6);
}

static size_t
surround(uint8_t *text, size_t len, const char *before, const char *behind)
{
    memmove(text + strlen(before), text, len);
    memcpy(text, before, strlen(before));
    len += strlen(before);
    memcpy(text + len, behind, strlen(behind));
    return len + strlen(behind);
}

static size_t
drop_first(uint8_t *text, size_t len)
{
    if (len > 0) {
        memmove(text, text + 1, --len);
    }
    return len;
}

/* Of the first letter, or of all. */
static size_t
change_case(uint8_t *text, size_t len)
{
    const uint8_t from = len % 2 == 0 ? 'a' : 'A';
    for (size_t i = 0; i < len && (i == 0 || len % 3 != 0); i++) {
        text[i] ^= text[i] >= from && text[i] < from + 26 ? 0x20 : 0;
    }
    return len;
}

/* What an older, longer password leaves behind a new one. */
static size_t
leave_tail(uint8_t *text, size_t len, const struct carp_key *old)
{
    text[len++] = 0;
    if (old->password_len > len) {
        memcpy(text + len, old->password + len, old->password_len - len);
        len = old->password_len;
    }
    return len;
}

/* As people and their tools do it. */
static size_t
spoil(uint8_t *text, size_t len, uint8_t how, const struct carp_key *old)
{
    switch (how) {
    case 0:
        return surround(text, len, " ", "");
    case 1:
        return surround(text, len, "\"", "\"");
    case 2:
        return surround(text, len, "'", "'");
    case 3:
        return drop_first(text, len);
    case 4:
        len = drop_first(text, len);
        return len > 0 ? len - 1 : 0;
    case 5:
        return surround(text, len, "", "\r\n");
    case 6:
        return change_case(text, len);
    default:
        return leave_tail(text, len, old);
    }
}

/* The sender's password: a row's, edited. */
static void
edit_password(struct fuzz_input *in, const struct carp_key *old,
              struct carp_key *key)
{
    uint8_t edit = fuzz_u8(in);
    uint8_t text[2 * CARP_PASSWORD_MAX];
    size_t len = key->password_len;
    memcpy(text, key->password, len);
    if (edit >> 3 == 31) {
        len = spoil(text, len, edit & 7, old);
        (void)!carp_key_from_password(key, text, len, CARP_KEY_RULE_RAW);
        return;
    }
    size_t more = edit & 0x03u;
    const uint8_t *tail = fuzz_octets(in, &more);
    memcpy(text + len, tail, more);
    len += more;
    if ((edit & 0x04) != 0 && len > 0) {
        text[len - 1] ^= 0x20;
    }
    size_t cut = (size_t)edit >> 3;
    len = cut != 0 && cut < len ? cut : len;
    (void)!carp_key_from_password(key, text, len, CARP_KEY_RULE_RAW);
}

/* Sign as a sender whose configuration is a row's with some edits. */
static void
sign(struct fuzz_input *in, const struct scene *s, struct carp_adv *adv)
{
    uint8_t edits = fuzz_u8(in);
    struct carp_ring_row row = s->rows[edits % s->row_count];
    struct carp_auth auth;
    struct carp_mac *lladdr = row.has_lladdr ? &row.lladdr : NULL;
    if ((edits & 0x08) != 0) {
        edit_password(in, &s->rows[s->row_count - 1].key, &row.key);
    }
    if ((edits & 0x10) != 0 && row.addrs.count < ADDRESSES) {
        row.addrs.list[row.addrs.count++] = make_address(fuzz_u8(in));
    }
    if ((edits & 0x20) != 0 && row.addrs.count > 0) {
        row.addrs.list[fuzz_u8(in) % row.addrs.count] =
            row.addrs.list[row.addrs.count - 1];
        row.addrs.count--;
    }
    if ((edits & 0x40) != 0) {
        row.profile = (enum carp_profile_id)(fuzz_u8(in) % CARP_PROFILE_COUNT);
    } else if (row.profile == CARP_PROFILE_AUTO) {
        row.profile = CARP_PROFILE_FREEBSD;
    }
    uint8_t vhid = (edits & 0x80) != 0 ? (uint8_t)(adv->vhid + 1) : adv->vhid;
    FUZZ_CHECK(carp_auth_init(&auth, &row.key, vhid, &row.addrs, row.profile,
                              lladdr) == CARP_OK);
    carp_auth_digest(&auth, adv->counter, adv->md);
    FUZZ_CHECK(carp_auth_verify(&auth, adv->counter, adv->md));
    FUZZ_CHECK(!carp_auth_verify(&auth, adv->counter + 1, adv->md));
    carp_auth_clear(&auth);
}

/* A row without addresses needs learnt ones. */
static bool
can_verify(const struct scene *s, uint8_t vhid)
{
    for (size_t i = 0; i < s->row_count; i++) {
        if (s->rows[i].vhid == vhid &&
            (s->rows[i].addrs.count > 0 || s->learnt.count > 0)) {
            return true;
        }
    }
    return false;
}

static bool
check_verify(const struct scene *s, const struct carp_adv *adv)
{
    struct carp_verdict v = carp_ring_verify(s->ring, adv, NULL, &s->learnt);
    FUZZ_CHECK((v.status == CARP_UNVERIFIED) == !can_verify(s, adv->vhid));
    struct carp_verdict again = carp_ring_verify(s->ring, adv, &v, &s->learnt);
    FUZZ_CHECK(again.status == v.status);
    if (v.status != CARP_GOOD) {
        return false;
    }
    FUZZ_CHECK(again.row == v.row && again.profile == v.profile);
    FUZZ_CHECK(v.row < s->row_count && s->rows[v.row].vhid == adv->vhid);
    FUZZ_CHECK(v.profile < CARP_PROFILE_COUNT);
    if (v.learnt != 0) {
        struct carp_addrs hashed;
        carp_verdict_learnt(&v, &s->learnt, &hashed);
        FUZZ_CHECK(hashed.count <= s->learnt.count);
        for (unsigned int i = 0; i < hashed.count; i++) {
            FUZZ_CHECK(carp_addrs_contain(&s->learnt, &hashed.list[i]));
        }
    }
    return true;
}

static void
check_explanation(const struct scene *s, const struct carp_explanation *e)
{
    char text[CARP_EXPLAIN_TEXT], again[CARP_EXPLAIN_TEXT];
    FUZZ_CHECK(e->tries <= CARP_EXPLAIN_MAX_TRIES);
    FUZZ_CHECK(e->found == (e->why != 0));
    FUZZ_CHECK(e->row < s->row_count && e->key_row < s->row_count);
    FUZZ_CHECK(e->extra_count <= 2 && e->missing_count <= 2);
    memset(text, 0xff, sizeof(text));
    FUZZ_CHECK(carp_explanation_text(e, s->ring, text) == text);
    FUZZ_CHECK(memchr(text, '\0', sizeof(text)) != NULL);
    FUZZ_CHECK(*text != '\0');
    /* Nothing of it depends on a secret. */
    carp_explanation_text(e, s->public_ring, again);
    FUZZ_CHECK(strcmp(text, again) == 0);
}

static void
check_explain(const struct scene *s, const struct carp_adv *adv,
              uint8_t options)
{
    struct carp_explain_hints hints = {
        .learnt = (options & 1) != 0 ? &s->learnt : NULL,
        .lladdr = (options & 2) != 0 ? &s->lladdr : NULL};
    struct carp_auth auth;
    struct carp_explanation e =
        carp_explain(s->ring, adv, (options & 4) != 0 ? NULL : &hints, &auth);
    check_explanation(s, &e);
    if (e.found) {
        FUZZ_CHECK(carp_auth_verify(&auth, adv->counter, adv->md));
        FUZZ_CHECK(e.profile < CARP_PROFILE_COUNT);
    }
}

static void
run_advert(struct fuzz_input *in, const struct scene *s)
{
    struct carp_adv adv = {.version = CARP_VERSION,
                           .type = CARP_TYPE_ADVERT,
                           .authlen = CARP_AUTHLEN,
                           .advbase = 1};
    uint8_t options = fuzz_u8(in);
    adv.vhid = (options >> 6) % 3;
    adv.counter = fuzz_u64(in);
    if ((options & 0x20) != 0) {
        fuzz_fill(in, adv.md, sizeof(adv.md));
    } else {
        sign(in, s, &adv);
    }
    bool is_good = check_verify(s, &adv);
    /* Good ones have nothing to explain; the search is slow. */
    if (!is_good || (options & 0x10) != 0) {
        check_explain(s, &adv, options);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct scene *s = malloc(sizeof(*s));
    FUZZ_CHECK(s != NULL);
    make_scene(&in, s);
    for (unsigned int i = 0; i < ADVERTS_MAX && in.left > 0; i++) {
        run_advert(&in, s);
    }
    carp_ring_free(s->ring);
    carp_ring_free(s->public_ring);
    free(s);
    return 0;
}
