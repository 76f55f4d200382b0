/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "conf_again.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_write.h"
#include "fuzz.h"

struct carp_conf *
conf_of_text(const char *text)
{
    char path[64];
    const size_t len = strlen(text);
    int fd = memfd_create("carp.conf", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(fchmod(fd, 0600) == 0);
    FUZZ_CHECK(write(fd, text, len) == (ssize_t)len);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    close(fd);
    return conf;
}

static char *
stripped(const char *text)
{
    char *rest = g_strstrip(g_strdup(text != NULL ? text : ""));
    if (*rest == '\0') {
        g_free(rest);
        rest = NULL;
    }
    return rest;
}

static char *
script(const struct carp_conf_vhid *vhid, const char *given)
{
    char *text = stripped(given);
    return text == NULL && vhid->by_script ? g_strdup(CONF_WRITE_NO_SCRIPT)
                                           : text;
}

static bool
accepts(const struct carp_conf_vhid *vhid, const struct carp_key *key)
{
    for (unsigned int i = 0; i < vhid->accept_count; i++) {
        if (carp_key_equal(&vhid->accept[i], key)) {
            return true;
        }
    }
    return false;
}

static bool
accept_the_same(const struct carp_conf_vhid *a, const struct carp_conf_vhid *b)
{
    bool are_same = a->accept_count == b->accept_count;
    for (unsigned int i = 0; are_same && i < a->accept_count; i++) {
        are_same = accepts(a, &b->accept[i]) && accepts(b, &a->accept[i]);
    }
    return are_same;
}

/* A password that is no text is written as the key that it makes, of accepted
 * ones behind those that are; texts lose the blanks at their ends when they are
 * read, and are left out when they are nothing else. */
static bool
is_same(const struct carp_conf_vhid *read, const struct carp_conf_vhid *given)
{
    struct carp_conf_vhid wanted = *given;
    if (read->key.password_len == 0 &&
        carp_key_equal(&read->key, &given->key)) {
        wanted.key = read->key;
    }
    if (accept_the_same(read, given)) {
        memcpy(wanted.accept, read->accept, sizeof(wanted.accept));
    }
    wanted.up_script = script(given, given->up_script);
    wanted.down_script = script(given, given->down_script);
    wanted.script_arg = stripped(given->script_arg);
    bool is_equal = carp_conf_vhid_equal(read, &wanted);
    g_free(wanted.up_script);
    g_free(wanted.down_script);
    g_free(wanted.script_arg);
    return is_equal;
}

void
conf_again(const struct carp_conf *conf, bool is_whole)
{
    GString *text = g_string_new(NULL);
    carp_conf_write(conf, 0, text);
    struct carp_conf *read = conf_of_text(text->str);
    /* What lacks something, as the original did, is for somebody to mend. */
    const bool is_usable = carp_conf_is_usable(read);
    if (!is_usable && is_whole) {
        fprintf(stderr, "%s\n", text->str);
        FUZZ_FAIL("what is written can be read");
    }
    FUZZ_CHECK(!is_usable || carp_conf_count(read) == carp_conf_count(conf));
    for (size_t i = 0; is_usable && i < carp_conf_count(read); i++) {
        if (!is_same(carp_conf_get(read, i), carp_conf_get(conf, i))) {
            fprintf(stderr, "%s\n", text->str);
            FUZZ_FAIL("what is written means the same");
        }
    }
    carp_conf_free(read);
    g_string_free(text, TRUE);
}
