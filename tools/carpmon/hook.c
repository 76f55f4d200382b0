/* SPDX-License-Identifier: BSD-2-Clause */
#include "hook.h"

#include "evidence.h"
#include "jsonl.h"
#include "log_rate.h"
#include "program.h"

#define AT_ONCE 8
#define WAITING 256
#define TIME_LIMIT (30 * CARP_SEC)
/* How long a hook waits for its evidence to be on the disk. */
#define EVIDENCE_MS 50
#define EVIDENCE_TRIES 40
/* How long carpmon waits for hooks when it ends. */
#define LAST_MS 5000

struct hook {
    const struct mon_session *session;
    char *program;
    struct program_pool *pool;
    struct log_rate *rate;
    GHashTable *calls; /* struct call *: all that are not over */
    struct jsonl json;
    GQueue held; /* struct call *, until the evidence is written */
    guint timer;
    unsigned int tries;
};

/* One call of the program. */
struct call {
    struct hook *hook;
    char *id, *word, *key, *input;
    GPtrArray *environment;
};

static void
call_free(void *data)
{
    struct call *call = data;
    g_free(call->id);
    g_free(call->word);
    g_free(call->key);
    g_free(call->input);
    g_ptr_array_free(call->environment, TRUE);
    g_free(call);
}

/* ------------------------------------------------------------- what is told */

static void put_env(struct call *call, const char *name, const char *format,
                    ...) G_GNUC_PRINTF(3, 4);

static void
put_env(struct call *call, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *value = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(call->environment,
                    g_strdup_printf("CARP_%s=%s", name, value));
    g_free(value);
}

static void
put_address(struct call *call, const char *name,
            const struct carp_addr *address)
{
    char text[CARP_ADDR_TEXT];
    if (address->family != CARP_FAMILY_NONE) {
        put_env(call, name, "%s", carp_addr_format(address, text));
    }
}

static void
put_place(struct call *call, const struct carp_event *event)
{
    const struct mon_session *session = call->hook->session;
    put_env(call, "IFACE", "%s", mon_segment_name(session, event->segment));
    put_env(call, "VLAN", "%u", event->vlan);
    put_env(call, "FAMILY", "%s", mon_family_text(event->family));
    put_env(call, "VHID", "%u", event->vhid);
    put_env(call, "EVENT", "%s", mon_event_kind_text(event->kind));
    put_env(call, "TEXT", "%s", event->text);
}

static void
put_transition(struct call *call, const struct carp_event *event)
{
    put_env(call, "STATE", "%s", mon_role_text(event->role));
    put_env(call, "REASON", "%s", carp_reason_text(event->reason));
    put_address(call, "SENDER", &event->sender);
    put_address(call, "PREVIOUS", &event->previous);
}

static void
put_finding(struct call *call, const struct carp_event *event)
{
    char text[CARP_ADDR_TEXT];
    GString *senders = g_string_new(NULL);
    for (unsigned int i = 0; i < event->sender_count; i++) {
        g_string_append_printf(senders, "%s%s", i > 0 ? " " : "",
                               carp_addr_format(&event->senders[i], text));
    }
    put_env(call, "CODE", "%s", carp_code_text(event->code));
    put_env(call, "CAUSE", "%s", carp_cause_text(event->cause));
    put_env(call, "SEVERITY", "%s", carp_severity_text(event->severity));
    put_env(call, "CONFIDENCE", "%s", carp_confidence_text(event->confidence));
    put_env(call, "ID", "%u", event->id);
    put_env(call, "COUNT", "%" G_GUINT64_FORMAT, event->count);
    put_env(call, "SENDERS", "%s", senders->str);
    put_env(call, "DETAIL", "%s", event->detail);
    put_env(call, "REMEDY", "%s", event->remedy);
    const char *path = mon_evidence_path(call->hook->session->evidence, event);
    if (path != NULL) {
        put_env(call, "EVIDENCE", "%s", path);
    }
    g_string_free(senders, TRUE);
}

static char *
make_input(struct hook *hook, const struct carp_event *event)
{
    jsonl_reset(&hook->json);
    jsonl_open_object(&hook->json, NULL);
    jsonl_uint(&hook->json, "schema", 1);
    mon_json_event(&hook->json, hook->session, event);
    jsonl_close_object(&hook->json);
    return g_strdup_printf("%s\n", hook->json.text->str);
}

static struct call *
make_call(struct hook *hook, const struct carp_event *event)
{
    bool is_transition = event->kind == CARP_EVENT_TRANSITION;
    struct call *call = g_new0(struct call, 1);
    call->hook = hook;
    g_hash_table_add(hook->calls, call);
    call->environment = g_ptr_array_new_with_free_func(g_free);
    call->id = mon_view_id(hook->session, event->segment, event->vlan,
                           event->family, event->vhid);
    call->word = g_strdup(is_transition ? mon_role_text(event->role)
                                        : carp_code_text(event->code));
    /* One thing's states replace one another: of a vhid who is MASTER, of a
     * finding whether it is on. */
    call->key = is_transition ? g_strdup_printf("%s master", call->id)
                              : g_strdup_printf("%s %u", call->id, event->id);
    put_place(call, event);
    if (is_transition) {
        put_transition(call, event);
    } else {
        put_finding(call, event);
    }
    g_ptr_array_add(call->environment, NULL);
    call->input = make_input(hook, event);
    return call;
}

/* ----------------------------------------------------------------- running */

static carp_time
monotonic(void)
{
    return (carp_time)g_get_monotonic_time() * CARP_USEC;
}

static void
on_line(void *user, bool is_error_stream, const char *line)
{
    struct call *call = user;
    (void)is_error_stream;
    log_rate_say(call->hook->rate, "line", monotonic(), LOG_LEVEL_INFO,
                 "hook %s %s: %s", call->id, call->word, line);
}

static void
on_end(void *user, const struct program_result *result)
{
    struct call *call = user;
    bool is_good = (result->end == PROGRAM_EXITED && result->code == 0) ||
                   result->end == PROGRAM_REPLACED;
    if (!is_good) {
        log_rate_say(call->hook->rate, "failed", monotonic(), LOG_LEVEL_WARNING,
                     "%s %s %s: %s: see what it writes "
                     "to standard error",
                     call->hook->program, call->id, call->word, result->text);
    }
    g_hash_table_remove(call->hook->calls, call);
}

static void
run_call(struct call *call)
{
    struct hook *hook = call->hook;
    const char *argv[] = {hook->program, call->id, call->word, NULL};
    struct program_job job = {.key = call->key,
                              .argv = argv,
                              .environment =
                                  (const char *const *)call->environment->pdata,
                              .input = call->input,
                              .time_limit = TIME_LIMIT,
                              .on_line = on_line,
                              .on_end = on_end,
                              .user = call};
    program_run(hook->pool, &job);
}

static void
run_held(struct hook *hook)
{
    struct call *call = NULL;
    while ((call = g_queue_pop_head(&hook->held)) != NULL) {
        run_call(call);
    }
}

static gboolean
on_timer(gpointer data)
{
    struct hook *hook = data;
    if (mon_evidence_is_pending(hook->session->evidence) &&
        ++hook->tries < EVIDENCE_TRIES) {
        return G_SOURCE_CONTINUE;
    }
    hook->timer = 0;
    run_held(hook);
    return G_SOURCE_REMOVE;
}

static void
hook_event(void *state, const struct carp_event *event)
{
    struct hook *hook = state;
    struct call *call = make_call(hook, event);
    if (g_queue_is_empty(&hook->held) &&
        !mon_evidence_is_pending(hook->session->evidence)) {
        run_call(call);
        return;
    }
    if (hook->held.length >= WAITING) {
        struct program_result result = {.end = PROGRAM_REFUSED,
                                        .text = "too many wait"};
        on_end(call, &result);
        return;
    }
    g_queue_push_tail(&hook->held, call);
    if (hook->timer == 0) {
        hook->tries = 0;
        hook->timer = g_timeout_add(EVIDENCE_MS, on_timer, hook);
    }
}

static void
hook_tick(void *state, struct carp_track *track,
          const struct mon_totals *totals, carp_time now)
{
    struct hook *hook = state;
    (void)track;
    (void)totals;
    (void)now;
    (void)log_rate_flush(hook->rate, monotonic());
}

void *
mon_hook_new(const struct mon_session *session, const char *program)
{
    struct hook *hook = g_new0(struct hook, 1);
    hook->session = session;
    hook->program = g_strdup(program);
    hook->pool = program_pool_new(AT_ONCE, WAITING);
    hook->rate = log_rate_new();
    hook->calls = g_hash_table_new_full(NULL, NULL, call_free, NULL);
    jsonl_init(&hook->json);
    g_queue_init(&hook->held);
    return hook;
}

static gboolean
on_last_moment(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static void
hook_close(void *state)
{
    struct hook *hook = state;
    bool is_over = false;
    if (hook->timer != 0) {
        g_source_remove(hook->timer);
    }
    run_held(hook);
    guint last = g_timeout_add(LAST_MS, on_last_moment, &is_over);
    while (!is_over && !program_pool_is_idle(hook->pool)) {
        g_main_context_iteration(NULL, TRUE);
    }
    if (!is_over) {
        g_source_remove(last);
    }
    program_pool_free(hook->pool);
    g_hash_table_destroy(hook->calls);
    (void)log_rate_flush(hook->rate, CARP_NEVER);
    log_rate_free(hook->rate);
    jsonl_clear(&hook->json);
    g_free(hook->program);
    g_free(hook);
}

const struct mon_report_ops mon_hook_ops = {
    .name = "hook",
    .event = hook_event,
    .tick = hook_tick,
    .close = hook_close,
};
