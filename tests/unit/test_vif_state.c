/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel.state: what a carpd that was killed left in the kernel. Whatever the
 * file holds, only what carpd may have written is believed. */
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <linux/ip.h>

#include "vif_internal.h"

static char *directory, *path;
static char *warning; /* the last one */

static void
hear(const char *text, void *data)
{
    (void)data;
    g_free(warning);
    warning = g_strdup(text);
}

static struct vif_table *
make_table(void)
{
    struct vif_table *table = vif_table_alloc(directory);
    table->warner = hear;
    return table;
}

static void
free_table(struct vif_table *table)
{
    vif_table_dispose(table);
    g_clear_pointer(&warning, g_free);
}

/* A table with what the file says; it begins as carpd's here and now does. */
static struct vif_table *
load(const char *text)
{
    struct os_error error;
    char *head = NULL;
    struct vif_table *table = make_table();
    g_assert_true(vif_state_save(table, &error));
    g_assert_true(g_file_get_contents(path, &head, NULL, NULL));
    char *all = g_strconcat(head, text, NULL);
    g_assert_true(g_file_set_contents(path, all, -1, NULL));
    g_free(all);
    g_free(head);
    vif_state_load(table);
    return table;
}

static void
assert_empty(const char *text)
{
    struct vif_table *table = load(text);
    g_test_message("%s", text);
    g_assert_cmpuint(table->parents->len, ==, 0);
    g_assert_cmpuint(table->noted->len, ==, 0);
    free_table(table);
}

static void
test_round_trip(void)
{
    static const char text[] = "[parent eth0]\narp_ignore=0;1;\n"
                               "arp_announce=1;2;\n[macvlan carp7-eth0]\n"
                               "made=true\n";
    struct os_error error;
    struct vif_table *table = load(text);
    g_assert_cmpuint(table->parents->len, ==, 1);
    const struct vif_parent *parent = g_ptr_array_index(table->parents, 0);
    g_assert_cmpstr(parent->name, ==, "eth0");
    g_assert_cmpuint(parent->saved_count, ==, 2);
    g_assert_cmpuint(parent->saved[1].id, ==, IPV4_DEVCONF_ARP_ANNOUNCE);
    g_assert_cmpuint(parent->saved[1].before, ==, 1);
    g_assert_cmpuint(parent->saved[1].set, ==, 2);
    g_assert_cmpuint(table->noted->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(table->noted, 0), ==, "carp7-eth0");
    g_assert_null(warning);
    /* Whoever had the state directory, and left a macvlan with its mark. */
    g_assert_cmpint(table->killed, ==, (int)getpid());
    char *first = NULL, *second = NULL;
    g_assert_true(vif_state_save(table, &error));
    g_assert_true(g_file_get_contents(path, &first, NULL, NULL));
    struct vif_table *again = make_table();
    vif_state_load(again);
    g_assert_true(vif_state_save(again, &error));
    g_assert_true(g_file_get_contents(path, &second, NULL, NULL));
    g_assert_cmpstr(first, ==, second);
    g_free(first);
    g_free(second);
    free_table(table);
    free_table(again);
}

/* Room is left for what a vhid saves later: each setting stands once. */
static void
test_setting_twice(void)
{
    struct vif_table *table =
        load("[parent eth0]\narp_ignore=0;1\narp_ignore=0;1\narp_ignore=0;1\n"
             "arp_announce=0;2\n");
    g_assert_cmpuint(table->parents->len, ==, 1);
    const struct vif_parent *parent = g_ptr_array_index(table->parents, 0);
    g_assert_cmpuint(parent->saved_count, ==, 2);
    g_assert_cmpuint(parent->saved[0].id, !=, parent->saved[1].id);
    free_table(table);
}

/* carpd only ever raises a setting to what it needs. */
static void
test_wrong_settings(void)
{
    assert_empty("[parent eth0]\narp_ignore=1;0\n");
    assert_empty("[parent eth0]\narp_ignore=0;8\n");
    assert_empty("[parent eth0]\narp_ignore=-1;1\n");
    assert_empty("[parent eth0]\narp_ignore=0\n");
    assert_empty("[parent eth0]\narp_ignore=x;1\n");
    assert_empty("[parent eth0]\narp_ignore=0;1;1\n");
    assert_empty("[parent eth0]\nforwarding=0;1\n");
}

/* No name is cut to one that another interface has. */
static void
test_wrong_names(void)
{
    assert_empty("[parent sixteen-octets-x]\narp_ignore=0;1\n");
    assert_empty("[parent ]\narp_ignore=0;1\n");
    assert_empty("[parent ../../x]\narp_ignore=0;1\n");
    assert_empty("[parent %2E.]\narp_ignore=0;1\n");
    assert_empty("[parent .]\narp_ignore=0;1\n");
    assert_empty("[macvlan sixteen-octets-x]\nmade=true\n");
    assert_empty("[macvlan ]\nmade=true\n");
    assert_empty("[other eth0]\narp_ignore=0;1\n");
}

/* Linux takes every octet in a name but blanks, '/' and ':'. */
static void
test_odd_names(void)
{
    static const char *const names[] = {"lan[0]", "]", "a%5Bb", "50%",
                                        "\xfe\xff"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct os_error error;
        struct vif_table *table = make_table();
        struct vif_parent *parent = g_new0(struct vif_parent, 1);
        g_strlcpy(parent->name, names[i], sizeof(parent->name));
        parent->saved[0] = (struct vif_saved){IPV4_DEVCONF_ARP_IGNORE, 0, 1};
        parent->saved_count = 1;
        g_ptr_array_add(table->parents, parent);
        g_ptr_array_add(table->noted, g_strdup(names[i]));
        g_assert_true(vif_state_save(table, &error));
        struct vif_table *again = make_table();
        vif_state_load(again);
        g_assert_cmpuint(again->parents->len, ==, 1);
        parent = g_ptr_array_index(again->parents, 0);
        g_assert_cmpstr(parent->name, ==, names[i]);
        g_assert_cmpuint(again->noted->len, ==, 1);
        g_assert_cmpstr(g_ptr_array_index(again->noted, 0), ==, names[i]);
        free_table(table);
        free_table(again);
    }
}

/* An interface that is away has no macvlan yet: its own name stands there,
 * and the interface may be a macvlan of somebody else's. */
static void
test_no_macvlan_yet(void)
{
    struct vif_table *table = make_table();
    struct vif_config config = {.vhid = 7, .interface = "lan0"};
    struct vif vif = {.config = config, .name = "lan0", .parent_name = "lan0"};
    gsize len = 0;
    g_ptr_array_add(table->vifs, &vif);
    char *text = vif_state_write(table, &len);
    g_assert_null(strstr(text, "lan0"));
    g_free(text);
    free_table(table);
}

static void
test_elsewhere(void)
{
    assert_empty("[parent eth0]\narp_ignore=0;1\n[carpd]\nboot=another\n");
    assert_empty("[parent eth0]\narp_ignore=0;1\n[carpd]\nnet=1\n");
    assert_empty("[parent eth0]\narp_ignore=0;1\n[carpd]\nformat=2\n");
}

static void
test_damaged(void)
{
    struct vif_table *table = load("no key file\nof ours \033[2J\n");
    g_assert_nonnull(strstr(warning, "counts as empty"));
    g_assert_null(strpbrk(warning, "\n\033"));
    free_table(table);
    /* A file of 2 MiB, and one that is none. */
    char *large = g_strnfill((gsize)2 * 1024 * 1024, '#');
    table = load(large);
    g_assert_nonnull(strstr(warning, "counts as empty"));
    free_table(table);
    g_free(large);
    g_unlink(path);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    table = make_table();
    vif_state_load(table);
    g_assert_nonnull(strstr(warning, "counts as empty"));
    free_table(table);
    g_rmdir(path);
    table = make_table();
    vif_state_load(table);
    g_assert_null(warning);
    free_table(table);
}

/* A disk that is full keeps no interface from coming back. */
static void
test_unchanged(void)
{
    struct os_error error;
    struct vif_table *table = make_table();
    g_assert_true(vif_state_save(table, &error));
    g_unlink(path);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
    g_assert_true(vif_state_save(table, &error));
    g_ptr_array_add(table->noted, g_strdup("carp7-eth0"));
    g_assert_false(vif_state_save(table, &error));
    g_assert_nonnull(strstr(error.text, "cannot be written: No such file"));
    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
    g_assert_true(vif_state_save(table, &error));
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    g_unlink(path);
    free_table(table);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    directory = g_dir_make_tmp("carp-state-XXXXXX", NULL);
    path = g_build_filename(directory, "kernel.state", NULL);
    g_test_add_func("/vif-state/round-trip", test_round_trip);
    g_test_add_func("/vif-state/setting-twice", test_setting_twice);
    g_test_add_func("/vif-state/wrong-settings", test_wrong_settings);
    g_test_add_func("/vif-state/wrong-names", test_wrong_names);
    g_test_add_func("/vif-state/odd-names", test_odd_names);
    g_test_add_func("/vif-state/no-macvlan-yet", test_no_macvlan_yet);
    g_test_add_func("/vif-state/elsewhere", test_elsewhere);
    g_test_add_func("/vif-state/damaged", test_damaged);
    g_test_add_func("/vif-state/unchanged", test_unchanged);
    int status = g_test_run();
    g_unlink(path);
    g_rmdir(directory);
    g_free(path);
    g_free(directory);
    return status;
}
