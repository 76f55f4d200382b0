/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages: levels, sinks, rates; what systemd is told. */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "log_guard.h"
#include "log_rate.h"
#include "log_sink.h"
#include "notify.h"

static GString *said;

static void
collect(enum log_level level, const struct log_field *fields, size_t count,
        const char *text)
{
    g_string_append_printf(said, "<%u>%s", (unsigned int)level, text);
    for (size_t i = 0; i < count; i++) {
        g_string_append_printf(said, " %s=%s", fields[i].name, fields[i].value);
    }
    g_string_append_c(said, '\n');
}

static void
expect(const char *text)
{
    g_assert_cmpstr(said->str, ==, text);
    g_string_truncate(said, 0);
}

static void
begin(void)
{
    said = g_string_new(NULL);
    log_set_sink(collect);
}

static void
end(void)
{
    log_set_sink(NULL);
    log_set_level(LOG_LEVEL_INFO);
    g_string_free(said, TRUE);
}

static void
test_levels(void)
{
    begin();
    log_line("plain %d", 1);
    log_say(LOG_LEVEL_DEBUG, "not shown");
    log_set_level(LOG_LEVEL_DEBUG);
    log_say(LOG_LEVEL_DEBUG, "shown\n\033[2Jclean");
    struct log_field fields[] = {{"CARP_VHID", "7"}};
    log_event(LOG_LEVEL_CRITICAL, fields, 1, "two masters");
    expect("<4>plain 1\n<7>shown??[2Jclean\n<2>two masters CARP_VHID=7\n");
    end();
}

static void
test_rate(void)
{
    begin();
    struct log_rate *rate = log_rate_new();
    struct log_field fields[] = {{"CARP_VHID", "7"}};
    carp_time now = 1000 * CARP_SEC;
    for (int i = 0; i < 1000; i++) {
        log_rate_event(rate, "a", now + (carp_time)i * CARP_MSEC,
                       LOG_LEVEL_WARNING, fields, 1, "fault %d", i);
    }
    log_rate_say(rate, "b", now, LOG_LEVEL_ERROR, "other");
    GString *first = g_string_new(NULL);
    for (unsigned int i = 0; i < LOG_RATE_EVENTS; i++) {
        g_string_append_printf(first, "<4>fault %u CARP_VHID=7\n", i);
    }
    g_string_append(first, "<3>other\n");
    expect(first->str);
    g_string_free(first, TRUE);
    g_assert_cmpuint(log_rate_flush(rate, now + CARP_SEC), ==,
                     now + LOG_RATE_EVERY);
    expect("");
    /* The summary is the message of the next minute; b is forgotten. */
    carp_time later = now + LOG_RATE_EVERY;
    g_assert_cmpuint(log_rate_flush(rate, later), ==, later + LOG_RATE_EVERY);
    expect("<4>fault 999 (992 more like this) CARP_VHID=7\n");
    log_rate_say(rate, "a", later + 1, LOG_LEVEL_WARNING, "again");
    log_rate_say(rate, "b", later + 1, LOG_LEVEL_ERROR, "other");
    expect("<3>other\n");
    log_rate_flush(rate, CARP_NEVER);
    expect("<4>again (1 more like this)\n");
    g_assert_cmpuint(log_rate_flush(rate, later), ==, CARP_NEVER);
    log_rate_free(rate);
    end();
}

/* However many keys an attacker makes up. */
static void
test_rate_bounded(void)
{
    begin();
    struct log_rate *rate = log_rate_new();
    for (int i = 0; i < 100000; i++) {
        char key[32];
        g_snprintf(key, sizeof(key), "key %d", i);
        log_rate_say(rate, key, CARP_SEC, LOG_LEVEL_WARNING, "x");
    }
    /* The keys and the one that the others share. */
    g_assert_cmpuint(said->len, ==, strlen("<4>x\n") * (LOG_RATE_KEYS + 1));
    g_string_truncate(said, 0);
    log_rate_flush(rate, 61 * CARP_SEC);
    char *rest = g_strdup_printf("<4>x (%d more like this)\n",
                                 100000 - LOG_RATE_KEYS - 1);
    expect(rest);
    g_free(rest);
    log_rate_free(rate);
    end();
}

/* However many names, those of one kind leave room for the others. */
static void
test_rate_names(void)
{
    begin();
    struct log_rate *rate = log_rate_new();
    GString *wanted = g_string_new(NULL);
    for (int i = 0; i < 100000; i++) {
        char name[32];
        g_snprintf(name, sizeof(name), "10.0.0.%d", i);
        log_rate_say_of(rate, "replay", name, CARP_SEC, LOG_LEVEL_WARNING,
                        "from %s", name);
        if (i <= (int)LOG_RATE_NAMES) { /* they, and the first of the rest */
            g_string_append_printf(wanted, "<4>from %s\n", name);
        }
    }
    log_rate_say_of(rate, "stranger", "x", CARP_SEC, LOG_LEVEL_ERROR, "y");
    log_rate_say(rate, "other", CARP_SEC, LOG_LEVEL_ERROR, "z");
    g_string_append(wanted, "<3>y\n<3>z\n");
    expect(wanted->str);
    g_string_printf(wanted, "<4>from 10.0.0.99999 (%d more like this)\n",
                    100000 - (int)LOG_RATE_NAMES - 1);
    log_rate_flush(rate, 61 * CARP_SEC);
    expect(wanted->str);
    /* After a quiet minute there is room again. */
    log_rate_flush(rate, 200 * CARP_SEC);
    log_rate_say_of(rate, "replay", "new", 200 * CARP_SEC, LOG_LEVEL_WARNING,
                    "a");
    log_rate_say_of(rate, "replay", "newer", 200 * CARP_SEC, LOG_LEVEL_WARNING,
                    "b");
    expect("<4>a\n<4>b\n");
    g_string_free(wanted, TRUE);
    log_rate_free(rate);
    end();
}

static void
test_facility(void)
{
    g_assert_cmpint(log_facility("daemon"), ==, LOG_DAEMON);
    g_assert_cmpint(log_facility("local7"), ==, LOG_LOCAL7);
    g_assert_cmpint(log_facility("authpriv"), ==, LOG_AUTHPRIV);
    g_assert_cmpint(log_facility("LOCAL7"), ==, -1);
    g_assert_cmpint(log_facility("kern"), ==, -1);
}

static void
test_is_journal(void)
{
    struct stat st;
    g_assert_cmpint(fstat(STDERR_FILENO, &st), ==, 0);
    char *right = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                  (guint64)st.st_dev, (guint64)st.st_ino);
    char *wrong = g_strdup_printf("%s1", right);
    const char *const bad[] = {"", ":", "1", "1:", "x:y", wrong};
    g_unsetenv("JOURNAL_STREAM");
    g_assert_false(log_is_journal());
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_setenv("JOURNAL_STREAM", bad[i], TRUE);
        g_assert_false(log_is_journal());
    }
    g_setenv("JOURNAL_STREAM", right, TRUE);
    g_assert_true(log_is_journal());
    g_unsetenv("JOURNAL_STREAM");
    g_free(right);
    g_free(wrong);
}

static int
listen_at(const struct sockaddr_un *address)
{
    int logger = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    g_assert_cmpint(bind(logger, (const struct sockaddr *)(const void *)address,
                         sizeof(*address)),
                    ==, 0);
    return logger;
}

static int
socket_to(const struct sockaddr_un *address)
{
    int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    g_assert_cmpint(connect(other,
                            (const struct sockaddr *)(const void *)address,
                            sizeof(*address)),
                    ==, 0);
    return other;
}

static void
expect_notice(int manager, const char *start)
{
    char text[256];
    ssize_t length = recv(manager, text, sizeof(text) - 1, MSG_DONTWAIT);
    g_assert_cmpint((int)length, >, 0);
    text[length] = '\0';
    g_assert_true(g_str_has_prefix(text, start));
}

/* A service manager that listens. */
static void
test_notify(void)
{
    notify_ready(); /* nobody there: nothing happens */
    g_assert_cmpuint(notify_watchdog_every(), ==, CARP_NEVER);
    char *dir = g_dir_make_tmp("carp-notify-XXXXXX", NULL);
    char *path = g_build_filename(dir, "notify", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(manager, (struct sockaddr *)&address, sizeof(address)),
                    ==, 0);
    g_setenv("NOTIFY_SOCKET", path, TRUE);
    g_setenv("WATCHDOG_USEC", "30000000", TRUE);
    g_assert_cmpuint(notify_watchdog_every(), ==, 15 * CARP_SEC);
    notify_ready();
    expect_notice(manager, "READY=1");
    notify_status("watching %s\nREADY=0", "eth0");
    expect_notice(manager, "STATUS=watching eth0?READY=0");
    notify_reloading();
    expect_notice(manager, "RELOADING=1\nMONOTONIC_USEC=");
    notify_watchdog();
    expect_notice(manager, "WATCHDOG=1");
    notify_stopping();
    expect_notice(manager, "STOPPING=1");
    /* One that hangs is not waited for: a readiness is told later. */
    int other = socket_to(&address);
    while (send(other, "x", 1, 0) == 1) {
    }
    g_assert_false(notify_watchdog());
    g_assert_false(notify_ready());
    notify_status("lost");
    char octets[64];
    while (recv(manager, octets, sizeof(octets), MSG_DONTWAIT) > 0) {
    }
    g_assert_true(notify_watchdog());
    expect_notice(manager, "READY=1\nWATCHDOG=1");
    g_assert_true(notify_watchdog());
    expect_notice(manager, "WATCHDOG=1");
    close(other);
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_USEC");
    close(manager);
    g_remove(path);
    g_rmdir(dir);
    g_free(path);
    g_free(dir);
}

/* A logger that hangs costs messages, not the program. */
static void
test_guard(void)
{
    char *directory = g_dir_make_tmp("carp-log-XXXXXX", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *path = g_build_filename(directory, "log", NULL);
    char octets[64];
    uint64_t lost = 7;
    log_guard_open(path);
    g_assert_true(log_guard_pass(&lost));
    g_assert_cmpuint(lost, ==, 0);
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    int logger = listen_at(&address);
    int other = socket_to(&address);
    g_assert_true(log_guard_pass(&lost));
    while (send(other, "x", 1, 0) == 1) {
    }
    g_assert_false(log_guard_pass(&lost));
    g_assert_false(log_guard_pass(&lost));
    while (recv(logger, octets, sizeof(octets), 0) > 0) {
    }
    g_assert_true(log_guard_pass(&lost));
    g_assert_cmpuint(lost, ==, 2);
    g_assert_true(log_guard_pass(&lost));
    g_assert_cmpuint(lost, ==, 0);
    close(logger);
    close(other);
    g_assert_true(log_guard_pass(&lost));
    /* Another one in its place, which hangs. */
    g_unlink(path);
    logger = listen_at(&address);
    other = socket_to(&address);
    while (send(other, "x", 1, 0) == 1) {
    }
    g_assert_false(log_guard_pass(&lost));
    close(logger);
    close(other);
    g_unlink(path);
    g_rmdir(directory);
    g_free(path);
    g_free(directory);
}

/* How many messages the next one says were lost before it; 0: nothing. */
static unsigned int
say_and_count(int logger, const char *text)
{
    char line[256];
    unsigned int lost = 0;
    log_say(LOG_LEVEL_ERROR, "%s", text);
    ssize_t length = recv(logger, line, sizeof(line) - 1, 0);
    g_assert_cmpint((int)length, >, 0);
    line[length] = '\0';
    /* Behind the program's name. */
    const char *behind = strstr(line, ": ");
    g_assert_nonnull(behind);
    return sscanf(behind, ": %u messages", &lost) == 1 ? lost : 0;
}

/* The line that says what was lost may take the last place in the queue: what
 * follows is lost as well, and not waited for. */
static void
test_slow_logger(void)
{
    char *directory = g_dir_make_tmp("carp-log-XXXXXX", NULL);
    char *path = g_build_filename(directory, "log", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    int logger = listen_at(&address);
    int other = socket_to(&address);
    int own = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 5};
    g_assert_cmpint(
        setsockopt(own, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)),
        ==, 0);
    g_assert_cmpint(
        connect(own, (const struct sockaddr *)&address, sizeof(address)), ==,
        0);
    int kept = dup(STDERR_FILENO);
    dup2(own, STDERR_FILENO);
    log_open_stderr();
    while (send(other, "x", 1, 0) == 1) {
    }
    log_say(LOG_LEVEL_ERROR, "lost");
    char octet = 0;
    g_assert_cmpint((int)recv(logger, &octet, 1, 0), ==, 1);
    gint64 start = g_get_monotonic_time();
    log_say(LOG_LEVEL_ERROR, "lost, too");
    gint64 took = g_get_monotonic_time() - start;
    char octets[64];
    while (recv(logger, octets, sizeof(octets), 0) > 0) {
    }
    unsigned int lost = say_and_count(logger, "read");
    dup2(kept, STDERR_FILENO);
    log_set_sink(NULL);
    g_assert_cmpint(took, <, 4 * G_USEC_PER_SEC);
    g_assert_cmpuint(lost, ==, 1);
    log_guard_watch(-1);
    close(kept);
    close(own);
    close(other);
    close(logger);
    g_unlink(path);
    g_rmdir(directory);
    g_free(path);
    g_free(directory);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/levels", test_levels);
    g_test_add_func("/log/rate", test_rate);
    g_test_add_func("/log/rate-bounded", test_rate_bounded);
    g_test_add_func("/log/rate-names", test_rate_names);
    g_test_add_func("/log/facility", test_facility);
    g_test_add_func("/log/guard", test_guard);
    g_test_add_func("/log/slow-logger", test_slow_logger);
    g_test_add_func("/log/is-journal", test_is_journal);
    g_test_add_func("/log/notify", test_notify);
    return g_test_run();
}
