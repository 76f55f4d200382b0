/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong now, and what was. */
#include <string.h>

#include "model.h"

void
mon_alert_free(void *memory)
{
    struct mon_alert *alert = memory;
    g_free(alert->text);
    g_free(alert->detail);
    g_free(alert->remedy);
    g_free(alert->ending);
    g_free(alert);
}

/* Findings that are on are the latest, nearly always. */
static struct mon_alert *
find(const struct mon_model *model, uint32_t id)
{
    for (guint i = model->alerts->len; i > 0; i--) {
        struct mon_alert *alert = g_ptr_array_index(model->alerts, i - 1);
        if (alert->id == id) {
            return alert;
        }
    }
    return NULL;
}

/* The oldest that is over goes; of those that are on, none. */
static bool
make_room(struct mon_model *model)
{
    if (model->alerts->len < MON_ALERTS_MAX) {
        return true;
    }
    for (guint i = 0; i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over != CARP_NEVER) {
            g_ptr_array_remove_index(model->alerts, i);
            return true;
        }
    }
    return false;
}

static struct mon_code *
code_of(struct mon_model *model, const struct carp_event *event)
{
    struct mon_code *idle = NULL;
    for (guint i = 0; i < model->codes->len; i++) {
        struct mon_code *code = g_ptr_array_index(model->codes, i);
        if (code->code == event->code && code->vhid == event->vhid &&
            code->family == event->family && code->vlan == event->vlan &&
            code->segment == event->segment) {
            return code;
        }
        if (code->on == 0 && idle == NULL) {
            idle = code;
        }
    }
    if (model->codes->len >= MON_CODES_MAX) {
        if (idle == NULL) {
            return NULL;
        }
        g_ptr_array_remove(model->codes, idle);
    }
    struct mon_code *code = g_new0(struct mon_code, 1);
    code->segment = event->segment;
    code->vlan = event->vlan;
    code->family = event->family;
    code->vhid = event->vhid;
    code->code = event->code;
    g_ptr_array_add(model->codes, code);
    return code;
}

static void
set_text(char **text, const char *value)
{
    if (value != NULL && *value != '\0' && g_strcmp0(*text, value) != 0) {
        g_free(*text);
        *text = g_strdup(value);
    }
}

static void
fill(struct mon_alert *alert, const struct carp_event *event)
{
    alert->cause = event->cause;
    alert->severity = MAX(alert->severity, event->severity);
    alert->confidence = event->confidence;
    alert->since = event->since;
    alert->count = event->count;
    alert->sender_count = MIN(event->sender_count, CARP_EVENT_SENDERS);
    alert->frame_count = MIN(event->frame_count, CARP_EVENT_FRAMES);
    memcpy(alert->senders, event->senders, sizeof(alert->senders));
    memcpy(alert->frames, event->frames, sizeof(alert->frames));
    set_text(&alert->text, event->text);
    set_text(&alert->detail, event->detail);
    set_text(&alert->remedy, event->remedy);
}

static struct mon_alert *
onset(struct mon_model *model, const struct carp_event *event)
{
    if (!make_room(model)) {
        model->alerts_dropped++;
        return NULL;
    }
    struct mon_alert *alert = g_new0(struct mon_alert, 1);
    alert->id = event->id;
    alert->segment = event->segment;
    alert->vlan = event->vlan;
    alert->family = event->family;
    alert->vhid = event->vhid;
    alert->code = event->code;
    alert->decided = event->time;
    alert->over = CARP_NEVER;
    alert->text = g_strdup("");
    alert->detail = g_strdup("");
    alert->remedy = g_strdup("");
    g_ptr_array_add(model->alerts, alert);
    struct mon_code *code = code_of(model, event);
    if (code != NULL) {
        code->on++;
        code->onsets++;
    }
    return alert;
}

/* A master that this wire did not show is drawn all the same. */
static void
draw_unseen(struct mon_model *model, struct mon_row *row,
            const struct mon_alert *alert)
{
    if (row == NULL || alert->code != CARP_UNSEEN_MASTER ||
        alert->sender_count == 0) {
        return;
    }
    int lane = mon_row_lane(model, row, &alert->senders[0], false, model->now);
    if (lane >= 0) {
        struct mon_span span = {.from = alert->since,
                                .to = MIN(alert->over, model->now),
                                .alert = alert->id,
                                .lane = (uint8_t)lane,
                                .kind = MON_SPAN_UNSEEN};
        mon_row_unseen(model, row, &span);
    }
}

static void
resolve(struct mon_model *model, struct mon_alert *alert,
        const struct carp_event *event)
{
    alert->over = event->time;
    alert->count = event->count;
    g_free(alert->ending);
    alert->ending = g_strdup(event->text != NULL ? event->text : "");
    struct mon_code *code = code_of(model, event);
    if (code != NULL && code->on > 0) {
        code->on--;
    }
}

static bool
is_of_code(const struct mon_alert *alert, const struct mon_code *code)
{
    return alert->code == code->code && alert->vhid == code->vhid &&
           alert->family == code->family && alert->vlan == code->vlan &&
           alert->segment == code->segment;
}

/* Of several that are on the worst counts: a harmless one that comes later
 * must not hide it. What was last on keeps its label when all are over. */
static void
rate_code(struct mon_model *model, const struct carp_event *event)
{
    struct mon_code *code = code_of(model, event);
    bool is_on = false;
    for (guint i = 0; code != NULL && i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over == CARP_NEVER && is_of_code(alert, code)) {
            code->severity =
                is_on ? MAX(code->severity, alert->severity) : alert->severity;
            is_on = true;
        }
    }
}

/* What is about a whole segment belongs to no row. */
static struct mon_row *
row_of(struct mon_model *model, const struct carp_event *event)
{
    if (event->vhid == 0) {
        return NULL;
    }
    return mon_model_need_row(model, event->segment, event->vlan, event->family,
                              event->vhid);
}

static void
count_alerts(const struct mon_model *model, struct mon_row *row)
{
    if (row == NULL) {
        return;
    }
    memset(row->alerts, 0, sizeof(row->alerts));
    for (guint i = 0; i < model->alerts->len; i++) {
        const struct mon_alert *alert = g_ptr_array_index(model->alerts, i);
        if (alert->over == CARP_NEVER && alert->vhid == row->vhid &&
            alert->family == row->family && alert->vlan == row->vlan &&
            alert->segment == row->segment) {
            row->alerts[alert->severity]++;
        }
    }
}

void
mon_model_alert(struct mon_model *model, const struct carp_event *event)
{
    struct mon_alert *alert = find(model, event->id);
    if (event->kind == CARP_EVENT_RESOLVED) {
        if (alert == NULL || alert->over != CARP_NEVER) {
            return;
        }
        resolve(model, alert, event);
    } else {
        if (alert == NULL) {
            alert = onset(model, event);
        }
        if (alert == NULL) {
            return;
        }
        fill(alert, event);
    }
    rate_code(model, event);
    struct mon_row *row = row_of(model, event);
    count_alerts(model, row);
    draw_unseen(model, row, alert);
    mon_model_touch(model, row);
    alert->revision = model->revision;
}
