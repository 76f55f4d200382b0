/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slow disk for one program: to be preloaded into it. While the file that
 * SLOWDISK names exists, fsync() takes a second.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

int
fsync(int fd)
{
    static int (*real)(int);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "fsync");
    }
    if (access(getenv("SLOWDISK"), F_OK) == 0) {
        (void)poll(NULL, 0, 1000);
    }
    return real(fd);
}
