/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "log.h"
#include "metrics.h"
#include "replace_file.h"

#define EVERY (5 * CARP_SEC)

struct textfile {
    const struct mon_model *model;
    char *path;
    GString *text;
    carp_time next;
    bool has_news; /* a finding came or went */
    struct log_limit limit;
};

void *
mon_textfile_new(const char *path, const struct mon_model *model)
{
    struct textfile *file = g_new0(struct textfile, 1);
    file->model = model;
    file->path = g_strdup(path);
    file->text = g_string_new(NULL);
    file->limit.every = 60 * CARP_SEC;
    return file;
}

static void
textfile_close(void *state)
{
    struct textfile *file = state;
    g_string_free(file->text, TRUE);
    g_free(file->path);
    g_free(file);
}

static void
write_now(struct textfile *file, carp_time now)
{
    g_string_truncate(file->text, 0);
    mon_metrics_write(file->text, file->model);
    if (!replace_file(file->path, file->text, true) &&
        log_limit_pass(&file->limit, now, NULL)) {
        log_line("%s: %s: metrics are not written: see that its directory "
                 "exists, has room and may be written to",
                 file->path, g_strerror(errno));
    }
    file->next = carp_time_add(now, EVERY);
    file->has_news = false;
}

static void
textfile_event(void *state, const struct carp_event *event)
{
    struct textfile *file = state;
    file->has_news = file->has_news || event->kind != CARP_EVENT_UPDATE;
}

static void
textfile_tick(void *state, struct carp_track *track,
              const struct mon_totals *totals, carp_time now)
{
    struct textfile *file = state;
    (void)track;
    (void)totals;
    if (file->has_news || now >= file->next) {
        write_now(file, now);
    }
}

static void
textfile_end(void *state, const struct mon_totals *totals)
{
    write_now(state, totals->last);
}

const struct mon_report_ops mon_textfile_ops = {
    .name = "textfile",
    .event = textfile_event,
    .tick = textfile_tick,
    .end = textfile_end,
    .close = textfile_close,
};
