/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file show.h
 * A frame for people (annotated hex) and for programs (one JSON object).
 */
#ifndef CARPINJECT_SHOW_H
#define CARPINJECT_SHOW_H

#include <glib.h>

#include "build.h"
#include "jsonl.h"

/** Append every layer with its octets and what they mean. */
void inj_show_text(GString *out, const struct inj_frame *frame,
                   uint64_t number);
/**
 * One object on a line: schema, number, at, length, frame_hex, every field that
 * the frame has under its name ('-' becomes '_'; digest is digest_hex), issues
 * (what a receiver would object to).
 */
void inj_show_json(struct jsonl *json, const struct inj_frame *frame,
                   uint64_t number);

#endif
