/* SPDX-License-Identifier: BSD-2-Clause */
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

/* The end of the pipe to the process that waits; -1: none does. */
static int waiting = -1;

/* Ends with what the daemon reports; when it dies instead, with 1. */
static void
wait_for_child(int fd)
{
    unsigned char status = 1;
    ssize_t n = 0;
    do {
        n = read(fd, &status, 1);
    } while (n < 0 && errno == EINTR);
    _exit(n == 1 ? status : 1);
}

bool
background_begin(void)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    pid_t pid = fork();
    if (pid < 0) {
        return false;
    }
    if (pid > 0) {
        close(ends[1]);
        wait_for_child(ends[0]);
    }
    close(ends[0]);
    waiting = ends[1];
    (void)fcntl(waiting, F_SETFD, FD_CLOEXEC);
    return setsid() >= 0 && chdir("/") == 0;
}

void
background_ready(int status, bool log_elsewhere)
{
    if (waiting < 0) {
        return;
    }
    if (status == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; null >= 0 && fd <= (log_elsewhere ? 2 : 1); fd++) {
            (void)dup2(null, fd);
        }
        if (null >= 0) {
            close(null);
        }
    }
    unsigned char octet = (unsigned char)status;
    ssize_t n = write(waiting, &octet, 1);
    (void)n;
    close(waiting);
    waiting = -1;
}
