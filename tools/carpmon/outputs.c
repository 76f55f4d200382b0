/* SPDX-License-Identifier: BSD-2-Clause */
#include "outputs.h"

#include <string.h>

#include "http.h"
#include "log.h"
#include "metrics.h"
#include "report_html.h"
#include "screen.h"
#include "state.h"

static bool
attach_http(struct mon_monitor *monitor, const struct mon_options *options,
            const struct mon_model *model)
{
    struct mon_http_options http_options = {.listen = options->output.listen,
                                            .token_file =
                                                options->output.listen_token};
    char *error = NULL;
    struct mon_http *http = mon_http_new(&http_options, model, &error);
    if (http == NULL) {
        log_line("%s", error);
        g_free(error);
        return false;
    }
    mon_monitor_attach(monitor, &mon_http_ops, http);
    return true;
}

bool
mon_outputs_attach(struct mon_monitor *monitor,
                   const struct mon_options *options,
                   const struct mon_session *session,
                   volatile sig_atomic_t *stop, struct mon_outputs *outputs)
{
    const struct mon_output_options *wanted = &options->output;
    memset(outputs, 0, sizeof(*outputs));
    if (wanted->listen == NULL && wanted->textfile == NULL &&
        wanted->report == NULL && options->service.state == NULL &&
        !options->ask.watch) {
        return true;
    }
    /* First: the others read it. */
    struct mon_model *model = mon_model_new(session);
    mon_monitor_attach(monitor, &mon_model_ops, model);
    if (options->ask.watch) {
        mon_monitor_attach(monitor, &mon_screen_ops,
                           mon_screen_new(model, stop));
    }
    if (wanted->textfile != NULL) {
        mon_monitor_attach(monitor, &mon_textfile_ops,
                           mon_textfile_new(wanted->textfile, model));
    }
    if (wanted->report != NULL) {
        mon_monitor_attach(
            monitor, &mon_report_html_ops,
            mon_report_html_new(wanted->report, model, &outputs->has_failed));
    }
    if (options->service.state != NULL) {
        mon_monitor_attach(monitor, &mon_state_ops,
                           mon_state_new(options->service.state, model));
    }
    return wanted->listen == NULL || attach_http(monitor, options, model);
}
