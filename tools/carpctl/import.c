/* SPDX-License-Identifier: BSD-2-Clause */
#include "import.h"

#include <stdarg.h>
#include <string.h>

#include "conf_set.h"
#include "text.h"

static void
clear_own(void *item)
{
    g_free(((struct import_own *)item)->interface);
}

void
import_init(struct import *import)
{
    memset(import, 0, sizeof(*import));
    import->conf = carp_conf_new();
    import->notes = g_ptr_array_new_with_free_func(g_free);
    import->map =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    import->own = g_array_new(FALSE, TRUE, sizeof(struct import_own));
    g_array_set_clear_func(import->own, clear_own);
}

void
import_clear(struct import *import)
{
    carp_conf_free(import->conf);
    g_ptr_array_free(import->notes, TRUE);
    g_hash_table_destroy(import->map);
    g_array_free(import->own, TRUE);
}

void
import_map(struct import *import, const char *theirs, const char *ours)
{
    g_hash_table_replace(import->map, g_strdup(theirs), g_strdup(ours));
}

static void add_note(struct import *import, const struct import_place *place,
                     const char *format, va_list values) G_GNUC_PRINTF(3, 0);

static void
add_note(struct import *import, const struct import_place *place,
         const char *format, va_list values)
{
    GString *text = g_string_new(place->file);
    if (place->line > 0) {
        g_string_append_printf(text, ":%u", place->line);
    }
    g_string_append(text, ": ");
    g_string_append_vprintf(text, format, values);
    g_ptr_array_add(import->notes, txt_clean(g_string_free(text, FALSE)));
}

void
import_note(struct import *import, const struct import_place *place,
            const char *format, ...)
{
    va_list values;
    va_start(values, format);
    add_note(import, place, format, values);
    va_end(values);
}

void
import_lose(struct import *import, const struct import_place *place,
            const char *format, ...)
{
    va_list values;
    va_start(values, format);
    add_note(import, place, format, values);
    va_end(values);
    import->has_loss = true;
}

/* ------------------------------------------------------------------ guess */

enum import_kind
import_guess(const char *text, const char *file)
{
    char *name = g_path_get_basename(file);
    const bool is_openbsd = g_str_has_prefix(name, "hostname.");
    /* These need not say anything about CARP. */
    const bool is_freebsd = g_str_has_prefix(name, "rc.conf") ||
                            g_str_has_prefix(name, "sysctl.conf");
    g_free(name);
    if (is_openbsd) {
        return IMPORT_OPENBSD;
    }
    const char *start = text + strspn(text, " \t\r\n");
    if (*start == '<') {
        return IMPORT_XML;
    }
    if (strstr(text, ": flags=") != NULL) {
        return IMPORT_IFCONFIG;
    }
    if (is_freebsd || strstr(text, "ifconfig") != NULL ||
        strstr(text, "net.inet.carp.") != NULL) {
        return IMPORT_FREEBSD;
    }
    return IMPORT_UNKNOWN;
}

/* ----------------------------------------------------------------- finish */

static bool
is_carp_interface(const char *name)
{
    return g_str_has_prefix(name, "carp") && g_ascii_isdigit(name[4]);
}

/* FreeBSD 9 gave carpN further addresses without saying its vhid again. */
static void
join_aliases(struct import *import)
{
    for (guint o = 0; o < import->own->len; o++) {
        const struct import_own *own =
            &g_array_index(import->own, struct import_own, o);
        struct carp_conf_vhid *group = NULL;
        if (!is_carp_interface(own->interface)) {
            continue;
        }
        for (size_t i = 0; i < carp_conf_count(import->conf); i++) {
            struct carp_conf_vhid *each = carp_conf_edit(import->conf, i);
            group =
                g_strcmp0(each->interface, own->interface) == 0 ? each : group;
        }
        char text[CARP_ADDR_TEXT];
        if (group == NULL) {
            import_lose(import, &own->place, "%s has %s but no vhid",
                        own->interface, carp_addr_format(&own->addr, text));
        } else {
            (void)import_add_address(import, group, &own->addr, own->prefix_len,
                                     &own->place);
        }
    }
}

/* carpN of FreeBSD 9 sat on the interface that has an address in its net. */
static const char *
find_parent(const struct import *import, const struct carp_conf_vhid *vhid)
{
    for (guint o = 0; o < import->own->len; o++) {
        const struct import_own *own =
            &g_array_index(import->own, struct import_own, o);
        for (uint16_t a = 0; a < vhid->addrs.count; a++) {
            const struct carp_addr *addr = &vhid->addrs.list[a];
            unsigned int bits = own->prefix_len;
            bool is_same = addr->family == own->addr.family;
            for (unsigned int i = 0; is_same && bits > 0; i++) {
                const unsigned int take = MIN(bits, 8);
                const unsigned int mask = 0xffu << (8 - take) & 0xffu;
                is_same = ((addr->octets[i] ^ own->addr.octets[i]) & mask) == 0;
                bits -= take;
            }
            if (is_same && !is_carp_interface(own->interface)) {
                return own->interface;
            }
        }
    }
    return NULL;
}

static void
settle_interface(struct import *import, struct carp_conf_vhid *vhid,
                 const struct import_place *place)
{
    if (vhid->interface != NULL && is_carp_interface(vhid->interface) &&
        !g_hash_table_contains(import->map, vhid->interface)) {
        const char *parent = find_parent(import, vhid);
        if (parent == NULL) {
            import_note(import, place,
                        "[vhid \"%s\"]: %s says nothing of the interface "
                        "beneath: give --map %s=NAME",
                        vhid->name, vhid->interface, vhid->interface);
        } else {
            g_free(vhid->interface);
            vhid->interface = g_strdup(parent);
        }
    }
    const char *ours = vhid->interface != NULL
                           ? g_hash_table_lookup(import->map, vhid->interface)
                           : NULL;
    if (ours != NULL) {
        g_free(vhid->interface);
        vhid->interface = g_strdup(ours);
    }
    if (vhid->interface != NULL && !conf_is_interface(vhid->interface)) {
        import_lose(import, place,
                    "[vhid \"%s\"]: '%s' is not an interface name: write the "
                    "one that it is here",
                    vhid->name, vhid->interface);
        g_clear_pointer(&vhid->interface, g_free);
    }
}

static bool
has_key(const struct carp_key *key)
{
    static const uint8_t none[CARP_KEY_LEN];
    return key->password_len > 0 ||
           memcmp(key->octets, none, CARP_KEY_LEN) != 0;
}

void
import_finish(struct import *import)
{
    join_aliases(import);
    for (size_t i = 0; i < carp_conf_count(import->conf); i++) {
        struct carp_conf_vhid *vhid = carp_conf_edit(import->conf, i);
        const struct import_place place = {vhid->file, 0};
        settle_interface(import, vhid, &place);
        vhid->preempt = vhid->preempt || import->preempt;
        if (vhid->addrs.count == 0) {
            import_lose(import, &place, "[vhid \"%s\"]: has no address",
                        vhid->name);
        }
        if (!has_key(&vhid->key)) {
            import_lose(import, &place,
                        "[vhid \"%s\"]: no password is given there: put "
                        "yours in place of key-hex",
                        vhid->name);
        }
    }
}
