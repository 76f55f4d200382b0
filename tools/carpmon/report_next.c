/* SPDX-License-Identifier: BSD-2-Clause */
/* Who takes over if the master dies now, as JSON. */
#include "jsonl.h"
#include "report.h"

void
mon_json_next(struct jsonl *json, const struct mon_session *session,
              const struct carp_prediction *next, carp_time now)
{
    char text[CARP_PREDICTION_TEXT];
    if (next == NULL) {
        jsonl_null(json, "next");
        return;
    }
    jsonl_open_object(json, "next");
    jsonl_address(json, "address", &next->successor);
    jsonl_address(json, "master", &next->master);
    jsonl_seconds(json, "takeover", next->takeover);
    jsonl_time(json, "last_advert", mon_wall(session, next->last_advert));
    jsonl_time(json, "last_sign", mon_wall(session, next->last_sign));
    jsonl_string(json, "departure", carp_departure_text(next->departure));
    jsonl_string(json, "confidence", carp_confidence_text(next->confidence));
    jsonl_bool(json, "tie", next->is_tie);
    jsonl_uint(json, "advbase", next->advbase);
    jsonl_uint(json, "advskew", next->advskew);
    jsonl_uint(json, "demote", next->demote);
    jsonl_string(json, "implementation", carp_impl_text(next->impl));
    jsonl_string(json, "text", carp_prediction_text(next, now, text));
    jsonl_close_object(json);
}
