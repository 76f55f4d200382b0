/* SPDX-License-Identifier: BSD-2-Clause */
/* Senders that nobody expects. */
#include <stdlib.h>

#include "engine/track_internal.h"

/* Enough to see what is going on; a flood of addresses says no more. */
enum { ROGUES_TOLD = 4 };
static const carp_time hold = 60 * CARP_SEC;
/* Before that nobody can know who the members are. */
static const carp_time acquaintance = 600 * CARP_SEC;

enum carp_status
carp_track_expect_sender(struct carp_track *track, uint8_t vhid,
                         const struct carp_addr *sender)
{
    struct carp_addrs **expected = &track->expected[vhid];

    if (*expected == NULL) {
        *expected = calloc(1, sizeof(**expected));
        if (*expected == NULL) {
            return CARP_ERR_NOMEM;
        }
    }
    track->senders_version++;
    return carp_addrs_contain(*expected, sender)
               ? CARP_OK
               : carp_addrs_add(*expected, sender);
}

void
rogue_free(struct carp_track *track)
{
    for (unsigned int i = 0; i < 256; i++) {
        free(track->expected[i]);
        track->expected[i] = NULL;
    }
}

void
carp_track_expect_anybody(struct carp_track *track)
{
    rogue_free(track);
    track->senders_version++;
}

/* A list of one family says nothing about the other. */
static bool
is_outside(const struct carp_addrs *expected, const struct carp_addr *addr)
{
    bool has_family = false;

    for (unsigned int i = 0; i < expected->count; i++) {
        has_family |= expected->list[i].family == addr->family;
        if (carp_addr_equal(&expected->list[i], addr)) {
            return false;
        }
    }
    return has_family;
}

static unsigned int
rogues(const struct context *c)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < c->group->alert_count; i++) {
        count += c->group->alerts[i].code == CARP_ROGUE_SENDER &&
                 c->group->alerts[i].family == c->view->family;
    }
    return count;
}

static void
tell_outside(struct context *c)
{
    struct sender *s = c->sender;
    struct alert *alert;
    char a[CARP_ADDR_TEXT];

    if (alert_find(c->group, c->view->family, CARP_ROGUE_SENDER, &s->addr,
                   NULL) == NULL &&
        rogues(c) >= ROGUES_TOLD) {
        c->track->suppressed++;
        return;
    }
    alert = alert_touch(c, CARP_ROGUE_SENDER, CARP_CAUSE_NOT_CONFIGURED,
                        &s->addr, NULL, hold);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    text_set(c->track->text,
             "%s advertises, but is none of this vhid's "
             "senders",
             carp_addr_format(&s->addr, a));
    text_set(c->track->detail, "%s",
             s->verdict.status == CARP_GOOD
                 ? "Its digest is right: it knows the key, or re-sends "
                   "somebody's adverts."
             : s->verdict.status == CARP_BAD
                 ? "Its digest is wrong: members do not accept it."
                 : "");
    alert_tell(c, alert);
}

void
rogue_check(struct context *c)
{
    struct sender *s = c->sender;
    const struct carp_addrs *expected;

    if (c->track->senders_version == 0) {
        return;
    }
    expected = c->track->expected[c->group->vhid];
    if (expected == NULL) {
        return;
    }
    if (s->outside_of != c->track->senders_version) {
        s->outside_of = c->track->senders_version;
        s->is_outside = is_outside(expected, &s->addr);
    }
    if (s->is_outside) {
        tell_outside(c);
    }
}

/* Somebody new takes the place of a master that lives and was MASTER for
 * long. A member that was BACKUP all the time does so only when it is
 * started with preempt, or gets a better priority. */
void
rogue_on_preempt(struct context *c, const struct sender *master)
{
    struct sender *s = c->sender;
    struct alert *alert;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];

    if (s->first != c->now || s->verdict.status != CARP_GOOD ||
        carp_time_since(c->now, master->master_since) < acquaintance ||
        carp_time_since(c->now, master->first) < acquaintance ||
        c->track->expected[c->group->vhid] != NULL) {
        return;
    }
    alert = alert_touch(c, CARP_ROGUE_SENDER, CARP_CAUSE_NEW_MASTER, &s->addr,
                        &master->addr, CARP_NEVER);
    if (alert == NULL) {
        return;
    }
    alert->confidence = CARP_LOW;
    text_set(c->track->text,
             "%s was never seen before, its digest is right, and it takes "
             "over from %s",
             carp_addr_format(&s->addr, a), carp_addr_format(&master->addr, b));
    text_set(c->track->detail,
             "A member that was BACKUP until now looks the same.");
    alert_tell(c, alert);
    alert_resolve(c, alert, "");
}
