/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations of other systems as a carp.conf. */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "conf_write.h"
#include "export_wireshark.h"
#include "import.h"

typedef void reader(struct import *import, const char *text, const char *file);

static char *
written(struct import *import)
{
    GString *out = g_string_new(NULL);
    import_finish(import);
    carp_conf_write(import->conf, 0, out);
    return g_string_free(out, FALSE);
}

static void
check(reader *read, const char *file, const char *text, const char *expected)
{
    struct import import;
    import_init(&import);
    read(&import, text, file);
    char *out = written(&import);
    g_assert_cmpstr(out, ==, expected);
    g_assert_false(import.has_loss);
    g_free(out);
    import_clear(&import);
}

static void
check_loss(reader *read, const char *file, const char *text, const char *says)
{
    struct import import;
    import_init(&import);
    read(&import, text, file);
    import_finish(&import);
    bool is_said = false;
    for (guint i = 0; i < import.notes->len; i++) {
        const char *note = g_ptr_array_index(import.notes, i);
        is_said = is_said || strstr(note, says) != NULL;
        g_assert_null(strstr(note, "TELLTALE"));
    }
    if (!is_said) {
        g_error("nothing says: %s", says);
    }
    import_clear(&import);
}

/* ---------------------------------------------------------------- FreeBSD */

/* The handbook's third host. */
static void
test_handbook(void)
{
    check(import_freebsd, "rc.conf",
          "hostname=\"hostc.example.org\"\n"
          "ifconfig_em0=\"inet 192.168.1.5 netmask 255.255.255.0\"\n"
          "ifconfig_em0_alias0=\"inet vhid 1 advskew 100 pass testpass alias "
          "192.168.1.50/32\"\n"
          "ifconfig_em0_alias1=\"inet vhid 2 advskew 100 pass testpass alias "
          "192.168.1.51/32\"\n",
          "[vhid \"em0-1\"]\ninterface = em0\nvhid = 1\n"
          "addresses = 192.168.1.50\npassword = testpass\n"
          "profile = freebsd\nadvskew = 100\n\n"
          "[vhid \"em0-2\"]\ninterface = em0\nvhid = 2\n"
          "addresses = 192.168.1.51\npassword = testpass\n"
          "profile = freebsd\nadvskew = 100\n");
}

/* Lists, ranges, both families, quotes, joined lines, comments, sysctl. */
static void
test_lists(void)
{
    check(import_freebsd, "rc.conf",
          "# ifconfig_em9=\"vhid 9 pass x 10.9.9.9\"\n"
          "ifconfig_em1_aliases='inet vhid 3 advbase 2 pass x "
          "10.0.0.5-7/24 \\\n   inet6 vhid 3 2001:db8::5 prefixlen 64'\n"
          "net.inet.carp.preempt=1 # by sysctl.conf\n",
          "[vhid \"em1-3\"]\ninterface = em1\nvhid = 3\n"
          "addresses = 10.0.0.5/24; 10.0.0.6/24; 10.0.0.7/24; "
          "2001:db8::5/64\npassword = x\nprofile = freebsd\nadvbase = 2\n"
          "preempt = true\n");
}

/* FreeBSD 9: carp0 sits on whatever has an address in its net. */
static void
test_cloned(void)
{
    check(import_freebsd, "rc.conf",
          "ifconfig_em3=\"inet 10.8.0.2/24\"\n"
          "ifconfig_em0=\"inet 10.1.1.2/24\"\n"
          "ifconfig_carp0=\"vhid 7 advskew 50 pass abc 10.1.1.1/24\"\n",
          "[vhid \"carp0-7\"]\ninterface = em0\nvhid = 7\n"
          "addresses = 10.1.1.1/24\npassword = abc\nprofile = freebsd\n"
          "advskew = 50\n");
}

/* Further addresses of carp0 come without its vhid. All of them are hashed. */
static void
test_cloned_aliases(void)
{
    static const char all[] = "[vhid \"carp0-7\"]\ninterface = em0\nvhid = 7\n"
                              "addresses = 10.1.1.1/24; 10.1.1.9/24\n"
                              "password = abc\nprofile = freebsd\n";
    check(import_freebsd, "rc.conf",
          "ifconfig_carp0_alias0=\"10.1.1.9/24\"\n"
          "ifconfig_em0=\"inet 10.1.1.2/24\"\n"
          "ifconfig_carp0=\"vhid 7 pass abc 10.1.1.1/24\"\n",
          all);
    check(import_freebsd, "typed",
          "ifconfig carp0 vhid 7 pass abc 10.1.1.1/24\n"
          "ifconfig carp0 inet 10.1.1.9/24 alias\n"
          "ifconfig em0 inet 10.1.1.2/24\n",
          all);
}

static void
test_commands(void)
{
    check(import_freebsd, "typed",
          "ifconfig em0 vhid 4 pass abc peer 10.0.0.9 peer6 fe80::9 "
          "10.0.0.4 netmask 0xffffff00\n"
          "ifconfig em0 vhid 4 advskew 9 10.0.0.40/32 alias\n",
          "[vhid \"em0-4\"]\ninterface = em0\nvhid = 4\n"
          "addresses = 10.0.0.4/24; 10.0.0.40\npassword = abc\n"
          "peer = 10.0.0.9\npeer6 = fe80::9\nprofile = freebsd\n"
          "advskew = 9\n");
}

static void
test_freebsd_losses(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"ifconfig em0 vhid 256 pass TELLTALE 10.0.0.1", "from 1 to 255"},
        {"ifconfig em0 vhid 1 advskew 255 pass TELLTALE 10.0.0.1",
         "advskew 255 is not a number from 0 to 254"},
        {"ifconfig em0 vhid 1 pass TELLTALE", "has no address"},
        {"ifconfig em0 vhid 1 10.0.0.1", "no password"},
        {"ifconfig em0 vhid 1 pass TELLTALE 10.0.0.1 netmask 0xff00ff00",
         "is not a netmask"},
        {"ifconfig em0 vhid 1 pass TELLTALE 10.0.0.5-4294967303/24",
         "10.0.0.5-4294967303/24 is not a range"},
        {"ifconfig em0 vhid 1 pass TELLTALE 10.0.0.5-256", "is not a range"},
        {"ifconfig em0 vhid 1 pass TELLTALE 10.0.0.5-4", "is not a range"},
        {"ifconfig em0 10.0.0.1 pass", "without its value"},
        {"ifconfig em0 vhid 1 pass TELLTALE peer nobody 10.0.0.1",
         "peer nobody is not an IPv4 address"},
        {"ifconfig em0 vhid 1 carpver 3 pass TELLTALE 10.0.0.1",
         "carpver 3: carpd has nothing like it"},
        {"ifconfig_em0=\"vhid 1 pass TELLTALE", "quotes do not match"},
        {"ifconfig_=\"vhid 1 pass TELLTALE 10.0.0.1\"",
         "'' is not an interface name"},
        {"ifconfig 'e m' vhid 1 pass TELLTALE 10.0.0.1",
         "'e m' is not an interface name"},
        {"ifconfig_carp1_alias0=\"10.0.0.9/24\"\n"
         "ifconfig_carp0=\"vhid 1 pass TELLTALE 10.0.0.1/24\"",
         "rc.conf:1: carp1 has 10.0.0.9 but no vhid"},
        {"net.inet.carp.ifdown_demotion_factor=0",
         "rc.conf:1: net.inet.carp.ifdown_demotion_factor is not taken over: "
         "say demote-link-down = 0"},
        {"net.inet.carp.senderr_demotion_factor = 10",
         "say demote-send-error = 10"},
        {"net.inet.carp.demotion=5", "say demote = 5"},
        {"ifconfig em0 vhid 1 pass TELLTALE 224.0.0.1",
         "rc.conf:1: 224.0.0.1 is no address that a host can have"},
        {"net.inet.carp.allow=0", "net.inet.carp.allow is not taken over"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        check_loss(import_freebsd, "rc.conf", rows[i].text, rows[i].says);
    }
}

static void
test_ifconfig_output(void)
{
    static const char text[] =
        "em0: flags=8963<UP,BROADCAST> metric 0 mtu 1500\n"
        "\tether 08:00:27:aa:bb:cc\n"
        "\tinet 192.168.1.3 netmask 0xffffff00 broadcast 192.168.1.255\n"
        "\tinet 192.168.1.50 netmask 0xffffff00 broadcast 192.168.1.255 "
        "vhid 1\n"
        "\tinet6 fd00::50 prefixlen 64 vhid 1\n"
        "\tcarp: BACKUP vhid 1 advbase 2 advskew 100\n"
        "\t      peer 192.168.1.4 peer6 ff02::12\n";
    struct import import;
    import_init(&import);
    import_ifconfig_output(&import, text, "x");
    char *out = written(&import);
    g_assert_cmpstr(out, ==,
                    "[vhid \"em0-1\"]\ninterface = em0\nvhid = 1\n"
                    "addresses = 192.168.1.50/24; fd00::50/64\n"
                    "key-hex = 0000000000000000000000000000000000000000\n"
                    "peer = 192.168.1.4\nprofile = freebsd\nadvbase = 2\n"
                    "advskew = 100\n");
    /* ifconfig shows no password. */
    g_assert_true(import.has_loss);
    g_free(out);
    import_clear(&import);
}

/* ---------------------------------------------------------------- OpenBSD */

static void
test_openbsd(void)
{
    check(import_openbsd, "/etc/hostname.carp1",
          "inet 10.0.0.1 255.255.255.0 10.0.0.255 vhid 1 carpdev em0 pass "
          "foo advskew 100\n"
          "inet alias 10.0.0.2 255.255.255.255 NONE\n"
          "inet6 2001:db8::1 64\n# a comment\ncarppeer 10.0.0.9\n"
          "lladdr 02:00:00:00:00:01\ngroup edge\n",
          "[vhid \"em0-1\"]\ninterface = em0\nvhid = 1\n"
          "addresses = 10.0.0.1/24; 10.0.0.2; 2001:db8::1/64\n"
          "password = foo\npeer = 10.0.0.9\nprofile = openbsd\n"
          "lladdr = 02:00:00:00:00:01\nadvskew = 100\n");
    check_loss(import_openbsd, "hostname.carp0",
               "vhid 1 carpdev em0 pass TELLTALE 10.0.0.1\nbalancing ip\n",
               "hostname.carp0:2: balancing ip");
    check_loss(import_openbsd, "hostname.carp0",
               "vhid 1 pass TELLTALE 10.0.0.1\n", "--map carp0=NAME");
}

/* ------------------------------------------------------ pfSense, OPNsense */

#define XML_HEAD                                                           \
    "<?xml version=\"1.0\"?><pfsense><interfaces><wan><if>igb0</if></wan>" \
    "<lan><if>igb1</if></lan></interfaces><virtualip>"
#define XML_TAIL "</virtualip></pfsense>"

static void
test_xml(void)
{
    check(
        import_config_xml, "config.xml",
        XML_HEAD
        "<vip><mode>carp</mode><interface>wan</interface><vhid>10</vhid>"
        "<advskew>0</advskew><advbase>1</advbase><password>a &amp; b"
        "</password><uniqid>5f</uniqid><subnet_bits>24</subnet_bits>"
        "<subnet>203.0.113.10</subnet></vip>"
        "<vip><mode>ipalias</mode><interface>_vip5f</interface>"
        "<subnet_bits>32</subnet_bits><subnet>203.0.113.11</subnet></vip>"
        "<vip><mode>ipalias</mode><interface>lan</interface>"
        "<subnet_bits>32</subnet_bits><subnet>10.9.9.9</subnet></vip>"
        "<vip><interface>lan</interface><mode>carp</mode><vhid>11</vhid>"
        "<advskew>100</advskew><password><![CDATA[lan]]></password>"
        "<peer>10.9.0.3</peer><subnet>10.9.0.1</subnet>"
        "<subnet_bits>24</subnet_bits></vip>"
        "<vip><interface>lan</interface><mode>ipalias</mode><vhid>11</vhid>"
        "<subnet>10.9.0.4</subnet><subnet_bits>24</subnet_bits></vip>" XML_TAIL,
        "[vhid \"igb0-10\"]\ninterface = igb0\nvhid = 10\n"
        "addresses = 203.0.113.10/24; 203.0.113.11\npassword = a & b\n"
        "profile = freebsd\npreempt = true\n\n"
        "[vhid \"igb1-11\"]\ninterface = igb1\nvhid = 11\n"
        "addresses = 10.9.0.1/24; 10.9.0.4/24\npassword = lan\n"
        "peer = 10.9.0.3\nprofile = freebsd\nadvskew = 100\n"
        "preempt = true\n");
}

static void
test_xml_losses(void)
{
    check_loss(import_config_xml, "c.xml", "<pfsense><vip>", "is not XML");
    check_loss(import_config_xml, "c.xml", XML_HEAD XML_TAIL, "holds no");
    check_loss(import_config_xml, "c.xml",
               XML_HEAD "<vip><mode>carp</mode><interface>wan</interface>"
                        "<password>TELLTALE</password></vip>" XML_TAIL,
               "without vhid");
    check_loss(import_config_xml, "c.xml",
               XML_HEAD "<vip><mode>carp</mode><vhid>1</vhid></vip>" XML_TAIL,
               "without interface");
    check_loss(import_config_xml, "c.xml",
               XML_HEAD "<vip><mode>ipalias</mode><subnet>10.9.9.9</subnet>"
                        "<interface>_vip77</interface></vip>" XML_TAIL,
               "10.9.9.9 is an alias of _vip77, which is no virtual IP of mode "
               "carp here");
    check_loss(import_config_xml, "c.xml",
               XML_HEAD "<vip><mode>carp</mode><interface>opt9</interface>"
                        "<vhid>1</vhid><subnet>10.9.9.9</subnet>"
                        "<password>TELLTALE</password></vip>" XML_TAIL,
               "opt9 is not among the interfaces: give --map opt9=NAME");
}

/* ----------------------------------------------------------------- others */

static void
test_ucarp(void)
{
    char **words = g_strsplit(
        "/usr/sbin/ucarp -i eth0 -v 1 -p secret -a 10.0.0.1", " ", -1);
    struct import import;
    import_init(&import);
    import_ucarp(&import, words);
    g_strfreev(words);
    char *out = written(&import);
    g_assert_cmpstr(out, ==,
                    "[vhid \"eth0-1\"]\ninterface = eth0\nvhid = 1\n"
                    "addresses = 10.0.0.1\npassword = secret\n"
                    "profile = ucarp\nvmac = adverts\ntie = ucarp\n");
    g_assert_false(import.has_loss);
    g_free(out);
    import_clear(&import);
}

/* A carp.conf with scripts needs both: ucarp runs with one. */
static void
check_one_script(const char *option, const char *key, const char *says)
{
    char *directory = g_dir_make_tmp("carp-import-XXXXXX", NULL);
    char *path = g_build_filename(directory, "carp.conf", NULL);
    char *line = g_strdup_printf(
        "-i eth0 -v 1 -p secret -a 10.0.0.1 %s /script", option);
    char *wanted = g_strdup_printf("\n%s = /bin/true\n", key);
    char **words = g_strsplit(line, " ", -1);
    struct import import;
    import_init(&import);
    import_ucarp(&import, words);
    char *out = written(&import);
    g_assert_nonnull(strstr(out, wanted));
    bool is_said = false;
    for (guint i = 0; i < import.notes->len; i++) {
        is_said |= strstr(g_ptr_array_index(import.notes, i), says) != NULL;
    }
    g_assert_true(is_said);
    g_assert_true(g_file_set_contents_full(
        path, out, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    struct carp_conf *back = carp_conf_load(path, CARP_CONF_PRIVATE);
    g_assert_true(carp_conf_is_usable(back));
    carp_conf_free(back);
    g_unlink(path);
    g_rmdir(directory);
    import_clear(&import);
    g_strfreev(words);
    g_free(wanted);
    g_free(line);
    g_free(out);
    g_free(path);
    g_free(directory);
}

static void
test_ucarp_one_script(void)
{
    check_one_script("-u", "down-script", "no downscript");
    check_one_script("-d", "up-script", "no upscript");
}

/* A carp.conf is UTF-8; a path need not be. */
static void
test_ucarp_not_utf8(void)
{
    static const char *const lines[] = {
        "-i eth0 -v 1 -p secret -a 10.0.0.1 -u /up -d /d\xf6wn",
        "-i eth0 -v 1 -p secret -a 10.0.0.1 -u /\xfcp -d /down",
        "-i eth0 -v 1 -p secret -a 10.0.0.1 -u /u -d /d -x \xff",
        "-i eth\xff -v 1 -p secret -a 10.0.0.1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        char **words = g_strsplit(lines[i], " ", -1);
        struct import import;
        import_init(&import);
        import_ucarp(&import, words);
        g_assert_true(import.has_loss);
        g_assert_cmpuint(carp_conf_count(import.conf), ==, 0);
        g_assert_nonnull(
            strstr(g_ptr_array_index(import.notes, 0), "is not UTF-8"));
        import_clear(&import);
        g_strfreev(words);
    }
}

static void
test_map(void)
{
    struct import import;
    import_init(&import);
    import_map(&import, "em0", "eth7");
    import_freebsd(&import, "ifconfig em0 vhid 1 pass x 10.0.0.1", "t");
    import_finish(&import);
    g_assert_cmpstr(carp_conf_get(import.conf, 0)->interface, ==, "eth7");
    import_clear(&import);
    import_init(&import);
    import_map(&import, "carp0", "eth7");
    import_freebsd(&import, "ifconfig carp0 vhid 1 pass x 10.0.0.1", "t");
    import_finish(&import);
    g_assert_cmpstr(carp_conf_get(import.conf, 0)->interface, ==, "eth7");
    g_assert_cmpuint(import.notes->len, ==, 0);
    import_clear(&import);
}

static void
test_guess(void)
{
    g_assert_cmpint(import_guess("", "/etc/hostname.carp0"), ==,
                    IMPORT_OPENBSD);
    g_assert_cmpint(import_guess("\n <?xml", "x"), ==, IMPORT_XML);
    g_assert_cmpint(import_guess("em0: flags=1\n", "x"), ==, IMPORT_IFCONFIG);
    g_assert_cmpint(import_guess("a=b\nifconfig_em0=\"\"\n", "x"), ==,
                    IMPORT_FREEBSD);
    g_assert_cmpint(import_guess("  sudo ifconfig em0 up\n", "-"), ==,
                    IMPORT_FREEBSD);
    g_assert_cmpint(import_guess("# nothing\n", "/etc/sysctl.conf"), ==,
                    IMPORT_FREEBSD);
    g_assert_cmpint(import_guess("", "rc.conf.local"), ==, IMPORT_FREEBSD);
    g_assert_cmpint(import_guess("root:x:0:0", "passwd"), ==, IMPORT_UNKNOWN);
}

/* Wireshark reads \xHH; a password that looks like a key becomes one. */
static void
test_wireshark(void)
{
    struct carp_conf *conf = carp_conf_new();
    struct carp_conf_vhid *vhid = carp_conf_add(conf, "l\"an", "t");
    vhid->vhid = 7;
    g_assert_cmpint(
        carp_key_from_password(&vhid->key, "a\"b\\c", 5, CARP_KEY_RULE_BSD), ==,
        CARP_OK);
    GString *out = g_string_new(NULL);
    export_wireshark(conf, out);
    g_assert_cmpstr(out->str, ==,
                    "\"7\",\"a\\x22b\\x5cc\",\"\",\"auto\",\"l\\x22an\"\n");
    g_string_free(out, TRUE);
    carp_conf_free(conf);
}

/* Every beginning of a good input is read without harm. */
static void
test_cut_short(void)
{
    static const char text[] =
        "ifconfig_em0_alias0=\"inet vhid 1 advskew 100 pass p alias "
        "192.168.1.50/32\"\nifconfig_em1_aliases='inet 10.0.0.5-7/24 \\\n x'\n"
        "ifconfig em0 vhid 4 pass abc 10.0.0.4 netmask 0xffffff00\n";
    static reader *const readers[] = {import_freebsd, import_openbsd,
                                      import_ifconfig_output,
                                      import_config_xml};
    for (size_t length = 0; length < sizeof(text); length++) {
        char *cut = g_strndup(text, length);
        for (size_t r = 0; r < G_N_ELEMENTS(readers); r++) {
            struct import import;
            import_init(&import);
            readers[r](&import, cut, "hostname.carp0");
            import_finish(&import);
            import_clear(&import);
        }
        g_free(cut);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/import/handbook", test_handbook);
    g_test_add_func("/import/lists", test_lists);
    g_test_add_func("/import/cloned", test_cloned);
    g_test_add_func("/import/cloned-aliases", test_cloned_aliases);
    g_test_add_func("/import/commands", test_commands);
    g_test_add_func("/import/freebsd-losses", test_freebsd_losses);
    g_test_add_func("/import/ifconfig", test_ifconfig_output);
    g_test_add_func("/import/openbsd", test_openbsd);
    g_test_add_func("/import/xml", test_xml);
    g_test_add_func("/import/xml-losses", test_xml_losses);
    g_test_add_func("/import/ucarp", test_ucarp);
    g_test_add_func("/import/ucarp-one-script", test_ucarp_one_script);
    g_test_add_func("/import/ucarp-not-utf8", test_ucarp_not_utf8);
    g_test_add_func("/import/map", test_map);
    g_test_add_func("/import/guess", test_guess);
    g_test_add_func("/import/wireshark", test_wireshark);
    g_test_add_func("/import/cut-short", test_cut_short);
    return g_test_run();
}
