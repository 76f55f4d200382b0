/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_clock.h"

carp_time
read_clock(clockid_t id)
{
    struct timespec ts = {0, 0};
    clock_gettime(id, &ts);
    return (carp_time)ts.tv_sec * CARP_SEC + (carp_time)ts.tv_nsec;
}
