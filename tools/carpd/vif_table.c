/* SPDX-License-Identifier: BSD-2-Clause */
/* All vifs: what happens to the kernel's interfaces, told to those concerned;
 * what they have to say, told from the main loop. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>

#include "vif_internal.h"

#define RETRY_MS 1000
#define SINK_MS 100

struct vif_news {
    struct vif *vif;
    enum vif_event event;
    char *text;
};

static void
free_news(gpointer data)
{
    struct vif_news *news = data;
    g_free(news->text);
    g_free(news);
}

static void
stop_source(GSource **source)
{
    if (*source != NULL) {
        g_source_destroy(*source);
        g_source_unref(*source);
        *source = NULL;
    }
}

/* ------------------------------------------------------------------- news */

static gboolean
tell_news(gpointer data)
{
    struct vif_table *table = data;
    struct vif_news *news = NULL;
    g_source_unref(table->news_source);
    table->news_source = NULL; /* what is added meanwhile gets another turn */
    while ((news = g_queue_pop_head(&table->news)) != NULL) {
        table->listener(news->vif, news->event, news->text, table->data);
        free_news(news);
        if (table->news_source != NULL) {
            break;
        }
    }
    return G_SOURCE_REMOVE;
}

void
vif_tell(struct vif *vif, enum vif_event event, const char *format, ...)
{
    struct vif_table *table = vif->table;
    struct vif_news *news = g_new0(struct vif_news, 1);
    va_list args;
    va_start(args, format);
    news->vif = vif;
    news->event = event;
    news->text = g_strdup_vprintf(format, args);
    va_end(args);
    g_queue_push_tail(&table->news, news);
    if (table->news_source == NULL) {
        table->news_source = g_idle_source_new();
        g_source_set_priority(table->news_source, G_PRIORITY_DEFAULT);
        g_source_set_callback(table->news_source, tell_news, table, NULL);
        g_source_attach(table->news_source, kernel_context(table->kernel));
    }
}

void
vif_warn(struct vif_table *table, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    if (table->warner != NULL) {
        table->warner(text, table->data);
    }
    g_free(text);
}

/* ---------------------------------------------------------------- watching */

static void
purge(struct vif_table *table)
{
    GArray *doomed = table->doomed;
    if (doomed->len == 0) {
        return;
    }
    unsigned int left = kernel_delete_links(
        table->kernel, (const unsigned int *)(const void *)doomed->data,
        doomed->len);
    if (left > 0 && !table->is_kept) {
        vif_warn(table,
                 "%u macvlans could not be removed: tried again each second: "
                 "see 'ip link'",
                 left);
    }
    table->is_kept = left > 0;
    for (guint i = doomed->len; i-- > 0;) {
        unsigned int index = g_array_index(doomed, unsigned int, i);
        if (kernel_link(table->kernel, index) == NULL) {
            g_array_remove_index_fast(doomed, i);
        }
    }
    if (doomed->len > 0) {
        vif_retry_later(table);
    }
}

static gboolean
retry(gpointer data)
{
    struct vif_table *table = data;
    g_source_unref(table->retry_source);
    table->retry_source = NULL;
    purge(table);
    vif_pay(table);
    vif_parents_settle(table, true);
    for (guint i = 0; i < table->vifs->len; i++) {
        vif_check(g_ptr_array_index(table->vifs, i));
    }
    return G_SOURCE_REMOVE;
}

void
vif_retry_later(struct vif_table *table)
{
    if (table->retry_source == NULL) {
        table->retry_source = g_timeout_source_new(RETRY_MS);
        g_source_set_callback(table->retry_source, retry, table, NULL);
        g_source_attach(table->retry_source, kernel_context(table->kernel));
    }
}

/* Setting a macvlan down waits for all of the kernel's readers, 10 ms and
 * more: not on the way of a failover, and one at a time. */
static gboolean
sink_one(gpointer data)
{
    struct vif_table *table = data;
    purge(table);
    for (guint i = 0; i < table->vifs->len; i++) {
        struct vif *vif = g_ptr_array_index(table->vifs, i);
        if (!vif->is_sinking) {
            continue;
        }
        vif->is_sinking = false;
        if (!vif->is_held && vif->own != 0) {
            struct kernel_request down = {
                .op = KERNEL_SET_LINK, .index = vif->own, .set_down = true};
            (void)kernel_run(table->kernel, &down, 1);
            return G_SOURCE_CONTINUE;
        }
    }
    g_source_unref(table->sink_source);
    table->sink_source = NULL;
    return G_SOURCE_REMOVE;
}

static void
start_sinking(struct vif_table *table)
{
    if (table->sink_source == NULL) {
        table->sink_source = g_timeout_source_new(SINK_MS);
        g_source_set_priority(table->sink_source, G_PRIORITY_LOW);
        g_source_set_callback(table->sink_source, sink_one, table, NULL);
        g_source_attach(table->sink_source, kernel_context(table->kernel));
    }
}

void
vif_sink_later(struct vif *vif)
{
    vif->is_sinking = true;
    start_sinking(vif->table);
}

void
vif_doom(struct vif_table *table, unsigned int index)
{
    g_array_append_val(table->doomed, index);
    start_sinking(table);
}

static void
look_for_stranger(struct vif *vif, const struct kernel_event *event)
{
    char text[CARP_ADDR_TEXT];
    const struct kernel_address *address = &event->address;
    if (event->change != KERNEL_ADDRESS_NEW ||
        !carp_addrs_contain(&vif->config.addrs, &address->addr) ||
        vif_is_ours(vif, address) || vif->config.kind == VIF_ADVERTS ||
        kernel_address_find(vif->table->kernel, address->index,
                            &address->addr) == NULL) {
        return;
    }
    carp_addr_format(&address->addr, text);
    vif_tell(vif, VIF_FOREIGN,
             "%s: was put on %s by somebody else: it may be answered twice: "
             "ip addr del %s/%u dev %s",
             text, event->link.name, text, address->prefix_len,
             event->link.name);
}

static bool
concerns(const struct vif *vif, const struct kernel_event *event)
{
    switch (event->change) {
    case KERNEL_LINK_NEW:
    case KERNEL_LINK_CHANGED:
    case KERNEL_LINK_GONE:
        return event->link.index == vif->own ||
               event->link.index == vif->parent ||
               strcmp(event->link.name, vif->parent_name) == 0;
    case KERNEL_ADDRESS_NEW:
    case KERNEL_ADDRESS_CHANGED:
    case KERNEL_ADDRESS_GONE:
        return event->address.index == vif->own;
    }
    return false;
}

static void
on_kernel(const struct kernel_event *event, void *data)
{
    struct vif_table *table = data;
    if (event->change == KERNEL_LINK_GONE) {
        for (guint i = 0; i < table->parents->len; i++) {
            struct vif_parent *parent = g_ptr_array_index(table->parents, i);
            parent->index =
                parent->index == event->link.index ? 0 : parent->index;
        }
    }
    for (guint i = 0; i < table->vifs->len; i++) {
        struct vif *vif = g_ptr_array_index(table->vifs, i);
        look_for_stranger(vif, event);
        if (concerns(vif, event)) {
            vif_check(vif);
        }
    }
}

/* -------------------------------------------------------------------- life */

static bool
keeps_protos(void)
{
    struct utsname name;
    char *rest = NULL;
    if (uname(&name) != 0) {
        return false;
    }
    guint64 major = g_ascii_strtoull(name.release, &rest, 10);
    guint64 minor = *rest == '.' ? g_ascii_strtoull(rest + 1, NULL, 10) : 0;
    return major > 5 || (major == 5 && minor >= 18);
}

struct vif_table *
vif_table_alloc(const char *state_dir)
{
    struct vif_table *table = g_new0(struct vif_table, 1);
    table->path = state_dir != NULL
                      ? g_build_filename(state_dir, "kernel.state", NULL)
                      : NULL;
    table->vifs = g_ptr_array_new();
    table->parents = g_ptr_array_new_with_free_func(g_free);
    table->leftovers = g_array_new(FALSE, FALSE, sizeof(unsigned int));
    table->doomed = g_array_new(FALSE, FALSE, sizeof(unsigned int));
    table->owed = g_array_new(FALSE, FALSE, sizeof(struct vif_owed));
    table->noted = g_ptr_array_new_with_free_func(g_free);
    g_queue_init(&table->news);
    return table;
}

void
vif_table_dispose(struct vif_table *table)
{
    g_queue_clear_full(&table->news, free_news);
    g_ptr_array_unref(table->vifs);
    g_ptr_array_unref(table->parents);
    g_ptr_array_unref(table->noted);
    g_array_unref(table->leftovers);
    g_array_unref(table->doomed);
    g_array_unref(table->owed);
    g_free(table->path);
    g_free(table->written);
    g_free(table);
}

struct vif_table *
vif_table_open(struct kernel *kernel, const char *state_dir, unsigned int user,
               vif_listener *listener, vif_warner *warner, void *data,
               struct os_error *error)
{
    struct vif_table *table = vif_table_alloc(state_dir);
    table->kernel = kernel;
    table->user = user;
    table->listener = listener;
    table->warner = warner;
    table->data = data;
    table->has_protos = keeps_protos();
    kernel_sync(kernel);
    vif_state_load(table);
    vif_find_leftovers(table);
    kernel_listen(kernel, on_kernel, table);
    if (!vif_state_save(table, error)) {
        vif_table_close(table);
        return NULL;
    }
    return table;
}

void
vif_table_settle(struct vif_table *table)
{
    for (guint i = 0; i < table->leftovers->len; i++) {
        unsigned int index = g_array_index(table->leftovers, unsigned int, i);
        const struct kernel_link *link = kernel_link(table->kernel, index);
        if (link == NULL) {
            continue;
        }
        vif_warn(table, "%s: removed, left by a carpd that was killed",
                 link->name);
        g_array_append_val(table->doomed, index);
    }
    purge(table);
    vif_pay(table);
    g_array_set_size(table->leftovers, 0);
    g_ptr_array_set_size(table->noted, 0);
    table->killed = 0;
    vif_parents_settle(table, false);
}

void
vif_table_close(struct vif_table *table)
{
    g_assert(table->vifs->len == 0);
    kernel_unlisten(table->kernel, on_kernel, table);
    vif_table_settle(table);
    if (table->owed->len == 0 && table->parents->len == 0) {
        vif_state_remove(table);
    }
    stop_source(&table->news_source);
    stop_source(&table->retry_source);
    stop_source(&table->sink_source);
    vif_table_dispose(table);
}

/* Also what only waits to be taken away: a kernel without protocols does not
 * tell. */
bool
vif_table_is_virtual(const struct carp_addr *addr, void *table)
{
    const struct vif_table *own = table;
    for (guint i = 0; i < own->vifs->len; i++) {
        const struct vif *vif = g_ptr_array_index(own->vifs, i);
        if (carp_addrs_contain(&vif->config.addrs, addr)) {
            return true;
        }
    }
    for (guint i = 0; i < own->owed->len; i++) {
        if (carp_addr_equal(&g_array_index(own->owed, struct vif_owed, i).addr,
                            addr)) {
            return true;
        }
    }
    return false;
}

void
vif_forget_news(struct vif *vif)
{
    struct vif_table *table = vif->table;
    for (GList *node = table->news.head; node != NULL;) {
        GList *next = node->next;
        struct vif_news *news = node->data;
        if (news->vif == vif) {
            free_news(news);
            g_queue_delete_link(&table->news, node);
        }
        node = next;
    }
}
