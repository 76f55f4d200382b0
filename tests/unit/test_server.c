/* SPDX-License-Identifier: BSD-2-Clause */
/* carpd's control socket: how much one client can ask of it. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "control.h"
#include "daemon.h"
#include "server.h"

#define SHOW "{\"command\":\"show\"}\n"

/* A daemon without vhids; its answers are as long as its path is. */
struct scene {
    struct daemon daemon;
    char *directory, *path, *config;
    int client;
    size_t got;     /* octets */
    size_t answers; /* lines */
};

static void
open_scene(struct scene *scene, size_t answer_len)
{
    struct os_error error;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memset(scene, 0, sizeof(*scene));
    scene->directory = g_dir_make_tmp("carp-server-XXXXXX", NULL);
    scene->path = g_build_filename(scene->directory, "s", NULL);
    scene->config = g_strnfill(answer_len, 'x');
    scene->daemon.setup.config = scene->config;
    scene->daemon.conf = carp_conf_new();
    scene->daemon.instances = g_ptr_array_new();
    scene->daemon.wires = g_ptr_array_new();
    scene->daemon.server = server_new(&scene->daemon, scene->path, &error);
    g_assert_nonnull(scene->daemon.server);
    g_strlcpy(address.sun_path, scene->path, sizeof(address.sun_path));
    scene->client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(scene->client, (const struct sockaddr *)&address,
                            sizeof(address)),
                    ==, 0);
}

static void
close_scene(struct scene *scene)
{
    close(scene->client);
    server_free(scene->daemon.server);
    carp_conf_free(scene->daemon.conf);
    g_ptr_array_unref(scene->daemon.instances);
    g_ptr_array_unref(scene->daemon.wires);
    g_rmdir(scene->directory);
    g_free(scene->config);
    g_free(scene->path);
    g_free(scene->directory);
}

static void
say(const struct scene *scene, const char *text)
{
    size_t len = strlen(text);
    g_assert_cmpint(send(scene->client, text, len, MSG_NOSIGNAL), ==,
                    (ssize_t)len);
}

static void
serve(void)
{
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

/* False when the server has closed. */
static bool
take(struct scene *scene)
{
    char data[65536];
    ssize_t n = recv(scene->client, data, sizeof(data), MSG_DONTWAIT);
    for (ssize_t i = 0; i < n; i++) {
        scene->answers += data[i] == '\n';
    }
    scene->got += n > 0 ? (size_t)n : 0;
    return n != 0;
}

static void
take_all(struct scene *scene, size_t answers)
{
    for (int i = 0; scene->answers < answers; i++) {
        g_assert_cmpint(i, <, 100000);
        serve();
        g_assert_true(take(scene));
    }
}

/* Many requests in one packet do not make carpd build all their answers:
 * those of a client that does not read wait. */
static void
test_answers_wait(void)
{
    struct scene scene;
    open_scene(&scene, 200000);
    GString *requests = g_string_new(NULL);
    for (int i = 0; i < 200; i++) {
        g_string_append(requests, SHOW);
    }
    g_string_append(requests, "{\"command\":\"demote\",\"amount\":7}\n");
    say(&scene, requests->str);
    serve();
    g_assert_cmpuint(scene.daemon.hand_demotion, ==, 0);
    g_assert_cmpuint(server_client_count(scene.daemon.server), ==, 1);
    take_all(&scene, 201);
    g_assert_cmpuint(scene.daemon.hand_demotion, ==, 7);
    g_assert_cmpuint(scene.got, >, (size_t)200 * 200000);
    g_string_free(requests, TRUE);
    close_scene(&scene);
}

/* The election has its turn between any two requests. */
static void
test_one_a_turn(void)
{
    struct scene scene;
    open_scene(&scene, 10);
    for (unsigned int i = 1; i <= 100; i++) {
        char *line =
            g_strdup_printf("{\"command\":\"demote\",\"amount\":%u}\n", i);
        say(&scene, line);
        g_free(line);
    }
    for (unsigned int before = 0; before < 100;) {
        g_assert_true(g_main_context_iteration(NULL, FALSE));
        g_assert_cmpuint(scene.daemon.hand_demotion, <=, before + 1);
        before = scene.daemon.hand_demotion;
    }
    take_all(&scene, 100);
    close_scene(&scene);
}

/* Whoever goes while answers wait for it takes nothing along. */
static void
test_client_goes(void)
{
    struct scene scene;
    open_scene(&scene, 2000000);
    say(&scene, SHOW SHOW SHOW);
    serve();
    g_assert_cmpuint(server_client_count(scene.daemon.server), ==, 1);
    close(scene.client);
    serve();
    g_assert_cmpuint(server_client_count(scene.daemon.server), ==, 0);
    scene.client = -1;
    close_scene(&scene);
}

/* A half line stays until the rest comes; one that never ends is refused,
 * after the answers to what came before it. */
static void
test_lines(void)
{
    struct scene scene;
    open_scene(&scene, 10);
    say(&scene, SHOW SHOW "{\"comm");
    serve();
    take_all(&scene, 2);
    say(&scene, "and\":\"show\"}\n");
    take_all(&scene, 3);
    char *endless = g_strnfill(CARP_CONTROL_REQUEST_MAX, 'x');
    say(&scene, SHOW);
    say(&scene, endless);
    take_all(&scene, 5);
    serve();
    g_assert_false(take(&scene));
    g_assert_cmpuint(server_client_count(scene.daemon.server), ==, 0);
    g_free(endless);
    close_scene(&scene);
}

/* One that watches is told so; events go on. */
static void
test_watching(void)
{
    struct scene scene;
    open_scene(&scene, 10);
    say(&scene, "{\"command\":\"watch\"}\n" SHOW SHOW);
    take_all(&scene, 3);
    server_broadcast(scene.daemon.server, NULL, "{}", 2);
    take_all(&scene, 4);
    g_assert_cmpuint(server_client_count(scene.daemon.server), ==, 1);
    close_scene(&scene);
}

/* Whoever cannot be accepted does not keep the main loop turning, and is
 * accepted once there are descriptors. */
static void
test_no_descriptors(void)
{
    struct scene scene;
    struct rlimit usual;
    open_scene(&scene, 10);
    say(&scene, SHOW);
    int unused = dup(0);
    close(unused);
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &usual), ==, 0);
    struct rlimit none = {(rlim_t)unused, usual.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
    unsigned int turns = 0;
    while (turns < 1000 && g_main_context_iteration(NULL, FALSE)) {
        turns++;
    }
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &usual), ==, 0);
    g_assert_cmpuint(turns, <, 1000);
    g_assert_cmpuint(server_client_count(scene.daemon.server), ==, 0);
    while (scene.answers == 0) {
        g_main_context_iteration(NULL, TRUE);
        g_assert_true(take(&scene));
    }
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/server/answers-wait", test_answers_wait);
    g_test_add_func("/server/one-a-turn", test_one_a_turn);
    g_test_add_func("/server/client-goes", test_client_goes);
    g_test_add_func("/server/lines", test_lines);
    g_test_add_func("/server/watching", test_watching);
    g_test_add_func("/server/no-descriptors", test_no_descriptors);
    return g_test_run();
}
