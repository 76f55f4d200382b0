/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>

#include "cmd_common.h"
#include "log.h"

/* Who else may be hurt is known only now. */
static void
note_vhids(struct inj_session *session, const GPtrArray *frames)
{
    const struct inj_spec *spec = &session->options->spec;
    bool is_given = (spec->given & INJ_BIT(INJ_VHID)) != 0;
    session->vhid[inj_spec_octet(spec, INJ_VHID)] = is_given;
    for (guint i = 0; i < frames->len && !is_given; i++) {
        const struct inj_frame *frame = g_ptr_array_index(frames, i);
        struct inj_value vhid =
            inj_field_get(frame->octets, &frame->layout, INJ_VHID);
        session->vhid[vhid.number & 255u] = true;
    }
}

static void
drop_others(GPtrArray *frames, uint8_t vhid)
{
    for (guint i = frames->len; i > 0; i--) {
        const struct inj_frame *frame = g_ptr_array_index(frames, i - 1);
        struct inj_value is =
            inj_field_get(frame->octets, &frame->layout, INJ_VHID);
        if (is.number != vhid) {
            g_ptr_array_remove_index(frames, i - 1);
        }
    }
}

static GPtrArray *
read_capture(const struct inj_options *options)
{
    const struct inj_replay *replay = &options->replay;
    const char *path = options->file;
    char *error = NULL;
    GPtrArray *frames = inj_record_read(path, &error);
    if (frames != NULL && replay->has_only_vhid) {
        drop_others(frames, replay->only_vhid);
    }
    if (frames == NULL || error != NULL) {
        log_line("%s", error);
        g_free(error);
    } else if (frames->len == 0 && replay->has_only_vhid) {
        log_line("%s: holds no adverts of vhid %u", path, replay->only_vhid);
    } else if (frames->len == 0) {
        log_line("%s: holds no adverts", path);
    }
    if (frames != NULL && frames->len == 0) {
        g_ptr_array_free(frames, TRUE);
        frames = NULL;
    }
    return frames;
}

static int
run(struct inj_options *options, const volatile sig_atomic_t *stop)
{
    struct inj_session session;
    GPtrArray *frames = read_capture(options);
    if (frames == NULL) {
        return INJ_EXIT_FAILED;
    }
    int status = inj_session_open(&session, options, stop);
    note_vhids(&session, frames);
    if (status == INJ_EXIT_OK) {
        status = inj_session_look(&session);
    }
    if (status == INJ_EXIT_OK) {
        struct inj_plan *plan =
            inj_plan_replay(frames, &options->spec, &options->replay,
                            &options->pace, options->seed);
        frames = NULL;
        status = inj_session_run(&session, plan, NULL, NULL);
    }
    if (frames != NULL) {
        g_ptr_array_free(frames, TRUE);
    }
    return inj_session_close(&session, status);
}

int
inj_cmd_replay(int argc, char **argv, const volatile sig_atomic_t *stop)
{
    return inj_cmd(INJ_REPLAY, argc, argv, run, stop);
}
