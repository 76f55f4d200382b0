/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include <glib.h>

#include "receive.h"

struct drive {
    const struct inj_run *run;
    struct inj_run_result *result;
    struct inj_frame *batch;
    unsigned int count;
    carp_time start; /* of the plan, in inj_now() time */
    char *error;
};

static bool
wants_end(const struct drive *drive)
{
    return drive->run->stop != NULL && *drive->run->stop != 0;
}

static void
note(struct drive *drive, unsigned int sent)
{
    const struct inj_run *run = drive->run;
    carp_time wall =
        run->sender != NULL && run->record != NULL ? inj_wall() : 0;
    for (unsigned int i = 0; i < sent; i++) {
        const struct inj_frame *frame = &drive->batch[i];
        drive->result->frames++;
        drive->result->octets += frame->len;
        if (run->record != NULL) {
            inj_record_frame(run->record,
                             run->sender != NULL
                                 ? wall
                                 : carp_time_add(run->record_from, frame->at),
                             frame->octets, frame->len);
        }
    }
}

/* False: stop here. */
static bool
tell(const struct drive *drive, unsigned int sent)
{
    uint64_t number = drive->result->frames - sent;
    for (unsigned int i = 0; i < sent && drive->run->on_sent != NULL; i++) {
        if (!drive->run->on_sent(drive->run->user, &drive->batch[i],
                                 ++number)) {
            return false;
        }
    }
    return true;
}

static bool
flush(struct drive *drive)
{
    unsigned int count = drive->count;
    unsigned int sent = count;
    if (count == 0) {
        return true;
    }
    if (drive->run->sender != NULL) {
        carp_time due = carp_time_add(drive->start, drive->batch[0].at);
        carp_time late = carp_time_since(inj_now(), due);
        if (drive->batch[0].at > 0) {
            drive->result->latest = MAX(drive->result->latest, late);
        }
        sent = inj_sender_send(drive->run->sender, drive->batch, count);
    }
    drive->count = 0;
    note(drive, sent);
    if (sent < count) {
        drive->error = g_strdup(inj_sender_error(drive->run->sender));
        return false;
    }
    return tell(drive, sent);
}

/* Wait for a frame's time, after those in front of it have left. */
static bool
wait_for(struct drive *drive, carp_time at)
{
    carp_time due = carp_time_add(drive->start, at);
    if (drive->run->sender == NULL || due <= inj_now()) {
        return true;
    }
    struct inj_frame next = drive->batch[drive->count];
    if (!flush(drive)) {
        return false;
    }
    drive->batch[0] = next;
    return inj_sleep_until(due, drive->run->stop);
}

static void
loop(struct drive *drive, struct inj_plan *plan)
{
    carp_time end = carp_time_add(drive->start, drive->run->duration);
    bool is_live = drive->run->sender != NULL;
    carp_time last = 0;
    while (!wants_end(drive) &&
           inj_plan_next(plan, &drive->batch[drive->count])) {
        carp_time at = drive->batch[drive->count].at;
        /* Without pauses no clock is read but once a batch. */
        if (at != last && !wait_for(drive, at)) {
            return;
        }
        last = at;
        if (++drive->count == INJ_BATCH) {
            if (!flush(drive) || (is_live && inj_now() >= end)) {
                return;
            }
        }
    }
    flush(drive);
}

char *
inj_run(struct inj_plan *plan, const struct inj_run *run,
        struct inj_run_result *result)
{
    struct drive drive = {.run = run, .result = result};
    *result = (struct inj_run_result){.frames = 0};
    drive.batch = g_new(struct inj_frame, INJ_BATCH);
    drive.start = inj_now();
    loop(&drive, plan);
    result->elapsed = carp_time_since(inj_now(), drive.start);
    g_free(drive.batch);
    if (drive.error == NULL && inj_plan_error(plan) != NULL) {
        drive.error = g_strdup(inj_plan_error(plan));
    }
    return drive.error;
}
