/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file conf_senders.h
 * Who may advertise: the lists `senders` of carp.conf, for an observer.
 */
#ifndef TOOLS_CONF_SENDERS_H
#define TOOLS_CONF_SENDERS_H

#include <carp/track.h>

#include "carp_conf.h"

struct conf_senders;

/** Those of every group; groups of one vhid are joined.
 * @return to be freed with conf_senders_free() */
struct conf_senders *conf_senders_new(const struct carp_conf *conf);
/** NULL is allowed. */
void conf_senders_free(struct conf_senders *senders);

/**
 * From now on @p track expects these and nobody else; of a vhid without a
 * list, anybody.
 * @return CARP_OK or CARP_ERR_NOMEM: then some are missing, and would be told
 */
CARP_NODISCARD enum carp_status
conf_senders_expect(const struct conf_senders *senders,
                    struct carp_track *track);

#endif
