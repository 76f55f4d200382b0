/* SPDX-License-Identifier: BSD-2-Clause */
/* OpenBSD's hostname.carpN: lines of ifconfig words, all of one interface. */
#include <string.h>

#include "import.h"

static char *
interface_of(const char *file)
{
    char *name = g_path_get_basename(file);
    const char *dot = strchr(name, '.');
    char *interface = g_strdup(dot != NULL ? dot + 1 : name);
    g_free(name);
    return interface;
}

/* The old form "inet ADDR MASK BROADCAST WORDS": a third word that is NONE
 * or an address is the broadcast address, which CARP does not need. */
static void
drop_broadcast(char **words)
{
    struct carp_addr addr;
    if (words[0] == NULL || strcmp(words[0], "inet") != 0) {
        return;
    }
    char **at = words + 1;
    if (*at != NULL && strcmp(*at, "alias") == 0) {
        at++;
    }
    for (int i = 0; i < 2 && *at != NULL; i++) {
        if (carp_addr_parse(*at, &addr, NULL) != CARP_OK &&
            !g_str_has_prefix(*at, "0x")) {
            return;
        }
        at++;
    }
    if (*at != NULL && (strcmp(*at, "NONE") == 0 ||
                        carp_addr_parse(*at, &addr, NULL) == CARP_OK)) {
        g_free(*at);
        memmove(at, at + 1, (g_strv_length(at + 1) + 1) * sizeof(*at));
    }
}

static void
take_line(struct import *import, struct import_command *command,
          const char *line, const struct import_place *place)
{
    char **words = NULL;
    if (!g_shell_parse_argv(line, NULL, &words, NULL)) {
        import_lose(import, place, "the quotes do not match");
        return;
    }
    drop_broadcast(words);
    import_command_words(import, command, place, words);
    for (char **word = words; *word != NULL; word++) {
        carp_wipe(*word, strlen(*word));
    }
    g_strfreev(words);
}

void
import_openbsd(struct import *import, const char *text, const char *file)
{
    char *interface = interface_of(file);
    struct import_command command;
    import_command_init(&command, interface);
    char **lines = g_strsplit(text, "\n", -1);
    for (unsigned int i = 0; lines[i] != NULL; i++) {
        const struct import_place place = {file, i + 1};
        const char *line = g_strstrip(lines[i]);
        if (*line == '!') {
            import_note(import, &place,
                        "a command is run there: do that by hand");
        } else if (*line != '\0' && *line != '#') {
            take_line(import, &command, line, &place);
        }
        carp_wipe(lines[i], strlen(lines[i]));
    }
    g_strfreev(lines);
    const struct import_place whole = {file, 0};
    import_command_take(import, &command, &whole, CARP_PROFILE_OPENBSD);
    import_command_clear(&command);
    g_free(interface);
}
