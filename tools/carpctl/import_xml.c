/* SPDX-License-Identifier: BSD-2-Clause */
/* config.xml of pfSense and OPNsense: <virtualip><vip>…, and the names of
 * interfaces from <interfaces>. An alias belongs to a vhid by its number
 * (OPNsense) or by the parent's <uniqid> (pfSense), and goes into its hash. */
#include <string.h>

#include "import.h"

/* One <vip>: what its elements say. */
struct vip {
    GHashTable *values; /* element to text */
    unsigned int line;
};

struct document {
    GPtrArray *path;        /* names of open elements */
    GHashTable *interfaces; /* "wan" to "em0" */
    GPtrArray *vips;
    struct vip *vip; /* the open one */
    GString *text;
};

static void
free_vip(void *memory)
{
    struct vip *vip = memory;
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, vip->values);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        carp_wipe(value, strlen(value));
    }
    g_hash_table_destroy(vip->values);
    g_free(vip);
}

static const char *
value(const struct vip *vip, const char *name)
{
    const char *text = g_hash_table_lookup(vip->values, name);
    return text != NULL && *text != '\0' ? text : NULL;
}

/* ---------------------------------------------------------------- reading */

static const char *
above(const struct document *doc, guint levels)
{
    return doc->path->len > levels
               ? g_ptr_array_index(doc->path, doc->path->len - 1 - levels)
               : "";
}

static void
start(GMarkupParseContext *context, const char *name, const char **names,
      const char **values, void *data, GError **error)
{
    struct document *doc = data;
    int line = 0;
    (void)names;
    (void)values;
    (void)error;
    g_ptr_array_add(doc->path, g_strdup(name));
    g_string_truncate(doc->text, 0);
    if (strcmp(name, "vip") == 0 && doc->vip == NULL) {
        doc->vip = g_new0(struct vip, 1);
        doc->vip->values =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        g_markup_parse_context_get_position(context, &line, NULL);
        doc->vip->line = (unsigned int)line;
    }
}

static void
end(GMarkupParseContext *context, const char *name, void *data, GError **error)
{
    struct document *doc = data;
    (void)context;
    (void)error;
    if (strcmp(name, "vip") == 0 && doc->vip != NULL) {
        g_ptr_array_add(doc->vips, doc->vip);
        doc->vip = NULL;
    } else if (doc->vip != NULL && strcmp(above(doc, 1), "vip") == 0) {
        g_hash_table_replace(doc->vip->values, g_strdup(name),
                             g_strdup(doc->text->str));
    } else if (strcmp(name, "if") == 0 &&
               strcmp(above(doc, 2), "interfaces") == 0) {
        g_hash_table_replace(doc->interfaces, g_strdup(above(doc, 1)),
                             g_strdup(g_strstrip(doc->text->str)));
    }
    carp_wipe(doc->text->str, doc->text->len);
    g_string_truncate(doc->text, 0);
    g_ptr_array_set_size(doc->path, (int)doc->path->len - 1);
}

static void
text(GMarkupParseContext *context, const char *octets, gsize length, void *data,
     GError **error)
{
    struct document *doc = data;
    (void)context;
    (void)error;
    g_string_append_len(doc->text, octets, (gssize)length);
}

/* ----------------------------------------------------------------- taking */

static const char *
device_of(const struct document *doc, const struct vip *vip)
{
    const char *name = value(vip, "interface");
    const char *device =
        name != NULL ? g_hash_table_lookup(doc->interfaces, name) : NULL;
    return device != NULL ? device : name;
}

static bool
is_known(const struct import *import, const struct document *doc,
         const char *device)
{
    GHashTableIter iter;
    void *known = NULL;
    bool is_known = g_hash_table_contains(import->map, device);
    g_hash_table_iter_init(&iter, doc->interfaces);
    while (!is_known && g_hash_table_iter_next(&iter, NULL, &known)) {
        is_known = strcmp(known, device) == 0;
    }
    return is_known;
}

/* The words that ifconfig would be given. */
static GPtrArray *
words_of(const struct vip *vip, const struct vip *carp)
{
    static const struct {
        const char *element, *word;
    } rows[] = {{"vhid", "vhid"},       {"advbase", "advbase"},
                {"advskew", "advskew"}, {"password", "pass"},
                {"peer", "peer"},       {"peer6", "peer6"}};
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *found = value(carp, rows[i].element);
        /* Only the number ties an alias to its vhid. */
        if (found != NULL && (vip == carp || i == 0)) {
            g_ptr_array_add(words, g_strdup(rows[i].word));
            g_ptr_array_add(words, g_strdup(found));
        }
    }
    const char *subnet = value(vip, "subnet");
    const char *bits = value(vip, "subnet_bits");
    if (subnet != NULL) {
        g_ptr_array_add(words, bits != NULL
                                   ? g_strdup_printf("%s/%s", subnet, bits)
                                   : g_strdup(subnet));
    }
    g_ptr_array_add(words, NULL);
    return words;
}

static void
take_vip(struct import *import, const struct document *doc,
         const struct vip *vip, const struct vip *carp, const char *file)
{
    const struct import_place place = {file, vip->line};
    const char *device = device_of(doc, carp);
    if (device == NULL || value(carp, "vhid") == NULL) {
        import_lose(import, &place, "a virtual IP without %s",
                    device == NULL ? "interface" : "vhid");
        return;
    }
    if (vip == carp && !is_known(import, doc, device)) {
        import_note(import, &place,
                    "%s is not among the interfaces: give --map %s=NAME",
                    device, device);
    }
    struct import_command command;
    import_command_init(&command, device);
    GPtrArray *words = words_of(vip, carp);
    import_command_words(import, &command, &place, (char **)words->pdata);
    if (command.vhid > 0) {
        import_command_take(import, &command, &place, CARP_PROFILE_FREEBSD);
    }
    import_command_clear(&command);
    for (guint i = 0; i + 1 < words->len; i++) {
        carp_wipe(words->pdata[i], strlen(words->pdata[i]));
    }
    g_ptr_array_free(words, TRUE);
}

/* The CARP entry that an alias stands on: by the number on the same
 * interface, or by "_vip" and the parent's identifier. */
static const struct vip *
parent_of(const struct document *doc, const struct vip *alias)
{
    const char *interface = value(alias, "interface");
    const char *vhid = value(alias, "vhid");
    for (guint i = 0; interface != NULL && i < doc->vips->len; i++) {
        const struct vip *carp = g_ptr_array_index(doc->vips, i);
        const char *own = value(carp, "interface");
        const char *id = value(carp, "uniqid");
        if (g_strcmp0(value(carp, "mode"), "carp") != 0 || own == NULL) {
            continue;
        }
        if ((vhid != NULL && strcmp(own, interface) == 0 &&
             g_strcmp0(value(carp, "vhid"), vhid) == 0) ||
            (id != NULL && g_str_has_prefix(interface, "_vip") &&
             strcmp(interface + 4, id) == 0)) {
            return carp;
        }
    }
    return NULL;
}

/* An address that is hashed if it stands on a CARP entry. */
static void
take_alias(struct import *import, const struct document *doc,
           const struct vip *vip, const char *file)
{
    const struct vip *carp = parent_of(doc, vip);
    const struct import_place place = {file, vip->line};
    const char *interface = value(vip, "interface");
    const char *subnet = value(vip, "subnet");
    if (carp != NULL) {
        take_vip(import, doc, vip, carp, file);
    } else if (value(vip, "vhid") != NULL ||
               (interface != NULL && g_str_has_prefix(interface, "_vip"))) {
        import_lose(import, &place,
                    "%s is an alias of %s%s, which is no virtual IP of mode "
                    "carp here",
                    subnet != NULL ? subnet : "an address without number",
                    value(vip, "vhid") != NULL ? "a vhid of " : "",
                    interface != NULL ? interface : "no interface");
    }
}

static void
take_document(struct import *import, const struct document *doc,
              const char *file)
{
    for (guint i = 0; i < doc->vips->len; i++) {
        const struct vip *vip = g_ptr_array_index(doc->vips, i);
        if (g_strcmp0(value(vip, "mode"), "carp") == 0) {
            take_vip(import, doc, vip, vip, file);
        }
    }
    for (guint i = 0; i < doc->vips->len; i++) {
        const struct vip *vip = g_ptr_array_index(doc->vips, i);
        if (g_strcmp0(value(vip, "mode"), "ipalias") == 0) {
            take_alias(import, doc, vip, file);
        }
    }
}

void
import_config_xml(struct import *import, const char *xml, const char *file)
{
    static const GMarkupParser parser = {start, end, text, NULL, NULL};
    struct document doc = {
        g_ptr_array_new_with_free_func(g_free),
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        g_ptr_array_new_with_free_func(free_vip), NULL, g_string_new(NULL)};
    GMarkupParseContext *context = g_markup_parse_context_new(
        &parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &doc, NULL);
    GError *error = NULL;
    const struct import_place place = {file, 0};
    if (!g_markup_parse_context_parse(context, xml, (gssize)strlen(xml),
                                      &error) ||
        !g_markup_parse_context_end_parse(context, &error)) {
        import_lose(import, &place, "is not XML: %s", error->message);
        g_error_free(error);
    } else {
        /* Both set the sysctl. */
        import->preempt = true;
        take_document(import, &doc, file);
        if (carp_conf_count(import->conf) == 0) {
            import_lose(import, &place, "holds no virtual IP of mode carp");
        }
    }
    g_markup_parse_context_free(context);
    if (doc.vip != NULL) {
        free_vip(doc.vip);
    }
    g_ptr_array_free(doc.vips, TRUE);
    g_ptr_array_free(doc.path, TRUE);
    g_hash_table_destroy(doc.interfaces);
    g_string_free(doc.text, TRUE);
}
