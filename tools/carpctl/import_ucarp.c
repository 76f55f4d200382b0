/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conf_write.h"
#include "import.h"
#include "ucarp_options.h"

/* What a group has that was read elsewhere; the strings change owner. */
static void
move_group(struct import *import, struct carp_conf *from)
{
    struct carp_conf_vhid *old = carp_conf_edit(from, 0);
    char *name = g_strdup_printf("%s-%u", old->interface, old->vhid);
    struct carp_conf_vhid *group =
        carp_conf_add(import->conf, name, "ucarp's options");
    char *file = group->file;
    g_free(name);
    name = g_strdup(group->name);
    g_free(old->file);
    memcpy(group, old, sizeof(*group));
    memset(old, 0, sizeof(*old));
    group->file = file;
    g_strlcpy(group->name, name, sizeof(group->name));
    g_free(name);
}

/* The first text that a carp.conf cannot hold; NULL: all are UTF-8. */
static const char *
find_foreign(const struct carp_conf_vhid *group)
{
    const char *const texts[][2] = {{"-i", group->interface},
                                    {"-u", group->up_script},
                                    {"-d", group->down_script},
                                    {"-x", group->script_arg}};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        const char *text = texts[i][1];
        if (text != NULL && !g_utf8_validate(text, -1, NULL)) {
            return texts[i][0];
        }
    }
    return NULL;
}

static void
note_rest(struct import *import, const struct ucarp_options *options)
{
    static const struct import_place place = {"ucarp's options", 0};
    const struct carp_conf_vhid *group = carp_conf_get(options->conf, 0);
    if (options->facility != NULL) {
        const bool is_none = strcmp(options->facility, "none") == 0;
        import_note(import, &place, "-f: say log = %s in [carpd]",
                    is_none ? "stderr" : options->facility);
    }
    if (options->daemonize) {
        import_note(import, &place, "-B: the service manager does that");
    }
    if (!options->shutdown && group->down_script != NULL) {
        import_note(import, &place,
                    "without -z ucarp leaves the address up at its end: carpd "
                    "always runs the down-script");
    }
    if (!group->by_script) {
        import_note(import, &place,
                    "no scripts: carpd puts the addresses up itself");
    } else if (group->down_script == NULL) {
        import_note(import, &place,
                    "no downscript: what the upscript puts up stays when "
                    "another host is MASTER: replace %s",
                    CONF_WRITE_NO_SCRIPT);
    } else if (group->up_script == NULL) {
        import_note(import, &place,
                    "no upscript: nothing puts the address up on becoming "
                    "MASTER: replace %s",
                    CONF_WRITE_NO_SCRIPT);
    }
}

void
import_ucarp(struct import *import, char **words)
{
    static const struct import_place place = {"ucarp's options", 0};
    struct ucarp_options options;
    const char *foreign = NULL;
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    char *error = NULL;
    const bool has_name =
        words[0] != NULL && g_str_has_suffix(words[0], "ucarp");
    g_ptr_array_add(argv, g_strdup("ucarp"));
    for (char **word = words + (has_name ? 1 : 0); *word != NULL; word++) {
        g_ptr_array_add(argv, g_strdup(*word));
    }
    g_ptr_array_add(argv, NULL);
    switch (ucarp_options_parse(&options, (int)argv->len - 1,
                                (char **)argv->pdata, &error)) {
    case UCARP_PARSE_RUN:
        foreign = find_foreign(carp_conf_get(options.conf, 0));
        if (foreign != NULL) {
            import_lose(import, &place,
                        "%s: its value is not UTF-8, as carp.conf is: rename "
                        "what it names",
                        foreign);
        } else {
            note_rest(import, &options);
            move_group(import, options.conf);
        }
        break;
    case UCARP_PARSE_HELP:
        import_lose(import, &place, "-h only asks for help");
        break;
    case UCARP_PARSE_USAGE:
        import_lose(import, &place, "%s", error);
        g_free(error);
        break;
    }
    ucarp_options_clear(&options);
    g_ptr_array_free(argv, TRUE);
}
