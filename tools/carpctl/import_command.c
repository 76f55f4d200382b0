/* SPDX-License-Identifier: BSD-2-Clause */
/* One command's findings, and into which group they go. */
#include <string.h>

#include "conf_set.h"
#include "import.h"

void
import_command_init(struct import_command *command, const char *interface)
{
    memset(command, 0, sizeof(*command));
    command->interface = g_strdup(interface);
    command->vhid = -1;
    command->advbase = -1;
    command->advskew = -1;
}

void
import_command_clear(struct import_command *command)
{
    g_free(command->interface);
    g_free(command->device);
    if (command->password != NULL) {
        carp_wipe(command->password, strlen(command->password));
        g_free(command->password);
    }
}

static struct carp_conf_vhid *
find_group(struct import *import, const char *interface, int vhid)
{
    for (size_t i = 0; i < carp_conf_count(import->conf); i++) {
        struct carp_conf_vhid *group = carp_conf_edit(import->conf, i);
        if (group->vhid == vhid && strcmp(group->interface, interface) == 0) {
            return group;
        }
    }
    return NULL;
}

static struct carp_conf_vhid *
make_group(struct import *import, const struct import_command *command,
           const struct import_place *place, enum carp_profile_id profile)
{
    const char *interface =
        command->device != NULL ? command->device : command->interface;
    struct carp_conf_vhid *group = find_group(import, interface, command->vhid);
    if (group == NULL) {
        char *name = g_strdup_printf("%s-%d", interface, command->vhid);
        group = carp_conf_add(import->conf, name, place->file);
        g_free(name);
        group->interface = g_strdup(interface);
        group->vhid = (uint8_t)command->vhid;
        group->profile = profile;
    }
    return group;
}

static void
take_key(struct import *import, struct carp_conf_vhid *group,
         const char *password, const struct import_place *place)
{
    const size_t length = strlen(password);
    if (carp_key_from_password(&group->key, password, length,
                               CARP_KEY_RULE_BSD) != CARP_OK) {
        import_lose(import, place, "the password cannot be used");
    } else if (length > 19) {
        import_note(import, place,
                    "the password has %zu octets: the kernel uses the first "
                    "19, and so does carpd",
                    length);
    }
}

bool
import_add_address(struct import *import, struct carp_conf_vhid *group,
                   const struct carp_addr *addr, unsigned int prefix_len,
                   const struct import_place *place)
{
    const uint16_t at = group->addrs.count;
    char text[CARP_ADDR_TEXT];
    if (!carp_addr_is_host(addr)) {
        import_lose(import, place, "%s is no address that a host can have",
                    carp_addr_format(addr, text));
        return true;
    }
    if (carp_addrs_contain(&group->addrs, addr)) {
        return true;
    }
    if (carp_addrs_add(&group->addrs, addr) != CARP_OK) {
        import_lose(import, place, "more than %d addresses of vhid %u",
                    CARP_ADDRS_MAX, group->vhid);
        return false;
    }
    group->prefix_len[at] = (uint8_t)prefix_len;
    return true;
}

static void
take_addresses(struct import *import, struct carp_conf_vhid *group,
               const struct import_command *command,
               const struct import_place *place)
{
    bool has_room = true;
    for (uint16_t i = 0; i < command->addrs.count && has_room; i++) {
        has_room = import_add_address(import, group, &command->addrs.list[i],
                                      command->prefix_len[i], place);
    }
}

static void
take_own(struct import *import, const struct import_command *command,
         const struct import_place *place)
{
    for (uint16_t i = 0; i < command->addrs.count; i++) {
        const struct import_own own = {g_strdup(command->interface),
                                       command->addrs.list[i],
                                       command->prefix_len[i], *place};
        g_array_append_val(import->own, own);
    }
}

void
import_command_take(struct import *import, struct import_command *command,
                    const struct import_place *place,
                    enum carp_profile_id profile)
{
    if (command->vhid < 0) {
        take_own(import, command, place);
        return;
    }
    struct carp_conf_vhid *group = make_group(import, command, place, profile);
    group->advbase =
        command->advbase >= 0 ? (uint8_t)command->advbase : group->advbase;
    group->advskew =
        command->advskew >= 0 ? (uint8_t)command->advskew : group->advskew;
    if (command->peer.family != CARP_FAMILY_NONE) {
        group->peer = command->peer;
    }
    if (command->peer6.family != CARP_FAMILY_NONE) {
        group->peer6 = command->peer6;
    }
    if (command->has_lladdr) {
        group->has_lladdr = true;
        group->lladdr = command->lladdr;
    }
    if (command->password != NULL) {
        take_key(import, group, command->password, place);
    }
    take_addresses(import, group, command, place);
}
