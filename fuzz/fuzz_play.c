/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpinject's engine: a scenario runs, in virtual time, against a wire that
 * answers with the frames of the input. The text of the scenario ends with
 * octet 0xff; behind it come frames: an octet of time, an octet of length, and
 * the frame's octets. The result is written in every format, and can be read
 * in each. The input's length says whether it is a certain system's.
 */
#include <stdbool.h>

#include "fuzz.h"
#include "json_check.h"
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

/* ------------------------------------------------------------------ formats */

static void
check_lines(const char *text, bool (*check)(const char *line, size_t len))
{
    for (const char *end = NULL; *text != '\0'; text = end + 1) {
        end = strchr(text, '\n');
        FUZZ_CHECK(end != NULL);
        FUZZ_CHECK(check(text, (size_t)(end - text)));
    }
}

static bool
is_event(const char *line, size_t len)
{
    return g_utf8_validate(line, (gssize)len, NULL) &&
           json_is_object(line, len, "event");
}

static bool
is_tap(const char *line, size_t len)
{
    (void)len;
    return g_str_has_prefix(line, "ok ") || g_str_has_prefix(line, "not ok ") ||
           g_str_has_prefix(line, "1..") || g_str_has_prefix(line, "# ");
}

static void
check_xml(const GString *text)
{
    static const GMarkupParser nothing = {NULL, NULL, NULL, NULL, NULL};
    GMarkupParseContext *parser = g_markup_parse_context_new(
        &nothing, G_MARKUP_DEFAULT_FLAGS, NULL, NULL);
    FUZZ_CHECK(g_markup_parse_context_parse(parser, text->str,
                                            (gssize)text->len, NULL));
    FUZZ_CHECK(g_markup_parse_context_end_parse(parser, NULL));
    g_markup_parse_context_free(parser);
}

static void
check_format(const GString *text, enum res_format format)
{
    FUZZ_CHECK(text->len > 0 && strlen(text->str) == text->len);
    switch (format) {
    case RES_TEXT:
        break;
    case RES_TAP:
        check_lines(text->str, is_tap);
        break;
    case RES_JUNIT:
        check_xml(text);
        break;
    case RES_JSON:
        check_lines(text->str, is_event);
        break;
    }
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
        check_format(out, (enum res_format)format);
        g_string_free(out, TRUE);
    }
}

static void
run(const struct scn_scenario *scenario, const struct inj_spec *spec,
    const char *profile, struct fuzz_input frames)
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
        .profile = profile, .auth = &auth, .vhid = 1, .seed = 1};
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
            run(scenario, &spec, size % 2 == 0 ? "ucarp" : NULL, frames);
            scn_free(scenario);
        }
        g_free(error);
        inj_spec_clear(&spec);
    }
    g_free(text);
    return 0;
}
