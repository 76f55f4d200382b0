/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linuxctl: carpd's Linux side by hand, for the lab. One command a line on
 * standard input; each is answered by one line, "TIME ok …" or "TIME error
 * FAULT text"; events come between, "TIME event …". TIME is the monotonic
 * clock in seconds.
 *
 *   vif ID VHID IFACE macvlan|parent|adverts ADDR/LEN[,…]
 *   absent ID …           as vif, for an interface that is not there yet
 *   acquire|release|check|free ID
 *   addrs ID ADDR/LEN[,…]
 *   many COUNT IFACE      vhids 1…COUNT with 10.88.0.VHID: vif each
 *   settle
 *   port IFACE VHID[,…]   listens; frames become events
 *   want VHID[,…]
 *   advert VHID SOURCE vmac|real [DEST]
 *   announce ID ADDR
 *   source IFACE DEST
 *   quit                  frees everything
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "port.h"
#include "vif.h"

static struct kernel *kernel;
static struct vif_table *table;
static GHashTable *vifs; /* char *ID to struct vif */
static struct port *port;
static GMainLoop *loop;

static const char *const faults[] = {
    "ok",    "permission", "interface", "macvlan",
    "taken", "source",     "down",      "system",
};

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void
say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    printf("%.6f %s\n", (double)port_now() / 1e9, text);
    fflush(stdout);
    g_free(text);
}

static void
answer(bool is_done, const struct os_error *error)
{
    if (is_done) {
        say("ok");
    } else {
        say("error %s %s", faults[error->fault], error->text);
    }
}

/* ------------------------------------------------------------------ events */

static void
on_vif(struct vif *vif, enum vif_event event, const char *text, void *data)
{
    static const char *const names[] = {"repaired", "lost", "ready", "foreign"};
    (void)data;
    say("event vif %s %s: %s", (const char *)vif_user(vif), names[event], text);
}

static void
on_warning(const char *text, void *data)
{
    (void)data;
    say("event warning %s", text);
}

static void
on_frame(struct port *from, const struct port_frame *frame, void *data)
{
    char source[CARP_ADDR_TEXT];
    char mac[CARP_MAC_TEXT];
    const struct carp_frame *it = frame->frame;
    const struct carp_addr *who =
        it->kind == CARP_FRAME_ARP ? &it->u.arp.sender : &it->src;
    (void)data;
    say("event frame %s %s %s from %s ttl %u vhid %u age %.6f", port_name(from),
        carp_frame_kind_text(it->kind), carp_addr_format(who, source),
        carp_mac_format(&it->src_mac, mac), it->ttl,
        (unsigned int)(it->kind == CARP_FRAME_CARP ? it->u.adv.vhid : 0),
        (double)(port_now() - frame->at) / 1e9);
}

static void
on_port(struct port *from, enum port_event event, const char *text, void *data)
{
    static const char *const names[] = {"opened", "closed", "trouble"};
    (void)from;
    (void)data;
    say("event port %s: %s", names[event], text);
}

/* ---------------------------------------------------------------- commands */

static unsigned int
number(const char *text)
{
    return (unsigned int)g_ascii_strtoull(text, NULL, 10);
}

static void
read_addresses(const char *text, struct carp_addrs *addrs,
               uint8_t prefix_len[CARP_ADDRS_MAX])
{
    char **list = g_strsplit(text, ",", 0);
    memset(addrs, 0, sizeof(*addrs));
    for (char **one = list; *one != NULL; one++) {
        struct carp_addr addr;
        unsigned int len = 0;
        if (carp_addr_parse(*one, &addr, &len) == CARP_OK) {
            prefix_len[addrs->count] = (uint8_t)len;
            if (carp_addrs_add(addrs, &addr) != CARP_OK) {
                break;
            }
        }
    }
    g_strfreev(list);
}

static struct port_want
read_want(const char *text)
{
    struct port_want want = {.has_ipv4 = true, .has_ipv6 = true};
    char **list = g_strsplit(text, ",", 0);
    for (char **one = list; *one != NULL; one++) {
        port_want_vhid(&want, (uint8_t)number(*one));
    }
    g_strfreev(list);
    return want;
}

static void
add_vif(char **words)
{
    struct os_error error = {.fault = OS_OK};
    struct vif_config config = {.vhid = (uint8_t)number(words[2]),
                                .interface = words[3]};
    char *id = g_strdup(words[1]);
    struct vif *vif = NULL;
    config.kind = strcmp(words[4], "macvlan") == 0  ? VIF_MACVLAN
                  : strcmp(words[4], "parent") == 0 ? VIF_PARENT
                                                    : VIF_ADVERTS;
    read_addresses(words[5], &config.addrs, config.prefix_len);
    vif = strcmp(words[0], "absent") == 0 ? vif_new_absent(table, &config, id)
                                          : vif_new(table, &config, id, &error);
    answer(vif != NULL, &error);
    if (vif != NULL) {
        g_hash_table_insert(vifs, id, vif);
    } else {
        g_free(id);
    }
}

static void
add_many(char **words)
{
    struct os_error error = {.fault = OS_OK};
    bool is_done = true;
    for (unsigned int i = 1; i <= number(words[1]) && is_done; i++) {
        struct vif_config config = {
            .vhid = (uint8_t)i, .interface = words[2], .prefix_len = {24}};
        uint8_t octets[4] = {10, 88, 0, (uint8_t)i};
        config.addrs.count = 1;
        config.addrs.list[0] = carp_addr_v4(octets);
        char *id = g_strdup_printf("%u", i);
        struct vif *vif = vif_new(table, &config, id, &error);
        is_done = vif != NULL;
        if (is_done) {
            g_hash_table_insert(vifs, id, vif);
        } else {
            g_free(id);
        }
    }
    answer(is_done, &error);
}

static void
turn_all(bool acquire)
{
    struct os_error error = {.fault = OS_OK};
    bool is_done = true;
    GHashTableIter iter;
    gpointer vif = NULL;
    g_hash_table_iter_init(&iter, vifs);
    while (g_hash_table_iter_next(&iter, NULL, &vif)) {
        is_done &=
            acquire ? vif_acquire(vif, &error) : vif_release(vif, &error);
    }
    answer(is_done, &error);
}

static void
run_vif(char **words)
{
    struct os_error error = {.fault = OS_OK};
    struct vif *vif = g_hash_table_lookup(vifs, words[1]);
    if (strcmp(words[1], "all") == 0) {
        turn_all(words[0][0] == 'a');
    } else if (vif == NULL) {
        say("error system no such vif");
    } else if (strcmp(words[0], "acquire") == 0) {
        answer(vif_acquire(vif, &error), &error);
    } else if (strcmp(words[0], "release") == 0) {
        answer(vif_release(vif, &error), &error);
    } else if (strcmp(words[0], "addrs") == 0) {
        struct carp_addrs addrs;
        uint8_t prefix_len[CARP_ADDRS_MAX] = {0};
        read_addresses(words[2], &addrs, prefix_len);
        answer(vif_set_addresses(vif, &addrs, prefix_len, &error), &error);
    } else if (strcmp(words[0], "check") == 0) {
        vif_check(vif);
        say("ok held=%d ready=%d name=%s", vif_is_held(vif), vif_is_ready(vif),
            vif_name(vif));
    } else {
        g_hash_table_remove(vifs, words[1]);
        say("ok");
    }
}

static void
open_port(char **words)
{
    struct os_error error = {.fault = OS_OK};
    struct port_want want = read_want(words[2]);
    struct port_ops ops = {.receive = on_frame, .watch = on_port};
    static struct carp_addr speakers[1];
    static const uint8_t octets[4] = {10, 79, 0, 50};
    speakers[0] = carp_addr_v4(octets);
    want.addrs = speakers;
    want.addr_count = 1;
    port = port_new(kernel, words[1], &want, &ops, NULL, false, &error);
    answer(port != NULL, &error);
}

static void
send_advert(char **words)
{
    struct os_error error = {.fault = OS_OK};
    struct port_advert advert = {.use_vmac = strcmp(words[3], "vmac") == 0,
                                 .tos = 0xe0,
                                 .ttl = 255,
                                 .adv = {.version = CARP_VERSION,
                                         .type = CARP_TYPE_ADVERT,
                                         .vhid = (uint8_t)number(words[1]),
                                         .authlen = CARP_AUTHLEN,
                                         .advbase = 1}};
    carp_adv_set_checksum(&advert.adv);
    if (carp_addr_parse(words[2], &advert.source, NULL) != CARP_OK ||
        (words[4] != NULL &&
         carp_addr_parse(words[4], &advert.dest, NULL) != CARP_OK)) {
        say("error system no address");
        return;
    }
    answer(port_send_advert(port, &advert, &error), &error);
}

static void
announce(char **words)
{
    struct os_error error = {.fault = OS_OK};
    const struct vif *vif = g_hash_table_lookup(vifs, words[1]);
    struct carp_mac mac = vif_mac(vif);
    struct carp_addr addr;
    if (carp_addr_parse(words[2], &addr, NULL) != CARP_OK) {
        say("error system no address");
        return;
    }
    answer(port_announce(port, &addr, &mac, &error), &error);
}

static void
show_source(char **words)
{
    char text[CARP_ADDR_TEXT];
    struct carp_addr dest;
    const struct kernel_link *link = kernel_link_named(kernel, words[1]);
    if (link == NULL || carp_addr_parse(words[2], &dest, NULL) != CARP_OK) {
        say("error system no such interface or address");
        return;
    }
    struct carp_addr source =
        kernel_source(kernel, link->index, &dest, vif_table_is_virtual, table);
    say("ok %s", source.family == CARP_FAMILY_NONE
                     ? "none"
                     : carp_addr_format(&source, text));
}

struct command {
    const char *name;
    guint words;
    void (*run)(char **words);
};

static void
settle(char **words)
{
    (void)words;
    vif_table_settle(table);
    say("ok");
}

static void
set_want(char **words)
{
    struct os_error error = {.fault = OS_OK};
    struct port_want want = read_want(words[1]);
    answer(port_set_want(port, &want, &error), &error);
}

static void
quit(char **words)
{
    (void)words;
    g_main_loop_quit(loop);
}

static const struct command commands[] = {
    {"vif", 6, add_vif},       {"absent", 6, add_vif},
    {"acquire", 2, run_vif},   {"release", 2, run_vif},
    {"check", 2, run_vif},     {"free", 2, run_vif},
    {"addrs", 3, run_vif},     {"many", 3, add_many},
    {"settle", 1, settle},     {"port", 3, open_port},
    {"want", 2, set_want},     {"advert", 4, send_advert},
    {"announce", 3, announce}, {"source", 3, show_source},
    {"quit", 1, quit},
};

static gboolean
on_line(GIOChannel *channel, GIOCondition condition, gpointer data)
{
    char *line = NULL;
    (void)condition;
    (void)data;
    if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) !=
        G_IO_STATUS_NORMAL) {
        g_main_loop_quit(loop);
        return G_SOURCE_REMOVE;
    }
    char **words = g_strsplit(g_strstrip(line), " ", 0);
    bool is_known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(commands) && !is_known; i++) {
        is_known = words[0] != NULL &&
                   strcmp(words[0], commands[i].name) == 0 &&
                   g_strv_length(words) >= commands[i].words;
        if (is_known) {
            commands[i].run(words);
        }
    }
    if (!is_known) {
        say("error system unknown command");
    }
    g_strfreev(words);
    g_free(line);
    return G_SOURCE_CONTINUE;
}

static void
free_vif(gpointer data)
{
    vif_free(data);
}

int
main(int argc, char **argv)
{
    struct os_error error;
    g_set_prgname("linuxctl");
    kernel = kernel_open(NULL, &error);
    table = kernel != NULL
                ? vif_table_open(kernel, argc > 1 ? argv[1] : NULL, geteuid(),
                                 on_vif, on_warning, NULL, &error)
                : NULL;
    if (table == NULL) {
        say("error %s %s", faults[error.fault], error.text);
        kernel_close(kernel);
        return 1;
    }
    loop = g_main_loop_new(NULL, FALSE);
    vifs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_vif);
    GIOChannel *channel = g_io_channel_unix_new(0);
    guint watch = g_io_add_watch(channel, (GIOCondition)(G_IO_IN | G_IO_HUP),
                                 on_line, NULL);
    say("ok ready");
    g_main_loop_run(loop);
    (void)watch;
    g_io_channel_unref(channel);
    g_hash_table_unref(vifs);
    port_free(port);
    vif_table_close(table);
    kernel_close(kernel);
    g_main_loop_unref(loop);
    say("ok bye");
    return 0;
}
