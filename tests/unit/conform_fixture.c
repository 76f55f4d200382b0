/* SPDX-License-Identifier: BSD-2-Clause */
#include "conform_fixture.h"

#include <string.h>

#include "conform.h"
#include "play.h"

#define VIP "10.79.0.50"
#define VIP6 "2001:db8::50"

/* ------------------------------------------------------------------ wire */

struct wire {
    struct device *device;
    carp_time now;
    struct dev_frame frame;
};

static carp_time
wire_now(void *user)
{
    const struct wire *wire = user;
    return wire->now;
}

static bool
wire_send(void *user, const struct inj_frame *frame)
{
    struct wire *wire = user;
    dev_input(wire->device, frame->octets, frame->len, wire->now);
    return true;
}

static enum play_got
wire_receive(void *user, carp_time deadline, struct play_frame *frame)
{
    struct wire *wire = user;
    for (;;) {
        if (dev_output(wire->device, wire->now, &wire->frame)) {
            frame->at = wire->frame.at;
            frame->octets = wire->frame.octets;
            frame->captured = wire->frame.len;
            frame->on_wire = wire->frame.len;
            return PLAY_FRAME;
        }
        carp_time due = dev_deadline(wire->device);
        if (due > deadline) {
            wire->now = MAX(wire->now, deadline);
            return PLAY_NOTHING;
        }
        wire->now = MAX(wire->now, due);
        dev_run(wire->device, wire->now);
    }
}

static const char *
wire_error(void *user)
{
    (void)user;
    return NULL;
}

static bool
wire_control(void *user, const char *action)
{
    struct wire *wire = user;
    if (strcmp(action, "start") == 0) {
        dev_start(wire->device, wire->now);
    } else {
        dev_stop(wire->device, wire->now);
    }
    return true;
}

/* ------------------------------------------------------------------- run */

static void
set(struct inj_spec *spec, const char *name, const char *value)
{
    char *wrong = inj_spec_set(spec, name, value);
    g_assert_cmpstr(wrong, ==, NULL);
}

static void
make_spec(struct inj_spec *spec, const struct target *target)
{
    char skew[8];
    g_snprintf(skew, sizeof(skew), "%u", target->skew);
    inj_spec_init(spec);
    set(spec, "password", "lab-secret");
    set(spec, "profile", carp_profile_get(target->profile)->name);
    set(spec, "vhid", "7");
    set(spec, "advskew", skew);
    set(spec, "address", VIP);
    if (target->is_dual) {
        set(spec, "address", VIP6);
    }
}

static struct device *
make_device(const struct target *target)
{
    struct dev_config config;
    memset(&config, 0, sizeof(config));
    config.profile = target->profile;
    config.fault = target->fault;
    config.preempts = target->preempts;
    config.script = target->script;
    config.mac = (struct carp_mac){{2, 0, 0, 0, 0xca, 11}};
    g_assert_cmpint(carp_addr_parse("10.79.0.11", &config.address, NULL), ==,
                    CARP_OK);
    g_assert_cmpint(carp_addr_parse("fe80::11", &config.address6, NULL), ==,
                    CARP_OK);
    make_spec(&config.spec, target);
    struct device *device = dev_new(&config);
    inj_spec_clear(&config.spec);
    return device;
}

static GHashTable *
make_vars(const struct target *target, const struct inj_spec *spec)
{
    GHashTable *vars =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct conform_device device = {.vhid = 7,
                                    .base = 1,
                                    .skew = (uint8_t)target->skew,
                                    .preempts = target->preempts,
                                    .has_control = true,
                                    .addrs = spec->addrs};
    g_assert_cmpint(carp_addr_parse("10.79.0.11", &device.address, NULL), ==,
                    CARP_OK);
    conform_set_vars(vars, &device);
    if (target->script > 0) {
        g_hash_table_replace(vars, g_strdup("script"), g_strdup("2s"));
    }
    return vars;
}

/* The results of one file: "group.name" to enum res_verdict. */
static void
play_file(const char *path, const struct target *target, GHashTable *results)
{
    struct inj_spec spec;
    struct carp_auth auth;
    struct wire wire = {.device = make_device(target), .now = 90 * CARP_SEC};
    char *text = NULL;
    char *error = NULL;
    make_spec(&spec, target);
    set(&spec, "source", "10.79.0.12");
    spec.given &= ~INJ_BIT(INJ_SOURCE);
    spec.real_source = spec.source;
    spec.has_real_mac = true;
    spec.real_mac = (struct carp_mac){{2, 0, 0, 0, 0xca, 12}};
    g_assert_cmpint(carp_addr_parse("fe80::12", &spec.real_source6, NULL), ==,
                    CARP_OK);
    inj_spec_auth(&spec, &auth);
    GHashTable *vars = make_vars(target, &spec);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    struct scn_scenario *scenario = scn_parse(path, text, &spec, vars, &error);
    g_assert_cmpstr(error, ==, NULL);
    const struct play_port port = {.user = &wire,
                                   .now = wire_now,
                                   .send = wire_send,
                                   .receive = wire_receive,
                                   .error = wire_error,
                                   .control = wire_control};
    const struct play_options options = {
        .profile = target->as, .auth = &auth, .vhid = 7};
    struct res_report *report = res_report_new("conform");
    dev_start(wire.device, wire.now);
    g_assert_true(play_run(scenario, &port, &options, report));
    for (guint i = 0; i < report->tests->len; i++) {
        const struct res_test *test = g_ptr_array_index(report->tests, i);
        g_hash_table_insert(
            results, g_strdup_printf("%s.%s", test->group, test->name),
            g_strdup_printf("%s|%s", res_verdict_text(test->verdict),
                            test->detail != NULL ? test->detail : ""));
    }
    res_report_free(report);
    scn_free(scenario);
    g_free(text);
    g_hash_table_unref(vars);
    carp_auth_clear(&auth);
    inj_spec_clear(&spec);
    dev_free(wire.device);
}

GHashTable *
conform_run(const struct target *target)
{
    GHashTable *results =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GDir *dir = g_dir_open(CARP_SUITE, 0, NULL);
    const char *name;
    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".carp")) {
            char *path = g_build_filename(CARP_SUITE, name, NULL);
            play_file(path, target, results);
            g_free(path);
        }
    }
    g_dir_close(dir);
    return results;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

/* The tests with a verdict, in order, with blanks between. */
char *
conform_with_verdict(GHashTable *results, const char *verdict)
{
    GList *names = g_list_sort(g_hash_table_get_keys(results), compare);
    GString *list = g_string_new(NULL);
    for (const GList *at = names; at != NULL; at = at->next) {
        const char *result = g_hash_table_lookup(results, at->data);
        if (g_str_has_prefix(result, verdict)) {
            g_string_append_printf(list, "%s%s", list->len > 0 ? " " : "",
                                   (const char *)at->data);
            if (strcmp(verdict, "FAIL") == 0) {
                g_test_message("%s: %s", (const char *)at->data, result);
            }
        }
    }
    g_list_free(names);
    return g_string_free(list, FALSE);
}

void
conform_check_list(GHashTable *results, const char *verdict,
                   const char *expected)
{
    char *list = conform_with_verdict(results, verdict);
    g_assert_cmpstr(list, ==, expected);
    g_free(list);
}
