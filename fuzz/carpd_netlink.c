/* SPDX-License-Identifier: BSD-2-Clause */
/* libmnl's sockets: requests go to the made-up kernel, its notices come. */
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "carpd_host.h"

struct mnl_socket {
    int fd;
    bool has_overrun;
    GQueue messages; /* GBytes */
};

static struct mnl_socket *monitor, *asker;

/* ----------------------------------------------------------------- sockets */

struct mnl_socket *
mnl_socket_open2(int bus, int flags)
{
    (void)bus;
    struct mnl_socket *made = g_new0(struct mnl_socket, 1);
    /* The one that blocks gets a time limit, as only a socket has it. */
    made->fd = (flags & SOCK_NONBLOCK) != 0
                   ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)
                   : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_queue_init(&made->messages);
    return made;
}

int
mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
    (void)pid;
    *(groups != 0 ? &monitor : &asker) = nl;
    return 0;
}

int
mnl_socket_close(struct mnl_socket *nl)
{
    monitor = nl == monitor ? NULL : monitor;
    asker = nl == asker ? NULL : asker;
    g_queue_clear_full(&nl->messages, (GDestroyNotify)g_bytes_unref);
    close(nl->fd);
    g_free(nl);
    return 0;
}

int
mnl_socket_get_fd(const struct mnl_socket *nl)
{
    return nl->fd;
}

int
mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf,
                      socklen_t len)
{
    (void)nl;
    (void)type;
    (void)buf;
    (void)len;
    return 0;
}

/* Readable while something waits. */
static void
update(const struct mnl_socket *nl)
{
    uint64_t count = 1;
    if (nl != monitor) {
        return;
    }
    bool has_some = nl->has_overrun || nl->messages.length > 0;
    (void)!read(nl->fd, &count, sizeof(count));
    count = 1;
    if (has_some) {
        FUZZ_CHECK(write(nl->fd, &count, sizeof(count)) == sizeof(count));
    }
}

ssize_t
mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
    struct mnl_socket *own = nl == monitor ? monitor : asker;
    FUZZ_CHECK(nl == own);
    if (own->has_overrun) {
        own->has_overrun = false;
        update(own);
        errno = ENOBUFS;
        return -1;
    }
    GBytes *message = g_queue_pop_head(&own->messages);
    update(own);
    if (message == NULL) {
        errno = EAGAIN;
        return -1;
    }
    gsize len = 0;
    const void *octets = g_bytes_get_data(message, &len);
    FUZZ_CHECK(len <= size);
    memcpy(buf, octets, len);
    g_bytes_unref(message);
    return (ssize_t)len;
}

void
notice_tell(GBytes *message)
{
    if (monitor == NULL) {
        g_bytes_unref(message);
        return;
    }
    g_queue_push_tail(&monitor->messages, message);
    update(monitor);
}

bool
notice_waits(void)
{
    return monitor != NULL &&
           (monitor->has_overrun || monitor->messages.length > 0);
}

void
notice_overrun(void)
{
    if (monitor != NULL) {
        g_queue_clear_full(&monitor->messages, (GDestroyNotify)g_bytes_unref);
        monitor->has_overrun = true;
        fake_kernel.has_lost = true;
        update(monitor);
    }
}

/* ---------------------------------------------------------------- requests */

struct attributes {
    const struct nlattr *at[IFLA_MAX + 1];
};

static int
take_attribute(const struct nlattr *attr, void *data)
{
    struct attributes *found = data;
    FUZZ_CHECK(mnl_attr_get_type(attr) <= IFLA_MAX);
    found->at[mnl_attr_get_type(attr)] = attr;
    return MNL_CB_OK;
}

static void
read_attributes(const struct nlmsghdr *message, unsigned int header,
                struct attributes *found)
{
    memset(found, 0, sizeof(*found));
    FUZZ_CHECK(mnl_attr_parse(message, header, take_attribute, found) >= 0);
}

static uint32_t
get_u32(const struct attributes *attributes, unsigned int type)
{
    const struct nlattr *attr = attributes->at[type];
    return attr != NULL ? mnl_attr_get_u32(attr) : 0;
}

/* Stays as it is when it is not told. */
static void
get_text(const struct nlattr *attr, char *out, size_t size)
{
    if (attr != NULL) {
        size_t len = mnl_attr_get_payload_len(attr);
        FUZZ_CHECK(len < size);
        memcpy(out, mnl_attr_get_payload(attr), len);
        out[len] = '\0';
    }
}

static int
add_macvlan(const struct attributes *attributes)
{
    char name[KERNEL_NAME] = "";
    struct carp_mac mac;
    unsigned int parent = get_u32(attributes, IFLA_LINK);
    get_text(attributes->at[IFLA_IFNAME], name, sizeof(name));
    memcpy(mac.octets, mnl_attr_get_payload(attributes->at[IFLA_ADDRESS]), 6);
    if (fake_link_find(name) != NULL) {
        return EEXIST;
    }
    if (fake_link_at(parent) == NULL) {
        return ENODEV;
    }
    (void)fake_link_add(name, "macvlan", parent, &mac);
    return 0;
}

static int
take_setting(const struct nlattr *attr, void *data)
{
    struct fake_link *link = data;
    uint16_t id = mnl_attr_get_type(attr);
    FUZZ_CHECK(id >= 1 && id <= KERNEL_SETTINGS);
    link->settings[id - 1] = mnl_attr_get_u32(attr);
    return MNL_CB_OK;
}

static int
take_kind(const struct nlattr *attr, void *data)
{
    return mnl_attr_parse_nested(attr, take_setting, data);
}

static int
take_family(const struct nlattr *attr, void *data)
{
    if (mnl_attr_get_type(attr) == AF_INET) {
        return mnl_attr_parse_nested(attr, take_kind, data);
    }
    ((struct fake_link *)data)->has_no_local = true;
    return MNL_CB_OK;
}

/* Of those with one MAC on one interface only one can be up. */
static bool
has_rival(const struct fake_link *link)
{
    for (size_t i = 0; i < KERNEL_LINKS_MAX; i++) {
        const struct fake_link *row = &fake_kernel.links[i];
        if (row != link && row->index != 0 && row->is_up &&
            row->parent == link->parent &&
            carp_mac_equal(&row->mac, &link->mac)) {
            return true;
        }
    }
    return false;
}

static int
set_link(const struct attributes *attributes, const struct ifinfomsg *info)
{
    struct fake_link *link = fake_link_at((unsigned int)info->ifi_index);
    if (link == NULL) {
        return ENODEV;
    }
    get_text(attributes->at[IFLA_IFNAME], link->name, sizeof(link->name));
    get_text(attributes->at[IFLA_IFALIAS], link->alias, sizeof(link->alias));
    if (attributes->at[IFLA_GROUP] != NULL) {
        link->group = get_u32(attributes, IFLA_GROUP);
    }
    if (attributes->at[IFLA_AF_SPEC] != NULL) {
        (void)mnl_attr_parse_nested(attributes->at[IFLA_AF_SPEC], take_family,
                                    link);
    }
    bool is_up = (info->ifi_change & (unsigned int)IFF_UP) != 0
                     ? (info->ifi_flags & (unsigned int)IFF_UP) != 0
                     : link->is_up;
    if (is_up && !link->is_up && link->parent != 0 && has_rival(link)) {
        return EADDRINUSE;
    }
    fake_link_set(link, is_up, link->has_cable);
    return 0;
}

static int
delete_link(const struct attributes *attributes, const struct ifinfomsg *info)
{
    uint32_t group = get_u32(attributes, IFLA_GROUP);
    struct fake_link *link = fake_link_at((unsigned int)info->ifi_index);
    bool has_gone = false;
    for (size_t i = 0; group != 0 && i < KERNEL_LINKS_MAX; i++) {
        struct fake_link *row = &fake_kernel.links[i];
        if (row->index != 0 && row->group == group) {
            fake_link_remove(row);
            has_gone = true;
        }
    }
    if (link != NULL) {
        fake_link_remove(link);
    }
    return has_gone || link != NULL ? 0 : ENODEV;
}

static int
change_address(const struct nlmsghdr *message)
{
    const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
    struct attributes attributes;
    uint8_t octets[16] = {0};
    struct kernel_address row = {.index = info->ifa_index,
                                 .prefix_len = info->ifa_prefixlen};
    read_attributes(message, sizeof(*info), &attributes);
    const struct nlattr *local = attributes.at[IFA_LOCAL];
    memcpy(octets, mnl_attr_get_payload(local),
           mnl_attr_get_payload_len(local));
    row.addr = info->ifa_family == AF_INET ? carp_addr_v4(octets)
                                           : carp_addr_v6(octets);
    row.proto = attributes.at[IFA_PROTO] != NULL ? KERNEL_PROTO_CARP : 0;
    row.is_deprecated = row.addr.family == CARP_IPV6;
    const struct fake_link *link = fake_link_at(row.index);
    if (link == NULL) {
        return ENODEV;
    }
    if (link->is_without_v6 && row.addr.family == CARP_IPV6 &&
        message->nlmsg_type == RTM_NEWADDR) {
        return EACCES;
    }
    if (message->nlmsg_type == RTM_NEWADDR) {
        fake_address_add(&row);
        return 0;
    }
    return fake_address_remove(&row) ? 0 : EADDRNOTAVAIL;
}

/* What it says to be there is, and what it says to be gone is not. */
static int
refusal_of(uint16_t type)
{
    int code = fake_kernel.faults.refuse_code;
    bool is_lie = type == RTM_NEWADDR ? code == EEXIST
                                      : code == ENODEV || code == EADDRNOTAVAIL;
    return is_lie ? ENOMEM : code;
}

static int
carry_out(const struct nlmsghdr *message)
{
    static const struct {
        uint16_t type;
        unsigned int kind;
    } kinds[] = {{RTM_NEWLINK, FAULT_MACVLAN},
                 {RTM_SETLINK, FAULT_SET_LINK},
                 {RTM_DELLINK, FAULT_DEL_LINK},
                 {RTM_NEWADDR, FAULT_ADD_ADDRESS},
                 {RTM_DELADDR, FAULT_DEL_ADDRESS}};
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    struct attributes attributes;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].type == message->nlmsg_type &&
            fake_kernel_refuses(kinds[i].kind)) {
            return refusal_of(message->nlmsg_type);
        }
    }
    switch (message->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return change_address(message);
    default:
        read_attributes(message, sizeof(*info), &attributes);
    }
    switch (message->nlmsg_type) {
    case RTM_NEWLINK:
        return add_macvlan(&attributes);
    case RTM_SETLINK:
        return set_link(&attributes, info);
    case RTM_DELLINK:
        return delete_link(&attributes, info);
    default:
        return EOPNOTSUPP;
    }
}

static void
answer(GBytes *message)
{
    g_queue_push_tail(&asker->messages, message);
}

static void
dump(const struct nlmsghdr *message)
{
    struct fake_faults *faults = &fake_kernel.faults;
    bool is_torn = faults->dumps_torn > 0;
    if (faults->dumps_failed > 0) {
        faults->dumps_failed--;
        answer(notice_answer(message->nlmsg_seq, EBUSY));
        return;
    }
    faults->dumps_torn -= is_torn;
    for (size_t i = 0; i < KERNEL_LINKS_MAX; i++) {
        if (message->nlmsg_type == RTM_GETLINK &&
            fake_kernel.links[i].index != 0) {
            answer(notice_link(&fake_kernel.links[i], false, message->nlmsg_seq,
                               is_torn));
        }
    }
    for (size_t i = 0; i < KERNEL_ADDRESSES_MAX; i++) {
        if (message->nlmsg_type == RTM_GETADDR &&
            fake_kernel.addresses[i].is_used) {
            answer(notice_address(&fake_kernel.addresses[i].row, false,
                                  message->nlmsg_seq, is_torn));
        }
    }
    answer(notice_done(message->nlmsg_seq));
}

static void
lose_answer(void)
{
    if (fake_kernel.faults.answers_lost > 0) {
        fake_kernel.faults.answers_lost--;
        g_bytes_unref(g_queue_pop_tail(&asker->messages));
        asker->has_overrun = true;
    }
}

static void
handle(const struct nlmsghdr *message)
{
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    if ((message->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
        dump(message);
    } else if (message->nlmsg_type == RTM_GETLINK) {
        const struct fake_link *link =
            fake_link_at((unsigned int)info->ifi_index);
        answer(link != NULL
                   ? notice_link(link, false, message->nlmsg_seq, false)
                   : notice_answer(message->nlmsg_seq, ENODEV));
    } else if (message->nlmsg_type == RTM_GETROUTE) {
        answer(notice_answer(message->nlmsg_seq, fake_kernel.faults.has_no_route
                                                     ? ENETUNREACH
                                                     : 0));
    } else {
        answer(notice_answer(message->nlmsg_seq, carry_out(message)));
        lose_answer();
    }
}

ssize_t
mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t size)
{
    FUZZ_CHECK(nl == asker);
    int left = (int)size;
    for (const struct nlmsghdr *message = req; mnl_nlmsg_ok(message, left);
         message = mnl_nlmsg_next(message, &left)) {
        handle(message);
    }
    FUZZ_CHECK(left == 0);
    return (ssize_t)size;
}
