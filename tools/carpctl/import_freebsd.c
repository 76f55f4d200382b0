/* SPDX-License-Identifier: BSD-2-Clause */
/* rc.conf, sysctl.conf and ifconfig commands of FreeBSD. */
#include <string.h>

#include "import.h"

/* One logical line: a quoted value may go on over line ends, and a backslash
 * joins two lines, as in sh(1). Returns where the next one begins. */
static const char *
next_line(const char *text, GString *line, unsigned int *number)
{
    char quote = '\0';
    const char *at = text;
    g_string_truncate(line, 0);
    for (; *at != '\0'; at++) {
        if (*at == '\n') {
            (*number)++;
            if (quote == '\0') {
                return at + 1;
            }
        }
        if (*at == '\\' && at[1] == '\n') {
            (*number)++;
            at++;
            g_string_append_c(line, ' ');
            continue;
        }
        if (quote == '\0' && *at == '#' &&
            (at == text || g_ascii_isspace(at[-1]))) {
            at += strcspn(at, "\n");
            at--;
            continue;
        }
        if (*at == '\\' && at[1] != '\0' && quote != '\'') {
            g_string_append_c(line, *at++);
        } else if (quote == '\0' && (*at == '"' || *at == '\'')) {
            quote = *at;
        } else if (*at == quote) {
            quote = '\0';
        }
        g_string_append_c(line, *at == '\n' ? ' ' : *at);
    }
    return at;
}

static void
wipe_words(char **words)
{
    for (char **word = words; word != NULL && *word != NULL; word++) {
        carp_wipe(*word, strlen(*word));
    }
    g_strfreev(words);
}

/* Words of one command for @p interface. */
static void
take_words(struct import *import, const char *interface, char **words,
           const struct import_place *place)
{
    struct import_command command;
    import_command_init(&command, interface);
    import_command_words(import, &command, place, words);
    import_command_take(import, &command, place, CARP_PROFILE_FREEBSD);
    import_command_clear(&command);
}

/* The list of ifconfig_IF_aliases: each begins with its family. */
static void
take_aliases(struct import *import, const char *interface, char **words,
             const struct import_place *place)
{
    char **start = words;
    while (*start != NULL) {
        char **end = start + 1;
        while (*end != NULL && strcmp(*end, "inet") != 0 &&
               strcmp(*end, "inet6") != 0) {
            end++;
        }
        char *rest = *end;
        *end = NULL;
        take_words(import, interface, start, place);
        *end = rest;
        start = end;
    }
}

/* "em0_alias0", "em0_ipv6", "em0_aliases", "em0": the interface is what is
 * in front. */
static char *
interface_of(const char *variable, bool *is_list)
{
    static const char *const tails[] = {"_alias", "_ipv6", "_descr", "_name"};
    const char *end = variable + strlen(variable);
    *is_list = g_str_has_suffix(variable, "_aliases");
    for (size_t i = 0; i < G_N_ELEMENTS(tails); i++) {
        const char *tail = strstr(variable, tails[i]);
        end = tail != NULL && tail < end ? tail : end;
    }
    return g_strndup(variable, (gsize)(end - variable));
}

static void
take_sysctl(struct import *import, const char *name, const char *value,
            const struct import_place *place)
{
    static const struct {
        const char *name, *usual, *key;
    } rows[] = {{"log", NULL, NULL},
                {"allow", "1", NULL},
                {"demotion", "0", "demote"},
                {"ifdown_demotion_factor", "240", "demote-link-down"},
                {"senderr_demotion_factor", "240", "demote-send-error"}};
    const char *last = strrchr(name, '.') + 1;
    if (strcmp(last, "preempt") == 0) {
        import->preempt = g_ascii_strtoull(value, NULL, 10) != 0;
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(last, rows[i].name) != 0) {
            continue;
        }
        if (rows[i].usual == NULL || strcmp(value, rows[i].usual) == 0) {
            return;
        }
        if (rows[i].key != NULL) {
            import_lose(import, place,
                        "%s is not taken over: say %s = %s in each group", name,
                        rows[i].key, value);
            return;
        }
    }
    import_lose(import, place, "%s is not taken over", name);
}

static void
take_variable(struct import *import, const char *name, char *value,
              const struct import_place *place)
{
    char **words = NULL;
    if (g_str_has_prefix(name, "net.inet.carp.")) {
        take_sysctl(import, name, value, place);
        return;
    }
    if (!g_str_has_prefix(name, "ifconfig_")) {
        return;
    }
    bool is_list = false;
    char *interface = interface_of(name + strlen("ifconfig_"), &is_list);
    /* The value is words once its quotes are gone. */
    char *plain = g_shell_unquote(value, NULL);
    if (plain != NULL && g_shell_parse_argv(plain, NULL, &words, NULL)) {
        (is_list ? take_aliases : take_words)(import, interface, words, place);
    } else if (plain == NULL) {
        import_lose(import, place, "%s: the quotes do not match", name);
    }
    if (plain != NULL) {
        carp_wipe(plain, strlen(plain));
        g_free(plain);
    }
    wipe_words(words);
    g_free(interface);
}

/* "ifconfig em0 vhid 1 …", as typed. */
static void
take_command(struct import *import, const char *line,
             const struct import_place *place)
{
    char **words = NULL;
    if (!g_shell_parse_argv(line, NULL, &words, NULL)) {
        import_lose(import, place, "the quotes do not match");
        return;
    }
    char **first = words;
    if (*first != NULL && g_strrstr(*first, "sudo") != NULL) {
        first++;
    }
    if (*first != NULL && g_str_has_suffix(*first, "ifconfig") &&
        first[1] != NULL && first[2] != NULL) {
        take_words(import, first[1], first + 2, place);
    }
    wipe_words(words);
}

static void
take_line(struct import *import, char *line, const struct import_place *place)
{
    g_strstrip(line);
    const size_t name = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz"
                                     "0123456789_.");
    char *equals = line + name;
    equals += strspn(equals, " \t");
    if (name > 0 && *equals == '=') {
        line[name] = '\0';
        take_variable(import, line, g_strstrip(equals + 1), place);
    } else {
        take_command(import, line, place);
    }
}

void
import_freebsd(struct import *import, const char *text, const char *file)
{
    GString *line = g_string_new(NULL);
    unsigned int number = 1;
    while (*text != '\0') {
        const struct import_place place = {file, number};
        text = next_line(text, line, &number);
        if (line->str[strspn(line->str, " \t\r")] != '\0') {
            take_line(import, line->str, &place);
        }
    }
    carp_wipe(line->str, line->allocated_len);
    g_string_free(line, TRUE);
}
