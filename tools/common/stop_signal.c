/* SPDX-License-Identifier: BSD-2-Clause */
#include "stop_signal.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* So much later it is not the first one again. */
#define AGAIN_NS 300000000

/* A handler can reach nothing else. */
static volatile sig_atomic_t *wanted;
static struct timespec first;

static void
on_signal(int number)
{
    struct timespec now;
    int kept = errno;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t since = ((int64_t)now.tv_sec - first.tv_sec) * 1000000000 +
                    (now.tv_nsec - first.tv_nsec);
    if (first.tv_sec == 0 && first.tv_nsec == 0) {
        first = now;
        *wanted = 1;
    } else if (since > AGAIN_NS) {
        _exit(128 + number);
    }
    errno = kept;
}

void
stop_signal_catch(volatile sig_atomic_t *stop_wanted)
{
    struct sigaction action;
    wanted = stop_wanted;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    /* The two must not come between each other. */
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
