/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file show.h
 * What show and stats answer (docs/CONTROL.md).
 */
#ifndef CARPD_SHOW_H
#define CARPD_SHOW_H

#include <glib.h>

#include "daemon.h"
#include "jsonl.h"

void show_daemon(struct jsonl *json, const struct daemon *daemon);
/** @param instances of struct instance */
void show_vhids(struct jsonl *json, const GPtrArray *instances);
void show_stats(struct jsonl *json, const struct daemon *daemon,
                const GPtrArray *instances);

#endif
