/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file outputs.h
 * Attaches what the command line asks for beside the report: page,
 * metrics, HTML report, live view.
 */
#ifndef CARPMON_OUTPUTS_H
#define CARPMON_OUTPUTS_H

#include <signal.h>

#include "monitor.h"

struct mon_outputs {
    bool has_failed; /**< the HTML report could not be written */
};

/**
 * @param stop set by a live view when the user quits
 * @param[out] outputs must outlive the monitor
 * @return false when one cannot be opened, which has been said
 */
bool mon_outputs_attach(struct mon_monitor *monitor,
                        const struct mon_options *options,
                        const struct mon_session *session,
                        volatile sig_atomic_t *stop,
                        struct mon_outputs *outputs);

#endif
