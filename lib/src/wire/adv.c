/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/adv.h>

#include "wire/bytes.h"

static void
read_fields(struct carp_reader *r, struct carp_adv *adv)
{
    uint8_t first = carp_get_u8(r);

    adv->version = first >> 4;
    adv->type = first & 0x0f;
    adv->vhid = carp_get_u8(r);
    adv->advskew = carp_get_u8(r);
    adv->authlen = carp_get_u8(r);
    adv->demote = carp_get_u8(r);
    adv->advbase = carp_get_u8(r);
    adv->checksum = carp_get_u16(r);
    adv->counter = carp_get_u64(r);
    carp_get_bytes(r, adv->md, sizeof(adv->md));
}

static void
write_fields(struct carp_writer *w, const struct carp_adv *adv)
{
    carp_put_u8(w,
                (uint8_t)((adv->version & 0x0fu) << 4 | (adv->type & 0x0fu)));
    carp_put_u8(w, adv->vhid);
    carp_put_u8(w, adv->advskew);
    carp_put_u8(w, adv->authlen);
    carp_put_u8(w, adv->demote);
    carp_put_u8(w, adv->advbase);
    carp_put_u16(w, adv->checksum);
    carp_put_u64(w, adv->counter);
    carp_put_bytes(w, adv->md, sizeof(adv->md));
}

/* A field that is not captured is not called wrong. */
static unsigned int
field_issues(const struct carp_adv *adv, size_t captured)
{
    unsigned int issues = 0;

    if (captured >= 1 && adv->version != CARP_VERSION) {
        issues |= CARP_ISSUE_VERSION;
    }
    if (captured >= 1 && adv->type != CARP_TYPE_ADVERT) {
        issues |= CARP_ISSUE_TYPE;
    }
    if (captured >= 2 && adv->vhid == 0) {
        issues |= CARP_ISSUE_VHID_ZERO;
    }
    if (captured >= 4 && adv->authlen != CARP_AUTHLEN) {
        issues |= CARP_ISSUE_AUTHLEN;
    }
    return issues;
}

enum carp_status
carp_adv_decode(const uint8_t *data, size_t captured, size_t on_wire,
                struct carp_adv *adv, unsigned int *issues)
{
    struct carp_reader r;

    if (captured > on_wire) {
        captured = on_wire;
    }
    r = carp_reader_init(data, captured);
    read_fields(&r, adv);
    *issues = field_issues(adv, captured);
    if (on_wire < CARP_ADV_LEN) {
        *issues |= CARP_ISSUE_SHORT;
    } else if (on_wire > CARP_ADV_LEN) {
        *issues |= CARP_ISSUE_TRAILING;
    }
    if (r.failed) {
        if (captured < on_wire) {
            *issues |= CARP_ISSUE_CAPTURE;
        }
        return CARP_ERR_TRUNCATED;
    }
    if (carp_checksum(data, CARP_ADV_LEN) != 0) {
        *issues |= CARP_ISSUE_CHECKSUM;
    }
    return CARP_OK;
}

void
carp_adv_encode(const struct carp_adv *adv, uint8_t out[CARP_ADV_LEN])
{
    struct carp_writer w = carp_writer_init(out, CARP_ADV_LEN);

    write_fields(&w, adv);
}

void
carp_adv_set_checksum(struct carp_adv *adv)
{
    uint8_t wire[CARP_ADV_LEN];

    adv->checksum = 0;
    carp_adv_encode(adv, wire);
    adv->checksum = carp_checksum(wire, sizeof(wire));
}

const char *
carp_issue_text(enum carp_issue issue)
{
    switch (issue) {
    case CARP_ISSUE_VERSION:
        return "wrong version";
    case CARP_ISSUE_TYPE:
        return "wrong type";
    case CARP_ISSUE_AUTHLEN:
        return "wrong authlen";
    case CARP_ISSUE_CHECKSUM:
        return "bad checksum";
    case CARP_ISSUE_SHORT:
        return "too short";
    case CARP_ISSUE_TRAILING:
        return "trailing octets";
    case CARP_ISSUE_VHID_ZERO:
        return "vhid 0";
    case CARP_ISSUE_TTL:
        return "TTL is not 255";
    case CARP_ISSUE_CAPTURE:
        return "cut by the capture";
    }
    return "unknown issue";
}
