/* SPDX-License-Identifier: BSD-2-Clause */
/* Do two groups mean the same? */
#include <string.h>

#include "conf_internal.h"

static bool
same_text(const char *a, const char *b)
{
    return g_strcmp0(a, b) == 0;
}

static bool
same_addrs(const struct carp_addrs *a, const struct carp_addrs *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (uint16_t i = 0; i < a->count; i++) {
        if (!carp_addr_equal(&a->list[i], &b->list[i])) {
            return false;
        }
    }
    return true;
}

static bool
same_addresses(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    if (!same_addrs(&a->addrs, &b->addrs) ||
        memcmp(a->prefix_len, b->prefix_len, a->addrs.count) != 0 ||
        a->addrs_count != b->addrs_count) {
        return false;
    }
    for (unsigned int i = 0; i < a->addrs_count; i++) {
        if (!same_addrs(&a->accept_addrs[i], &b->accept_addrs[i])) {
            return false;
        }
    }
    return true;
}

/* The password too, for it explains mismatches. */
static bool
same_key(const struct carp_key *a, const struct carp_key *b)
{
    return carp_key_equal(a, b) && a->password_len == b->password_len &&
           memcmp(a->password, b->password, a->password_len) == 0;
}

static bool
same_secrets(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    if (!same_key(&a->key, &b->key) || a->accept_count != b->accept_count) {
        return false;
    }
    for (unsigned int i = 0; i < a->accept_count; i++) {
        if (!same_key(&a->accept[i], &b->accept[i])) {
            return false;
        }
    }
    return a->profile == b->profile && a->has_lladdr == b->has_lladdr &&
           (!a->has_lladdr || carp_mac_equal(&a->lladdr, &b->lladdr));
}

static bool
same_election(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    return a->advbase == b->advbase && a->advskew == b->advskew &&
           a->preempt == b->preempt && a->preempt_delay == b->preempt_delay &&
           a->start_delay == b->start_delay && a->dead_ratio == b->dead_ratio &&
           a->tie == b->tie && a->late_listen == b->late_listen &&
           a->families_apart == b->families_apart && a->replay == b->replay &&
           same_text(a->group, b->group) && a->demote == b->demote &&
           a->demote_link_down == b->demote_link_down &&
           a->demote_send_error == b->demote_send_error &&
           a->ignore_link == b->ignore_link;
}

static bool
same_wire(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    return a->vhid == b->vhid && same_text(a->interface, b->interface) &&
           a->vmac == b->vmac && a->has_vmac == b->has_vmac &&
           a->by_script == b->by_script && a->broadcast == b->broadcast &&
           carp_addr_equal(&a->peer, &b->peer) &&
           carp_addr_equal(&a->peer6, &b->peer6) &&
           carp_addr_equal(&a->source, &b->source) &&
           carp_addr_equal(&a->source6, &b->source6) &&
           a->min_ttl == b->min_ttl &&
           a->announce_repeat == b->announce_repeat &&
           a->announce_delay == b->announce_delay &&
           a->announce_refresh == b->announce_refresh;
}

static bool
same_programs(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    return same_text(a->up_script, b->up_script) &&
           same_text(a->down_script, b->down_script) &&
           same_text(a->script_arg, b->script_arg) &&
           a->down_at_start == b->down_at_start &&
           same_text(a->hook, b->hook) && same_text(a->notify, b->notify);
}

static bool
same_tracks(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    if (a->track_count != b->track_count ||
        a->track_interval != b->track_interval ||
        a->track_rise != b->track_rise || a->track_fall != b->track_fall) {
        return false;
    }
    for (unsigned int i = 0; i < a->track_count; i++) {
        if (a->track[i].kind != b->track[i].kind ||
            a->track[i].amount != b->track[i].amount ||
            strcmp(a->track[i].what, b->track[i].what) != 0) {
            return false;
        }
    }
    return true;
}

bool
carp_conf_vhid_equal(const struct carp_conf_vhid *a,
                     const struct carp_conf_vhid *b)
{
    return strcmp(a->name, b->name) == 0 && same_wire(a, b) &&
           same_addresses(a, b) && same_secrets(a, b) && same_election(a, b) &&
           same_programs(a, b) && same_tracks(a, b);
}
