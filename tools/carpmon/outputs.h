/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file outputs.h
 * Attaches what the command line asks for beside the report: page,
 * metrics, HTML report.
 */
#ifndef CARPMON_OUTPUTS_H
#define CARPMON_OUTPUTS_H

#include "monitor.h"

struct mon_outputs {
    bool has_failed; /**< the HTML report could not be written */
};

/**
 * @param[out] outputs must outlive the monitor
 * @return false when one cannot be opened, which has been said
 */
bool mon_outputs_attach(struct mon_monitor *monitor,
                        const struct mon_options *options,
                        const struct mon_session *session,
                        struct mon_outputs *outputs);

#endif
