/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file show_prometheus.h
 * carpd's state and counters for Prometheus. Names and labels are in
 * carpctl(8).
 */
#ifndef CARPCTL_SHOW_PROMETHEUS_H
#define CARPCTL_SHOW_PROMETHEUS_H

#include <glib.h>
#include <json-glib/json-glib.h>

/**
 * @param show, stats carpd's answers; both NULL when it gives none: then
 *        carpd_up is 0 and nothing else is said
 * @param is_whole they are about all vhids: counts of no vhid are told too
 */
void show_prometheus(JsonObject *show, JsonObject *stats, gboolean is_whole,
                     GString *out);

#endif
