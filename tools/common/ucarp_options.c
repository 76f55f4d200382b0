/* SPDX-License-Identifier: BSD-2-Clause */
#include "ucarp_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "conf_internal.h"
#include "conf_set.h"

#define PASSWORD_FILE_MAX 511

static const struct option long_options[] = {
    {"interface", required_argument, NULL, 'i'},
    {"srcip", required_argument, NULL, 's'},
    {"mcastip", required_argument, NULL, 'm'},
    {"vhid", required_argument, NULL, 'v'},
    {"pass", required_argument, NULL, 'p'},
    {"passfile", required_argument, NULL, 'o'},
    {"preempt", no_argument, NULL, 'P'},
    {"neutral", no_argument, NULL, 'n'},
    {"addr", required_argument, NULL, 'a'},
    {"help", no_argument, NULL, 'h'},
    {"advbase", required_argument, NULL, 'b'},
    {"advskew", required_argument, NULL, 'k'},
    {"upscript", required_argument, NULL, 'u'},
    {"downscript", required_argument, NULL, 'd'},
    {"deadratio", required_argument, NULL, 'r'},
    {"debug", no_argument, NULL, 'D'},
    {"shutdown", no_argument, NULL, 'z'},
    {"daemonize", no_argument, NULL, 'B'},
    {"ignoreifstate", no_argument, NULL, 'S'},
    {"nomcast", no_argument, NULL, 'M'},
    {"facility", required_argument, NULL, 'f'},
    {"xparam", required_argument, NULL, 'x'},
    {NULL, 0, NULL, 0}};

static const char short_options[] = ":i:s:m:v:p:o:Pna:hb:k:u:d:r:DzBSMf:x:";

/* While the words are read. */
struct reading {
    struct ucarp_options *options;
    struct carp_conf_vhid *vhid;
    char *password;
    size_t password_len;
    char *error;
};

static void fail(struct reading *reading, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static void
fail(struct reading *reading, const char *format, ...)
{
    va_list values;
    if (reading->error == NULL) {
        va_start(values, format);
        reading->error = g_strdup_vprintf(format, values);
        va_end(values);
    }
}

static uint8_t
number(struct reading *reading, const char *name, const char *text,
       unsigned int min, unsigned int max)
{
    char *end = NULL;
    errno = 0;
    const unsigned long value = strtoul(text, &end, 0);
    if (end == text || *end != '\0' || errno != 0 || *text == '-' ||
        value < min || value > max) {
        fail(reading, "--%s=%s: must be a number from %u to %u", name, text,
             min, max);
        return (uint8_t)min;
    }
    return (uint8_t)value;
}

static void
read_ipv4(struct reading *reading, const char *name, const char *text,
          struct carp_addr *addr)
{
    if (carp_addr_parse(text, addr, NULL) != CARP_OK ||
        addr->family != CARP_IPV4 || strchr(text, '/') != NULL) {
        fail(reading, "--%s=%s: is not an IPv4 address", name, text);
    }
}

static void
add_address(struct reading *reading, const char *text)
{
    struct carp_addr addr;
    unsigned int prefix = 0;
    struct carp_conf_vhid *vhid = reading->vhid;
    const uint16_t at = vhid->addrs.count;
    if (carp_addr_parse(text, &addr, &prefix) != CARP_OK) {
        fail(reading, "--addr=%s: is not an address", text);
    } else if (!carp_addr_is_host(&addr)) {
        fail(reading, "--addr=%s: is no address that a host can have", text);
    } else if (carp_addrs_contain(&vhid->addrs, &addr)) {
        fail(reading, "--addr=%s: is given twice", text);
    } else if (carp_addrs_add(&vhid->addrs, &addr) != CARP_OK) {
        fail(reading, "--addr: more than %d addresses", CARP_ADDRS_MAX);
    } else {
        vhid->prefix_len[at] = (uint8_t)prefix;
    }
}

static void
set_text(char **target, const char *value)
{
    g_free(*target);
    *target = g_strdup(value);
}

static void
set_password(struct reading *reading, const char *text, size_t length)
{
    if (reading->password != NULL) {
        carp_wipe(reading->password, reading->password_len);
        g_free(reading->password);
    }
    reading->password = g_strndup(text, length);
    reading->password_len = length;
}

/* The first line, and only its newline taken off: a carriage return stays in
 * the key, as with ucarp. */
static void
read_password_file(struct reading *reading, const char *path)
{
    const char *why = NULL;
    size_t size = 0;
    mode_t mode = 0;
    char *data = conf_slurp(path, 4096, &size, &mode, &why);
    if (data == NULL) {
        fail(reading, "--passfile=%s: %s", path, why);
        return;
    }
    const char *newline = memchr(data, '\n', size);
    const size_t length =
        newline != NULL ? (size_t)(newline - data) : strlen(data);
    set_password(reading, data, MIN(length, PASSWORD_FILE_MAX));
    carp_wipe(data, size);
    g_free(data);
}

/* Options that set a number or a switch. True when @p letter is one. */
static bool
take_plain(struct reading *reading, int letter, const char *value)
{
    struct carp_conf_vhid *vhid = reading->vhid;
    switch (letter) {
    case 'v':
        vhid->vhid = number(reading, "vhid", value, 1, 255);
        return true;
    case 'b':
        vhid->advbase = number(reading, "advbase", value, 0, 255);
        return true;
    case 'k':
        vhid->advskew = number(reading, "advskew", value, 0, 254);
        return true;
    case 'r':
        vhid->dead_ratio = number(reading, "deadratio", value, 1, 255);
        return true;
    case 'P':
        vhid->preempt = true;
        return true;
    case 'n':
        vhid->down_at_start = false;
        return true;
    case 'S':
        vhid->ignore_link = true;
        return true;
    case 'M':
        vhid->broadcast = true;
        return true;
    case 'D':
        reading->options->debug = true;
        return true;
    case 'z':
        reading->options->shutdown = true;
        return true;
    case 'B':
        reading->options->daemonize = true;
        return true;
    default:
        return false;
    }
}

static void
take_text(struct reading *reading, int letter, char *value)
{
    struct carp_conf_vhid *vhid = reading->vhid;
    switch (letter) {
    case 'i':
        if (!conf_is_interface(value)) {
            fail(reading,
                 "--interface=%s: is not an interface name (1 to 15 "
                 "characters, no blank, no '/')",
                 value);
        }
        set_text(&vhid->interface, value);
        break;
    case 's':
        read_ipv4(reading, "srcip", value, &vhid->source);
        break;
    case 'm':
        read_ipv4(reading, "mcast", value, &vhid->peer);
        break;
    case 'p':
        set_password(reading, value, strlen(value));
        /* ps(1) shows the words of a process. */
        memset(value, '*', strlen(value));
        break;
    case 'o':
        read_password_file(reading, value);
        break;
    case 'a':
        add_address(reading, value);
        break;
    case 'u':
        set_text(&vhid->up_script, value);
        break;
    case 'd':
        set_text(&vhid->down_script, value);
        break;
    case 'x':
        set_text(&vhid->script_arg, value);
        break;
    case 'f':
        set_text(&reading->options->facility, value);
        break;
    default:
        break;
    }
}

static enum ucarp_parse
read_words(struct reading *reading, int argc, char **argv)
{
    int letter;
    optind = 0; /* glibc: begin anew */
    opterr = 0;
    while ((letter = getopt_long(argc, argv, short_options, long_options,
                                 NULL)) != -1) {
        if (letter == 'h') {
            return UCARP_PARSE_HELP;
        }
        if (letter == '?' || letter == ':') {
            fail(reading,
                 letter == ':' ? "%s needs a value"
                               : "%s is no option of "
                                 "ucarp's",
                 argv[optind - 1]);
            return UCARP_PARSE_USAGE;
        }
        if (!take_plain(reading, letter, optarg)) {
            take_text(reading, letter, optarg);
        }
    }
    if (optind < argc) {
        fail(reading, "'%s' is no option", argv[optind]);
    }
    return reading->error == NULL ? UCARP_PARSE_RUN : UCARP_PARSE_USAGE;
}

/* ucarp runs what it is given from where it stands; carpd has left there. */
static void
make_absolute(struct reading *reading, const char *name, char **path)
{
    if (*path != NULL && !g_path_is_absolute(*path)) {
        char *whole = g_canonicalize_filename(*path, NULL);
        g_free(*path);
        *path = whole;
    }
    if (*path != NULL && strpbrk(*path, "\n\r") != NULL) {
        fail(reading, "--%s: a path with a line end", name);
    }
}

static void
load_key(struct reading *reading)
{
    if (reading->password == NULL) {
        fail(reading, "no password: give --pass or, better, --passfile");
    } else if (carp_key_from_password(&reading->vhid->key, reading->password,
                                      reading->password_len,
                                      CARP_KEY_RULE_UCARP) != CARP_OK) {
        fail(reading, "the password must have 1 to 19 octets");
    }
}

/* carp.conf refuses the same. */
static void
check_family(struct reading *reading)
{
    const struct carp_conf_vhid *vhid = reading->vhid;
    bool has4 = vhid->addrs.count == 0;
    for (uint16_t i = 0; i < vhid->addrs.count; i++) {
        has4 |= vhid->addrs.list[i].family == CARP_IPV4;
    }
    if (!has4 && vhid->source.family != 0) {
        fail(reading, "--srcip needs an IPv4 address in --addr");
    }
    if (!has4 && vhid->peer.family != 0) {
        fail(reading, "--mcastip needs an IPv4 address in --addr");
    }
}

static void
check(struct reading *reading)
{
    struct carp_conf_vhid *vhid = reading->vhid;
    if (vhid->interface == NULL) {
        fail(reading, "no interface: give --interface");
    }
    if (vhid->vhid == 0) {
        fail(reading, "no virtual IP identifier: give --vhid");
    }
    if (vhid->addrs.count == 0) {
        fail(reading, "no virtual address: give --addr");
    }
    check_family(reading);
    if (vhid->advbase == 0 && vhid->advskew == 0) {
        fail(reading, "--advbase and --advskew cannot both be 0");
    }
    load_key(reading);
    make_absolute(reading, "upscript", &vhid->up_script);
    make_absolute(reading, "downscript", &vhid->down_script);
    vhid->by_script = vhid->up_script != NULL || vhid->down_script != NULL;
    vhid->down_at_start = vhid->down_at_start && vhid->down_script != NULL;
    if (vhid->addrs.count > 1) {
        vhid->profile = CARP_PROFILE_FREEBSD;
    }
}

enum ucarp_parse
ucarp_options_parse(struct ucarp_options *options, int argc, char **argv,
                    char **error)
{
    struct reading reading;
    memset(options, 0, sizeof(*options));
    memset(&reading, 0, sizeof(reading));
    options->conf = carp_conf_new();
    reading.options = options;
    reading.vhid = carp_conf_add(options->conf, "ucarp", "command line");
    reading.vhid->profile = CARP_PROFILE_UCARP;
    reading.vhid->vmac = CARP_CONF_VMAC_ADVERTS;
    reading.vhid->has_vmac = true;
    reading.vhid->tie = CARP_CONF_TIE_UCARP;
    reading.vhid->down_at_start = true;
    enum ucarp_parse result = read_words(&reading, argc, argv);
    if (result == UCARP_PARSE_RUN) {
        check(&reading);
        result = reading.error == NULL ? UCARP_PARSE_RUN : UCARP_PARSE_USAGE;
    }
    if (reading.password != NULL) {
        carp_wipe(reading.password, reading.password_len);
        g_free(reading.password);
    }
    if (result == UCARP_PARSE_USAGE) {
        *error = reading.error;
    } else {
        g_free(reading.error);
    }
    return result;
}

void
ucarp_options_clear(struct ucarp_options *options)
{
    carp_conf_free(options->conf);
    g_free(options->facility);
}

const char *
ucarp_options_help(void)
{
    return "  -i, --interface=IFACE   interface\n"
           "  -s, --srcip=ADDR        own address that adverts come from\n"
           "  -m, --mcastip=ADDR      another group than 224.0.0.18\n"
           "  -v, --vhid=N            virtual IP identifier, 1 to 255\n"
           "  -p, --pass=PASSWORD     password, up to 19 octets\n"
           "  -o, --passfile=FILE     its first line is the password\n"
           "  -a, --addr=ADDR         virtual address; may be given again\n"
           "  -P, --preempt           take over from a slower master\n"
           "  -n, --neutral           no down-script at the start\n"
           "  -b, --advbase=SECONDS   0 to 255, default 1\n"
           "  -k, --advskew=N         0 to 254, default 0\n"
           "  -r, --deadratio=N       intervals of silence, default 3\n"
           "  -u, --upscript=FILE     run on becoming MASTER\n"
           "  -d, --downscript=FILE   run on becoming BACKUP\n"
           "  -x, --xparam=TEXT       a further argument for both\n"
           "  -z, --shutdown          run the down-script at the end\n"
           "  -S, --ignoreifstate     go on without a carrier\n"
           "  -M, --nomcast           to the broadcast MAC address\n"
           "  -B, --daemonize         run in the background\n"
           "  -D, --debug             say more\n"
           "  -f, --facility=NAME     syslog facility, default daemon\n"
           "  -h, --help              this\n";
}
