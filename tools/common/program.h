/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file program.h
 * Runs other programs beside a GLib main loop: hooks, checks, scripts.
 *
 * Nothing here ever waits for a program. Each has a time limit, its output is
 * handed over line by line, and only so many run at once. Jobs with the same
 * key run one after the other, and of those that wait only the newest is
 * kept: what a hook is told last is the latest state.
 *
 * A child gets: its own process group and no controlling input, default
 * signal handlers and no blocked signals, only the descriptors 0, 1 and 2,
 * the root as working directory, the caller's environment without systemd's
 * variables for the caller itself. It keeps the caller's user, and its
 * capabilities only if they are ambient.
 *
 * Callbacks come from the main context that was the thread's default when the
 * pool was made; only the end of a job that is replaced or refused comes from
 * within program_run().
 */
#ifndef TOOLS_PROGRAM_H
#define TOOLS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include <carp/time.h>

/** Longest line handed over; the rest of a longer one is dropped. */
#define PROGRAM_LINE_MAX 1024
/** Most lines of one program handed over; it may write more, unseen. */
#define PROGRAM_LINES_MAX 100
/** Most programs that outlive SIGKILL and are no longer waited for. */
#define PROGRAM_STUCK_MAX 64
/** Most octets of input. It has to fit into a pipe. */
#define PROGRAM_INPUT_MAX 32768

/** How a job ended. */
enum program_end {
    PROGRAM_EXITED = 0,  /**< code is the exit status */
    PROGRAM_KILLED,      /**< code is the signal that ended it */
    PROGRAM_TIMED_OUT,   /**< took longer than its limit; ended by us */
    PROGRAM_NOT_STARTED, /**< text says why: missing, not executable, … */
    PROGRAM_REPLACED,    /**< never ran: a newer job with its key waits */
    PROGRAM_REFUSED      /**< never ran: too many jobs wait already */
};

struct program_result {
    enum program_end end;
    int code;
    carp_time elapsed; /**< since it was started; 0 if it never was */
    const char *text;  /**< in words: "exit status 3"; valid in the call */
};

/** One thing to run. Everything is copied. */
struct program_job {
    /** Serialises; NULL: the job depends on no other. */
    const char *key;
    /** argv[0] is an absolute path, or a name to look up in PATH; ends in
     * NULL. */
    const char *const *argv;
    /** argv[0] is a command line for /bin/sh -c, argv[1] its $0, and so on. */
    bool shell;
    /** "NAME=value", ends in NULL; NULL: none. Replace inherited ones. */
    const char *const *environment;
    /** Standard input, PROGRAM_INPUT_MAX octets at most; NULL: empty. */
    const char *input;
    /** After it SIGTERM, two seconds later SIGKILL, each to the whole
     * process group. What is still there a second later hangs in the kernel,
     * as on a file system whose server is gone: it ends for its caller, and
     * only jobs with its key wait for it. 0: 30 s. */
    carp_time time_limit;
    /** One line of output, without its end; not cleaned (see txt_clean()).
     * May be NULL: output is dropped. */
    void (*on_line)(void *user, bool is_error_stream, const char *line);
    /** Called exactly once for each job that program_run() took, unless the
     * pool is freed before. May be NULL. It may run another job. */
    void (*on_end)(void *user, const struct program_result *result);
    void *user;
};

struct program_pool;

/**
 * @param running most programs at once; 0: 8
 * @param waiting most jobs in the queue; 0: 256
 */
struct program_pool *program_pool_new(unsigned int running,
                                      unsigned int waiting);
/**
 * Forget all jobs; no callback comes any more. Programs that still run get
 * SIGTERM and are left alone; wait for program_pool_is_idle() first to let
 * them end. NULL is allowed.
 */
void program_pool_free(struct program_pool *pool);

/** Run @p wanted now, or as soon as its turn comes. It ends in on_end, whatever
 * happens. */
void program_run(struct program_pool *pool, const struct program_job *wanted);

/** Is there a program with this key that outlives SIGKILL? */
bool program_pool_is_stuck(const struct program_pool *pool, const char *key);

/** True when nothing runs and nothing waits, but for programs that outlive
 * SIGKILL and what waits for them. */
bool program_pool_is_idle(const struct program_pool *pool);

#endif
