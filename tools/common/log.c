/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include "text.h"

void
log_line(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    txt_clean(text);
    const char *program = g_get_prgname();
    fprintf(stderr, "%s: %s\n", program != NULL ? program : "carp", text);
    g_free(text);
}

bool
log_limit_pass(struct log_limit *limit, carp_time now, uint64_t *suppressed)
{
    if (now < limit->next) {
        limit->suppressed++;
        return false;
    }
    if (suppressed != NULL) {
        *suppressed = limit->suppressed;
    }
    limit->suppressed = 0;
    limit->next = carp_time_add(now, limit->every);
    return true;
}
