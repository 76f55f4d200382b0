/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue.h"

#include <glib.h>

/* A binary heap. */
struct sim_queue {
    GArray *items;
    uint64_t pushed;
};

struct sim_queue *
sim_queue_new(void)
{
    struct sim_queue *queue = g_new0(struct sim_queue, 1);

    queue->items = g_array_new(FALSE, FALSE, sizeof(struct sim_item));
    return queue;
}

void
sim_queue_free(struct sim_queue *queue)
{
    g_array_free(queue->items, TRUE);
    g_free(queue);
}

static struct sim_item *
at(const struct sim_queue *queue, guint i)
{
    return &g_array_index(queue->items, struct sim_item, i);
}

static bool
is_before(const struct sim_item *a, const struct sim_item *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
swap(struct sim_item *a, struct sim_item *b)
{
    const struct sim_item other = *a;

    *a = *b;
    *b = other;
}

void
sim_queue_push(struct sim_queue *queue, const struct sim_item *item)
{
    guint i = queue->items->len;

    g_array_append_vals(queue->items, item, 1);
    at(queue, i)->order = queue->pushed++;
    while (i > 0 && is_before(at(queue, i), at(queue, (i - 1) / 2))) {
        swap(at(queue, i), at(queue, (i - 1) / 2));
        i = (i - 1) / 2;
    }
}

const struct sim_item *
sim_queue_first(const struct sim_queue *queue)
{
    return queue->items->len != 0 ? at(queue, 0) : NULL;
}

void
sim_queue_pop(struct sim_queue *queue)
{
    const guint last = queue->items->len - 1;
    guint i = 0;

    *at(queue, 0) = *at(queue, last);
    g_array_set_size(queue->items, last);
    for (;;) {
        guint least = i;

        for (guint child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < last && is_before(at(queue, child), at(queue, least))) {
                least = child;
            }
        }
        if (least == i) {
            return;
        }
        swap(at(queue, i), at(queue, least));
        i = least;
    }
}
