/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's messages: ours read back as what was meant, cut ones survive;
 * the table tells what changed. */
#include <fcntl.h>
#include <limits.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "kernel_internal.h"

static struct carp_addr
addr(const char *text)
{
    struct carp_addr value;
    g_assert_cmpint(carp_addr_parse(text, &value, NULL), ==, CARP_OK);
    return value;
}

/* -------------------------------------------------------------------- world */

static void
expect(struct kernel *kernel, enum kernel_change change)
{
    struct kernel_event *event = g_queue_pop_head(&kernel->events);
    g_assert_nonnull(event);
    g_assert_cmpint(event->change, ==, change);
    g_free(event);
}

static void
expect_nothing(struct kernel *kernel)
{
    g_assert_true(g_queue_is_empty(&kernel->events));
}

static void
tell_link(struct kernel *kernel, uint16_t type, uint8_t family, int index,
          const char *name, unsigned int flags)
{
    char buffer[KERNEL_MESSAGE];
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    message->nlmsg_type = type;
    info->ifi_family = family;
    info->ifi_index = index;
    info->ifi_type = ARPHRD_ETHER;
    info->ifi_flags = flags;
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    mnl_attr_put(message, IFLA_ADDRESS, 6, "\x02\x00\x00\x00\x00\x01");
    kernel_table_apply(kernel, message);
}

static void
tell_address(struct kernel *kernel, uint16_t type, unsigned int index,
             const char *text, uint8_t prefix_len, uint32_t flags)
{
    char buffer[KERNEL_MESSAGE];
    struct carp_addr value = addr(text);
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    message->nlmsg_type = type;
    info->ifa_family = value.family == CARP_IPV4 ? AF_INET : AF_INET6;
    info->ifa_index = index;
    info->ifa_prefixlen = prefix_len;
    mnl_attr_put(message, IFA_ADDRESS, value.family == CARP_IPV4 ? 4 : 16,
                 value.octets);
    mnl_attr_put_u32(message, IFA_FLAGS, flags);
    kernel_table_apply(kernel, message);
}

#define UP ((unsigned int)IFF_UP)
#define RUNS ((unsigned int)(IFF_UP | IFF_RUNNING | IFF_LOWER_UP))

/* -------------------------------------------------------------------- table */

static void
test_links(void)
{
    struct kernel *kernel = kernel_alloc();
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 2, "eth0", UP);
    expect(kernel, KERNEL_LINK_NEW);
    g_assert_true(kernel_link_named(kernel, "eth0")->is_up);
    g_assert_false(kernel_link_named(kernel, "eth0")->has_carrier);
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 2, "eth0", RUNS);
    expect(kernel, KERNEL_LINK_CHANGED);
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 2, "eth0", RUNS);
    expect_nothing(kernel);
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 2, "lan0", RUNS);
    expect(kernel, KERNEL_LINK_CHANGED);
    g_assert_null(kernel_link_named(kernel, "eth0"));
    /* A bridge that lets a port go does not delete the interface. */
    tell_link(kernel, RTM_DELLINK, AF_BRIDGE, 2, "lan0", RUNS);
    expect_nothing(kernel);
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.0.1", 24, 0);
    expect(kernel, KERNEL_ADDRESS_NEW);
    tell_link(kernel, RTM_DELLINK, AF_UNSPEC, 2, "lan0", 0);
    expect(kernel, KERNEL_ADDRESS_GONE);
    expect(kernel, KERNEL_LINK_GONE);
    expect_nothing(kernel);
    kernel_close(kernel);
}

static void
test_addresses(void)
{
    struct kernel *kernel = kernel_alloc();
    struct carp_addr vip = addr("fd00::1");
    tell_address(kernel, RTM_NEWADDR, 2, "fd00::1", 64, IFA_F_TENTATIVE);
    expect(kernel, KERNEL_ADDRESS_NEW);
    g_assert_true(kernel_address_find(kernel, 2, &vip)->is_tentative);
    tell_address(kernel, RTM_NEWADDR, 2, "fd00::1", 64, 0);
    expect(kernel, KERNEL_ADDRESS_CHANGED);
    tell_address(kernel, RTM_NEWADDR, 2, "fd00::1", 64, 0);
    expect_nothing(kernel);
    /* The same address with another prefix stands beside it. */
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.0.1", 24, 0);
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.0.1", 32, 0);
    expect(kernel, KERNEL_ADDRESS_NEW);
    expect(kernel, KERNEL_ADDRESS_NEW);
    tell_address(kernel, RTM_DELADDR, 2, "10.0.0.1", 24, 0);
    expect(kernel, KERNEL_ADDRESS_GONE);
    struct carp_addr twice = addr("10.0.0.1");
    g_assert_cmpuint(kernel_address_find(kernel, 0, &twice)->prefix_len, ==,
                     32);
    tell_address(kernel, RTM_DELADDR, 3, "10.0.0.1", 32, 0);
    expect_nothing(kernel);
    kernel_close(kernel);
}

/* Read anew: what the dump does not name is gone. */
static void
test_sweep(void)
{
    struct kernel *kernel = kernel_alloc();
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 2, "eth0", RUNS);
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 3, "eth1", RUNS);
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.0.1", 24, 0);
    tell_address(kernel, RTM_NEWADDR, 3, "10.0.1.1", 24, 0);
    g_queue_clear_full(&kernel->events, g_free);
    kernel->round++;
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 2, "eth0", RUNS);
    kernel_table_sweep(kernel);
    expect(kernel, KERNEL_ADDRESS_GONE);
    expect(kernel, KERNEL_ADDRESS_GONE);
    expect(kernel, KERNEL_LINK_GONE);
    expect_nothing(kernel);
    g_assert_nonnull(kernel_link(kernel, 2));
    kernel_close(kernel);
}

static bool
is_fifty(const struct carp_addr *a, void *data)
{
    (void)data;
    return a->octets[3] == 50;
}

static void
check_source(const struct kernel *kernel, const char *dest, const char *wanted)
{
    struct carp_addr to = addr(dest);
    struct carp_addr from = kernel_source(kernel, 2, &to, is_fifty, NULL);
    char text[CARP_ADDR_TEXT] = "none";
    if (from.family != CARP_FAMILY_NONE) {
        carp_addr_format(&from, text);
    }
    g_assert_cmpstr(text, ==, wanted);
}

static void
test_source(void)
{
    struct kernel *kernel = kernel_alloc();
    tell_link(kernel, RTM_NEWLINK, AF_UNSPEC, 2, "eth0", RUNS);
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.0.50", 24, 0);
    check_source(kernel, "224.0.0.18", "none");
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.0.2", 24, IFA_F_SECONDARY);
    check_source(kernel, "224.0.0.18", "10.0.0.2");
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.1.1", 24, 0);
    tell_address(kernel, RTM_NEWADDR, 3, "10.0.3.1", 24, 0);
    check_source(kernel, "224.0.0.18", "10.0.1.1");
    tell_address(kernel, RTM_NEWADDR, 2, "fe80::1", 64, IFA_F_TENTATIVE);
    check_source(kernel, "ff02::12", "none");
    tell_address(kernel, RTM_NEWADDR, 2, "fe80::1", 64, 0);
    tell_address(kernel, RTM_NEWADDR, 2, "fd00::1", 64, IFA_F_DEPRECATED);
    tell_address(kernel, RTM_NEWADDR, 2, "fd00::2", 64, 0);
    check_source(kernel, "ff02::12", "fe80::1");
    check_source(kernel, "fe80::9", "fe80::1");
    check_source(kernel, "fd00::9", "fd00::2");
    kernel_close(kernel);
}

/* ----------------------------------------------------------------- messages */

static bool
has_octets(const char *buffer, const char four[5])
{
    for (size_t i = 0; i + 4 <= KERNEL_MESSAGE; i++) {
        if (memcmp(buffer + i, four, 4) == 0) {
            return true;
        }
    }
    return false;
}

static void
test_requests(void)
{
    char buffer[KERNEL_MESSAGE] = {0};
    struct kernel_request request = {
        .op = KERNEL_ADD_ADDRESS,
        .address = {.index = 5, .addr = addr("10.0.7.50"), .prefix_len = 20},
        .metric = 9};
    struct kernel_address address;
    g_assert_true(
        kernel_parse_address(kernel_build(&request, 1, buffer), &address));
    g_assert_true(carp_addr_equal(&address.addr, &request.address.addr));
    g_assert_cmpuint(address.index, ==, 5);
    g_assert_cmpuint(address.prefix_len, ==, 20);
    g_assert_cmpuint(address.proto, ==, KERNEL_PROTO_CARP);
    /* 10.0.15.255, the subnet's broadcast address. */
    g_assert_true(has_octets(buffer, "\x0a\x00\x0f\xff"));

    struct kernel_request macvlan = {.op = KERNEL_ADD_MACVLAN,
                                     .parent = 2,
                                     .mac = carp_mac_virtual(9),
                                     .name = "carp9-eth0"};
    struct kernel_link link;
    struct nlmsghdr *message = kernel_build(&macvlan, 2, buffer);
    struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    info->ifi_index = 7; /* the kernel's part */
    g_assert_true(kernel_parse_link(message, &link));
    g_assert_cmpstr(link.name, ==, "carp9-eth0");
    g_assert_cmpstr(link.kind, ==, "macvlan");
    g_assert_cmpuint(link.parent, ==, 2);
    g_assert_true(carp_mac_equal(&link.mac, &macvlan.mac));
}

/* What was in the buffer before must not leave for the kernel. */
static void
test_request_leaves_nothing(void)
{
    char clean[KERNEL_MESSAGE] = {0};
    char used[KERNEL_MESSAGE];
    struct kernel_request request = {.op = KERNEL_ADD_MACVLAN,
                                     .parent = 2,
                                     .mac = carp_mac_virtual(9),
                                     .name = "carp9-eth0"};
    memset(used, 0xa5, sizeof(used));
    const size_t len = kernel_build(&request, 2, clean)->nlmsg_len;
    g_assert_cmpuint(kernel_build(&request, 2, used)->nlmsg_len, ==, len);
    g_assert_cmpint(memcmp(used, clean, len), ==, 0);
}

static void
test_cut_messages(void)
{
    char buffer[KERNEL_MESSAGE];
    struct kernel_request request = {
        .op = KERNEL_ADD_ADDRESS,
        .address = {.index = 5, .addr = addr("fd00::50"), .prefix_len = 64}};
    struct nlmsghdr *whole = kernel_build(&request, 1, buffer);
    uint32_t full = whole->nlmsg_len;
    for (uint32_t len = sizeof(struct nlmsghdr); len < full; len++) {
        struct kernel_address address;
        struct kernel_link link;
        /* Messages end at a multiple of four; the sanitizer looks. */
        struct nlmsghdr *cut = g_malloc0((len + 3u) / 4u * 4u);
        memcpy(cut, buffer, len);
        cut->nlmsg_len = len;
        (void)kernel_parse_address(cut, &address);
        cut->nlmsg_type = RTM_NEWLINK;
        (void)kernel_parse_link(cut, &link);
        g_free(cut);
    }
}

/* What no kernel says, and libmnl would believe. */
static void
test_hostile_messages(void)
{
    struct kernel *kernel = kernel_alloc();
    struct kernel_request request = {0};
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
    } answer = {.head = {.nlmsg_type = NLMSG_ERROR, .nlmsg_seq = 3}};
    /* A length that is negative as an int is within nothing. */
    answer.head.nlmsg_len = 0xfffffff0;
    g_assert_false(kernel_message_ok(&answer.head, sizeof(answer)));
    kernel_table_apply_all(kernel, &answer, sizeof(answer));
    answer.head.nlmsg_len = sizeof(answer);
    g_assert_true(kernel_message_ok(&answer.head, sizeof(answer)));
    /* Its last attribute may reach to the boundary behind it. */
    answer.head.nlmsg_len = sizeof(answer) - 3;
    g_assert_false(kernel_message_ok(&answer.head, sizeof(answer) - 3));
    answer.head.nlmsg_len = sizeof(answer);
    answer.error.error = INT_MIN;
    g_assert_cmpuint(
        kernel_parse_answers(&answer, sizeof(answer), 3, &request, 1), ==, 1);
    g_assert_cmpint(request.code, >, 0);
    tell_address(kernel, RTM_NEWADDR, 2, "10.0.0.1", 33, 0);
    tell_address(kernel, RTM_NEWADDR, 2, "fe80::1", 129, 0);
    expect_nothing(kernel);
    kernel_close(kernel);
}

/* What was lost when the kernel's queue overflowed is read until it is there:
 * nobody tells it again. */
static void
test_refresh(void)
{
    struct os_error error;
    struct kernel *kernel = kernel_open(NULL, &error);
    g_assert_nonnull(kernel);
    int asker = mnl_socket_get_fd(kernel->asker);
    int kept = dup(asker);
    int null = open("/dev/null", O_RDWR);
    g_assert_cmpint(dup2(null, asker), ==, asker);
    kernel_refresh(kernel);
    g_assert_true(kernel->is_stale);
    g_assert_cmpint(dup2(kept, asker), ==, asker);
    gint64 limit = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;
    while (kernel->is_stale && g_get_monotonic_time() < limit) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_assert_false(kernel->is_stale);
    g_assert_nonnull(kernel_link_named(kernel, "lo"));
    close(kept);
    close(null);
    kernel_close(kernel);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernel/links", test_links);
    g_test_add_func("/kernel/addresses", test_addresses);
    g_test_add_func("/kernel/sweep", test_sweep);
    g_test_add_func("/kernel/source", test_source);
    g_test_add_func("/kernel/requests", test_requests);
    g_test_add_func("/kernel/request/leaves-nothing",
                    test_request_leaves_nothing);
    g_test_add_func("/kernel/cut", test_cut_messages);
    g_test_add_func("/kernel/hostile", test_hostile_messages);
    g_test_add_func("/kernel/refresh", test_refresh);
    return g_test_run();
}
