/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of one host share. */
#ifndef SIM_NODE_INTERNAL_H
#define SIM_NODE_INTERNAL_H

#include "world.h"

/* What the node's clock shows at @p t. */
carp_time sim_local_time(const struct sim_node *n, carp_time t);

/* carpd: may an advert that has arrived act? */
bool sim_node_judge(struct sim_world *w, struct sim_node *n,
                    const struct sim_advert *a);
/* carpd: write the state after @p wait at the latest. */
void sim_node_save_later(struct sim_world *w, unsigned int i, carp_time wait);
/* The same a second later if a reserve is needed; kernels: nothing. */
void sim_node_save_if_wanted(struct sim_world *w, unsigned int i);

#endif
