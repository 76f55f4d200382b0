/* SPDX-License-Identifier: BSD-2-Clause */
/* What a request failed of, in words. */
#include <errno.h>

#include "kernel_internal.h"

static const char *
name_of(const struct kernel *kernel, unsigned int index)
{
    const struct kernel_link *link = kernel_link(kernel, index);
    return link != NULL ? link->name : "an interface that is gone";
}

static char *
say_attempt(const struct kernel *kernel, const struct kernel_request *request)
{
    char addr[CARP_ADDR_TEXT];
    switch (request->op) {
    case KERNEL_ADD_MACVLAN:
        return g_strdup_printf("%s: adding macvlan %s",
                               name_of(kernel, request->parent), request->name);
    case KERNEL_DEL_LINK:
        return g_strdup_printf("%s: removing the interface",
                               name_of(kernel, request->index));
    case KERNEL_DEL_GROUP:
        return g_strdup("removing interfaces");
    case KERNEL_SET_LINK:
        return g_strdup_printf("%s: %s", name_of(kernel, request->index),
                               request->set_up     ? "setting it up"
                               : request->set_down ? "setting it down"
                                                   : "changing settings");
    case KERNEL_ADD_ADDRESS:
    case KERNEL_DEL_ADDRESS:
        break;
    }
    return g_strdup_printf(
        "%s: %s %s/%u", name_of(kernel, request->address.index),
        request->op == KERNEL_ADD_ADDRESS ? "adding" : "removing",
        carp_addr_format(&request->address.addr, addr),
        request->address.prefix_len);
}

/* Who has its MAC already; the kernel lets one at a time be up. */
static const struct kernel_link *
find_rival(const struct kernel *kernel, unsigned int index)
{
    size_t cursor = 0;
    const struct kernel_link *own = kernel_link(kernel, index);
    const struct kernel_link *link = NULL;
    while (own != NULL && (link = kernel_link_next(kernel, &cursor)) != NULL) {
        if (link != own && link->is_up &&
            carp_mac_equal(&link->mac, &own->mac)) {
            return link;
        }
    }
    return NULL;
}

static char *
say_rival(const struct kernel *kernel, const struct kernel_request *request)
{
    char mac[CARP_MAC_TEXT];
    const struct kernel_link *rival =
        request->op == KERNEL_SET_LINK && request->code == EADDRINUSE
            ? find_rival(kernel, request->index)
            : NULL;
    return rival == NULL
               ? g_strdup("")
               : g_strdup_printf(
                     ": %s has its MAC %s, as VRRP of the same number does: "
                     "give one of the two another number, or use vmac = off",
                     rival->name, carp_mac_format(&rival->mac, mac));
}

static const char *
say_remedy(const struct kernel_request *request)
{
    if (request->code == EPERM || request->code == EACCES) {
        bool is_ipv6_off = request->op == KERNEL_ADD_ADDRESS &&
                           request->address.addr.family == CARP_IPV6 &&
                           request->code == EACCES;
        return is_ipv6_off ? ": IPv6 is off there: see sysctl disable_ipv6"
                           : ": run it as root or with CAP_NET_ADMIN";
    }
    if (request->op == KERNEL_ADD_MACVLAN) {
        return request->code == EEXIST
                   ? ": another interface has that name: remove it"
                   : ": use vmac = off for this vhid";
    }
    return request->code == ENODEV ? ": see 'ip link'" : "";
}

static enum os_fault
fault_of(const struct kernel_request *request)
{
    enum os_fault fault = os_fault_of(request->code);
    if (request->op != KERNEL_ADD_MACVLAN) {
        return fault;
    }
    switch (request->code) {
    case EPERM:
    case EACCES:
    case ENODEV:
    case EEXIST:
    case ENOMEM:
    case ETIMEDOUT:
        return fault;
    default: /* EBUSY: enslaved; EINVAL, EOPNOTSUPP: no such kind here */
        return OS_NO_MACVLAN;
    }
}

bool
kernel_explain(const struct kernel *kernel,
               const struct kernel_request *request, struct os_error *error)
{
    char *attempt = say_attempt(kernel, request);
    char *rival = say_rival(kernel, request);
    bool has_words = request->said[0] != '\0';
    os_error_set(error, fault_of(request), request->code, "%s: %s%s%s%s%s%s",
                 attempt, g_strerror(request->code), has_words ? " (" : "",
                 request->said, has_words ? ")" : "", say_remedy(request),
                 rival);
    g_free(rival);
    g_free(attempt);
    return false;
}
