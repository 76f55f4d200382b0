/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_sink.h"

#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/* Ours have no file and line worth telling: all come from one place. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "log_guard.h"

#define FIELDS_MAX 16
#define LOST                                                                \
    "%" G_GUINT64_FORMAT " messages before this one were lost: the logger " \
    "did not read"

int
log_facility(const char *name)
{
    static const struct {
        const char *name;
        int facility;
    } rows[] = {
        {"auth", LOG_AUTH},     {"authpriv", LOG_AUTHPRIV},
        {"cron", LOG_CRON},     {"daemon", LOG_DAEMON},
        {"ftp", LOG_FTP},       {"local0", LOG_LOCAL0},
        {"local1", LOG_LOCAL1}, {"local2", LOG_LOCAL2},
        {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},
        {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6},
        {"local7", LOG_LOCAL7}, {"lpr", LOG_LPR},
        {"mail", LOG_MAIL},     {"news", LOG_NEWS},
        {"syslog", LOG_SYSLOG}, {"user", LOG_USER},
        {"uucp", LOG_UUCP},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return rows[i].facility;
        }
    }
    return -1;
}

bool
log_is_journal(void)
{
    const char *text = g_getenv("JOURNAL_STREAM");
    struct stat st;
    if (text == NULL || fstat(STDERR_FILENO, &st) != 0) {
        return false;
    }
    char *end = NULL;
    guint64 device = g_ascii_strtoull(text, &end, 10);
    if (end == text || *end != ':') {
        return false;
    }
    guint64 inode = g_ascii_strtoull(end + 1, &end, 10);
    return *end == '\0' && device == (guint64)st.st_dev &&
           inode == (guint64)st.st_ino;
}

/* Through the guard: what is lost is told before the next that is not. */
static void
send_guarded(log_sink send, enum log_level level,
             const struct log_field *fields, size_t count, const char *text)
{
    uint64_t lost = 0;
    if (!log_guard_pass(&lost)) {
        return;
    }
    if (lost > 0) {
        char *note = g_strdup_printf(LOST, lost);
        send(LOG_LEVEL_WARNING, NULL, 0, note);
        g_free(note);
        /* It may have taken the last place. */
        if (!log_guard_pass(&lost)) {
            return;
        }
    }
    send(level, fields, count, text);
}

static void
send_to_syslog(enum log_level level, const struct log_field *fields,
               size_t count, const char *text)
{
    (void)fields;
    (void)count;
    syslog((int)level, "%s", text);
}

static void
to_syslog(enum log_level level, const struct log_field *fields, size_t count,
          const char *text)
{
    send_guarded(send_to_syslog, level, fields, count, text);
}

static void
to_syslog_and_stderr(enum log_level level, const struct log_field *fields,
                     size_t count, const char *text)
{
    to_syslog(level, fields, count, text);
    log_to_stderr(level, fields, count, text);
}

static void
send_to_journal(enum log_level level, const struct log_field *fields,
                size_t count, const char *text)
{
    const char *program = g_get_prgname();
    char *lines[FIELDS_MAX + 3];
    struct iovec parts[FIELDS_MAX + 3];
    size_t n = 0;
    lines[n++] = g_strdup_printf("MESSAGE=%s", text);
    lines[n++] = g_strdup_printf("PRIORITY=%u", (unsigned int)level);
    lines[n++] = g_strdup_printf("SYSLOG_IDENTIFIER=%s",
                                 program != NULL ? program : "carp");
    for (size_t i = 0; i < count && n < G_N_ELEMENTS(lines); i++) {
        if (fields[i].value != NULL) {
            lines[n++] =
                g_strdup_printf("%s=%s", fields[i].name, fields[i].value);
        }
    }
    for (size_t i = 0; i < n; i++) {
        parts[i] =
            (struct iovec){.iov_base = lines[i], .iov_len = strlen(lines[i])};
    }
    if (sd_journal_sendv(parts, (int)n) < 0) {
        /* It goes to the journal too, as bare text. */
        log_to_stderr(level, fields, count, text);
    }
    for (size_t i = 0; i < n; i++) {
        g_free(lines[i]);
    }
}

static void
to_journal(enum log_level level, const struct log_field *fields, size_t count,
           const char *text)
{
    send_guarded(send_to_journal, level, fields, count, text);
}

static void
to_stderr(enum log_level level, const struct log_field *fields, size_t count,
          const char *text)
{
    send_guarded(log_to_stderr, level, fields, count, text);
}

void
log_open_stderr(void)
{
    log_guard_watch(STDERR_FILENO);
    log_set_sink(to_stderr);
}

static void
open_syslog(int facility, log_sink sink)
{
    const char *program = g_get_prgname();
    /* At once: later there may be no right to. */
    openlog(program != NULL ? program : "carp", LOG_PID | LOG_NDELAY, facility);
    log_guard_open(LOG_GUARD_SYSLOG);
    log_set_sink(sink);
}

void
log_open(int facility)
{
    if (facility >= 0) {
        open_syslog(facility, to_syslog);
    } else if (log_is_journal()) {
        log_guard_open(LOG_GUARD_JOURNAL);
        log_set_sink(to_journal);
    } else {
        log_open_stderr();
    }
}

void
log_open_with_stderr(int facility)
{
    open_syslog(facility, to_syslog_and_stderr);
}
