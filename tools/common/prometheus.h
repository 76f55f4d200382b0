/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file prometheus.h
 * Prometheus' text format, version 0.0.4.
 */
#ifndef TOOLS_PROMETHEUS_H
#define TOOLS_PROMETHEUS_H

#include <glib.h>

/** HELP and TYPE, before the first line of a metric. */
void prometheus_head(GString *out, const char *name, const char *type,
                     const char *help);
/** A label's value without its quotes: made UTF-8, with three characters
 * escaped. */
void prometheus_value(GString *out, const char *value);

#endif
