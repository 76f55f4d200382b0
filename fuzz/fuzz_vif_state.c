/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a carpd that was killed left in the kernel: kernel.state as it is in
 * the input, and as it is when this host's and this boot's head stands before
 * it. What comes of it is what carpd may have written, and is the same when it
 * is written and read again.
 */
#include <stdbool.h>

#include <glib.h>

#include "fuzz.h"
#include "vif_internal.h"

static bool
is_name(const char *name)
{
    size_t len = strnlen(name, KERNEL_NAME);
    return len > 0 && len < KERNEL_NAME;
}

static void
check_parent(const struct vif_parent *parent)
{
    unsigned int seen = 0;
    FUZZ_CHECK(is_name(parent->name) && parent->index == 0);
    FUZZ_CHECK(parent->users == 0);
    FUZZ_CHECK(parent->saved_count > 0 && parent->saved_count <= VIF_SAVED);
    for (unsigned int i = 0; i < parent->saved_count; i++) {
        const struct vif_saved *saved = &parent->saved[i];
        FUZZ_CHECK(vif_setting_name(saved->id) != NULL);
        FUZZ_CHECK(saved->before < saved->set && saved->set <= 2);
        FUZZ_CHECK((seen & 1u << saved->id) == 0);
        seen |= 1u << saved->id;
    }
}

/* One vif for each address, so that it is written again. */
static void
add_vif(struct vif_table *table, const struct vif_noted *noted)
{
    struct vif *vif = g_new0(struct vif, 1);
    FUZZ_CHECK(is_name(noted->interface));
    FUZZ_CHECK(noted->addr.family == CARP_IPV4 ||
               noted->addr.family == CARP_IPV6);
    vif->config.kind = VIF_PARENT;
    memcpy(vif->parent_name, noted->interface, sizeof(vif->parent_name));
    FUZZ_CHECK(carp_addrs_add(&vif->config.addrs, &noted->addr) == CARP_OK);
    g_ptr_array_add(table->vifs, vif);
}

/* What the text says, in a file's words; NULL: it is no key file. */
static char *
again(const char *text, gsize len, gsize *written)
{
    struct vif_table *table = vif_table_alloc(NULL);
    GArray *addresses = g_array_new(FALSE, FALSE, sizeof(struct vif_noted));
    char *out = NULL;
    g_ptr_array_set_free_func(table->vifs, g_free);
    if (vif_state_read(text, len, table, addresses)) {
        for (guint i = 0; i < table->parents->len; i++) {
            check_parent(g_ptr_array_index(table->parents, i));
        }
        for (guint i = 0; i < table->noted->len; i++) {
            FUZZ_CHECK(is_name(g_ptr_array_index(table->noted, i)));
        }
        for (guint i = 0; i < addresses->len; i++) {
            add_vif(table, &g_array_index(addresses, struct vif_noted, i));
        }
        out = vif_state_write(table, written);
    }
    g_array_unref(addresses);
    vif_table_dispose(table);
    return out;
}

static void
check(const char *text, gsize len)
{
    gsize first_len = 0, second_len = 0;
    char *first = again(text, len, &first_len);
    if (first != NULL) {
        char *second = again(first, first_len, &second_len);
        FUZZ_CHECK(second != NULL && strcmp(first, second) == 0);
        g_free(second);
    }
    g_free(first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gsize len = 0;
    struct vif_table *empty = vif_table_alloc(NULL);
    char *head = vif_state_write(empty, &len);
    GString *text = g_string_new_len(head, (gssize)len);
    g_string_append_len(text, (const char *)data, (gssize)size);
    check(text->str, text->len);
    check((const char *)data, size);
    g_string_free(text, TRUE);
    g_free(head);
    vif_table_dispose(empty);
    return 0;
}
