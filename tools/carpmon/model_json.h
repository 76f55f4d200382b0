/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file model_json.h
 * The model as JSON, for the API and the page. Every member is described in
 * docs/JSON.md and docs/carpmon-api.schema.json.
 */
#ifndef CARPMON_MODEL_JSON_H
#define CARPMON_MODEL_JSON_H

#include "jsonl.h"
#include "model.h"

#define MON_API_SCHEMA 1
#define MON_ROW_KEY 32

/** "0-20-4-7": segment number, VLAN, IP version, vhid. Names one row in the
 * API for as long as the program runs. */
char *mon_row_key(uint16_t segment, uint16_t vlan, uint8_t family, uint8_t vhid,
                  char out[MON_ROW_KEY]);

/** The row that has this key, NULL when there is none. */
const struct mon_row *mon_row_of_key(const struct mon_model *model,
                                     const char *key);

/** One row, as an element of an array. */
void mon_json_row(struct jsonl *json, const struct mon_model *model,
                  const struct mon_row *row);
/** One finding, as an element of an array. */
void mon_json_alert(struct jsonl *json, const struct mon_model *model,
                    const struct mon_alert *alert);
/** "now", "revision", "capture", "worst": members of an open object. */
void mon_json_head(struct jsonl *json, const struct mon_model *model);
/** Everything: rows and findings. */
void mon_json_state(struct jsonl *json, const struct mon_model *model);
/** Findings only. */
void mon_json_findings(struct jsonl *json, const struct mon_model *model);

#endif
