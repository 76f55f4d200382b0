/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_fixture.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

char *config_directory;

char *
config_write_file(const char *name, const char *text, gssize size, mode_t mode)
{
    char *path = g_build_filename(config_directory, name, NULL);
    g_assert_true(g_file_set_contents(path, text, size, NULL));
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
    return path;
}

static void
config_assert_no_secret(const struct carp_conf *conf)
{
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const char *text = carp_conf_message(conf, i)->text;
        g_assert_null(strstr(text, SECRET));
        g_assert_null(strstr(text, "00112233"));
        g_assert_null(strchr(text, '\n'));
    }
}

struct carp_conf *
config_load_sized(const char *text, gssize size)
{
    char *path = config_write_file("carp.conf", text, size, 0600);
    struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    g_free(path);
    config_assert_no_secret(conf);
    return conf;
}

struct carp_conf *
config_load(const char *text)
{
    return config_load_sized(text, -1);
}

void
config_assert_message(const struct carp_conf *conf, bool is_error,
                      const char *part)
{
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const struct carp_conf_message *message = carp_conf_message(conf, i);
        if (message->is_error == is_error &&
            strstr(message->text, part) != NULL) {
            return;
        }
    }
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        g_test_message("has: %s", carp_conf_message(conf, i)->text);
    }
    g_error("no %s with: %s", is_error ? "error" : "warning", part);
}

void
config_assert_clean(const struct carp_conf *conf)
{
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        g_test_message("has: %s", carp_conf_message(conf, i)->text);
    }
    g_assert_cmpuint(carp_conf_message_count(conf), ==, 0);
}

static void
remove_all(void)
{
    static const char *const names[] = {"carp.conf", "lan.key", "cred"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *path = g_build_filename(config_directory, names[i], NULL);
        g_remove(path);
        g_free(path);
    }
    g_rmdir(config_directory);
    g_free(config_directory);
}

int
config_run(int argc, char **argv, void (*add)(void))
{
    g_setenv("LC_ALL", "C", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_unsetenv("CREDENTIALS_DIRECTORY");
    config_directory = g_dir_make_tmp("carp-config-XXXXXX", NULL);
    g_assert_nonnull(config_directory);
    add();
    int status = g_test_run();
    remove_all();
    return status;
}
