/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file metrics.h
 * The model in Prometheus' text format, and as a file for node_exporter.
 * Names and labels: carpmon(1).
 */
#ifndef CARPMON_METRICS_H
#define CARPMON_METRICS_H

#include <glib.h>

#include "model.h"

/** Content-Type of what mon_metrics_write() writes. */
#define MON_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/** Rows with labels of their own; those beyond are counted only. */
#define MON_METRICS_ROWS 512

void mon_metrics_write(GString *out, const struct mon_model *model);

/**
 * Writes the metrics to a file now and then, while events are told and at
 * the end. A reader sees the old file or the new one, never a part. What
 * cannot be written is said in one line a minute.
 * @param path the file, in a directory that may be written to
 * @param model must be attached to the monitor before, and outlive this
 */
void *mon_textfile_new(const char *path, const struct mon_model *model);
/** For mon_monitor_attach(), with what mon_textfile_new() made as state. */
extern const struct mon_report_ops mon_textfile_ops;

#endif
