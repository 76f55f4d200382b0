/* SPDX-License-Identifier: BSD-2-Clause */
#include "hide.h"

#ifdef __linux__
#include <sys/prctl.h>
#else
#include <sys/resource.h>
#endif

void
hide_memory(void)
{
#ifdef __linux__
    /* Not RLIMIT_CORE: hooks would inherit that. It fails only for values
     * other than 0 and 1. */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#else
    (void)setrlimit(RLIMIT_CORE, &(const struct rlimit){0, 0});
#endif
}
