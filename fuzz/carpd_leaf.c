/* SPDX-License-Identifier: BSD-2-Clause */
/* What carpd asks its surroundings for beside the network: a disk that may
 * fail, programs that end as the script says, random numbers that repeat. */
#include <glib/gstdio.h>

#include "carpd_host.h"
#include "claim.h"
#include "entropy.h"
#include "program.h"
#include "rights.h"
#include "store_file.h"

struct fake_disk fake_disk;

void
leaf_begin(void)
{
    memset(&fake_disk, 0, sizeof(fake_disk));
}

void
leaf_end(void)
{
    g_clear_pointer(&fake_disk.before, g_free);
    g_clear_pointer(&fake_disk.now, g_free);
}

/* ------------------------------------------------------------ random, disk */

uint64_t
entropy_u64(void)
{
    uint64_t value = (fake_disk.random += 0x9e3779b97f4a7c15u);
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

void
leaf_write(const char *path, const char *text, size_t len)
{
    /* What is there would not be cut. */
    (void)g_unlink(path);
    FUZZ_CHECK(g_file_set_contents_full(path, text, (gssize)len,
                                        G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

int
store_file_write(const char *path, const GString *text)
{
    if (fake_disk.write_code != 0) {
        return fake_disk.write_code;
    }
    leaf_write(path, text->str, text->len);
    g_free(fake_disk.before);
    fake_disk.before = fake_disk.now;
    fake_disk.now = g_strdup(text->str);
    return 0;
}

bool
store_file_give(const char *directory, unsigned int uid, unsigned int gid)
{
    (void)directory;
    (void)uid;
    (void)gid;
    return true;
}

/* ------------------------------------------------------------ claims, rights
 */

bool
claim_make(const char *id, unsigned int user, int *claim,
           struct os_error *error)
{
    (void)user;
    *claim = CLAIM_NONE;
    return !fake_disk.is_claimed ||
           os_error_set(error, OS_SYSTEM, 0, "%s is run by another carpd", id);
}

bool
claim_is_held(const char *id, unsigned int user)
{
    (void)id;
    (void)user;
    return false; /* of another process: there is none */
}

void
claim_drain(int claim)
{
    (void)claim;
}

bool
rights_give_up(struct daemon *daemon, struct os_error *error)
{
    (void)daemon;
    (void)error;
    return true;
}

unsigned int
rights_find_user(const struct carp_conf_daemon *conf)
{
    (void)conf;
    return 0;
}

/* ---------------------------------------------------------------- programs */

struct program_pool {
    GSList *running; /* struct running */
};

struct running {
    struct program_pool *pool;
    char *key;
    GSource *source;
    carp_time began;
    struct program_job job;
};

struct program_pool *
program_pool_new(unsigned int running, unsigned int waiting)
{
    (void)running;
    (void)waiting;
    return g_new0(struct program_pool, 1);
}

static void
finish(struct running *running, enum program_end end)
{
    static const char *const texts[] = {"exit status 0", "killed",
                                        "took too long", "not started",
                                        "replaced",      "refused"};
    bool has_run = end != PROGRAM_NOT_STARTED && end != PROGRAM_REPLACED &&
                   end != PROGRAM_REFUSED;
    struct program_result result = {
        .end = end,
        .code = (int)fake_disk.program_end / 8,
        .elapsed = has_run ? clock_now() - running->began : 0,
        .text = texts[end]};
    struct program_pool *pool = running->pool;
    pool->running = g_slist_remove(pool->running, running);
    if (has_run && running->job.on_line != NULL) {
        running->job.on_line(running->job.user, false, "a line \033[1m");
    }
    if (running->job.on_end != NULL) {
        running->job.on_end(running->job.user, &result);
    }
    g_source_destroy(running->source);
    g_source_unref(running->source);
    g_free(running->key);
    g_free(running);
}

static gboolean
on_end(gpointer user)
{
    finish(user, (enum program_end)(fake_disk.program_end % 6));
    return G_SOURCE_REMOVE;
}

void
program_run(struct program_pool *pool, const struct program_job *wanted)
{
    struct running *running = g_new0(struct running, 1);
    FUZZ_CHECK(wanted->argv[0] != NULL && *wanted->argv[0] == '/');
    running->pool = pool;
    running->key = g_strdup(wanted->key);
    running->job = *wanted;
    running->began = clock_now();
    running->source =
        g_timeout_source_new(fake_disk.are_programs_slow ? 4000 : 3);
    g_source_set_callback(running->source, on_end, running, NULL);
    g_source_attach(running->source, NULL);
    pool->running = g_slist_append(pool->running, running);
}

bool
program_pool_is_idle(const struct program_pool *pool)
{
    return pool->running == NULL;
}

bool
program_pool_is_stuck(const struct program_pool *pool, const char *key)
{
    (void)pool;
    return key != NULL && fake_disk.program_end >= 250;
}

/* Nothing is told any more, but for what would be lost: whoever waits frees
 * what he keeps when he is told. */
void
program_pool_free(struct program_pool *pool)
{
    while (pool->running != NULL) {
        finish(pool->running->data, PROGRAM_REPLACED);
    }
    g_free(pool);
}
