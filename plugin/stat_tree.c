/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -z carp,tree and Statistics > CARP > Advertisements. */
#include "packet-carp.h"

#include <stdio.h>

#include <epan/stats_tree.h>
#include <epan/tap.h>

#include "fields.h"

static const char root[] = "Adverts";
static const char by_vhid[] = "By vhid and sender";
static const char by_hmac[] = "By HMAC status";
static const char by_code[] = "Findings";
static const char by_impl[] = "By implementation";
static const char gaps[] = "Seconds between a sender's adverts";

static int root_id, vhid_id, hmac_id, code_id, impl_id, gap_id;

static void
tree_init(stats_tree *st)
{
    root_id = stats_tree_create_node(st, root, 0, STAT_DT_INT, TRUE);
    vhid_id = stats_tree_create_node(st, by_vhid, root_id, STAT_DT_INT, TRUE);
    hmac_id = stats_tree_create_node(st, by_hmac, root_id, STAT_DT_INT, TRUE);
    impl_id = stats_tree_create_node(st, by_impl, root_id, STAT_DT_INT, TRUE);
    gap_id = stats_tree_create_node(st, gaps, root_id, STAT_DT_FLOAT, TRUE);
    code_id = stats_tree_create_node(st, by_code, 0, STAT_DT_INT, TRUE);
}

static void
count_told(stats_tree *st, const struct carp_told *told)
{
    for (; told != NULL; told = told->next) {
        if (told->kind == CARP_EVENT_FINDING) {
            tick_stat_node(st, by_code, 0, TRUE);
            tick_stat_node(st, carp_code_text(told->code), code_id, FALSE);
        }
    }
}

static void
count_gap(stats_tree *st, const struct carp_state *state, const char *name,
          const char *sender)
{
    const float gap = (float)((double)state->delta / (double)CARP_SEC);
    int node;

    if (state->previous_frame == 0) {
        return;
    }
    avg_stat_node_add_value_float(st, gaps, root_id, TRUE, gap);
    node = avg_stat_node_add_value_float(st, name, gap_id, TRUE, gap);
    avg_stat_node_add_value_float(st, sender, node, FALSE, gap);
}

static void
count_advert(stats_tree *st, const struct carp_tap *advert)
{
    static const char *const statuses[] = {[CARP_UNVERIFIED] = "Unverified",
                                           [CARP_GOOD] = "Good",
                                           [CARP_BAD] = "Bad"};
    const struct carp_state *state = advert->state;
    char name[24], sender[CARP_ADDR_TEXT];
    int node;

    (void)snprintf(name, sizeof(name), "vhid %u IPv%u", advert->vhid,
                   advert->sender.family);
    carp_addr_format(&advert->sender, sender);
    tick_stat_node(st, root, 0, TRUE);
    tick_stat_node(st, by_vhid, root_id, TRUE);
    node = tick_stat_node(st, name, vhid_id, TRUE);
    tick_stat_node(st, sender, node, FALSE);
    tick_stat_node(st, by_hmac, root_id, TRUE);
    tick_stat_node(st, statuses[state->note->status], hmac_id, FALSE);
    tick_stat_node(st, by_impl, root_id, TRUE);
    tick_stat_node(st, carp_impl_text((enum carp_impl)state->impl), impl_id,
                   FALSE);
    count_gap(st, state, name, sender);
}

static tap_packet_status
tree_packet(stats_tree *st, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
            const void *data, tap_flags_t flags _U_)
{
    const struct carp_tap *news = data;

    if (news->state != NULL) {
        count_advert(st, news);
    }
    count_told(st, news->told);
    return TAP_PACKET_REDRAW;
}

void
stat_tree_register(void)
{
    stats_tree_register_plugin("carp", "carp", "CARP/Advertisements", 0,
                               tree_packet, tree_init, NULL);
}
