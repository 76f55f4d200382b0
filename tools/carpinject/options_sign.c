/* SPDX-License-Identifier: BSD-2-Clause */
/* Where keys come from, and header fields. */
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "log_conf.h"
#include "options_internal.h"

#define PASSWORD_LINE 512

static const struct carp_conf_vhid *
find_group(const struct carp_conf *conf, const char *name)
{
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        const struct carp_conf_vhid *group = carp_conf_get(conf, i);
        if (strcmp(group->name, name) == 0) {
            return group;
        }
    }
    return NULL;
}

static char *
take_group(struct inj_options *options, const struct raw *raw)
{
    const struct carp_conf_vhid *group = NULL;
    if (raw->config == NULL) {
        return raw->group == NULL
                   ? NULL
                   : g_strdup("--group names a group of -c FILE: give both");
    }
    options->conf = carp_conf_load(raw->config, 0);
    (void)log_conf(options->conf);
    if (!carp_conf_is_usable(options->conf)) {
        return g_strdup_printf("%s cannot be used: see above", raw->config);
    }
    if (raw->group != NULL) {
        group = find_group(options->conf, raw->group);
    } else if (carp_conf_count(options->conf) == 1) {
        group = carp_conf_get(options->conf, 0);
    } else if (options->subcommand == INJ_REPLAY) {
        return NULL; /* the keys serve to know whom not to disturb */
    } else {
        return g_strdup_printf("%s: has %u groups: say which with --group "
                               "NAME",
                               raw->config,
                               (unsigned int)carp_conf_count(options->conf));
    }
    if (group == NULL) {
        return g_strdup_printf("%s: has no group [vhid \"%s\"]", raw->config,
                               raw->group);
    }
    /* Without --group a replay keeps its signatures and fields. */
    if (options->subcommand != INJ_REPLAY) {
        inj_spec_from_group(&options->spec, group);
    } else if (raw->group != NULL) {
        struct inj_spec *spec = &options->spec;
        inj_spec_from_group(spec, group);
        spec->given &= ~(INJ_BIT(INJ_ADVBASE) | INJ_BIT(INJ_ADVSKEW));
        options->replay.rewrites = true;
    }
    return NULL;
}

/* ---------------------------------------------------------------- password */

static char *
read_terminal(struct inj_spec *spec)
{
    char line[PASSWORD_LINE] = "";
    struct termios old, quiet;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (tty < 0 || tcgetattr(tty, &old) != 0) {
        if (tty >= 0) {
            close(tty);
        }
        return g_strdup("--ask-password: there is no terminal to ask: use "
                        "--password-file");
    }
    quiet = old;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(tty, TCSAFLUSH, &quiet);
    ssize_t size = write(tty, "Password: ", 10) == 10
                       ? read(tty, line, sizeof(line) - 1)
                       : 0;
    tcsetattr(tty, TCSAFLUSH, &old);
    if (write(tty, "\n", 1) != 1 || size <= 0) {
        size = 0;
    }
    close(tty);
    line[size] = '\0';
    line[strcspn(line, "\n")] = '\0';
    char *wrong = inj_spec_set(spec, "password", line);
    carp_wipe(line, sizeof(line));
    return wrong;
}

static bool
is_secret(const char *name)
{
    return strcmp(name, "key-hex") == 0 || strcmp(name, "password") == 0 ||
           strcmp(name, "password-file") == 0;
}

static char *
take_password(struct inj_options *options, const struct raw *raw)
{
    unsigned int ways = raw->ask ? 1 : 0;
    const char *environment = g_getenv("CARPINJECT_PASSWORD");
    for (guint i = 0; i < raw->settings->len; i += 2) {
        ways += is_secret(g_ptr_array_index(raw->settings, i));
    }
    if (ways > 1) {
        return g_strdup("one key is enough: give one of --key-hex, "
                        "--password-file, --ask-password, --password");
    }
    if (raw->ask) {
        return read_terminal(&options->spec);
    }
    if (ways == 0 && raw->config == NULL && environment != NULL) {
        char *wrong = inj_spec_set(&options->spec, "password", environment);
        if (wrong != NULL) {
            g_free(wrong);
            return g_strdup("CARPINJECT_PASSWORD: is empty");
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- settings */

static bool
has_setting(const struct raw *raw, const char *name)
{
    for (guint i = 0; i < raw->settings->len; i += 2) {
        if (strcmp(g_ptr_array_index(raw->settings, i), name) == 0) {
            return true;
        }
    }
    return false;
}

char *
inj_options_sign(struct inj_options *options, const struct raw *raw)
{
    struct inj_spec *spec = &options->spec;
    char *wrong = take_group(options, raw);
    if (wrong == NULL) {
        wrong = take_password(options, raw);
    }
    if (options->subcommand == INJ_FLOOD) {
        spec->counter_mode = INJ_COUNTER_CONSTANT; /* signed once: faster */
    }
    if (has_setting(raw, "address")) {
        spec->addrs.count = 0; /* these replace the group's */
    }
    for (guint i = 0; i < raw->settings->len && wrong == NULL; i += 2) {
        char *bare = inj_spec_set(spec, g_ptr_array_index(raw->settings, i),
                                  g_ptr_array_index(raw->settings, i + 1));
        wrong = bare != NULL ? g_strdup_printf("--%s", bare) : NULL;
        g_free(bare);
    }
    /* eth-src: real is decided when the interface is known. */
    bool is_real = spec->has_real_mac;
    spec->has_real_mac = is_real || raw->interface != NULL;
    if (wrong == NULL) {
        char *bare = inj_spec_check(spec);
        wrong = bare != NULL ? g_strdup_printf("--%s", bare) : NULL;
        g_free(bare);
    }
    spec->has_real_mac = is_real;
    options->replay.rewrites |= raw->settings->len > 0 || spec->has_key;
    options->replay.renumbers = has_setting(raw, "counter");
    return wrong;
}
