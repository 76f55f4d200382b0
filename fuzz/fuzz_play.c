/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpinject's engine: a scenario runs, in virtual time, against a wire that
 * answers with the frames of the input. The text of the scenario ends with
 * octet 0xff; behind it come frames: an octet of time, an octet of length, and
 * the frame's octets. The result is written in every format.
 */
#include <stdbool.h>

#include "fuzz.h"
#include "play.h"

#define SENT_MAX 20000
#define CALLS_MAX 20000
#define END (100000 * CARP_SEC)

struct wire {
    struct fuzz_input in;
    carp_time now;
    carp_time next; /* when the next frame arrives; CARP_NEVER: none */
    uint8_t octets[256];
    unsigned int sent, calls;
};

static carp_time
wire_now(void *user)
{
    return ((const struct wire *)user)->now;
}

static void
plan_next(struct wire *wire)
{
    wire->next = wire->in.left > 0 ? wire->now + (carp_time)fuzz_u8(&wire->in) *
                                                     (25 * CARP_MSEC)
                                   : CARP_NEVER;
}

static bool
wire_send(void *user, const struct inj_frame *frame)
{
    struct wire *wire = user;
    FUZZ_CHECK(frame->len <= INJ_FRAME_MAX);
    return ++wire->sent < SENT_MAX;
}

static enum play_got
wire_receive(void *user, carp_time deadline, struct play_frame *frame)
{
    struct wire *wire = user;
    if (++wire->calls > CALLS_MAX || wire->now > END) {
        return PLAY_END; /* the user has had enough */
    }
    if (wire->next > deadline) {
        wire->now = deadline > wire->now ? deadline : wire->now;
        return PLAY_NOTHING;
    }
    wire->now = wire->next > wire->now ? wire->next : wire->now;
    size_t len = fuzz_u8(&wire->in);
    const uint8_t *octets = fuzz_octets(&wire->in, &len);
    if (len > 0) {
        memcpy(wire->octets, octets, len);
    }
    *frame = (struct play_frame){.at = wire->now,
                                 .octets = wire->octets,
                                 .captured = len,
                                 .on_wire = len};
    plan_next(wire);
    return PLAY_FRAME;
}

static const char *
wire_error(void *user)
{
    return ((const struct wire *)user)->sent >= SENT_MAX ? "the wire is full"
                                                         : NULL;
}

static bool
wire_control(void *user, const char *action)
{
    (void)user;
    return strcmp(action, "start") == 0;
}

static void
write_all(const struct res_report *report)
{
    for (int format = RES_TEXT; format <= RES_JSON; format++) {
        GString *out = g_string_new(NULL);
        res_write_begin(out, report, (enum res_format)format,
                        report->tests->len);
        for (guint i = 0; i < report->tests->len; i++) {
            const struct res_test *test = g_ptr_array_index(report->tests, i);
            FUZZ_CHECK(strchr(test->detail, '\n') == NULL);
            FUZZ_CHECK((test->verdict == RES_PASS) == (*test->detail == '\0'));
            res_write_test(out, test, (enum res_format)format, i + 1);
        }
        res_write_end(out, report, (enum res_format)format);
        FUZZ_CHECK(out->len > 0);
        g_string_free(out, TRUE);
    }
}

static void
run(const struct scn_scenario *scenario, const struct inj_spec *spec,
    struct fuzz_input frames)
{
    struct wire wire = {.in = frames, .now = CARP_SEC};
    struct carp_auth auth;
    const struct play_port port = {.user = &wire,
                                   .now = wire_now,
                                   .send = wire_send,
                                   .receive = wire_receive,
                                   .error = wire_error,
                                   .control = wire_control};
    inj_spec_auth(spec, &auth);
    const struct play_options options = {
        .profile = "ucarp", .auth = &auth, .vhid = 1, .seed = 1};
    struct res_report *report = res_report_new("fuzz");
    plan_next(&wire);
    (void)play_run(scenario, &port, &options, report);
    FUZZ_CHECK(report->tests->len <= scenario->tests->len + 1);
    write_all(report);
    res_report_free(report);
    carp_auth_clear(&auth);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inj_spec spec;
    char *error = NULL;
    const uint8_t *end = memchr(data, 0xff, size);
    size_t len = end != NULL ? (size_t)(end - data) : size;
    struct fuzz_input frames = {data + len + (end != NULL),
                                size - len - (end != NULL)};
    char *text = g_strndup((const char *)data, len);
    /* Not to open whatever file the fuzzer thinks of. */
    if (strstr(text, "password") == NULL) {
        inj_spec_init(&spec);
        spec.has_real_mac = true;
        struct scn_scenario *scenario =
            scn_parse("x.carp", text, &spec, NULL, &error);
        if (scenario != NULL) {
            run(scenario, &spec, frames);
            scn_free(scenario);
        }
        g_free(error);
        inj_spec_clear(&spec);
    }
    g_free(text);
    return 0;
}
