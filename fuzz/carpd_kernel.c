/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces of a kernel that is made up; each change is told. */
#include <errno.h>
#include <sys/utsname.h>

#include "carpd_host.h"

struct fake_kernel fake_kernel;

struct fake_link *
fake_link_find(const char *name)
{
    for (size_t i = 0; i < KERNEL_LINKS_MAX; i++) {
        struct fake_link *link = &fake_kernel.links[i];
        if (link->index != 0 && strcmp(link->name, name) == 0) {
            return link;
        }
    }
    return NULL;
}

struct fake_link *
fake_link_at(unsigned int index)
{
    for (size_t i = 0; i < KERNEL_LINKS_MAX && index != 0; i++) {
        if (fake_kernel.links[i].index == index) {
            return &fake_kernel.links[i];
        }
    }
    return NULL;
}

bool
fake_link_has_carrier(const struct fake_link *link)
{
    const struct fake_link *parent = fake_link_at(link->parent);
    return link->is_up && link->has_cable &&
           (parent == NULL || (parent->is_up && parent->has_cable));
}

struct fake_link *
fake_link_add(const char *name, const char *kind, unsigned int parent,
              const struct carp_mac *mac)
{
    struct fake_link *link = NULL;
    for (size_t i = 0; i < KERNEL_LINKS_MAX && link == NULL; i++) {
        link = fake_kernel.links[i].index == 0 ? &fake_kernel.links[i] : NULL;
    }
    FUZZ_CHECK(link != NULL);
    memset(link, 0, sizeof(*link));
    link->index = ++fake_kernel.next_index;
    g_strlcpy(link->name, name, sizeof(link->name));
    g_strlcpy(link->kind, kind, sizeof(link->kind));
    link->parent = parent;
    link->mac = *mac;
    link->has_cable = true;
    link->is_ethernet = true;
    notice_tell(notice_link(link, false, 0, false));
    return link;
}

void
fake_link_move_away(struct fake_link *link)
{
    fake_address_flush(link->index, false);
    notice_tell(notice_link(link, true, 0, false));
    link->index = 0;
}

void
fake_link_remove(struct fake_link *link)
{
    for (size_t i = 0; i < KERNEL_LINKS_MAX; i++) {
        if (fake_kernel.links[i].index != 0 &&
            fake_kernel.links[i].parent == link->index) {
            fake_link_remove(&fake_kernel.links[i]);
        }
    }
    fake_link_move_away(link);
}

/* It must not talk by itself from the virtual MAC. */
static bool
is_silent(const struct fake_link *link)
{
    return !g_str_has_prefix(link->alias, "carpd ") ||
           strcmp(link->kind, "macvlan") != 0 || link->is_without_v6 ||
           (link->is_calm && link->has_no_local);
}

/* Those above it have its carrier. */
static void
tell_link(const struct fake_link *link)
{
    notice_tell(notice_link(link, false, 0, false));
    for (size_t i = 0; i < KERNEL_LINKS_MAX; i++) {
        if (fake_kernel.links[i].index != 0 &&
            fake_kernel.links[i].parent == link->index) {
            notice_tell(notice_link(&fake_kernel.links[i], false, 0, false));
        }
    }
}

void
fake_link_set(struct fake_link *link, bool is_up, bool has_cable)
{
    bool goes_down = link->is_up && !is_up;
    link->is_up = is_up;
    link->has_cable = has_cable;
    FUZZ_CHECK(!is_up || is_silent(link));
    if (goes_down) {
        fake_address_flush(link->index, true);
    }
    tell_link(link);
}

bool
fake_kernel_refuses(unsigned int kind)
{
    struct fake_faults *faults = &fake_kernel.faults;
    if ((faults->refuse_kinds & kind) == 0 || faults->refuse_count == 0) {
        return false;
    }
    if (faults->refuse_skip > 0) {
        faults->refuse_skip--;
        return false;
    }
    faults->refuse_count--;
    fake_kernel.has_kept |= (kind & (FAULT_DEL_LINK | FAULT_DEL_ADDRESS)) != 0;
    return true;
}

void
fake_kernel_begin(void)
{
    bool is_old = fake_kernel.is_old;
    memset(&fake_kernel, 0, sizeof(fake_kernel));
    fake_kernel.is_old = is_old;
}

int
uname(struct utsname *name)
{
    memset(name, 0, sizeof(*name));
    g_strlcpy(name->release, fake_kernel.is_old ? "5.15.0-1" : "6.1.0",
              sizeof(name->release));
    return 0;
}
