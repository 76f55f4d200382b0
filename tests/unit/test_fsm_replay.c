/* SPDX-License-Identifier: BSD-2-Clause */
/* Each system's row against what hosts of that system did: a machine is fed
 * what a host of captures/ heard; it has to advertise when the host did, with
 * the same numbers, and to be silent when the host was. tests/data/
 * fsm-replay.txt tells what happened to each host. */
#include "replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct scene {
    char *capture;
    uint8_t vhid;
    struct carp_auth auth;
    GPtrArray *nodes; /* struct replay_node */
};

/* ------------------------------------------------------------------ script */

static const struct system {
    const char *name;
    enum carp_profile_id profile;
    unsigned int lag, early, late; /* ms */
} systems[] = {
    /* A tick, and what a busy machine with many hosts on it adds. Adverts
     * that cross are heard up to a millisecond later than they are seen. */
    {"freebsd", CARP_PROFILE_FREEBSD, 1, 2, 12},
    {"openbsd", CARP_PROFILE_OPENBSD, 1, 13, 12},
    {"netbsd", CARP_PROFILE_NETBSD, 1, 12, 30},
    {"netbsd6", CARP_PROFILE_NETBSD, 1, 12, 30},
    /* It reads up to 1 s late, and a packet wakes it before its poll. */
    {"ucarp", CARP_PROFILE_UCARP, 1050, 1850, 60},
};

static carp_time
seconds(const char *text)
{
    return (carp_time)llround((g_ascii_strtod(text, NULL) + 100) * 1e9);
}

static struct replay_node *
read_node(char **word)
{
    struct replay_node *node = g_new0(struct replay_node, 1);
    const struct system *system = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(systems); i++) {
        if (g_str_equal(systems[i].name, word[2])) {
            system = &systems[i];
        }
    }
    g_assert_nonnull(system);
    node->name = g_strdup(word[1]);
    node->lag = system->lag * CARP_MSEC;
    node->early = system->early * CARP_MSEC;
    node->late = system->late * CARP_MSEC;
    node->config.behaviour = *carp_behaviour_get(system->profile);
    if (g_str_equal(system->name, "netbsd6")) {
        node->config.behaviour.one_timer = false;
    }
    node->config.advbase = (uint8_t)atoi(word[3]);
    node->config.advskew = (uint8_t)atoi(strchr(word[3], '/') + 1);
    for (char **text = word + 4; *text != NULL; text++) {
        struct carp_addr source;

        g_assert_cmpint(carp_addr_parse(*text, &source, NULL), ==, CARP_OK);
        node->config.has[source.family == CARP_IPV6] = true;
        node->config.source[source.family == CARP_IPV6] = source;
    }
    node->events = g_array_new(FALSE, FALSE, sizeof(struct replay_event));
    node->deaf = g_array_new(FALSE, FALSE, sizeof(struct replay_span));
    node->blind = g_array_new(FALSE, FALSE, sizeof(struct replay_span));
    node->why = g_string_new("");
    return node;
}

static void
read_event(struct replay_node *node, char **word)
{
    static const char *const names[] = {"start",   "kill",      "preempt",
                                        "disable", "link-down", "link-up",
                                        "backup",  "demote",    "promote"};
    /* A span is FROM-TO; a time may begin with a minus itself. */
    const char *dash = strchr(word[0] + 1, '-');

    if (dash != NULL) {
        const struct replay_span span = {
            seconds(word[0]), seconds(dash + 1),
            word[2] != NULL ? (unsigned int)atoi(word[2]) : 0};
        const bool is_deaf = g_str_equal(word[1], "deaf");

        g_assert_true(is_deaf || g_str_equal(word[1], "blind"));
        g_array_append_val(is_deaf ? node->deaf : node->blind, span);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(names[i], word[1])) {
            /* Logged when it had been done. */
            const struct replay_event event = {
                seconds(word[0]) - 2 * CARP_MSEC, (enum replay_what)i,
                word[2] != NULL ? atoi(word[2]) : 0};

            g_array_append_val(node->events, event);
            return;
        }
    }
    g_error("unknown event %s", word[1]);
}

static struct scene *
read_scene(char **word)
{
    struct scene *scene = g_new0(struct scene, 1);
    struct carp_addrs addrs = {0};
    struct carp_key key;

    scene->capture = g_strdup(word[1]);
    scene->vhid = (uint8_t)atoi(word[2]);
    scene->nodes = g_ptr_array_new();
    for (char **text = word + 4; *text != NULL; text++) {
        struct carp_addr a;

        g_assert_cmpint(carp_addr_parse(*text, &a, NULL), ==, CARP_OK);
        g_assert_cmpint(carp_addrs_add(&addrs, &a), ==, CARP_OK);
    }
    g_assert_cmpint(carp_key_from_password(&key, word[3], strlen(word[3]),
                                           CARP_KEY_RULE_BSD),
                    ==, CARP_OK);
    g_assert_cmpint(carp_auth_init(&scene->auth, &key, scene->vhid, &addrs,
                                   CARP_PROFILE_FREEBSD, NULL),
                    ==, CARP_OK);
    return scene;
}

static void
read_line(GPtrArray *scenes, char *line)
{
    struct scene *scene =
        scenes->len != 0 ? scenes->pdata[scenes->len - 1] : NULL;
    struct replay_node *node = scene != NULL && scene->nodes->len != 0
                                   ? scene->nodes->pdata[scene->nodes->len - 1]
                                   : NULL;
    g_auto(GStrv) word = g_strsplit(g_strstrip(line), " ", -1);

    if (word[0] == NULL || word[0][0] == '#') {
        return;
    }
    if (g_str_equal(word[0], "capture")) {
        g_ptr_array_add(scenes, read_scene(word));
    } else if (g_str_equal(word[0], "node")) {
        g_ptr_array_add(scene->nodes, read_node(word));
    } else if (g_str_equal(word[0], "why")) {
        g_string_append(node->why, line + 3);
    } else if (g_str_equal(word[0], "expect")) {
        node->adverts = (unsigned int)atoi(word[1]);
        node->mismatches = (unsigned int)atoi(word[2]);
    } else {
        read_event(node, word);
    }
}

static GPtrArray *
read_script(void)
{
    GPtrArray *scenes = g_ptr_array_new();
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    g_assert_true(g_file_get_contents(CARP_TEST_DATA "/fsm-replay.txt", &text,
                                      NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        read_line(scenes, *line);
    }
    return scenes;
}

/* ------------------------------------------------------------------- tests */

static void
test_scene(gconstpointer data)
{
    const struct scene *scene = data;
    GArray *adverts = replay_load(scene->capture, scene->vhid, &scene->auth);

    if (adverts == NULL) {
        g_test_skip("the capture is not there");
        return;
    }
    for (guint i = 0; i < scene->nodes->len; i++) {
        const struct replay_node *node = scene->nodes->pdata[i];
        struct replay_result result = {0};

        replay_run(node, adverts, &result);
        g_test_message("%s %s: %u adverts, %u yields, %u mismatches",
                       scene->capture, node->name, result.adverts,
                       result.yields, result.mismatches);
        if (result.mismatches != node->mismatches ||
            result.adverts != node->adverts) {
            g_test_message("wanted %u adverts, %u mismatches\n%s",
                           node->adverts, node->mismatches, result.notes->str);
            g_test_fail();
        }
        g_string_free(result.notes, TRUE);
    }
    g_array_free(adverts, TRUE);
}

/* A row that is not the host's must not pass. */
static void
test_wrong_row(gconstpointer data)
{
    const GPtrArray *scenes = data;
    static const struct {
        const char *capture, *node;
        enum carp_profile_id profile;
    } cases[] = {
        {"freebsd14-split", "B2", CARP_PROFILE_UCARP},
        {"freebsd14-demotion", "A", CARP_PROFILE_NETBSD},
        {"openbsd-01-ob-ob-basic", "B", CARP_PROFILE_NETBSD},
        {"openbsd-04a-demote-ob-ob", "B", CARP_PROFILE_FREEBSD},
        {"openbsd-08-advbase0-subsecond", "B", CARP_PROFILE_FREEBSD},
        {"netbsd-pair-failover", "B", CARP_PROFILE_OPENBSD},
        {"netbsd-pair-failover", "B", CARP_PROFILE_FREEBSD},
        {"ucarp-failover", "B", CARP_PROFILE_FREEBSD},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (guint s = 0; s < scenes->len; s++) {
            const struct scene *scene = scenes->pdata[s];

            for (guint n = 0; n < scene->nodes->len; n++) {
                struct replay_node node =
                    *(struct replay_node *)scene->nodes->pdata[n];
                struct replay_result result = {0};
                GArray *adverts;

                if (!g_str_equal(scene->capture, cases[i].capture) ||
                    !g_str_equal(node.name, cases[i].node)) {
                    continue;
                }
                adverts =
                    replay_load(scene->capture, scene->vhid, &scene->auth);
                if (adverts == NULL) {
                    continue;
                }
                node.config.behaviour = *carp_behaviour_get(cases[i].profile);
                replay_run(&node, adverts, &result);
                g_test_message("%s %s as %s: %u mismatches", scene->capture,
                               node.name, node.config.behaviour.name,
                               result.mismatches);
                g_assert_cmpuint(result.mismatches, >, node.mismatches);
                g_string_free(result.notes, TRUE);
                g_array_free(adverts, TRUE);
            }
        }
    }
}

int
main(int argc, char **argv)
{
    GPtrArray *scenes;

    g_test_init(&argc, &argv, NULL);
    scenes = read_script();
    for (guint i = 0; i < scenes->len; i++) {
        const struct scene *scene = scenes->pdata[i];
        g_autofree char *path =
            g_strdup_printf("/fsm/replay/%s/%u", scene->capture, scene->vhid);

        g_test_add_data_func(path, scene, test_scene);
    }
    g_test_add_data_func("/fsm/replay-wrong-row", scenes, test_wrong_row);
    return g_test_run();
}
