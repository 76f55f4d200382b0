/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 settings of the made-up kernel. */
#include <errno.h>

#include "carpd_host.h"
#include "settings6.h"

/* What keeps a macvlan from talking by itself. */
static const struct setting6 calm[] = {
    {"accept_ra", "0"},  {"router_solicitations", "0"},
    {"autoconf", "0"},   {"use_tempaddr", "0"},
    {"accept_dad", "0"}, {"keep_addr_on_down", "-1"}};

static bool
is_in(const struct setting6 *one, const struct setting6 *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(one->name, list[i].name) == 0) {
            return strcmp(one->value, list[i].value) == 0;
        }
    }
    return false;
}

int
settings6_write(const char *interface, const struct setting6 *list,
                size_t count)
{
    const struct setting6 off = {"disable_ipv6", "1"};
    const struct setting6 on = {"disable_ipv6", "0"};
    struct fake_link *link = fake_link_find(interface);
    if (link == NULL) {
        return ENOENT;
    }
    if (fake_kernel_refuses(FAULT_SET_LINK)) {
        return fake_kernel.faults.refuse_code;
    }
    if (is_in(&off, list, count)) {
        link->is_without_v6 = true;
        fake_address_flush(link->index, true);
    }
    link->is_without_v6 &= !is_in(&on, list, count);
    bool is_all = true;
    for (size_t i = 0; i < G_N_ELEMENTS(calm); i++) {
        is_all = is_all && is_in(&calm[i], list, count);
    }
    link->is_calm |= is_all;
    return 0;
}

bool
settings6_are_there(void)
{
    return true;
}
