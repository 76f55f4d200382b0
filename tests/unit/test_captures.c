/* SPDX-License-Identifier: BSD-2-Clause */
/* What real hosts sent, against counts that tcpdump and tshark gave. */
#include <glib.h>
#include <pcap/pcap.h>

#include <carp/frame.h>

#define KINDS (CARP_FRAME_TRUNCATED + 1)
#define ISSUES 9

struct counts {
    unsigned int kinds[KINDS];
    unsigned int issues[ISSUES]; /* frames that have bit i */
};

static const struct expected {
    const char *name;
    unsigned int carp, vrrp2, vrrp3, arp, ns, na, igmp;
} files[] = {
    {"freebsd14-inject", 49, 0, 0, 16, 0, 0, 0},
    {"freebsd14-unicast", 20, 0, 0, 11, 4, 4, 0},
    {"freebsd15-vrrp3", 5, 0, 108, 21, 0, 8, 0},
    {"keepalived-v2-beside", 24, 17, 0, 22, 0, 0, 4},
    {"keepalived-v3-beside", 23, 0, 33, 22, 0, 0, 10},
    {"netbsd-v6only", 17, 0, 0, 5, 4, 0, 0},
    {"openbsd-04a-demote-ob-ob", 92, 0, 0, 14, 0, 14, 0},
    {"ucarp-ttl", 32, 0, 0, 15, 0, 0, 4},
    {"vrrp-same-id", 18, 14, 0, 14, 0, 0, 9},
    {"vrrp2-five-addresses", 0, 16, 0, 50, 0, 0, 2},
    {"vrrp2-seven-addresses", 0, 16, 0, 66, 0, 0, 2},
};

static void
count(struct counts *c, const struct carp_frame *f)
{
    g_assert_cmpint(f->kind, <=, CARP_FRAME_TRUNCATED);
    c->kinds[f->kind]++;
    for (unsigned int i = 0; i < ISSUES; i++) {
        c->issues[i] += f->issues >> i & 1u;
    }
}

/* False if the file is not there. */
static bool
count_file(const char *name, struct counts *c)
{
    g_autofree char *path = g_strdup_printf("%s/%s.pcap", CARP_CAPTURES, name);
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    pcap_t *pcap;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        return false;
    }
    pcap = pcap_open_offline(path, error);
    g_assert_nonnull(pcap);
    while (pcap_next_ex(pcap, &header, &data) == 1) {
        struct carp_frame frame;

        g_assert_cmpint(carp_frame_parse(pcap_datalink(pcap), data,
                                         header->caplen, header->len, &frame),
                        ==, CARP_OK);
        count(c, &frame);
    }
    pcap_close(pcap);
    return true;
}

static void
test_file(gconstpointer data)
{
    const struct expected *e = data;
    struct counts c = {{0}, {0}};

    if (!count_file(e->name, &c)) {
        g_test_skip("the capture is not there");
        return;
    }
    g_assert_cmpuint(c.kinds[CARP_FRAME_CARP], ==, e->carp);
    g_assert_cmpuint(c.kinds[CARP_FRAME_VRRP2], ==, e->vrrp2);
    g_assert_cmpuint(c.kinds[CARP_FRAME_VRRP3], ==, e->vrrp3);
    g_assert_cmpuint(c.kinds[CARP_FRAME_ARP], ==, e->arp);
    g_assert_cmpuint(c.kinds[CARP_FRAME_NS], ==, e->ns);
    g_assert_cmpuint(c.kinds[CARP_FRAME_NA], ==, e->na);
    g_assert_cmpuint(c.kinds[CARP_FRAME_IGMP], ==, e->igmp);
    g_assert_cmpuint(c.kinds[CARP_FRAME_P112], ==, 0);
    g_assert_cmpuint(c.kinds[CARP_FRAME_FRAGMENT], ==, 0);
    g_assert_cmpuint(c.kinds[CARP_FRAME_TRUNCATED], ==, 0);
}

/* The faults of freebsd14-inject, and the TTL that ucarp-ttl changes. */
static void
test_faults(void)
{
    static const unsigned int inject[ISSUES] = {
        /* version, type, authlen, checksum, short, trailing, vhid, TTL */
        2, 1, 1, 1, 2, 2, 2, 1, 0,
    };
    static const unsigned int ttl[ISSUES] = {0, 0, 0, 0, 0, 0, 0, 12, 0};
    struct counts a = {{0}, {0}};
    struct counts b = {{0}, {0}};

    if (!count_file("freebsd14-inject", &a) || !count_file("ucarp-ttl", &b)) {
        g_test_skip("a capture is not there");
        return;
    }
    for (size_t i = 0; i < ISSUES; i++) {
        g_assert_cmpuint(a.issues[i], ==, inject[i]);
        g_assert_cmpuint(b.issues[i], ==, ttl[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_strdup_printf("/captures/%s", files[i].name);

        g_test_add_data_func(path, &files[i], test_file);
    }
    g_test_add_func("/captures/faults", test_faults);
    return g_test_run();
}
