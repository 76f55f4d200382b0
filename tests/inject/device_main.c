/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated device on an interface:
 *
 *     conform_device IFACE PROFILE ADDRESS [NAME=VALUE...]
 *
 * NAME is one of inj_spec_set() (vhid, password-file, address, advbase,
 * advskew), preempt=yes, or state=master: as if it had taken over just now.
 * SIGTERM stops it as the implementation would be stopped.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "device.h"
#include "receive.h"
#include "send.h"

static volatile sig_atomic_t stop;

static void
on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int
fail(const char *what)
{
    fprintf(stderr, "conform_device: %s\n", what);
    return 1;
}

static void
read_setting(struct dev_config *config, const char *text, bool *is_master)
{
    char **parts = g_strsplit(text, "=", 2);
    if (strcmp(text, "preempt=yes") == 0) {
        config->preempts = true;
    } else if (strcmp(text, "state=master") == 0) {
        *is_master = true;
    } else {
        char *wrong = inj_spec_set(&config->spec, parts[0],
                                   parts[1] != NULL ? parts[1] : "");
        g_assert_cmpstr(wrong, ==, NULL);
    }
    g_strfreev(parts);
}

static bool
send_all(struct device *device, struct inj_sender *sender)
{
    struct dev_frame out;
    while (dev_output(device, inj_now(), &out)) {
        struct inj_frame *frame = g_new0(struct inj_frame, 1);
        frame->len = out.len;
        memcpy(frame->octets, out.octets, out.len);
        bool is_sent = inj_sender_send(sender, frame, 1) == 1;
        g_free(frame);
        if (!is_sent) {
            return false;
        }
    }
    return true;
}

static int
serve(struct device *device, struct inj_sender *sender,
      struct inj_receiver *receiver)
{
    struct inj_received got;
    while (stop == 0) {
        switch (
            inj_receiver_next(receiver, dev_deadline(device), &stop, &got)) {
        case INJ_GOT_FRAME:
            dev_input(device, got.data, got.captured, inj_now());
            break;
        case INJ_GOT_ERROR:
            return fail(inj_receiver_error(receiver));
        case INJ_GOT_NOTHING:
            break;
        }
        dev_run(device, inj_now());
        if (!send_all(device, sender)) {
            return fail(inj_sender_error(sender));
        }
    }
    dev_stop(device, inj_now());
    return send_all(device, sender) ? 0 : 1;
}

int
main(int argc, char **argv)
{
    struct dev_config config;
    struct inj_interface interface;
    char *error = NULL;
    bool is_master = false;
    memset(&config, 0, sizeof(config));
    inj_spec_init(&config.spec);
    if (argc < 4 || carp_profile_by_name(argv[2], &config.profile) != CARP_OK ||
        carp_addr_parse(argv[3], &config.address, NULL) != CARP_OK ||
        !inj_interface_look(argv[1], &interface, &error)) {
        return fail(error != NULL ? error : "IFACE PROFILE ADDRESS ...");
    }
    for (int i = 4; i < argc; i++) {
        read_setting(&config, argv[i], &is_master);
    }
    config.mac = interface.mac;
    config.address6 = interface.address6;
    if (config.address6.family == CARP_FAMILY_NONE) {
        config.address6 = (struct carp_addr){CARP_IPV6, {0xfe, 0x80, [15] = 1}};
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    struct inj_sender *sender = inj_sender_open(&interface, false, &error);
    struct inj_receiver *receiver =
        sender != NULL
            ? inj_receiver_open(interface.name, INJ_FILTER_ALL, &error)
            : NULL;
    if (receiver == NULL) {
        return fail(error);
    }
    struct device *device = dev_new(&config);
    inj_spec_clear(&config.spec);
    dev_start(device, inj_now());
    if (is_master) {
        dev_take_over(device, inj_now());
    }
    printf("started\n");
    fflush(stdout);
    int status = serve(device, sender, receiver);
    dev_free(device);
    inj_receiver_close(receiver);
    inj_sender_close(sender);
    return status;
}
