/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpinject's scenarios: whatever the text, there is a scenario within its
 * bounds, or one line that says where and what.
 */
#include "fuzz.h"
#include "scenario.h"

#define FILE_NAME "x.carp"

static void
check_step(const struct scn_scenario *scenario, const struct scn_step *step)
{
    FUZZ_CHECK(step->text != NULL && step->conditions != NULL);
    FUZZ_CHECK(step->role >= -1 && step->role < (int)scenario->roles->len);
    FUZZ_CHECK(step->count <= SCN_SEND_MAX);
    FUZZ_CHECK(step->low <= step->high);
    if (step->kind == SCN_SEND || step->kind == SCN_START) {
        char *wrong = inj_spec_check(step->spec);
        FUZZ_CHECK(step->role >= 0 && wrong == NULL);
    }
    for (guint i = 0; i < step->differs->len; i++) {
        const struct scn_differs *differs = g_ptr_array_index(step->differs, i);
        FUZZ_CHECK(strcmp(differs->profile, "any") == 0 ||
                   scn_is_implementation(differs->profile));
        check_step(scenario, differs->step);
    }
}

static void
check(const struct scn_scenario *scenario)
{
    guint steps = 0;
    FUZZ_CHECK(scenario->tests->len > 0);
    for (guint i = 0; i < scenario->tests->len; i++) {
        const struct scn_test *test = g_ptr_array_index(scenario->tests, i);
        steps += test->steps->len;
        for (guint k = 0; k < test->steps->len; k++) {
            check_step(scenario, g_ptr_array_index(test->steps, k));
        }
    }
    FUZZ_CHECK(steps <= SCN_STEPS_MAX);
}

static void
check_error(const char *error)
{
    FUZZ_CHECK(error != NULL);
    FUZZ_CHECK(strncmp(error, FILE_NAME ":", sizeof(FILE_NAME)) == 0);
    FUZZ_CHECK(strchr(error, '\n') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inj_spec spec;
    char *error = NULL;
    char *text = g_strndup((const char *)data, size);
    /* Not to open whatever file the fuzzer thinks of. */
    if (strstr(text, "password") == NULL) {
        inj_spec_init(&spec);
        spec.has_real_mac = true;
        struct scn_scenario *scenario =
            scn_parse(FILE_NAME, text, &spec, NULL, &error);
        if (scenario != NULL) {
            check(scenario);
            scn_free(scenario);
        } else {
            check_error(error);
        }
        g_free(error);
        inj_spec_clear(&spec);
    }
    g_free(text);
    return 0;
}
