/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands where program.c does: starts nothing, but looks at what a hook would
 * be told. Two calls in three end when they are asked for, the others when the
 * next one comes.
 */
#include "api_check.h"
#include "fuzz.h"
#include "program.h"

struct program_pool {
    unsigned int calls;
    struct program_job left; /* that has not ended; user NULL: none */
};

struct program_pool *
program_pool_new(unsigned int running, unsigned int waiting)
{
    FUZZ_CHECK(running > 0 && waiting > 0);
    return g_new0(struct program_pool, 1);
}

void
program_pool_free(struct program_pool *pool)
{
    g_free(pool);
}

static void
end(struct program_job *job, unsigned int number)
{
    const struct program_result result = {
        .end = (enum program_end)(number % (PROGRAM_REFUSED + 1)),
        .code = (int)(number % 2),
        .text = "exit status 1"};
    if (job->user != NULL) {
        job->on_line(job->user, true, "a line\033 that it wrote");
        job->on_end(job->user, &result);
        job->user = NULL;
    }
}

static void
check(const struct program_job *job)
{
    FUZZ_CHECK(job->key != NULL && *job->key != '\0');
    FUZZ_CHECK(job->argv[0] != NULL && job->argv[1] != NULL &&
               job->argv[2] != NULL && job->argv[3] == NULL);
    FUZZ_CHECK(strlen(job->input) < PROGRAM_INPUT_MAX);
    FUZZ_CHECK(g_str_has_suffix(job->input, "}\n"));
    api_check_json(job->input, "event");
    for (const char *const *at = job->environment; *at != NULL; at++) {
        FUZZ_CHECK(g_str_has_prefix(*at, "CARP_"));
        FUZZ_CHECK(strchr(*at, '=') != NULL);
        /* The user alone names an interface. */
        FUZZ_CHECK(g_str_has_prefix(*at, "CARP_IFACE=") ||
                   strpbrk(*at, "\n\r\033") == NULL);
    }
}

void
program_run(struct program_pool *pool, const struct program_job *wanted)
{
    struct program_job job = *wanted;
    check(wanted);
    pool->calls++;
    end(&pool->left, pool->calls);
    if (pool->calls % 3 == 0) {
        pool->left = job;
    } else {
        end(&job, pool->calls);
    }
}

bool
program_pool_is_stuck(const struct program_pool *pool, const char *key)
{
    (void)pool;
    (void)key;
    return false;
}

bool
program_pool_is_idle(const struct program_pool *pool)
{
    (void)pool; /* what has not ended by then does not count any more */
    return true;
}
