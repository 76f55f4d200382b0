/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/explain.h>

#include "evidence.h"
#include "monitor.h"

static void
put_hmac(GString *out, const struct mon_session *session,
         const struct carp_observation *seen)
{
    char text[CARP_EXPLAIN_TEXT];
    switch (seen->verdict.status) {
    case CARP_UNVERIFIED:
        g_string_append(out, "HMAC not verified (no key)");
        return;
    case CARP_GOOD:
        g_string_append(out, "HMAC good");
        return;
    case CARP_BAD:
        break;
    }
    g_string_append(out, "HMAC bad");
    if (seen->explanation != NULL && session->ring != NULL) {
        g_string_append_printf(
            out, ": %s",
            carp_explanation_text(seen->explanation, session->ring, text));
    }
}

static void
put_lineage(GString *out, const struct carp_observation *seen)
{
    char text[CARP_ADDR_TEXT];
    if (seen->is_looped) {
        g_string_append(out, "; the same frame again (loop)");
    }
    if (seen->is_replay) {
        g_string_append(out, "; REPLAY of an old advert");
    }
    if (seen->is_bow_out) {
        g_string_append(out, "; bows out");
    }
    if (seen->parent_frame != 0 && seen->parent.family != CARP_FAMILY_NONE) {
        g_string_append_printf(
            out, "; counter continues %s, frame %" G_GUINT64_FORMAT,
            carp_addr_format(&seen->parent, text), seen->parent_frame);
    }
    if (seen->previous_frame != 0) {
        g_string_append_printf(out,
                               "; %.3f s behind its frame %" G_GUINT64_FORMAT,
                               (double)seen->delta / 1e9, seen->previous_frame);
    }
}

void
mon_evidence_note(GString *out, const struct mon_session *session,
                  const struct mon_frame *frame,
                  const struct carp_frame *parsed,
                  const struct carp_observation *seen)
{
    char text[CARP_ADDR_TEXT];
    g_string_append_printf(out, "carpmon frame %" G_GUINT64_FORMAT,
                           frame->number);
    if (parsed->kind != CARP_FRAME_CARP || !seen->is_advert) {
        return;
    }
    char *id = mon_view_id(session, frame->segment, parsed->vlan,
                           parsed->family, parsed->u.adv.vhid);
    g_string_append_printf(out, ": %s %s %s, ", id,
                           carp_addr_format(&parsed->src, text),
                           mon_role_text(seen->role));
    g_free(id);
    put_hmac(out, session, seen);
    put_lineage(out, seen);
}
