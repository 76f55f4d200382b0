/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include "text.h"

static log_sink chosen = log_to_stderr;
static enum log_level least = LOG_LEVEL_INFO;

void
log_set_level(enum log_level level)
{
    least = level;
}

void
log_set_sink(log_sink sink)
{
    chosen = sink != NULL ? sink : log_to_stderr;
}

void
log_to_stderr(enum log_level level, const struct log_field *fields,
              size_t count, const char *text)
{
    (void)level;
    (void)fields;
    (void)count;
    const char *program = g_get_prgname();
    fprintf(stderr, "%s: %s\n", program != NULL ? program : "carp", text);
}

static void say(enum log_level level, const struct log_field *fields,
                size_t count, const char *format, va_list args)
    G_GNUC_PRINTF(4, 0);

static void
say(enum log_level level, const struct log_field *fields, size_t count,
    const char *format, va_list args)
{
    if (level > least) {
        return;
    }
    char *text = g_strdup_vprintf(format, args);
    txt_clean(text);
    chosen(level, fields, count, text);
    g_free(text);
}

void
log_line(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(LOG_LEVEL_WARNING, NULL, 0, format, args);
    va_end(args);
}

void
log_say(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(level, NULL, 0, format, args);
    va_end(args);
}

void
log_event(enum log_level level, const struct log_field *fields, size_t count,
          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(level, fields, count, format, args);
    va_end(args);
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
