/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf_internal.h"

static bool
has_key(const struct conf_group *group, const char *key)
{
    return g_key_file_has_key(group->file->keys, group->title, key, NULL);
}

/* Keys that only the daemon uses, and only on an interface. */
static void
warn_without_interface(struct conf_group *group)
{
    static const char *const keys[] = {"vmac",
                                       "up-script",
                                       "down-script",
                                       "hook",
                                       "notify",
                                       "group",
                                       "preempt",
                                       "addresses-by",
                                       "track-interface",
                                       "track-script",
                                       "track-file",
                                       "announce-repeat",
                                       "announce-refresh"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (has_key(group, keys[i])) {
            conf_key_warn(group, keys[i],
                          "has no effect in a group without interface");
        }
    }
}

static void
check_accept(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    for (unsigned int i = 0; i < vhid->accept_count; i++) {
        if (carp_key_equal(&vhid->key, &vhid->accept[i])) {
            conf_key_warn(group, NULL,
                          "an accept-... secret is the same as "
                          "the group's own: remove it");
        }
    }
}

static bool
hashes_lladdr(enum carp_profile_id profile)
{
    return profile == CARP_PROFILE_AUTO ||
           carp_profile_get(profile)->may_hash_lladdr;
}

static void
check_family(struct conf_group *group)
{
    const struct carp_addrs *addrs = &group->vhid->addrs;
    bool has4 = false;
    bool has6 = false;
    for (uint16_t i = 0; i < addrs->count; i++) {
        has4 |= addrs->list[i].family == CARP_IPV4;
        has6 |= addrs->list[i].family == CARP_IPV6;
    }
    static const char *const keys4[] = {"peer", "source"};
    static const char *const keys6[] = {"peer6", "source6"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys4) && addrs->count > 0; i++) {
        if (!has4 && has_key(group, keys4[i])) {
            conf_key_error(group, keys4[i], "the group has no IPv4 address");
        }
        if (!has6 && has_key(group, keys6[i])) {
            conf_key_error(group, keys6[i], "the group has no IPv6 address");
        }
    }
}

static void
check_scripts(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    if (vhid->by_script &&
        (vhid->up_script == NULL || vhid->down_script == NULL)) {
        conf_key_error(group, "addresses-by",
                       "script needs an up-script and "
                       "a down-script");
    }
    if (vhid->down_at_start && vhid->down_script == NULL) {
        conf_key_warn(group, "down-at-start",
                      "has no effect without a down-script");
    }
    if (vhid->script_arg != NULL && vhid->up_script == NULL &&
        vhid->down_script == NULL) {
        conf_key_warn(group, "script-argument",
                      "has no effect without an up-script or a down-script");
    }
}

static bool
is_unicast(const struct carp_addr *addr)
{
    return (addr->family == CARP_IPV4 && (addr->octets[0] & 0xf0u) != 0xe0) ||
           (addr->family == CARP_IPV6 && addr->octets[0] != 0xff);
}

static void
check_idle_keys(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    if (has_key(group, "min-ttl") && !is_unicast(&vhid->peer) &&
        !is_unicast(&vhid->peer6)) {
        conf_key_warn(group, "min-ttl",
                      "has no effect without a unicast "
                      "peer: of multicast adverts 255 is demanded always");
    }
    if (vhid->preempt_delay > 0 && !vhid->preempt) {
        conf_key_warn(group, "preempt-delay",
                      "has no effect without preempt = true");
    }
    if (vhid->dead_ratio < 2) {
        conf_key_warn(group, "dead-ratio",
                      "1 takes over whenever a single "
                      "advert is late or lost: 3 is usual");
    }
}

/* A slip of who thinks of networks: the kernel takes such an address. */
static void
warn_of_networks(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    char text[CARP_ADDR_TEXT];
    for (uint16_t i = 0; i < vhid->addrs.count; i++) {
        const struct carp_addr *addr = &vhid->addrs.list[i];
        const unsigned int prefix = vhid->prefix_len[i];
        if (addr->family != CARP_IPV4 || prefix == 0 || prefix > 30) {
            continue;
        }
        const uint32_t mask = UINT32_MAX >> prefix;
        const uint32_t host =
            ((uint32_t)addr->octets[0] << 24 | (uint32_t)addr->octets[1] << 16 |
             (uint32_t)addr->octets[2] << 8 | (uint32_t)addr->octets[3]) &
            mask;
        if (host == 0 || host == mask) {
            conf_key_warn(group, "addresses", "%s/%u is %s",
                          carp_addr_format(addr, text), prefix,
                          host == 0 ? "the network, not a host in it"
                                    : "the broadcast address of its network");
        }
    }
}

/* A list of one family says nothing about the other. */
static bool
is_left_out(const struct carp_addrs *senders, const struct carp_addr *addr)
{
    bool has_family = false;
    for (uint16_t i = 0; i < senders->count; i++) {
        has_family |= senders->list[i].family == addr->family;
    }
    return has_family && !carp_addrs_contain(senders, addr);
}

static void
check_senders(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    const struct carp_addr *sure[] = {&vhid->source, &vhid->source6,
                                      &vhid->peer, &vhid->peer6};
    static const char *const keys[] = {"source", "source6", "peer", "peer6"};
    char text[CARP_ADDR_TEXT];
    for (size_t i = 0; i < G_N_ELEMENTS(sure); i++) {
        if (is_unicast(sure[i]) && is_left_out(&vhid->senders, sure[i])) {
            conf_key_warn(group, "senders",
                          "%s of %s is not among them: "
                          "it will be told as a ROGUE_SENDER",
                          carp_addr_format(sure[i], text), keys[i]);
        }
    }
}

static void
check_timing(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    if (vhid->advbase == 0 && vhid->advskew == 0) {
        conf_key_error(group, "advbase",
                       "0 needs an advskew of 1 to 254: the "
                       "interval is advbase + advskew/256 s");
    } else if (vhid->advbase > 85) {
        conf_key_warn(group, "advbase",
                      "above 85 a backup takes a bow-out "
                      "for a slow master; 1 to 85 is safe");
    }
}

void
conf_check_group(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    if (!has_key(group, "vhid")) {
        conf_key_error(group, "vhid", "is missing: give 1 to 255");
    }
    if (group->secrets != 1) {
        conf_key_error(group, NULL,
                       "exactly one of password, password-file, "
                       "credential, key-hex must be given, not %u",
                       group->secrets);
    }
    check_timing(group);
    check_family(group);
    check_scripts(group);
    check_idle_keys(group);
    check_senders(group);
    warn_of_networks(group);
    if (vhid->interface == NULL) {
        warn_without_interface(group);
    } else if (vhid->addrs.count == 0 && !has_key(group, "addresses")) {
        conf_key_error(group, "addresses",
                       "is missing: a group with an interface needs it");
    }
    if (vhid->has_lladdr && !hashes_lladdr(vhid->profile)) {
        conf_key_warn(group, "lladdr",
                      "is hashed by openbsd only, not by "
                      "the profile of this group");
    }
    check_accept(group);
}

/* One host cannot have an address in two vhids of one wire: each would take
 * it away from the other. */
static void
check_shared_address(struct conf_group *group,
                     const struct carp_conf_vhid *other)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    char text[CARP_ADDR_TEXT];
    for (uint16_t i = 0; i < vhid->addrs.count; i++) {
        if (carp_addrs_contain(&other->addrs, &vhid->addrs.list[i])) {
            conf_key_error(group, "addresses",
                           "%s is in [vhid \"%s\"] on "
                           "the same interface already",
                           carp_addr_format(&vhid->addrs.list[i], text),
                           other->name);
            return;
        }
    }
}

/* The lists of groups that name one vhid are joined. */
static void
check_all_senders(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    const GPtrArray *others = group->file->conf->vhids;
    struct carp_addrs all = vhid->senders;
    for (guint i = 0; i < others->len; i++) {
        const struct carp_conf_vhid *other = g_ptr_array_index(others, i);
        for (uint16_t k = 0;
             other->vhid == vhid->vhid && k < other->senders.count; k++) {
            const struct carp_addr *sender = &other->senders.list[k];
            if (!carp_addrs_contain(&all, sender) &&
                carp_addrs_add(&all, sender) != CARP_OK) {
                conf_key_error(group, "senders",
                               "vhid %u has more than %d in "
                               "all its groups",
                               vhid->vhid, CARP_ADDRS_MAX);
                return;
            }
        }
    }
}

bool
conf_check_unique(struct conf_group *group)
{
    const struct carp_conf_vhid *vhid = group->vhid;
    const GPtrArray *others = group->file->conf->vhids;
    if (vhid->senders.count > 0) {
        check_all_senders(group);
    }
    for (guint i = 0; i < others->len; i++) {
        const struct carp_conf_vhid *other = g_ptr_array_index(others, i);
        if (strcmp(vhid->name, other->name) == 0) {
            conf_key_error(group, NULL,
                           "this name stands in %s too: give "
                           "each group its own",
                           other->file);
            return false;
        }
        if (vhid->interface == NULL || other->interface == NULL ||
            strcmp(vhid->interface, other->interface) != 0) {
            continue;
        }
        check_shared_address(group, other);
        if (vhid->vhid == other->vhid) {
            conf_key_error(group, "vhid",
                           "%u runs on %s in [vhid \"%s\"] "
                           "already",
                           vhid->vhid, vhid->interface, other->name);
            return false;
        }
    }
    return true;
}
