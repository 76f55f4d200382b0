/* SPDX-License-Identifier: BSD-2-Clause */
#include "carpd_check.h"

#include <carp/frame.h>
#include <carp/timing.h>

#include "carpd_conf.h"
#include "carpd_host.h"
#include "instance.h"
#include "log.h"

#define ETHERNET 1
#define BOW_OUT 255
/* Most lines of log, with three vhids, each of which tells for itself. */
#define LINES_EVER 60u
#define LINES_A_STEP 20u
#define LINES_A_SECOND 2u
/* Adverts that a change costs: it may be found out between the two families'.
 */
#define SPARE 2

static struct {
    const struct daemon *daemon;
    uint64_t sum;
    /* By interface and vhid. */
    uint64_t counter[CONF_INTERFACES + 1][256];
    enum carp_state told[CONF_INTERFACES + 1][256];
    struct pace {
        carp_time at; /* 0: none since the last transition */
        unsigned int spare;
        uint8_t base, skew;
    } sent[CONF_INTERFACES + 1][256][2];
    carp_time began;
    unsigned int lines;
} check;

/* ------------------------------------------------------------------ run, log
 */

void
check_add(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        check.sum = (check.sum ^ (uint8_t)text[i]) * 0x100000001b3u;
    }
}

uint64_t
check_sum(void)
{
    return check.sum;
}

static unsigned int
wire_number(const char *interface)
{
    for (unsigned int i = 0; i < CONF_INTERFACES; i++) {
        if (strcmp(conf_interfaces[i], interface) == 0) {
            return i;
        }
    }
    return CONF_INTERFACES; /* one that never is */
}

static const char *
field(const struct log_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return fields[i].value;
        }
    }
    return NULL;
}

/* carpd knows its own adverts, whatever carp.conf says by now; unless they are
 * of some time ago, the observer looks at them only when it gets its thread at
 * last, or a refused reload cannot be undone. */
static void
check_finding(const char *code, const char *text)
{
    FUZZ_CHECK(code == NULL || strcmp(code, "BAD_HMAC") != 0 ||
               thread_was_refused() || wire_has_repeated() ||
               (check.daemon != NULL && check.daemon->refused_confs->len > 0) ||
               (strstr(text, "from 10.0.0.2:") == NULL &&
                strstr(text, "from fe80::2:") == NULL));
}

/* "carp: 1@fz0: demoted by 20 to 20 (hand)" */
static void
take_demotion(const char *text)
{
    const char *end = strstr(text, ": demoted by ");
    char *rest = NULL;
    if (!g_str_has_prefix(text, "carp: ") || end == NULL) {
        return;
    }
    guint64 vhid = g_ascii_strtoull(text + strlen("carp: "), &rest, 10);
    char *interface = g_strndup(rest + 1, (gsize)(end - rest - 1));
    for (unsigned int f = 0; f < 2; f++) {
        check.sent[wire_number(interface)][vhid & 0xff][f].spare = SPARE;
    }
    g_free(interface);
}

/* For whoever looks for the cause of a failure. */
static bool
is_telling(void)
{
    return getenv("CARP_FUZZ_TELL") != NULL;
}

static const struct instance *
find(const char *interface, uint8_t vhid)
{
    const GPtrArray *all = check.daemon->instances;
    for (guint i = 0; i < all->len; i++) {
        const struct instance *instance = g_ptr_array_index(all, i);
        if (instance->conf->vhid == vhid &&
            strcmp(instance->conf->interface, interface) == 0) {
            return instance;
        }
    }
    return NULL;
}

/* Nobody is missed in a family that the vhid does not have. */
static void
check_missed(const char *code, const char *interface, const char *vhid,
             const char *text)
{
    const struct instance *instance = NULL;
    bool is_v6 = strstr(text, "last advert of fe80:") != NULL;
    if (code == NULL || strcmp(code, "NO_MASTER") != 0 ||
        strstr(text, "resolved: ") != NULL || check.daemon == NULL ||
        g_str_has_suffix(text, " more like this)")) { /* of some time ago */
        return;
    }
    instance = find(interface, (uint8_t)atoi(vhid));
    FUZZ_CHECK(instance != NULL &&
               instance->fsm.config.has[is_v6 ? CARP_F6 : CARP_F4]);
}

static void
take_log(enum log_level level, const struct log_field *fields, size_t count,
         const char *text)
{
    (void)level;
    for (const char *c = text; *c != '\0'; c++) {
        FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7f);
    }
    if (is_telling()) {
        fprintf(stderr, "%.6f %s\n", (double)clock_now() / 1e9, text);
    }
    check_add(text, strlen(text));
    check.lines++;
    take_demotion(text);
    const char *code = field(fields, count, "CARP_FINDING");
    check_finding(code, text);
    check_missed(code, field(fields, count, "CARP_IFACE"),
                 field(fields, count, "CARP_VHID"), text);
    const char *state = field(fields, count, "CARP_STATE");
    if (state == NULL || check.daemon == NULL) {
        return;
    }
    unsigned int wire = wire_number(field(fields, count, "CARP_IFACE"));
    int vhid = atoi(field(fields, count, "CARP_VHID"));
    enum carp_state *told = &check.told[wire][vhid];
    memset(check.sent[wire][vhid], 0, sizeof(check.sent[wire][vhid]));
    FUZZ_CHECK(strcmp(carp_state_text(*told),
                      field(fields, count, "CARP_OLD_STATE")) == 0);
    *told = strcmp(state, "MASTER") == 0   ? CARP_STATE_MASTER
            : strcmp(state, "BACKUP") == 0 ? CARP_STATE_BACKUP
                                           : CARP_STATE_INIT;
}

void
check_begin(void)
{
    memset(&check, 0, sizeof(check));
    check.sum = 0xcbf29ce484222325u;
    check.began = clock_now();
    log_set_sink(take_log);
}

void
check_daemon(const struct daemon *daemon)
{
    check.daemon = daemon;
    memset(check.told, 0, sizeof(check.told));
    memset(check.sent, 0, sizeof(check.sent));
}

void
check_forget_counters(void)
{
    memset(check.counter, 0, sizeof(check.counter));
}

enum carp_state
check_told(const struct instance *instance)
{
    return check
        .told[wire_number(instance->conf->interface)][instance->conf->vhid];
}

void
check_lines(unsigned int steps)
{
    carp_time age = clock_now() - check.began;
    FUZZ_CHECK(check.lines <= LINES_EVER + steps * LINES_A_STEP +
                                  age / CARP_SEC * LINES_A_SECOND);
}

uint64_t
check_counter(const char *interface, uint8_t vhid)
{
    return check.counter[wire_number(interface)][vhid];
}

/* -------------------------------------------------------------------- sent */

static void
check_digest(const struct instance *instance, const struct carp_adv *adv)
{
    const struct carp_conf_vhid *conf = instance->conf;
    struct carp_auth auth;
    uint8_t digest[CARP_MD_LEN];
    FUZZ_CHECK(carp_auth_init(&auth, &conf->key, conf->vhid, &conf->addrs,
                              instance->profile,
                              conf->has_lladdr ? &conf->lladdr : NULL) ==
               CARP_OK);
    carp_auth_digest(&auth, adv->counter, digest);
    FUZZ_CHECK(memcmp(digest, adv->md, sizeof(digest)) == 0);
    carp_auth_clear(&auth);
}

/* No more than one in half an interval, whatever others say; but a change of
 * the state, of the demotion or of the numbers is told at once. */
static void
check_pace(const struct instance *instance, struct pace *last,
           const struct carp_adv *adv, enum carp_state told)
{
    carp_time now = clock_now();
    if (told != instance->fsm.state || last->base != adv->advbase ||
        last->skew != adv->advskew) {
        last->spare = SPARE;
    }
    if (last->at != 0 &&
        now - last->at < carp_interval(adv->advbase, adv->advskew) / 2) {
        FUZZ_CHECK(last->spare > 0);
        last->spare--;
    }
    last->at = now;
    last->base = adv->advbase;
    last->skew = adv->advskew;
}

static void
check_advert(const char *interface, const struct carp_adv *adv,
             const struct carp_addr *source)
{
    const struct instance *instance = find(interface, adv->vhid);
    unsigned int wire = wire_number(interface);
    if (is_telling()) {
        fprintf(stderr, "%.6f   %u@%s IPv%u: advbase %u advskew %u\n",
                (double)clock_now() / 1e9, adv->vhid, interface, source->family,
                adv->advbase, adv->advskew);
    }
    FUZZ_CHECK(instance != NULL);
    bool is_bow_out = adv->advbase == BOW_OUT && adv->advskew == BOW_OUT;
    /* While the change is carried out it has not been told yet. */
    FUZZ_CHECK(instance->fsm.state == CARP_STATE_MASTER ||
               check.told[wire][adv->vhid] == CARP_STATE_MASTER);
    FUZZ_CHECK(is_bow_out || vif_is_held(instance->vif));
    FUZZ_CHECK(is_bow_out ||
               (adv->advbase == instance->fsm.config.advbase &&
                adv->advskew >= MIN(instance->fsm.config.advskew, 240)));
    FUZZ_CHECK(adv->authlen == CARP_AUTHLEN && adv->version == CARP_VERSION &&
               adv->type == CARP_TYPE_ADVERT);
    FUZZ_CHECK(carp_addr_equal(
        source, &instance->fsm.config
                     .source[source->family == CARP_IPV6 ? CARP_F6 : CARP_F4]));
    check_digest(instance, adv);
    check_pace(instance,
               &check.sent[wire][adv->vhid][source->family == CARP_IPV6], adv,
               check.told[wire][adv->vhid]);
    uint64_t *last = &check.counter[wire][adv->vhid];
    FUZZ_CHECK(adv->counter > *last);
    *last = adv->counter;
}

void
check_unicast_sent(const char *name, const struct port_advert *advert)
{
    if (check.daemon != NULL) {
        FUZZ_CHECK(advert->ttl == 255);
        check_advert(name, &advert->adv, &advert->source);
        check_add((const char *)advert->adv.md, sizeof(advert->adv.md));
    }
}

/* The probe of whether sending works announces what is not virtual. */
static void
check_announcement(const char *name, const struct carp_addr *addr,
                   const struct carp_mac *mac)
{
    const GPtrArray *all = check.daemon->instances;
    const struct fake_link *link = fake_link_find(name);
    bool is_right = false;
    for (guint i = 0; i < all->len; i++) {
        const struct instance *instance = g_ptr_array_index(all, i);
        struct carp_mac own = vif_mac(instance->vif);
        is_right |= instance->fsm.state == CARP_STATE_MASTER &&
                    carp_addrs_contain(&instance->conf->addrs, addr) &&
                    carp_mac_equal(&own, mac);
    }
    FUZZ_CHECK(is_right || (link != NULL && carp_mac_equal(&link->mac, mac) &&
                            fake_address_find(link->index, addr) != NULL &&
                            fake_address_find(link->index, addr)->proto == 0));
}

void
check_frame_sent(const char *name, const uint8_t *data, size_t len)
{
    struct carp_frame frame;
    if (check.daemon == NULL) {
        return;
    }
    FUZZ_CHECK(carp_frame_parse(ETHERNET, data, len, len, &frame) == CARP_OK);
    FUZZ_CHECK(frame.issues == 0 && frame.vlan == 0);
    check_add((const char *)data, len);
    if (frame.kind == CARP_FRAME_ARP) {
        check_announcement(name, &frame.u.arp.sender, &frame.u.arp.sender_mac);
    } else if (frame.kind == CARP_FRAME_NA) {
        check_announcement(name, &frame.u.nd.target, &frame.u.nd.lladdr);
    } else {
        FUZZ_CHECK(frame.kind == CARP_FRAME_CARP && frame.ttl == 255);
        check_advert(name, &frame.u.adv, &frame.src);
    }
}
