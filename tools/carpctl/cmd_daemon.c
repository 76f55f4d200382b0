/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that ask the daemon something. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "log.h"
#include "member.h"
#include "replace_file.h"
#include "show_prometheus.h"
#include "show_text.h"

typedef void writer(JsonObject *answer, GString *out);

static struct client_request
request(const char *command, const char *vhid)
{
    const struct client_request made = {command, vhid, NULL, -1};
    return made;
}

/* Ask, and print the answer: as it is, or through @p write. */
static enum ctl_exit
ask(const struct ctl_context *context, const struct client_request *wanted,
    writer *write)
{
    char *line = NULL;
    JsonNode *answer = client_ask(context->socket, wanted, &line);
    if (answer == NULL) {
        return CTL_EXIT_FAILED;
    }
    if (context->is_json) {
        printf("%s\n", line);
    } else {
        GString *out = g_string_new(NULL);
        write(json_node_get_object(answer), out);
        fputs(out->str, stdout);
        g_string_free(out, TRUE);
    }
    json_node_unref(answer);
    g_free(line);
    return CTL_EXIT_OK;
}

enum ctl_exit
ctl_show(const struct ctl_context *context, char **words)
{
    const struct client_request wanted = request("show", words[0]);
    return ask(context, &wanted, context->verbose ? show_text_long : show_text);
}

/* Prometheus must hear of a daemon that does not answer: what it was told
 * before would stay. */
static enum ctl_exit
tell_prometheus(const struct ctl_context *context, const char *vhid)
{
    const struct client_request first = request("show", vhid);
    const struct client_request second = request("stats", vhid);
    JsonNode *show = client_ask(context->socket, &first, NULL);
    JsonNode *stats =
        show != NULL ? client_ask(context->socket, &second, NULL) : NULL;
    const bool is_up = stats != NULL;
    bool is_written = true;
    GString *out = g_string_new(NULL);
    show_prometheus(is_up ? json_node_get_object(show) : NULL,
                    is_up ? json_node_get_object(stats) : NULL, vhid == NULL,
                    out);
    if (context->output == NULL) {
        fputs(out->str, stdout);
    } else if (!replace_file(context->output, out, true)) {
        is_written = false;
        log_line("%s: %s: metrics are not written: see that its directory "
                 "exists, has room and may be written to",
                 context->output, g_strerror(errno));
    }
    g_string_free(out, TRUE);
    g_clear_pointer(&show, json_node_unref);
    g_clear_pointer(&stats, json_node_unref);
    return is_up && is_written ? CTL_EXIT_OK : CTL_EXIT_FAILED;
}

enum ctl_exit
ctl_stats(const struct ctl_context *context, char **words)
{
    if (context->is_prometheus) {
        return tell_prometheus(context, words[0]);
    }
    const struct client_request wanted = request("stats", words[0]);
    return ask(context, &wanted, show_text_stats);
}

enum ctl_exit
ctl_promote(const struct ctl_context *context, char **words)
{
    const struct client_request wanted = request("promote", words[0]);
    return ask(context, &wanted, show_text_done);
}

enum ctl_exit
ctl_demote(const struct ctl_context *context, char **words)
{
    guint64 amount = 0;
    if (!g_ascii_string_to_unsigned(words[0], 10, 0, 255, &amount, NULL)) {
        log_line("demote %s: the amount must be 0 to 255; 0 ends a demotion",
                 words[0]);
        return CTL_EXIT_USAGE;
    }
    struct client_request wanted = request("demote", words[1]);
    wanted.amount = (int)amount;
    return ask(context, &wanted, show_text_done);
}

enum ctl_exit
ctl_state(const struct ctl_context *context, char **words)
{
    if (strcmp(words[0], "backup") != 0 && strcmp(words[0], "master") != 0) {
        log_line("state %s: must be backup or master", words[0]);
        return CTL_EXIT_USAGE;
    }
    struct client_request wanted = request("state", words[1]);
    wanted.state = words[0];
    return ask(context, &wanted, show_text_done);
}

enum ctl_exit
ctl_reload(const struct ctl_context *context, char **words)
{
    (void)words;
    const struct client_request wanted = request("reload", NULL);
    return ask(context, &wanted, show_text_reload);
}

/* ------------------------------------------------------------------ watch */

/* One line of a stream. */
static void
print_event(const struct ctl_context *context, const char *line, carp_time *day)
{
    if (context->is_json) {
        printf("%s\n", line);
        return;
    }
    JsonNode *node = client_parse(line);
    if (node != NULL) {
        GString *out = g_string_new(NULL);
        show_text_event(json_node_get_object(node), day, out);
        fputs(out->str, stdout);
        g_string_free(out, TRUE);
    }
    g_clear_pointer(&node, json_node_unref);
}

static bool
is_refused(const char *line)
{
    JsonNode *node = client_parse(line);
    bool refused = node == NULL;
    if (!refused) {
        JsonObject *answer = json_node_get_object(node);
        refused = !member_boolean(answer, "ok");
        if (refused) {
            log_line("%s", member_text(member_object(answer, "error"), "text"));
        }
    } else {
        log_line("answers something else than JSON: is this carpd?");
    }
    g_clear_pointer(&node, json_node_unref);
    return refused;
}

enum ctl_exit
ctl_watch(const struct ctl_context *context, char **words)
{
    const struct client_request wanted = request("watch", words[0]);
    struct client *client = client_open(context->socket);
    if (client == NULL) {
        return CTL_EXIT_FAILED;
    }
    const char *line = NULL;
    if (client_send(client, &wanted)) {
        line = client_line(client, 10000);
    }
    enum ctl_exit result = CTL_EXIT_FAILED;
    if (line != NULL && !is_refused(line)) {
        carp_time day = (carp_time)g_get_real_time() * CARP_USEC;
        while ((line = client_line(client, -1)) != NULL) {
            print_event(context, line, &day);
            /* A reader behind a pipe gets each line at once; one that is gone
             * ends this. */
            if (fflush(stdout) != 0) {
                break;
            }
        }
    }
    client_close(client);
    return result;
}
