/* SPDX-License-Identifier: BSD-2-Clause */
/* What carp.conf leaves in memory: of a secret that stands in it nothing, once
 * the configuration is freed; neither of one under a misspelt key. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "conf_internal.h"

/* Whoever searches must not hold what it searches: the secret is hidden by
 * this. As text and as the twenty octets of a key in hexadecimal. */
#define HIDE 0x5a
#define LEN 18
#define NEEDLE 8
#define REGION_MAX ((size_t)1 << 30) /* a sanitizer's own are larger */
#define WINDOW ((size_t)1 << 20)

static const unsigned char hidden[LEN] = {
    'K' ^ HIDE, 'u' ^ HIDE, '7' ^ HIDE, 'p' ^ HIDE, 'Z' ^ HIDE, 'w' ^ HIDE,
    '3' ^ HIDE, 'x' ^ HIDE, 'T' ^ HIDE, 'q' ^ HIDE, '9' ^ HIDE, 'm' ^ HIDE,
    'V' ^ HIDE, 'b' ^ HIDE, '5' ^ HIDE, 'j' ^ HIDE, 'R' ^ HIDE, 'e' ^ HIDE};

static char *directory, *path;
static unsigned char *window;

/* --------------------------------------------------------------- search */

static bool
is_at(const unsigned char *at, size_t from)
{
    for (size_t i = 0; i < NEEDLE; i++) {
        if ((at[i] ^ HIDE) != hidden[from + i]) {
            return false;
        }
    }
    return true;
}

/* In hexadecimal: two digits an octet. */
static bool
is_hex_at(const unsigned char *at, size_t from)
{
    for (size_t i = 0; i < NEEDLE; i++) {
        int high = g_ascii_xdigit_value((char)at[2 * i]);
        int low = g_ascii_xdigit_value((char)at[2 * i + 1]);
        if (high < 0 || low < 0 ||
            ((unsigned int)(high << 4 | low) ^ HIDE) != hidden[from + i]) {
            return false;
        }
    }
    return true;
}

typedef bool is_needle(const unsigned char *at, size_t from);

/* The needle that begins at @p from of the secret, and with @p first. */
static unsigned int
count_in_window(size_t len, int first, size_t from, is_needle *is_one)
{
    unsigned int found = 0;
    size_t at = 0;
    while (at + 2 * NEEDLE <= len) {
        const unsigned char *next =
            memchr(window + at, first, len - at - 2 * NEEDLE + 1);
        if (next == NULL) {
            break;
        }
        found += is_one(next, from);
        at = (size_t)(next - window) + 1;
    }
    return found;
}

static unsigned int
search_window(size_t len)
{
    unsigned int found = 0;
    for (size_t from = 0; from + NEEDLE <= LEN; from += 5) {
        int octet = hidden[from] ^ HIDE;
        found += count_in_window(len, octet, from, is_at);
        found += count_in_window(len, "0123456789abcdef"[octet >> 4], from,
                                 is_hex_at);
    }
    return found;
}

static unsigned int
search_region(int memory, size_t start, size_t end)
{
    unsigned int found = 0;
    for (size_t at = start; at < end; at += WINDOW - LEN - NEEDLE) {
        ssize_t len = pread(memory, window, MIN(WINDOW, end - at), (off_t)at);
        if (len > 0) {
            found += search_window((size_t)len);
        }
    }
    return found;
}

/* How often it stands in what this process can write. */
static unsigned int
search_all(void)
{
    unsigned int found = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    g_assert_true(maps != NULL && memory >= 0);
    while (fgets(line, sizeof(line), maps) != NULL) {
        size_t start = 0;
        size_t end = 0;
        char rights[5] = "";
        g_assert_cmpint(sscanf(line, "%zx-%zx %4s", &start, &end, rights), ==,
                        3);
        if (rights[0] == 'r' && rights[1] == 'w' && end - start < REGION_MAX &&
            start != (size_t)window) {
            found += search_region(memory, start, end);
        }
    }
    carp_wipe(window, WINDOW);
    fclose(maps);
    close(memory);
    return found;
}

/* ----------------------------------------------------------------- files */

static size_t
put_secret(unsigned char *out, char how)
{
    for (size_t i = 0; i < LEN; i++) {
        unsigned int octet = hidden[i] ^ HIDE;
        if (how == '@') {
            out[i] = (unsigned char)octet;
        } else {
            out[2 * i] = (unsigned char)"0123456789abcdef"[octet >> 4];
            out[2 * i + 1] = (unsigned char)"0123456789abcdef"[octet & 15];
        }
    }
    return how == '@' ? LEN : (size_t)2 * LEN;
}

/* '@' stands for the secret, '#' for its hexadecimal. */
static void
write_conf(const char *text)
{
    unsigned char out[1024];
    size_t len = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (; *text != '\0'; text++) {
        if (*text == '@' || *text == '#') {
            len += put_secret(out + len, *text);
        } else {
            out[len++] = (unsigned char)*text;
        }
    }
    g_assert_true(fd >= 0 && write(fd, out, len) == (ssize_t)len);
    carp_wipe(out, sizeof(out));
    close(fd);
}

#define GROUP "[vhid \"a\"]\nvhid = 7\naddresses = 10.0.0.1\n"

static void
test_forgotten(void)
{
    static const struct {
        const char *text;
        bool is_usable;
    } rows[] = {
        {GROUP "password = @\n", true},
        {GROUP "password=\\s@\\\\x\n", true},
        {GROUP "password = @\r\n", true},
        {GROUP "password = @", true},
        {GROUP "password = x\naccept-password = y;@;z\n", true},
        {GROUP "key-hex = #0000\n", true},
        {GROUP "password = x\naccept-key-hex = #0000;#0001\n", true},
        {GROUP "pasword = @\n", false},
        {GROUP "password = @\npassword = @\n", false},
        {GROUP "password = @\nhook = x\n", false},
        {GROUP "password = @\\q\n", false},
        {GROUP "password = \xff@\n", false},
        {GROUP "@\n", false},
        {GROUP "key-hex = @\n", false},
        {"[carpd]\npassword = @\nnonsense = @\n", false},
        {"password = @\n", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %zu", i);
        write_conf(rows[i].text);
        struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
        g_assert_cmpint(carp_conf_is_usable(conf), ==, rows[i].is_usable);
        g_assert_true(search_all() > 0 || !rows[i].is_usable);
        carp_conf_free(conf);
        g_assert_cmpuint(search_all(), ==, 0);
    }
}

/* ------------------------------------------------------------- as GLib */

static void
assert_same(const GPtrArray *held, char *const *wanted, const char *value)
{
    bool is_same = (held == NULL) == (wanted == NULL);
    if (is_same && held != NULL) {
        is_same = held->len == g_strv_length((char **)(uintptr_t)wanted);
        for (guint i = 0; is_same && i < held->len; i++) {
            is_same = strcmp(g_ptr_array_index(held, i), wanted[i]) == 0;
        }
    }
    if (!is_same) {
        g_error("GLib reads '%s' otherwise", value);
    }
}

/* What GLib reads of it: one text, or a list. NULL: it refuses. */
static char **
read_by_glib(GKeyFile *keys, bool is_list)
{
    GError *error = NULL;
    char **all = NULL;
    if (is_list) {
        all = g_key_file_get_string_list(keys, "t", "password", NULL, &error);
    } else {
        all = g_new0(char *, 2);
        all[0] = g_key_file_get_string(keys, "t", "password", &error);
    }
    if (error != NULL) {
        g_clear_pointer(&all, g_strfreev);
        g_error_free(error);
    } else if (all == NULL) {
        all = g_new0(char *, 1);
    }
    return all;
}

static void
check_value(const char *value)
{
    struct conf_file file = {.held = conf_hold_new()};
    char *text = g_strdup_printf("[t]\npassword=%s\n", value);
    char *copy = g_strdup(value);
    GKeyFile *keys = g_key_file_new();
    g_assert_true(g_key_file_load_from_data(keys, text, strlen(text),
                                            G_KEY_FILE_NONE, NULL));
    conf_hold(&file, "t", "password", copy);
    g_assert_cmpuint(strspn(copy, " "), ==, strlen(value));
    for (int is_list = 0; is_list < 2; is_list++) {
        GPtrArray *held = conf_held(&file, "t", "password", is_list);
        char **wanted = read_by_glib(keys, is_list);
        assert_same(held, wanted, value);
        g_strfreev(wanted);
        g_clear_pointer(&held, g_ptr_array_unref);
    }
    g_key_file_free(keys);
    g_hash_table_destroy(file.held);
    g_free(copy);
    g_free(text);
}

/* A secret is read as GLib reads every other value. */
static void
test_as_glib(void)
{
    static const char letters[] = "\\\\\\;;  \tsntrab\xc3\xa4#[=";
    for (int i = 0; i < 5000; i++) {
        char value[16] = "";
        int len = g_test_rand_int_range(0, sizeof(value));
        for (int at = 0; at < len; at++) {
            value[at] = letters[g_test_rand_int_range(0, sizeof(letters) - 1)];
        }
        /* Of two faults GLib complains on standard error. */
        if (len > 0 && value[len - 1] == '\\') {
            value[len - 1] = 'z';
        }
        check_value(value);
    }
    check_value("ab\\");
    check_value("\\");
    check_value("\xff");
}

int
main(int argc, char **argv)
{
    /* Binding a function at its first call leaves the processor's registers,
     * and what was copied through them, on the stack. */
    if (g_getenv("LD_BIND_NOW") == NULL) {
        g_setenv("LD_BIND_NOW", "1", true);
        execv("/proc/self/exe", argv);
    }
    g_test_init(&argc, &argv, NULL);
    window = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    directory = g_dir_make_tmp("carp-memory-XXXXXX", NULL);
    path = g_build_filename(directory, "carp.conf", NULL);
    g_test_add_func("/config/forgotten", test_forgotten);
    g_test_add_func("/config/as-glib", test_as_glib);
    int status = g_test_run();
    g_unlink(path);
    g_rmdir(directory);
    g_free(path);
    g_free(directory);
    return status;
}
