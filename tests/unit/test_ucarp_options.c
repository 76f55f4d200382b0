/* SPDX-License-Identifier: BSD-2-Clause */
/* ucarp's command line. */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "conf_write.h"
#include "ucarp_options.h"

struct given {
    int argc;
    char **argv;
    struct ucarp_options options;
    char *error;
    enum ucarp_parse result;
};

static void
parse(struct given *given, const char *line)
{
    memset(given, 0, sizeof(*given));
    g_assert_true(g_shell_parse_argv(line, &given->argc, &given->argv, NULL));
    given->result = ucarp_options_parse(&given->options, given->argc,
                                        given->argv, &given->error);
}

static void
done(struct given *given)
{
    ucarp_options_clear(&given->options);
    /* getopt_long() reorders the words but loses none. */
    g_strfreev(given->argv);
    g_free(given->error);
}

static void
test_every_option(void)
{
    struct given given;
    parse(&given,
          "ucarp -i eth0 -s 10.0.0.2 --mcast=224.0.0.77 -v 0x2a -p secret -P "
          "-n -a 10.0.0.1 -b 2 -k 100 -u /up -d /down -r 5 -D -z -B -S -M "
          "-f local3 -x 'a b'");
    g_assert_cmpint(given.result, ==, UCARP_PARSE_RUN);
    const struct carp_conf_vhid *vhid = carp_conf_get(given.options.conf, 0);
    g_assert_cmpuint(vhid->vhid, ==, 42);
    g_assert_cmpstr(given.options.facility, ==, "local3");
    g_assert_true(given.options.debug && given.options.shutdown &&
                  given.options.daemonize);
    GString *out = g_string_new(NULL);
    carp_conf_write(given.options.conf, 0, out);
    g_assert_cmpstr(out->str, ==,
                    "[vhid \"ucarp\"]\ninterface = eth0\nvhid = 42\n"
                    "addresses = 10.0.0.1\npassword = secret\n"
                    "peer = 224.0.0.77\nbroadcast = true\n"
                    "source = 10.0.0.2\nprofile = ucarp\nvmac = adverts\n"
                    "advbase = 2\nadvskew = 100\ndead-ratio = 5\n"
                    "preempt = true\ntie = ucarp\nignore-link = true\n"
                    "addresses-by = script\nup-script = /up\n"
                    "down-script = /down\nscript-argument = a b\n");
    g_string_free(out, TRUE);
    done(&given);
}

/* What ps(1) shows of this process afterwards. */
static void
test_password_is_overwritten(void)
{
    struct given given;
    parse(&given, "ucarp -i e -v 1 --pass=TELLTALE -a 10.0.0.1");
    g_assert_cmpint(given.result, ==, UCARP_PARSE_RUN);
    for (int i = 0; i < given.argc; i++) {
        g_assert_null(strstr(given.argv[i], "TELLTALE"));
    }
    done(&given);
}

static void
test_several_addresses(void)
{
    struct given given;
    parse(&given, "ucarp -i e -v 1 -p x -a 10.0.0.1 -a 10.0.0.5/24 "
                  "-a fd00::1/64");
    g_assert_cmpint(given.result, ==, UCARP_PARSE_RUN);
    const struct carp_conf_vhid *vhid = carp_conf_get(given.options.conf, 0);
    g_assert_cmpuint(vhid->addrs.count, ==, 3);
    g_assert_cmpuint(vhid->prefix_len[1], ==, 24);
    g_assert_cmpint(vhid->profile, ==, CARP_PROFILE_FREEBSD);
    g_assert_false(vhid->by_script);
    done(&given);
}

static void
test_wrong(void)
{
#define BASE "ucarp -i e -v 1 -p x -a 10.0.0.1 "
    static const struct {
        const char *line, *says;
    } rows[] = {
        {BASE "-b 257", "--advbase=257: must be a number from 0 to 255"},
        {BASE "-k 255", "from 0 to 254"},
        {BASE "-k 12x", "--advskew=12x"},
        {BASE "-k -1", "--advskew=-1"},
        {BASE "-v 0", "from 1 to 255"},
        {BASE "-r 0", "from 1 to 255"},
        {BASE "-b 0", "cannot both be 0"},
        {BASE "-s nowhere", "--srcip=nowhere: is not an IPv4 address"},
        {BASE "-a 10.0.0.1", "given twice"},
        {BASE "-a x", "--addr=x: is not an address"},
        {BASE "-a 0.0.0.0", "--addr=0.0.0.0: is no address that a host can"},
        {BASE "--nothing", "--nothing is no option"},
        {BASE "-a", "-a needs a value"},
        {BASE "stray", "'stray' is no option"},
        {BASE "-p 01234567890123456789", "1 to 19 octets"},
        {BASE "-o /nonexistent/x", "--passfile=/nonexistent/x: "},
        {"ucarp -v 1 -p x -a 10.0.0.1", "give --interface"},
        {BASE "-i 'a b'", "is not an interface name"},
        {BASE "-i '\na'", "is not an interface name"},
        {"ucarp -i e -p x -a 10.0.0.1", "give --vhid"},
        {"ucarp -i e -v 1 -a 10.0.0.1", "no password"},
        {"ucarp -i e -v 1 -p x", "give --addr"},
        {"ucarp -i e -v 1 -p x -a fd00::1 -s 10.0.0.2",
         "--srcip needs an IPv4"},
        {"ucarp -i e -v 1 -p x -a fd00::1 -m 224.0.0.9", "--mcastip needs an"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct given given;
        parse(&given, rows[i].line);
        g_assert_cmpint(given.result, ==, UCARP_PARSE_USAGE);
        if (strstr(given.error, rows[i].says) == NULL) {
            g_error("%s says: %s", rows[i].line, given.error);
        }
        done(&given);
    }
}

static void
test_password_file(void)
{
    char *path = NULL;
    const int fd = g_file_open_tmp("carp-pass-XXXXXX", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_assert_true(g_close(fd, NULL));
    g_assert_true(g_file_set_contents(path, "first\r\nsecond\n", -1, NULL));
    char *line = g_strdup_printf("ucarp -i e -v 1 -a 10.0.0.1 -o %s", path);
    struct given given;
    parse(&given, line);
    g_assert_cmpint(given.result, ==, UCARP_PARSE_RUN);
    const struct carp_conf_vhid *vhid = carp_conf_get(given.options.conf, 0);
    g_assert_cmpuint(vhid->key.password_len, ==, 6);
    g_assert_cmpint(memcmp(vhid->key.password, "first\r", 6), ==, 0);
    done(&given);
    g_remove(path);
    g_free(line);
    g_free(path);
}

static void
test_help(void)
{
    struct given given;
    parse(&given, "ucarp --help");
    g_assert_cmpint(given.result, ==, UCARP_PARSE_HELP);
    done(&given);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ucarp/every-option", test_every_option);
    g_test_add_func("/ucarp/password-gone", test_password_is_overwritten);
    g_test_add_func("/ucarp/addresses", test_several_addresses);
    g_test_add_func("/ucarp/wrong", test_wrong);
    g_test_add_func("/ucarp/password-file", test_password_file);
    g_test_add_func("/ucarp/help", test_help);
    return g_test_run();
}
