/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <sys/stat.h>

#include <glib/gstdio.h>

#include "carp_conf.h"
#include "log.h"
#include "monitor.h"
#include "state.h"

/* Bigger is no state: 1024 vhids need less. */
#define STATE_MOST ((goffset)16 * 1024 * 1024)

/* The vhids of the configuration, or none; what is wrong with it was said
 * when its keys were read. */
static GByteArray *
expected_vhids(const char *config)
{
    GByteArray *vhids = g_byte_array_new();
    if (config != NULL) {
        struct carp_conf *conf = carp_conf_load(config, 0);
        for (size_t i = 0; i < carp_conf_count(conf); i++) {
            g_byte_array_append(vhids, &carp_conf_get(conf, i)->vhid, 1);
        }
        carp_conf_free(conf);
    }
    return vhids;
}

static int
print_judged(const char *text, const struct mon_options *options, carp_time now)
{
    GByteArray *vhids = expected_vhids(options->config);
    struct mon_check check = {.vhid = (uint8_t)options->service.check_vhid,
                              .expected = vhids->data,
                              .expected_count = vhids->len,
                              .now = now};
    char *line = NULL;
    enum mon_check_status status = mon_check_judge(text, &check, &line);
    g_print("%s\n", line);
    g_free(line);
    g_byte_array_free(vhids, TRUE);
    return (int)status;
}

const struct mon_model *
mon_check_attach(struct mon_monitor *monitor, const struct mon_session *session)
{
    struct mon_model *model = mon_model_new(session);
    mon_monitor_attach(monitor, &mon_model_ops, model);
    return model;
}

int
mon_check_print(const struct mon_model *model, carp_time now,
                const struct mon_options *options)
{
    char *text = mon_state_text(model, now);
    int status = print_judged(text, options, 0);
    g_free(text);
    return status;
}

int
mon_check_print_file(const struct mon_options *options)
{
    GError *error = NULL;
    const char *path = options->service.state;
    char *text = NULL;
    GStatBuf st;
    if (g_stat(path, &st) == 0 &&
        (!S_ISREG(st.st_mode) || st.st_size > STATE_MOST)) {
        g_print("CARP UNKNOWN - %s: this is not a state that carpmon "
                "wrote\n",
                path);
        return MON_CHECK_UNKNOWN;
    }
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        g_print("CARP UNKNOWN - %s: is carpmon running with --state?\n",
                error->message);
        g_error_free(error);
        return MON_CHECK_UNKNOWN;
    }
    int status =
        print_judged(text, options, (carp_time)g_get_real_time() * CARP_USEC);
    g_free(text);
    return status;
}

/* --------------------------------------------------------- nothing to judge */

static char *last_message;

static void
keep_message(enum log_level level, const struct log_field *fields, size_t count,
             const char *text)
{
    g_free(last_message);
    last_message = g_strdup(text);
    log_to_stderr(level, fields, count, text);
}

void
mon_check_keep_messages(void)
{
    log_set_sink(keep_message);
}

int
mon_check_print_unknown(void)
{
    g_print("CARP UNKNOWN - %s\n",
            last_message != NULL ? last_message : "nothing could be seen");
    log_set_sink(NULL);
    g_clear_pointer(&last_message, g_free);
    return MON_CHECK_UNKNOWN;
}

/* ------------------------------------------------------------ a silent form */

static void *
check_open(const struct mon_session *session)
{
    (void)session;
    return NULL;
}

static void
check_close(void *state)
{
    (void)state;
}

const struct mon_report_ops mon_check_ops = {
    .name = "check",
    .open = check_open,
    .close = check_close,
};
