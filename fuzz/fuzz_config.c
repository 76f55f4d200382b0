/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carp.conf. Octets 0xff divide the input into carp.conf, conf.d/more.conf
 * and the password file "key", which are written to a directory of their
 * own and read as a program would. What is good is written again and means
 * the same.
 */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "conf_again.h"
#include "conf_senders.h"
#include "fuzz.h"

#define DIVIDER 0xff
/* Shorter passwords may be in a message by chance. */
#define TELLING_LEN 12

static char directory[48];
static char path[64]; /* of carp.conf */
static int directory_fd = -1;

static void
go_away(void)
{
    (void)!unlinkat(directory_fd, "carp.conf", 0);
    (void)!unlinkat(directory_fd, "conf.d/more.conf", 0);
    (void)!unlinkat(directory_fd, "key", 0);
    (void)!unlinkat(directory_fd, "conf.d", AT_REMOVEDIR);
    (void)!rmdir(directory);
}

/* Not the working directory: the fuzzer's own paths are relative to that. */
static void
make_directory(void)
{
    if (directory_fd >= 0) {
        return;
    }
    snprintf(directory, sizeof(directory), "%s/fuzz-config-XXXXXX",
             fuzz_place());
    FUZZ_CHECK(mkdtemp(directory) != NULL);
    directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FUZZ_CHECK(directory_fd >= 0);
    FUZZ_CHECK(mkdirat(directory_fd, "conf.d", 0700) == 0);
    snprintf(path, sizeof(path), "%s/carp.conf", directory);
    atexit(go_away);
}

/* The next part of the input becomes file @p name; none: no such file. */
static void
write_part(struct fuzz_input *in, const char *name)
{
    if (in->left == 0) {
        (void)!unlinkat(directory_fd, name, 0);
        return;
    }
    const uint8_t *end = memchr(in->data, DIVIDER, in->left);
    size_t len = end != NULL ? (size_t)(end - in->data) : in->left;
    const uint8_t *part = fuzz_octets(in, &len);
    (void)fuzz_u8(in); /* the divider */
    int fd = openat(directory_fd, name,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(write(fd, part, len) == (ssize_t)len);
    close(fd);
}

static unsigned int
occurrences(const uint8_t *data, size_t size, const uint8_t *what, size_t len)
{
    unsigned int found = 0;
    for (size_t i = 0; i + len <= size; i++) {
        found += memcmp(data + i, what, len) == 0;
    }
    return found;
}

static struct carp_conf *
load(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    write_part(&in, "carp.conf");
    write_part(&in, "conf.d/more.conf");
    write_part(&in, "key");
    struct carp_conf *conf =
        carp_conf_load(path, size % 2 != 0 ? CARP_CONF_PRIVATE : 0);
    FUZZ_CHECK(conf != NULL);
    return conf;
}

static bool
is_told(const struct carp_conf *conf, const struct carp_key *key)
{
    bool is_in_one = false;
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const char *text = carp_conf_message(conf, i)->text;
        is_in_one |= occurrences((const uint8_t *)text, strlen(text),
                                 key->password, key->password_len) > 0;
    }
    return is_in_one;
}

/* Also when the password is another one: it is a message's own words. */
static bool
is_told_anyway(const struct carp_key *key, const uint8_t *data, size_t size)
{
    uint8_t *other = g_memdup2(data, size);
    uint8_t *at = other;
    while (memcmp(at, key->password, key->password_len) != 0) {
        at++;
    }
    *at = *at == 'x' ? 'y' : 'x';
    struct carp_conf *conf = load(other, size);
    bool is_in_one = is_told(conf, key);
    carp_conf_free(conf);
    g_free(other);
    return is_in_one;
}

/* A password that stands once in the input is in no message. */
static void
check_silence(const struct carp_conf *conf, const struct carp_key *key,
              const uint8_t *data, size_t size)
{
    if (key->password_len >= TELLING_LEN &&
        occurrences(data, size, key->password, key->password_len) == 1) {
        FUZZ_CHECK(!is_told(conf, key) || is_told_anyway(key, data, size));
    }
}

static void
check_group(const struct carp_conf_vhid *vhid)
{
    FUZZ_CHECK(memchr(vhid->name, '\0', sizeof(vhid->name)) != NULL);
    FUZZ_CHECK(*vhid->name != '\0');
    FUZZ_CHECK(vhid->file != NULL);
    FUZZ_CHECK(vhid->vhid != 0);
    FUZZ_CHECK(vhid->accept_count <= CARP_CONF_ACCEPT_MAX);
    FUZZ_CHECK(vhid->addrs.count <= CARP_ADDRS_MAX);
    FUZZ_CHECK(vhid->advskew <= 254);
    FUZZ_CHECK((unsigned int)vhid->profile <= CARP_PROFILE_AUTO);
    for (unsigned int i = 0; i < vhid->addrs.count; i++) {
        FUZZ_CHECK(vhid->prefix_len[i] <=
                   (vhid->addrs.list[i].family == CARP_IPV4 ? 32 : 128));
    }
}

/* Who is a sender of the configuration is expected, and nobody else. */
static void
check_senders(const struct carp_conf *conf)
{
    const struct carp_track_config config = {.max_groups = 1};
    bool has_senders = false;
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        has_senders |= carp_conf_get(conf, i)->senders.count > 0;
    }
    if (has_senders) {
        struct carp_track *track = carp_track_new(&config);
        struct conf_senders *senders = conf_senders_new(conf);
        FUZZ_CHECK(conf_senders_expect(senders, track) == CARP_OK);
        conf_senders_free(senders);
        carp_track_free(track);
    }
}

static void
check_conf(const struct carp_conf *conf, const uint8_t *data, size_t size)
{
    bool has_error = false;
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const struct carp_conf_message *message = carp_conf_message(conf, i);
        FUZZ_CHECK(*message->text != '\0');
        FUZZ_CHECK(strchr(message->text, '\n') == NULL);
        has_error |= message->is_error;
    }
    FUZZ_CHECK(carp_conf_is_usable(conf) == !has_error);
    FUZZ_CHECK(carp_conf_count(conf) <= CARP_CONF_GROUPS_MAX);
    if (has_error) {
        return;
    }
    size_t rows = 0;
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        const struct carp_conf_vhid *vhid = carp_conf_get(conf, i);
        check_group(vhid);
        check_silence(conf, &vhid->key, data, size);
        rows += (size_t)(1 + vhid->addrs_count) * (1 + vhid->accept_count);
    }
    struct carp_ring *ring = carp_ring_new();
    FUZZ_CHECK(ring != NULL);
    enum carp_status status = carp_conf_fill_ring(conf, ring);
    FUZZ_CHECK(status == CARP_OK || (status == CARP_ERR_FULL && rows > 4096));
    FUZZ_CHECK(status != CARP_OK || carp_ring_count(ring) == rows);
    carp_ring_free(ring);
    check_senders(conf);
    conf_again(conf, true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_directory();
    struct carp_conf *conf = load(data, size);
    check_conf(conf, data, size);
    carp_conf_free(conf);
    return 0;
}
