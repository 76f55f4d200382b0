/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The advert's codec. Octet 0 is how many octets were on the wire beyond
 * those captured; the rest is the payload.
 */
#include <stdbool.h>

#include <carp/adv.h>

#include "fuzz.h"

static bool
has(unsigned int issues, enum carp_issue issue)
{
    return (issues & (unsigned int)issue) != 0;
}

static void
check_issues(unsigned int issues, size_t wire)
{
    FUZZ_CHECK(has(issues, CARP_ISSUE_SHORT) == (wire < CARP_ADV_LEN));
    FUZZ_CHECK(has(issues, CARP_ISSUE_TRAILING) == (wire > CARP_ADV_LEN));
    FUZZ_CHECK(!has(issues, CARP_ISSUE_TTL));
    for (unsigned int bit = 1; bit <= CARP_ISSUE_CAPTURE; bit <<= 1) {
        FUZZ_CHECK(*carp_issue_text((enum carp_issue)bit) != '\0');
    }
}

/* A whole advert: every field is seen and written back. */
static void
check_whole(const uint8_t *data, const struct carp_adv *adv,
            unsigned int issues)
{
    uint8_t out[CARP_ADV_LEN];
    carp_adv_encode(adv, out);
    FUZZ_CHECK(memcmp(out, data, CARP_ADV_LEN) == 0);
    FUZZ_CHECK(has(issues, CARP_ISSUE_VERSION) ==
               (adv->version != CARP_VERSION));
    FUZZ_CHECK(has(issues, CARP_ISSUE_TYPE) == (adv->type != CARP_TYPE_ADVERT));
    FUZZ_CHECK(has(issues, CARP_ISSUE_AUTHLEN) ==
               (adv->authlen != CARP_AUTHLEN));
    FUZZ_CHECK(has(issues, CARP_ISSUE_VHID_ZERO) == (adv->vhid == 0));
    FUZZ_CHECK(has(issues, CARP_ISSUE_CHECKSUM) ==
               (carp_checksum(data, CARP_ADV_LEN) != 0));
    struct carp_adv fixed = *adv;
    struct carp_adv read;
    unsigned int left = 0;
    carp_adv_set_checksum(&fixed);
    carp_adv_encode(&fixed, out);
    FUZZ_CHECK(carp_adv_decode(out, sizeof(out), sizeof(out), &read, &left) ==
               CARP_OK);
    FUZZ_CHECK(!has(left, CARP_ISSUE_CHECKSUM));
    FUZZ_CHECK(read.checksum == fixed.checksum);
    FUZZ_CHECK(read.counter == adv->counter && read.vhid == adv->vhid);
}

/* Fewer octets: an error, and what was not captured reads as zero. */
static void
check_cut(const uint8_t *data, size_t len, size_t wire)
{
    struct carp_adv adv;
    unsigned int issues = 0;
    uint8_t padded[CARP_ADV_LEN] = {0};
    uint8_t out[CARP_ADV_LEN];
    uint8_t *exact = malloc(len > 0 ? len : 1);
    FUZZ_CHECK(exact != NULL);
    memset(&adv, 0xff, sizeof(adv));
    memcpy(exact, data, len);
    FUZZ_CHECK(carp_adv_decode(exact, len, wire, &adv, &issues) ==
               CARP_ERR_TRUNCATED);
    free(exact);
    FUZZ_CHECK(has(issues, CARP_ISSUE_SHORT) ||
               has(issues, CARP_ISSUE_CAPTURE));
    /* A field that is cut in the middle may be zero as a whole. */
    memcpy(padded, data, len);
    carp_adv_encode(&adv, out);
    for (size_t i = 0; i < sizeof(out); i++) {
        FUZZ_CHECK(out[i] == padded[i] || out[i] == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    size_t wire = fuzz_u8(&in);
    wire += in.left;
    struct carp_adv adv;
    unsigned int issues = ~0u;
    memset(&adv, 0xff, sizeof(adv));
    enum carp_status status =
        carp_adv_decode(in.data, in.left, wire, &adv, &issues);
    FUZZ_CHECK((status == CARP_OK) == (in.left >= CARP_ADV_LEN));
    check_issues(issues, wire);
    if (status == CARP_OK) {
        check_whole(in.data, &adv, issues);
    }
    for (size_t len = 0; len < in.left && len < CARP_ADV_LEN; len++) {
        check_cut(in.data, len, wire);
    }
    return 0;
}
