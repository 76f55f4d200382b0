/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands about files: check, import, export. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "carp_conf.h"
#include "command.h"
#include "conf_write.h"
#include "export_wireshark.h"
#include "import.h"
#include "log.h"
#include "log_conf.h"

/* ----------------------------------------------------------------- output */

static bool
write_fd(int fd, const char *name, const GString *text)
{
    size_t done = 0;
    while (done < text->len) {
        const ssize_t n = write(fd, text->str + done, text->len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            log_line("%s: cannot be written: %s", name, g_strerror(errno));
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

/* A file with secrets is never readable by others, not even for a moment, and
 * an old one is not overwritten. */
static bool
write_private(const struct ctl_context *context, const GString *text)
{
    if (context->output == NULL) {
        return fflush(stdout) == 0 &&
               write_fd(STDOUT_FILENO, "standard output", text);
    }
    const int fd =
        open(context->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_line(errno == EEXIST
                     ? "%s: is there already: remove it or choose another name"
                     : "%s: %s",
                 context->output, g_strerror(errno));
        return false;
    }
    bool is_good = write_fd(fd, context->output, text);
    if (close(fd) != 0 && is_good) {
        log_line("%s: %s", context->output, g_strerror(errno));
        is_good = false;
    }
    return is_good;
}

static void
free_secret(GString *text)
{
    carp_wipe(text->str, text->allocated_len);
    g_string_free(text, TRUE);
}

/* ------------------------------------------------------------------ check */

static struct carp_conf *
load(const char *path)
{
    struct carp_conf *conf = carp_conf_load(path, CARP_CONF_PRIVATE);
    (void)log_conf(conf);
    return conf;
}

enum ctl_exit
ctl_check(const struct ctl_context *context, char **words)
{
    (void)context;
    struct carp_conf *conf = load(words[0]);
    enum ctl_exit result = CTL_EXIT_OK;
    if (!carp_conf_is_usable(conf)) {
        result = CTL_EXIT_UNUSABLE;
    } else {
        const size_t count = carp_conf_count(conf);
        const bool has_warnings = carp_conf_message_count(conf) > 0;
        printf("%s: %s, %zu vhid%s\n", words[0],
               has_warnings ? "usable with warnings" : "good", count,
               count == 1 ? "" : "s");
        result = has_warnings ? CTL_EXIT_WARNINGS : CTL_EXIT_OK;
    }
    carp_conf_free(conf);
    return result;
}

/* ----------------------------------------------------------------- export */

enum ctl_exit
ctl_export(const struct ctl_context *context, char **words)
{
    if (strcmp(words[0], "wireshark") != 0) {
        log_line("export %s: only wireshark is known", words[0]);
        return CTL_EXIT_USAGE;
    }
    struct carp_conf *conf = load(words[1]);
    enum ctl_exit result = CTL_EXIT_FAILED;
    if (carp_conf_is_usable(conf)) {
        GString *text = g_string_new(NULL);
        export_wireshark(conf, text);
        result = write_private(context, text) ? CTL_EXIT_OK : CTL_EXIT_FAILED;
        free_secret(text);
    }
    carp_conf_free(conf);
    return result;
}

/* ----------------------------------------------------------------- import */

static enum import_kind
kind_named(const char *name)
{
    static const struct {
        const char *name;
        enum import_kind kind;
    } rows[] = {{"freebsd", IMPORT_FREEBSD}, {"ifconfig", IMPORT_IFCONFIG},
                {"openbsd", IMPORT_OPENBSD}, {"pfsense", IMPORT_XML},
                {"opnsense", IMPORT_XML},    {"ucarp", IMPORT_UCARP}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return rows[i].kind;
        }
    }
    return IMPORT_UNKNOWN;
}

static void
import_text(struct import *import, enum import_kind kind, const char *text,
            const char *file)
{
    const struct import_place place = {file, 0};
    /* As editors of Windows put it in front. */
    text += g_str_has_prefix(text, "\xef\xbb\xbf") ? 3 : 0;
    switch (kind != IMPORT_UNKNOWN ? kind : import_guess(text, file)) {
    case IMPORT_FREEBSD:
        import_freebsd(import, text, file);
        break;
    case IMPORT_IFCONFIG:
        import_ifconfig_output(import, text, file);
        break;
    case IMPORT_OPENBSD:
        import_openbsd(import, text, file);
        break;
    case IMPORT_XML:
        import_config_xml(import, text, file);
        break;
    case IMPORT_UCARP:
    case IMPORT_UNKNOWN:
        import_lose(import, &place,
                    "is no rc.conf, ifconfig output, hostname.carpN or "
                    "config.xml: give --from");
        break;
    }
}

/* Everything behind a descriptor, as text. NULL after a message. */
static char *
read_text(int fd, const char *name)
{
    GString *text = g_string_new(NULL);
    char data[65536];
    ssize_t n;
    while ((n = read(fd, data, sizeof(data))) > 0 ||
           (n < 0 && errno == EINTR)) {
        if (n > 0) {
            g_string_append_len(text, data, n);
        }
        if (text->len > IMPORT_MAX) {
            break;
        }
    }
    const char *wrong = n < 0                    ? g_strerror(errno)
                        : text->len > IMPORT_MAX ? "larger than 16 MiB"
                        : strlen(text->str) != text->len
                            ? "holds a NUL octet: this is no text"
                            : NULL;
    carp_wipe(data, sizeof(data));
    if (wrong != NULL) {
        log_line("%s: %s", name, wrong);
        free_secret(text);
        return NULL;
    }
    return g_string_free(text, FALSE);
}

static bool
import_file(struct import *import, enum import_kind kind, const char *file)
{
    const bool is_stdin = strcmp(file, "-") == 0;
    const char *name = is_stdin ? "standard input" : file;
    const int fd =
        is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        log_line("%s: %s", file, g_strerror(errno));
        return false;
    }
    char *text = read_text(fd, name);
    if (!is_stdin) {
        close(fd);
    }
    if (text == NULL) {
        return false;
    }
    import_text(import, kind, text, name);
    carp_wipe(text, strlen(text));
    g_free(text);
    return true;
}

static bool
take_map(struct import *import, char **map)
{
    for (char **word = map; word != NULL && *word != NULL; word++) {
        char *equals = strchr(*word, '=');
        if (equals == NULL || equals == *word || equals[1] == '\0') {
            log_line("--map %s: must be THEIRS=OURS, as em0=eth0", *word);
            return false;
        }
        *equals = '\0';
        import_map(import, *word, equals + 1);
        *equals = '=';
    }
    return true;
}

static void
say_notes(const struct import *import)
{
    for (guint i = 0; i < import->notes->len; i++) {
        log_line("%s", (const char *)g_ptr_array_index(import->notes, i));
    }
}

static enum ctl_exit
write_import(const struct ctl_context *context, struct import *import)
{
    import_finish(import);
    say_notes(import);
    if (carp_conf_count(import->conf) == 0) {
        log_line("nothing about CARP was found");
        return CTL_EXIT_FAILED;
    }
    GString *text = g_string_new(NULL);
    carp_conf_write(import->conf, 0, text);
    const bool is_written = write_private(context, text);
    free_secret(text);
    return is_written && !import->has_loss ? CTL_EXIT_OK : CTL_EXIT_FAILED;
}

enum ctl_exit
ctl_import(const struct ctl_context *context, char **words)
{
    enum import_kind kind = IMPORT_UNKNOWN;
    struct import import;
    if (context->from != NULL) {
        kind = kind_named(context->from);
        if (kind == IMPORT_UNKNOWN) {
            log_line("--from %s: must be freebsd, ifconfig, openbsd, pfsense, "
                     "opnsense or ucarp",
                     context->from);
            return CTL_EXIT_USAGE;
        }
    }
    import_init(&import);
    import.preempt = context->preempt;
    enum ctl_exit result = CTL_EXIT_USAGE;
    if (take_map(&import, context->map)) {
        bool is_read = true;
        if (kind == IMPORT_UCARP) {
            import_ucarp(&import, words);
        } else {
            for (char **word = words; *word != NULL && is_read; word++) {
                is_read = import_file(&import, kind, *word);
            }
        }
        result = is_read ? write_import(context, &import) : CTL_EXIT_FAILED;
    }
    import_clear(&import);
    return result;
}
