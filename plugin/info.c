/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Info column. */
#include "packet-carp.h"

#include <string.h>

#include <carp/timing.h>

#include "fields.h"

enum { INFO_MAX = 160 };

static const char *
role_word(const struct carp_state *state)
{
    if (state == NULL || (state->flags & CARP_FLAG_OBSERVED) == 0) {
        return "advert of";
    }
    if ((state->flags & CARP_FLAG_BOW_OUT) != 0) {
        return "bow-out of";
    }
    if ((state->flags & CARP_FLAG_REPLAY) != 0) {
        return "replay of";
    }
    if ((state->flags & CARP_FLAG_LOOPED) != 0) {
        return "copy of";
    }
    return state->role == CARP_MASTER ? "MASTER" : "BACKUP";
}

/* This is written for every advert that is listed: printf would take longer
 * than all the rest of the plugin. */
struct line {
    char text[INFO_MAX];
    size_t len;
};

static void
put_text(struct line *line, const char *text)
{
    while (*text != '\0' && line->len + 1 < sizeof(line->text)) {
        line->text[line->len++] = *text++;
    }
}

static void
put_number(struct line *line, unsigned int number, unsigned int width)
{
    char digits[10];
    unsigned int count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (count < sizeof(digits) && (number > 0 || count < width));
    while (count > 0 && line->len + 1 < sizeof(line->text)) {
        line->text[line->len++] = digits[--count];
    }
}

static void
put_address(struct line *line, const address *source)
{
    char text[CARP_ADDR_TEXT];

    if (source->type != AT_IPv4 || source->len != 4) {
        const struct carp_addr addr = carp_addr_of(source);

        put_text(line, carp_addr_format(&addr, text));
        return;
    }
    for (int i = 0; i < 4; i++) {
        put_text(line, i == 0 ? "" : ".");
        put_number(line, ((const uint8_t *)source->data)[i], 1);
    }
}

static void
put_interval(struct line *line, const uint8_t head[6])
{
    /* To the nearest millisecond. */
    const carp_time interval = carp_interval(head[5], head[2]) + CARP_MSEC / 2;

    put_text(line, " skew ");
    put_number(line, head[2], 1);
    if (head[5] == CARP_BOW_OUT && head[2] == CARP_BOW_OUT) {
        put_text(line, " base 255");
        return;
    }
    put_text(line, " every ");
    put_number(line, (unsigned int)(interval / CARP_SEC), 1);
    put_text(line, ".");
    put_number(line, (unsigned int)(interval % CARP_SEC / CARP_MSEC), 3);
    put_text(line, " s");
}

static void
add_verdict(packet_info *pinfo, const struct carp_note *note)
{
    if (note->status == CARP_BAD) {
        col_append_fstr(pinfo->cinfo, COL_INFO, " [HMAC bad: %s]",
                        note->reason);
    } else if (note->status == CARP_UNVERIFIED && note->is_expected) {
        col_append_str(pinfo->cinfo, COL_INFO, " [HMAC unverified]");
    }
}

static void
add_told(packet_info *pinfo, const struct carp_told *told, bool is_marked)
{
    char whom[CARP_ADDR_TEXT];

    for (; told != NULL; told = told->next) {
        const bool is_finding =
            told->kind == CARP_EVENT_FINDING || told->kind == CARP_EVENT_UPDATE;

        if (told->kind == CARP_EVENT_TRANSITION && told->role == CARP_MASTER &&
            told->previous.family != CARP_FAMILY_NONE) {
            const bool is_beside = told->reason == CARP_REASON_UNEXPECTED ||
                                   told->reason == CARP_REASON_UNSEEN;

            const bool is_same = told->reason == CARP_REASON_RENUMBERED;

            col_append_fstr(pinfo->cinfo, COL_INFO, " [%s %s]",
                            is_beside ? "beside"
                            : is_same ? "was"
                                      : "took over from",
                            carp_addr_format(&told->previous, whom));
        } else if (is_finding && told->severity > CARP_INFO &&
                   told->code != CARP_BAD_HMAC &&
                   !(is_marked && told->code == CARP_DUAL_MASTER)) {
            col_append_fstr(pinfo->cinfo, COL_INFO, " [%s]",
                            findings_words(told->code));
        }
    }
}

void
show_info(packet_info *pinfo, tvbuff_t *tvb, const struct carp_state *state)
{
    struct line line;
    uint8_t head[6] = {0};

    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CARP");
    if (pinfo->cinfo == NULL) {
        return;
    }
    tvb_memcpy(tvb, head, 0, MIN(sizeof(head), tvb_captured_length(tvb)));
    line.len = 0;
    put_text(&line, "CARP vhid ");
    put_number(&line, head[1], 1);
    put_text(&line, " ");
    put_text(&line, role_word(state));
    put_text(&line, " ");
    put_address(&line, &pinfo->src);
    if (tvb_captured_length(tvb) >= sizeof(head)) {
        put_interval(&line, head);
    }
    line.text[line.len] = '\0';
    col_add_str(pinfo->cinfo, COL_INFO, line.text);
    if (state != NULL) {
        const bool is_marked = (state->flags & CARP_FLAG_TWO_MASTERS) != 0;

        add_verdict(pinfo, state->note);
        if (is_marked) {
            col_append_str(pinfo->cinfo, COL_INFO, " [two masters]");
        }
        if (state->extra != NULL) {
            add_told(pinfo, state->extra->told, is_marked);
        }
    }
}
