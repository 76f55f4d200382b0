/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <sys/stat.h>

#include "conf_internal.h"
#include "text.h"

static void
add(struct carp_conf *conf, bool is_error, GString *text)
{
    unsigned int *count = is_error ? &conf->errors : &conf->warnings;
    if (++*count > CONF_SAY_MAX) {
        g_string_free(text, TRUE);
        return;
    }
    struct carp_conf_message *message = g_new0(struct carp_conf_message, 1);
    message->is_error = is_error;
    message->text = txt_clean(g_string_free(text, FALSE));
    g_ptr_array_add(conf->messages, message);
}

void
conf_say_rest(struct conf_file *file)
{
    struct carp_conf *conf = file->conf;
    unsigned int errors = conf->errors;
    unsigned int warnings = conf->warnings;
    conf->errors = conf->warnings = 0;
    if (errors > CONF_SAY_MAX) {
        conf_file_say(file, true, 0, "%u more errors: mend these first",
                      errors - CONF_SAY_MAX);
    }
    if (warnings > CONF_SAY_MAX) {
        conf_file_say(file, false, 0, "%u more warnings",
                      warnings - CONF_SAY_MAX);
    }
    conf->errors = errors;
    conf->warnings = warnings;
}

static GString *
where(const struct conf_file *file, unsigned int line)
{
    GString *text = g_string_new(file->path);
    if (line > 0) {
        g_string_append_printf(text, ":%u", line);
    }
    return g_string_append(text, ": ");
}

void
conf_file_say(struct conf_file *file, bool is_error, unsigned int line,
              const char *format, ...)
{
    GString *text = where(file, line);
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(text, format, args);
    va_end(args);
    add(file->conf, is_error, text);
}

static void key_say(struct conf_group *group, bool is_error, const char *key,
                    const char *format, va_list args) G_GNUC_PRINTF(4, 0);

static void
key_say(struct conf_group *group, bool is_error, const char *key,
        const char *format, va_list args)
{
    GString *text =
        where(group->file, conf_line(group->file, group->title, key));
    g_string_append_printf(text, "[%s]", group->title);
    if (key != NULL) {
        g_string_append_printf(text, " %s", key);
    }
    g_string_append(text, ": ");
    g_string_append_vprintf(text, format, args);
    add(group->file->conf, is_error, text);
}

void
conf_key_error(struct conf_group *group, const char *key, const char *format,
               ...)
{
    va_list args;
    va_start(args, format);
    key_say(group, true, key, format, args);
    va_end(args);
}

void
conf_key_warn(struct conf_group *group, const char *key, const char *format,
              ...)
{
    va_list args;
    va_start(args, format);
    key_say(group, false, key, format, args);
    va_end(args);
}

void
conf_judge_mode(struct conf_file *file, const char *path, mode_t mode)
{
    if ((mode & (S_IROTH | S_IWOTH)) == 0) {
        return;
    }
    bool is_error = (file->conf->flags & CARP_CONF_PRIVATE) != 0;
    if (!is_error && file->conf->said_readable) {
        return;
    }
    file->conf->said_readable = true;
    GString *text = g_string_new(path);
    g_string_append_printf(text,
                           ": holds a secret and others can %s it: "
                           "chmod o-rwx %s",
                           (mode & S_IROTH) != 0 ? "read" : "write", path);
    add(file->conf, is_error, text);
}
