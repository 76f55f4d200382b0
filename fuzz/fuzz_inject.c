/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpinject's fields: lines NAME=VALUE, as options and scenarios give them.
 * What is accepted is built, and every field that was given is read back
 * from the frame; libcarp's parser reads the frame as well.
 */
#include <stdbool.h>

#include <glib.h>

#include <carp/frame.h>

#include "build.h"
#include "fuzz.h"

static bool
sets_a_file(const char *name)
{
    return strcmp(name, "password-file") == 0;
}

/* A line that is refused changes nothing that a frame shows. */
static void
read_lines(struct inj_spec *spec, char *text)
{
    char **lines = g_strsplit(text, "\n", 200);
    for (char **line = lines; *line != NULL; line++) {
        char *value = strchr(*line, '=');
        if (value == NULL) {
            continue;
        }
        *value++ = '\0';
        if (sets_a_file(*line)) {
            continue;
        }
        char *wrong = inj_spec_set(spec, *line, value);
        bool is_secret =
            strcmp(*line, "password") == 0 || strcmp(*line, "key-hex") == 0;
        FUZZ_CHECK(wrong == NULL || *wrong != '\0');
        if (wrong != NULL && is_secret && strlen(value) >= 12) {
            FUZZ_CHECK(strstr(wrong, value) == NULL);
        }
        g_free(wrong);
    }
    g_strfreev(lines);
}

/* What the family or a length does not let through may differ. */
static void
check_fields(const struct inj_spec *spec, const struct inj_frame *frame)
{
    for (unsigned int i = 0; i < INJ_FIELD_COUNT; i++) {
        enum inj_field field = (enum inj_field)i;
        char text[INJ_VALUE_TEXT];
        if (!inj_field_present(&frame->layout, frame->len, field)) {
            continue;
        }
        struct inj_value value =
            inj_field_get(frame->octets, &frame->layout, field);
        inj_value_format(field, frame->layout.family, &value, text);
        FUZZ_CHECK(*text != '\0');
        /* Cut, an advert gives place to the trailer. */
        bool is_cut = spec->has_payload_len &&
                      inj_field_info(field)->layer == INJ_LAYER_CARP;
        if ((spec->given & INJ_BIT(i)) == 0 || is_cut) {
            continue;
        }
        const struct inj_value *wanted = &spec->value[i];
        enum inj_kind kind = inj_field_info(field)->kind;
        if (kind == INJ_NUMBER || kind == INJ_HEX || kind == INJ_MAC) {
            FUZZ_CHECK(
                value.number ==
                (wanted->number & inj_field_max(field, frame->layout.family)));
        } else {
            FUZZ_CHECK(memcmp(value.octets, wanted->octets,
                              kind == INJ_OCTETS ? CARP_MD_LEN : 4) == 0);
        }
    }
}

/* Built without lies, it is an advert without faults. */
static void
check_parsed(const struct inj_spec *spec, const struct inj_frame *frame)
{
    struct carp_frame parsed;
    enum carp_status status = carp_frame_parse(
        CARP_LINK_ETHERNET, frame->octets, frame->len, frame->len, &parsed);
    bool is_plain =
        (spec->given & ~(INJ_BIT(INJ_ADVBASE) | INJ_BIT(INJ_ADVSKEW) |
                         INJ_BIT(INJ_DEMOTE))) == 0 &&
        spec->wrong == 0 && !spec->has_payload_len && spec->trailer_len == 0;
    if (is_plain) {
        FUZZ_CHECK(status == CARP_OK && parsed.kind == CARP_FRAME_CARP);
        FUZZ_CHECK(parsed.issues == 0);
    }
}

static void
check_rewrite(const struct inj_spec *spec, const struct carp_auth *auth,
              const struct inj_frame *frame)
{
    struct inj_frame copy;
    uint64_t counter = spec->counter + 1;
    if (inj_frame_from_capture(CARP_LINK_ETHERNET, frame->octets, frame->len,
                               frame->len, &copy)) {
        inj_frame_rewrite(&copy, spec, auth, &counter);
        FUZZ_CHECK(copy.len <= INJ_FRAME_MAX && copy.len >= frame->len);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct inj_builder *builder;
    struct inj_spec spec;
    struct carp_auth auth;
    char *text = g_strndup((const char *)data, size);
    if (builder == NULL) {
        builder = inj_builder_new();
        FUZZ_CHECK(builder != NULL);
    }
    inj_spec_init(&spec);
    spec.has_real_mac = true;
    read_lines(&spec, text);
    char *wrong = inj_spec_check(&spec);
    if (wrong == NULL) {
        struct inj_frame frame;
        inj_spec_auth(&spec, &auth);
        memset(&frame, 0, sizeof(frame));
        if (inj_build_advert(builder, &spec, &auth, spec.counter, 7, &frame)) {
            FUZZ_CHECK(frame.len <= INJ_FRAME_MAX);
            check_fields(&spec, &frame);
            check_parsed(&spec, &frame);
            check_rewrite(&spec, &auth, &frame);
            inj_frame_recount(&frame, &spec, &auth, spec.counter + 1);
        } else {
            FUZZ_CHECK(*inj_builder_error(builder) != '\0');
        }
        carp_auth_clear(&auth);
    }
    g_free(wrong);
    g_free(text);
    inj_spec_clear(&spec);
    return 0;
}
