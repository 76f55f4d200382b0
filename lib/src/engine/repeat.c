/* SPDX-License-Identifier: BSD-2-Clause */
/* An advert that was on the wire before: copy, loop, duplicate, replay. */
#include <string.h>

#include "engine/track_internal.h"

/* So many sources of one advert are no partition. */
enum { MANY_SOURCES = 4 };

/* Two captures of one wire may differ by this in time. */
static const carp_time capture_window = 50 * CARP_MSEC;
/* The same frame back within this is a loop or a second copy. */
static const carp_time copy_window = 20 * CARP_MSEC;

uint64_t
repeat_digest_head(const struct carp_adv *adv)
{
    uint64_t head;

    memcpy(&head, adv->md, sizeof(head));
    return head;
}

/* The newest entry with this counter and digest, older than @p after. */
static const struct history_entry *
same_advert(const struct context *c, const struct carp_adv *adv, bool own,
            const struct history_entry *after)
{
    const uint64_t head = repeat_digest_head(adv);
    const struct history_entry *e =
        history_find(c->group->history, adv->counter, after);

    while (e != NULL && (e->md != head || (own && e->uid != c->sender->uid))) {
        e = history_find(c->group->history, adv->counter, e);
    }
    return e;
}

/* The same frame, octet for octet, from this long ago at most. */
static const struct history_entry *
same_frame(const struct context *c, const struct carp_adv *adv,
           carp_time window)
{
    const struct history_entry *e;

    /* Who has just appeared has sent nothing: one advert under ever other
     * addresses would cost a look at the whole history each time. */
    if (c->sender->adverts == 0 && c->sender->first == c->now) {
        return NULL;
    }
    e = same_advert(c, adv, true, NULL);
    while (e != NULL && carp_time_since(c->now, e->time) <= window) {
        if (e->checksum == adv->checksum &&
            e->ip_id == c->packet->frame->ip_id) {
            return e;
        }
        e = same_advert(c, adv, true, e);
    }
    return NULL;
}

/* Hosts that preempt each other accept and answer adverts within milliseconds:
 * whoever accepts the same counter twice counts on from it twice and builds
 * the same frame again; several that accept a bow-out build the same one. */
static bool
is_answer(const struct context *c, const struct carp_adv *adv, carp_time window)
{
    const struct history_entry *e =
        history_find(c->group->history, adv->counter - 1, NULL);

    while (e != NULL && carp_time_since(c->now, e->time) <= window) {
        if (!sender_is(c->sender, e->uid)) {
            return true;
        }
        e = history_find(c->group->history, adv->counter - 1, e);
    }
    return false;
}

enum novelty
repeat_novelty(const struct context *c, const struct carp_adv *adv)
{
    const struct carp_frame *f = c->packet->frame;
    const struct history_entry *e = same_frame(c, adv, capture_window);
    const carp_time interval =
        carp_interval(c->sender->advbase, c->sender->advskew);
    carp_time age;

    if (e == NULL) {
        return ADVERT_NEW;
    }
    if (e->source != c->packet->source) {
        return ADVERT_COPY;
    }
    age = carp_time_since(c->now, e->time);
    if (age > copy_window || age > interval / 4 + 2 * CARP_MSEC ||
        is_answer(c, adv, copy_window)) {
        return ADVERT_NEW;
    }
    return f->has_mac && memcmp(e->mac, f->src_mac.octets, 6) != 0
               ? ADVERT_DUPLICATE
               : ADVERT_LOOPED;
}

/* ----------------------------------------------------------------- replays */

static bool
is_on_beat(const struct context *c, uint64_t most)
{
    const struct sender *s = c->sender;
    const carp_time expected =
        carp_pace_expect(&s->pace, s->advbase, s->advskew);
    const carp_time gap = carp_time_since(c->now, s->last);
    const uint64_t beats = expected == 0 ? 0 : (gap + expected / 2) / expected;
    const carp_time due = beats * expected;
    const carp_time off = gap > due ? gap - due : due - gap;

    return beats >= 1 && beats <= most &&
           off <= expected / 20 + 2 * s->pace.jitter + 2 * CARP_MSEC;
}

/* OpenBSD sends one counter for ever, but each advert has its own IP id. A
 * busy host uses up all ids within seconds, so one that comes back on the
 * beat is chance; twice, or off the beat, it is not. */
static const struct history_entry *
repeats_ip_id(const struct context *c, const struct carp_adv *adv)
{
    const uint16_t id = c->packet->frame->ip_id;
    const struct history *h = c->group->history;
    const struct history_entry *e, *found = NULL;
    unsigned int count = 0;

    if (c->view->family != CARP_IPV4 || id == 0) {
        return NULL;
    }
    for (uint32_t i = 0; (e = history_get(h, i)) != NULL; i++) {
        if (e->ip_id == id && e->uid == c->sender->uid &&
            e->counter == adv->counter && e->family == CARP_IPV4) {
            found = e;
            count++;
        }
    }
    /* One or two that were lost do not break the beat. */
    return count >= 2 || !is_on_beat(c, 3) ? found : NULL;
}

static bool
was_silent(const struct context *c)
{
    const struct sender *s = c->sender;

    return s->adverts == 0 || s->bowed_out ||
           carp_time_since(c->now, s->last) > sender_silent_limit(s);
}

/* The sender may have taken a peer's counter over after @p original and gone
 * on from there: the parent was seen, or an advert or two lie between. */
static bool
counts_from_peer(const struct context *c, const struct carp_adv *adv,
                 carp_time original)
{
    const struct sender *s = c->sender;
    const carp_time interval = carp_interval(s->advbase, s->advskew);
    const carp_time down =
        carp_master_down(CARP_TIMING_UCARP, s->advbase, s->advskew);
    const struct history_entry *e;

    for (uint32_t i = 0; (e = history_get(c->group->history, i)) != NULL &&
                         carp_time_add(e->time, LATE_READING) > original;
         i++) {
        const uint64_t n = adv->counter - e->counter;
        const carp_time age = carp_time_since(c->now, e->time);
        carp_time least, most;

        if (sender_is(s, e->uid) || e->is_replay || n == 0 ||
            n > (uint64_t)2 * HISTORY_LEN) {
            continue;
        }
        /* With two families there are two adverts an interval; the peer's
         * last ones may have been lost on the way here. */
        least = (n - 1) / 2 * interval * 9 / 10;
        most = (n + 3) * interval * 11 / 10 + down + LATE_READING;
        if (n == 1 || (age >= least && age <= most)) {
            return true;
        }
    }
    return false;
}

static bool
is_constant_replay(const struct context *c, const struct carp_adv *adv,
                   uint64_t *original)
{
    const struct sender *s = c->sender;
    const struct history_entry *e = repeats_ip_id(c, adv);

    if (e == NULL && s->mode != COUNTER_CONSTANT && s->mode != COUNTER_NEW) {
        e = same_advert(c, adv, true, NULL);
        if (e != NULL && counts_from_peer(c, adv, e->time)) {
            e = NULL;
        }
    }
    *original = e != NULL ? e->frame : 0;
    return e != NULL;
}

/* Nothing else was heard from this address. */
static bool
is_stranger(const struct context *c, uint32_t uid)
{
    const struct sender *s = group_by_uid(c->group, uid, NULL);

    return s == NULL || s->adverts <= 1;
}

/* One advert under several addresses, none of them a member's so far but the
 * original's. After a partition two or three nodes may rightly have the same
 * counter, and members of old as well; not more strangers within a minute. */
static bool
is_from_many(const struct context *c, const struct carp_adv *adv,
             uint64_t *original)
{
    const struct history_entry *e = same_advert(c, adv, false, NULL);
    uint32_t last = c->sender->uid;
    unsigned int sources = 1, members = 0;

    while (e != NULL && sources + members < MANY_SOURCES &&
           carp_time_since(c->now, e->time) <= 60 * CARP_SEC) {
        if (!is_stranger(c, e->uid)) {
            members = 1;
        } else if (e->uid != last) {
            sources++;
        }
        last = e->uid;
        *original = e->frame;
        e = same_advert(c, adv, false, e);
    }
    return sources + members >= MANY_SOURCES &&
           !is_answer(c, adv,
                      c->sender->ucarp_mac ? LATE_READING : copy_window);
}

/* docs/LINEAGE.md: a bare repeat is legitimate after a partition; one that
 * neither the sender's own line nor a peer's explains is not. */
bool
repeat_is_replay(const struct context *c, const struct carp_adv *adv,
                 const struct lineage_step *step, uint64_t *original)
{
    const struct sender *s = c->sender;
    const struct history_entry *e;

    *original = 0;
    if (s->adverts == 0 && is_from_many(c, adv, original)) {
        return true;
    }
    if (step->kind == LINEAGE_CONSTANT) {
        return is_constant_replay(c, adv, original);
    }
    if (step->kind == LINEAGE_SELF || step->kind == LINEAGE_SKIPPED ||
        step->kind == LINEAGE_AMBIGUOUS || step->kind == LINEAGE_FIRST) {
        return false;
    }
    e = same_advert(c, adv, true, NULL);
    if (e != NULL) {
        *original = e->frame;
        /* On the beat, it adopted a counter of an advert that was lost on
         * the way here: a replay comes beside the sender's own. */
        return !counts_from_peer(c, adv, e->time) && !is_on_beat(c, 1);
    }
    if (step->has_parent || was_silent(c)) {
        return false;
    }
    /* Older than the history, but within the sender's own unbroken run. */
    if (s->run_len > 1 && adv->counter - s->run_start < s->run_len) {
        return true;
    }
    e = same_advert(c, adv, false, NULL);
    *original = e != NULL ? e->frame : 0;
    return e != NULL;
}

/* -------------------------------------------------------------------- tell */

void
repeat_tell_copy(struct context *c, enum novelty novelty)
{
    const bool loop = novelty == ADVERT_LOOPED;
    struct alert *alert =
        alert_touch(c, loop ? CARP_LOOPED : CARP_DUPLICATE, CARP_CAUSE_NONE,
                    &c->sender->addr, NULL, 10 * CARP_SEC);
    char who[CARP_ADDR_TEXT], mac[CARP_MAC_TEXT], gap[32];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert_frame(alert, c->sender->last_frame);
    carp_addr_format(&c->sender->addr, who);
    text_set(c->track->text,
             "an advert of %s came back %s later, the same to the octet%s%s",
             who,
             text_seconds(carp_time_since(c->now, c->sender->last), gap,
                          sizeof(gap)),
             loop ? "" : ", from MAC ",
             loop ? "" : carp_mac_format(&c->packet->frame->src_mac, mac));
    text_set(c->track->detail, "%s", "");
    alert_tell(c, alert);
}

/* Each address would be a finding of its own: they are one. */
static void
tell_many(struct context *c, uint64_t original)
{
    struct alert *alert = alert_touch(c, CARP_REPLAY, CARP_CAUSE_MANY_SOURCES,
                                      NULL, NULL, 15 * CARP_SEC);
    char who[CARP_ADDR_TEXT];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert_frame(alert, original);
    text_set(c->track->text,
             "one advert is sent again under many addresses, last under %s",
             carp_addr_format(&c->sender->addr, who));
    text_set(c->track->detail,
             "Counter and digest are the same%s. Receivers accept it: the "
             "source address is not in the digest.",
             c->sender->verdict.status == CARP_GOOD ? ", and right" : "");
    alert_tell(c, alert);
}

void
repeat_tell_replay(struct context *c, uint64_t original)
{
    struct alert *alert;
    char who[CARP_ADDR_TEXT];

    if (c->sender->adverts == 0) {
        tell_many(c, original);
        return;
    }
    alert = alert_touch(c, CARP_REPLAY, CARP_CAUSE_NONE, &c->sender->addr, NULL,
                        15 * CARP_SEC);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert_frame(alert, original);
    carp_addr_format(&c->sender->addr, who);
    text_set(c->track->text, "an old advert of %s was sent again%s", who,
             alert->count > 1 ? ", repeatedly" : "");
    text_set(c->track->detail,
             "The counter and digest were on the wire before%s, and neither "
             "the sender's own sequence nor a peer's explains the repeat. "
             "Receivers accept it: a better master's old advert makes the "
             "real master yield.",
             original != 0 ? " (first frame of the evidence)" : "");
    alert_tell(c, alert);
}
