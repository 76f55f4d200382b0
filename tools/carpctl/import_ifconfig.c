/* SPDX-License-Identifier: BSD-2-Clause */
/* What ifconfig prints on FreeBSD:
 *
 *   em0: flags=8963<UP,…> metric 0 mtu 1500
 *           inet 192.168.1.3 netmask 0xffffff00 broadcast 192.168.1.255
 *           inet 192.168.1.50 netmask 0xffffffff broadcast … vhid 1
 *           carp: BACKUP vhid 1 advbase 1 advskew 100
 *                 peer 224.0.0.18 peer6 ff02::12
 */
#include <string.h>

#include "import.h"

/* Words without the empty ones between two blanks. */
static char **
split(char *line)
{
    char **words = g_strsplit_set(g_strstrip(line), " \t", -1);
    char **to = words;
    for (char **from = words; *from != NULL; from++) {
        if (**from != '\0') {
            *to++ = *from;
        } else {
            g_free(*from);
        }
    }
    *to = NULL;
    return words;
}

/* The line of peers follows its vhid's. @p vhid: of the last "carp:". */
static void
take_line(struct import *import, const char *interface, char *line,
          const struct import_place *place, int *vhid)
{
    char **words = split(line);
    char **first = words;
    const char *name = *first != NULL ? *first : "";
    const bool is_carp = strcmp(name, "carp:") == 0;
    const bool is_peer = strcmp(name, "peer") == 0 && *vhid > 0;
    if (is_carp && first[1] != NULL) {
        first += 2; /* the state, too */
    }
    if (is_carp || is_peer || g_str_has_prefix(name, "inet")) {
        struct import_command command;
        import_command_init(&command, interface);
        command.vhid = is_peer ? *vhid : -1;
        import_command_words(import, &command, place, first);
        *vhid = is_carp ? command.vhid : *vhid;
        import_command_take(import, &command, place, CARP_PROFILE_FREEBSD);
        import_command_clear(&command);
    }
    g_strfreev(words);
}

void
import_ifconfig_output(struct import *import, const char *text,
                       const char *file)
{
    char **lines = g_strsplit(text, "\n", -1);
    char *interface = NULL;
    int vhid = -1;
    for (unsigned int i = 0; lines[i] != NULL; i++) {
        const struct import_place place = {file, i + 1};
        const char *flags = strstr(lines[i], ": flags=");
        if (flags != NULL && !g_ascii_isspace(lines[i][0])) {
            g_free(interface);
            interface = g_strndup(lines[i], (gsize)(flags - lines[i]));
            vhid = -1;
        } else if (interface != NULL && g_ascii_isspace(lines[i][0])) {
            take_line(import, interface, lines[i], &place, &vhid);
        }
    }
    g_free(interface);
    g_strfreev(lines);
}
