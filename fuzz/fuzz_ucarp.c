/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ucarp's command line: words that end in octets 0. What was understood is
 * written as a carp.conf and read again; a password stays out of messages
 * and out of the words.
 */
#include <stdbool.h>

#include <glib.h>

#include "conf_again.h"
#include "fuzz.h"
#include "ucarp_options.h"

/* Shorter passwords may be in a message by chance. */
#define TELLING_LEN 12
#define WORDS 64

/* Not to open whatever file the fuzzer thinks of: -o, --passfile and what
 * getopt_long() takes for them. */
static bool
names_a_file(char *const *words)
{
    for (; *words != NULL; words++) {
        bool is_long = g_str_has_prefix(*words, "--");
        if (is_long ? g_str_has_prefix(*words, "--passf")
                    : **words == '-' && strchr(*words, 'o') != NULL) {
            return true;
        }
    }
    return false;
}

static char **
read_words(const uint8_t *data, size_t size, int *count)
{
    GPtrArray *words = g_ptr_array_new();
    size_t at = 0;
    g_ptr_array_add(words, g_strdup("ucarp"));
    while (at < size && words->len < WORDS) {
        const uint8_t *end = memchr(data + at, '\0', size - at);
        size_t len = end != NULL ? (size_t)(end - data) - at : size - at;
        g_ptr_array_add(words, g_strndup((const char *)data + at, len));
        at += len + 1;
    }
    *count = (int)words->len;
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static void
check_vhid(const struct carp_conf_vhid *vhid)
{
    FUZZ_CHECK(vhid->interface != NULL);
    FUZZ_CHECK(vhid->vhid > 0 && vhid->advskew < 255);
    FUZZ_CHECK(vhid->advbase > 0 || vhid->advskew > 0);
    FUZZ_CHECK(vhid->dead_ratio > 0);
    FUZZ_CHECK(vhid->addrs.count > 0);
    FUZZ_CHECK(vhid->key.password_len > 0 && vhid->key.password_len < 20);
}

static unsigned int
occurrences(char *const *words, const char *text)
{
    unsigned int count = 0;
    for (; *words != NULL; words++) {
        for (const char *at = *words; (at = strstr(at, text)) != NULL; at++) {
            count++;
        }
    }
    return count;
}

/* The words that ps(1) shows hold the password once less than was given.
 * Of one with asterisks nothing can be said: they are what is put there. */
static void
check_secret(const struct carp_conf_vhid *vhid, char *const *given,
             char *const *words)
{
    const char *password = (const char *)vhid->key.password;
    if (vhid->key.password_len >= TELLING_LEN &&
        strchr(password, '*') == NULL) {
        FUZZ_CHECK(occurrences(words, password) < occurrences(given, password));
    }
}

/* A carp.conf is UTF-8. */
static bool
is_utf8(const char *text)
{
    return text == NULL || g_utf8_validate(text, -1, NULL);
}

static bool
can_be_written(const struct carp_conf_vhid *vhid)
{
    return is_utf8(vhid->interface) && is_utf8(vhid->up_script) &&
           is_utf8(vhid->down_script) && is_utf8(vhid->script_arg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int count = 0;
    char **words = read_words(data, size, &count);
    if (!names_a_file(words)) {
        struct ucarp_options options;
        char **given = g_strdupv(words);
        char *error = NULL;
        enum ucarp_parse result =
            ucarp_options_parse(&options, count, words, &error);
        const struct carp_conf_vhid *vhid = carp_conf_get(options.conf, 0);
        FUZZ_CHECK((result == UCARP_PARSE_USAGE) == (error != NULL));
        FUZZ_CHECK(vhid != NULL);
        if (result == UCARP_PARSE_RUN) {
            check_vhid(vhid);
            check_secret(vhid, given, words);
            conf_again(options.conf, can_be_written(vhid));
        }
        g_free(error);
        g_strfreev(given);
        ucarp_options_clear(&options);
    }
    g_strfreev(words);
    return 0;
}
