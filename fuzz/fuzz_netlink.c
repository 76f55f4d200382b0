/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel says: notices of interfaces and addresses, the table that
 * they keep, and answers to requests. The input is one buffer as a socket
 * gives it; its last octet says whether it is notices, a dump or answers.
 */
#include <stdbool.h>

#include <glib.h>
#include <linux/rtnetlink.h>

#include "fuzz.h"
#include "kernel_internal.h"

#define REQUESTS 4

static void
check_link(const struct kernel *kernel, const struct kernel_link *link)
{
    FUZZ_CHECK(link->index != 0);
    FUZZ_CHECK(memchr(link->name, '\0', sizeof(link->name)) != NULL);
    FUZZ_CHECK(memchr(link->kind, '\0', sizeof(link->kind)) != NULL);
    FUZZ_CHECK(memchr(link->alias, '\0', sizeof(link->alias)) != NULL);
    FUZZ_CHECK(link->is_up || !link->has_carrier);
    FUZZ_CHECK(kernel_link(kernel, link->index) == link);
}

static void
check_table(const struct kernel *kernel)
{
    static const struct carp_addr groups[2] = {
        {.family = CARP_IPV4, .octets = {224, 0, 0, 18}},
        {.family = CARP_IPV6, .octets = {0xff, 2, [15] = 0x12}}};
    const struct kernel_link *link = NULL;
    const struct kernel_address *address = NULL;
    size_t cursor = 0;
    while ((link = kernel_link_next(kernel, &cursor)) != NULL) {
        check_link(kernel, link);
        for (size_t i = 0; i < 2; i++) {
            struct carp_addr source =
                kernel_source(kernel, link->index, &groups[i], NULL, NULL);
            FUZZ_CHECK(source.family == CARP_FAMILY_NONE ||
                       source.family == groups[i].family);
        }
    }
    cursor = 0;
    while ((address = kernel_address_next(kernel, 0, &cursor)) != NULL) {
        char text[CARP_ADDR_TEXT];
        FUZZ_CHECK(address->addr.family == CARP_IPV4 ||
                   address->addr.family == CARP_IPV6);
        FUZZ_CHECK(address->prefix_len <=
                   (address->addr.family == CARP_IPV4 ? 32 : 128));
        carp_addr_format(&address->addr, text);
        FUZZ_CHECK(kernel_address_find(kernel, address->index,
                                       &address->addr) != NULL);
    }
}

/* What was told adds up to what is there. */
static void
check_events(struct kernel *kernel)
{
    long links = 0, addresses = 0;
    struct kernel_event *event = NULL;
    while ((event = g_queue_pop_head(&kernel->events)) != NULL) {
        links += event->change == KERNEL_LINK_NEW;
        links -= event->change == KERNEL_LINK_GONE;
        addresses += event->change == KERNEL_ADDRESS_NEW;
        addresses -= event->change == KERNEL_ADDRESS_GONE;
        FUZZ_CHECK(links >= 0 && addresses >= 0);
        g_free(event);
    }
    FUZZ_CHECK(links == (long)kernel->links->len);
    FUZZ_CHECK(addresses == (long)kernel->addresses->len);
}

static void
check_conf(const void *buffer, int left)
{
    for (const struct nlmsghdr *message = buffer;
         kernel_message_ok(message, left);
         message = mnl_nlmsg_next(message, &left)) {
        uint32_t value = 0;
        for (unsigned int id = 0; id < 40; id += 13) {
            (void)kernel_parse_conf(message, (uint16_t)id, &value);
        }
    }
}

static void
check_answers(const struct kernel *kernel, const void *buffer, int len)
{
    struct kernel_request requests[REQUESTS];
    memset(requests, 0, sizeof(requests));
    (void)kernel_parse_answers(buffer, len, 7, requests, REQUESTS);
    for (unsigned int i = 0; i < REQUESTS; i++) {
        struct os_error error;
        requests[i].op = (enum kernel_op)(i * 2 % (KERNEL_DEL_ADDRESS + 1));
        FUZZ_CHECK(requests[i].code >= 0);
        FUZZ_CHECK(memchr(requests[i].said, '\0', sizeof(requests[i].said)) !=
                   NULL);
        FUZZ_CHECK(!kernel_explain(kernel, &requests[i], &error));
        FUZZ_CHECK(error.text[0] != '\0');
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct kernel *kernel = kernel_alloc();
    uint8_t choice = data[size - 1];
    /* As a socket's buffer is: aligned, and exactly as long. */
    void *buffer = g_memdup2(data, size);
    kernel->round = 1;
    kernel_table_apply_all(kernel, buffer, (int)size - 1);
    check_table(kernel);
    check_conf(buffer, (int)size - 1);
    check_answers(kernel, buffer, (int)size - 1);
    if ((choice & 1) != 0) { /* a dump that names only half */
        kernel->round = 2;
        kernel_table_apply_all(kernel, buffer, (int)(size / 2));
        kernel_table_sweep(kernel);
        check_table(kernel);
    }
    check_events(kernel);
    g_free(buffer);
    kernel_close(kernel);
    return 0;
}
