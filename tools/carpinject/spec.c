/* SPDX-License-Identifier: BSD-2-Clause */
#include "spec.h"

#include <string.h>

#include <glib.h>

void
inj_spec_init(struct inj_spec *spec)
{
    memset(spec, 0, sizeof(*spec));
    spec->profile = CARP_PROFILE_FREEBSD;
}

void
inj_spec_clear(struct inj_spec *spec)
{
    carp_key_clear(&spec->key);
    spec->has_key = false;
}

uint8_t
inj_spec_family(const struct inj_spec *spec)
{
    if (spec->family != CARP_FAMILY_NONE) {
        return spec->family;
    }
    if ((spec->given & INJ_BIT(INJ_SOURCE)) != 0) {
        return spec->source.family;
    }
    if ((spec->given & INJ_BIT(INJ_DEST)) != 0) {
        return spec->dest.family;
    }
    return CARP_IPV4;
}

uint8_t
inj_spec_octet(const struct inj_spec *spec, enum inj_field field)
{
    if ((spec->given & INJ_BIT(field)) != 0) {
        return (uint8_t)spec->value[field].number;
    }
    switch ((int)field) {
    case INJ_VERSION:
        return CARP_VERSION;
    case INJ_TYPE:
        return CARP_TYPE_ADVERT;
    case INJ_AUTHLEN:
        return CARP_AUTHLEN;
    case INJ_VHID:
    case INJ_ADVBASE:
        return 1;
    case INJ_TTL:
        return 255;
    case INJ_PROTOCOL:
        return 112;
    default:
        return 0;
    }
}

void
inj_spec_auth(const struct inj_spec *spec, struct carp_auth *auth)
{
    inj_spec_auth_vhid(spec, inj_spec_octet(spec, INJ_VHID), auth);
}

void
inj_spec_auth_vhid(const struct inj_spec *spec, uint8_t vhid,
                   struct carp_auth *auth)
{
    static const struct carp_key no_key;
    enum carp_status status = carp_auth_init(
        auth, spec->has_key ? &spec->key : &no_key,
        spec->has_hash_vhid ? spec->hash_vhid : vhid, &spec->addrs,
        spec->profile, spec->has_lladdr ? &spec->lladdr : NULL);
    g_assert(status == CARP_OK);
}

static void
take_octet(struct inj_spec *spec, enum inj_field field, uint8_t number)
{
    spec->given |= INJ_BIT(field);
    spec->value[field].number = number;
}

void
inj_spec_from_group(struct inj_spec *spec, const struct carp_conf_vhid *group)
{
    spec->has_key = true;
    spec->key = group->key;
    spec->addrs = group->addrs;
    spec->profile = group->profile == CARP_PROFILE_AUTO ? CARP_PROFILE_FREEBSD
                                                        : group->profile;
    spec->has_lladdr =
        group->has_lladdr && carp_lladdr_is_hashed(&group->lladdr, group->vhid);
    spec->lladdr = group->lladdr;
    take_octet(spec, INJ_VHID, group->vhid);
    take_octet(spec, INJ_ADVBASE, group->advbase);
    take_octet(spec, INJ_ADVSKEW, group->advskew);
}

/* A field that frames of this family do not have. */
static char *
check_fields(const struct inj_spec *spec, uint8_t family)
{
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        const struct inj_field_info *info = inj_field_info((enum inj_field)i);
        bool is_named = ((spec->given | spec->wrong) & INJ_BIT(i)) != 0;
        unsigned int bits = family == CARP_IPV6 ? info->v6.bits : info->v4.bits;
        if (is_named && bits == 0) {
            return g_strdup_printf("%s: IPv%d has no such field", info->name,
                                   family);
        }
        if (is_named && info->kind != INJ_OCTETS && info->kind != INJ_ADDRESS &&
            spec->value[i].number > inj_field_max((enum inj_field)i, family)) {
            return g_strdup_printf("%s: too large for IPv%d", info->name,
                                   family);
        }
    }
    return NULL;
}

static char *
check_addresses(const struct inj_spec *spec, uint8_t family)
{
    if ((spec->given & INJ_BIT(INJ_SOURCE)) != 0 &&
        spec->source.family != family) {
        return g_strdup_printf("source: is not an IPv%d address", family);
    }
    if ((spec->given & INJ_BIT(INJ_DEST)) != 0 && spec->dest.family != family) {
        return g_strdup_printf("dest: is not an IPv%d address", family);
    }
    return NULL;
}

char *
inj_spec_check(const struct inj_spec *spec)
{
    uint8_t family = inj_spec_family(spec);
    char *wrong = check_addresses(spec, family);
    if (wrong == NULL) {
        wrong = check_fields(spec, family);
    }
    if (wrong != NULL) {
        return wrong;
    }
    if (spec->profile == CARP_PROFILE_UCARP && spec->has_key &&
        spec->key.password_len > 19) {
        return g_strdup("password: must have 1 to 19 octets with profile "
                        "ucarp");
    }
    if (spec->source_mac == INJ_MAC_REAL && !spec->has_real_mac &&
        (spec->given & INJ_BIT(INJ_ETH_SRC)) == 0) {
        return g_strdup("eth-src: real needs an interface: give -i IFACE");
    }
    return NULL;
}
