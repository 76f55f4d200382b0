/* SPDX-License-Identifier: BSD-2-Clause */
/* How two masters become one again. */
#include <stdio.h>

#include <carp/predict.h>

#include "engine/dual_internal.h"

/* ucarp's last advert before it yields continues the winner's counter. */
bool
dual_has_accepted(const struct sender *left, const struct sender *stays)
{
    return left->accepted_at == left->last &&
           sender_is(stays, left->accepted_uid);
}

static void
tell_transition(struct context *c, struct sender *challenger)
{
    struct sender *master = &c->view->senders[c->view->master];
    const struct contest *ct = &challenger->contest;
    struct alert *alert =
        alert_touch(c, CARP_DUAL_MASTER, CARP_CAUSE_TRANSITION, &master->addr,
                    &challenger->addr, DUAL_HOLD);
    char m[CARP_ADDR_TEXT], ch[CARP_ADDR_TEXT], gap[32];

    if (alert == NULL) {
        return;
    }
    alert->since = ct->since;
    alert->last = challenger->last;
    alert_frame(alert, ct->since_frame);
    alert_frame(alert, challenger->last_frame);
    text_set(c->track->text,
             "%s and %s were both heard for %s, then %s yielded",
             carp_addr_format(&master->addr, m),
             carp_addr_format(&challenger->addr, ch),
             text_seconds(carp_time_since(challenger->last, ct->since), gap,
                          sizeof(gap)),
             ch);
    text_set(c->track->detail, "A normal hand-over.");
    alert_tell(c, alert);
    alert_resolve(c, alert, "");
}

static void
resolve_pair(struct context *c, struct sender *challenger,
             const struct sender *master)
{
    static const enum carp_code kinds[] = {CARP_DUAL_MASTER,
                                           CARP_VHID_COLLISION};
    const bool challenger_left =
        challenger->bowed_out || challenger->last <= master->last;
    const struct sender *left = challenger_left ? challenger : master;
    const struct sender *stays = challenger_left ? master : challenger;
    char who[CARP_ADDR_TEXT], why[96];

    for (unsigned int i = 0; i < 2; i++) {
        struct alert *alert = alert_find(c->group, c->view->family, kinds[i],
                                         &challenger->addr, &master->addr);

        if (alert == NULL) {
            alert = alert_find(c->group, c->view->family, kinds[i],
                               &master->addr, &challenger->addr);
        }
        if (alert == NULL) {
            continue;
        }
        alert->last = left->last;
        (void)snprintf(why, sizeof(why), "%s %s",
                       carp_addr_format(&left->addr, who),
                       left->bowed_out                  ? "bowed out"
                       : dual_has_accepted(left, stays) ? "yielded"
                                                        : "yielded or fell "
                                                          "silent");
        alert_resolve(c, alert, why);
    }
}

void
dual_end(struct context *c, struct sender *challenger)
{
    struct contest *ct = &challenger->contest;
    struct sender *master;
    char who[CARP_ADDR_TEXT];

    if (!ct->active) {
        return;
    }
    ct->active = false;
    stale_look(c);
    if (c->view->master == NOBODY) {
        return;
    }
    master = &c->view->senders[c->view->master];
    if (master == challenger) {
        return;
    }
    if (ct->reported) {
        resolve_pair(c, challenger, master);
    } else if (ct->adverts_other != 0 && ct->adverts_self != 0 &&
               challenger->last > ct->since) {
        tell_transition(c, challenger);
    } else if (ct->adverts_self != 0 && ct->adverts_other != 0) {
        checks_flapping(c, true);
    }
    if (challenger->is_master && challenger->last <= master->last) {
        const bool silent =
            ct->reported && !dual_has_accepted(challenger, master);

        challenger->departure = silent ? CARP_LEFT_SILENT : CARP_LEFT_YIELDED;
        text_set(c->track->text, "%s %s",
                 carp_addr_format(&challenger->addr, who),
                 silent ? "fell silent"
                        : "yielded (more frequent advertisement received)");
        event_transition(c, CARP_BACKUP,
                         silent ? CARP_REASON_SILENT
                                : CARP_REASON_MORE_FREQUENT,
                         challenger, NULL, challenger->last, 0, 0);
    }
}

/* ------------------------------------------------------------------- sweep */

static bool
is_contested(const struct view *v, const struct alert *alert)
{
    const struct sender *master;

    if (v->master == NOBODY) {
        return false;
    }
    master = &v->senders[v->master];
    for (unsigned int i = 0; i < v->count; i++) {
        const struct sender *s = &v->senders[i];

        if (s->contest.active && s->contest.reported &&
            ((carp_addr_equal(&alert->a, &s->addr) &&
              carp_addr_equal(&alert->b, &master->addr)) ||
             (carp_addr_equal(&alert->b, &s->addr) &&
              carp_addr_equal(&alert->a, &master->addr)))) {
            return true;
        }
    }
    return false;
}

static bool
is_of_contest(const struct alert *alert, uint8_t family)
{
    return alert->family == family && (alert->code == CARP_DUAL_MASTER ||
                                       (alert->code == CARP_VHID_COLLISION &&
                                        alert->cause == CARP_CAUSE_CARP));
}

/* A pair can come apart without dual_end(): one bows out, is forgotten, or a
 * third takes over. Its finding must not stay for ever. */
void
dual_sweep(struct context *c)
{
    struct group *g = c->group;

    for (unsigned int i = 0; i < g->alert_count;) {
        struct alert *alert = &g->alerts[i];
        const struct sender *a, *b;
        char who[CARP_ADDR_TEXT], why[96];

        if (!is_of_contest(alert, c->view->family) ||
            is_contested(c->view, alert)) {
            i++;
            continue;
        }
        a = view_find(c->view, &alert->a);
        b = view_find(c->view, &alert->b);
        (void)snprintf(why, sizeof(why), "the two are no longer compared");
        if (a != NULL && b != NULL && a->bowed_out != b->bowed_out) {
            (void)snprintf(
                why, sizeof(why), "%s bowed out",
                carp_addr_format(a->bowed_out ? &a->addr : &b->addr, who));
        } else if (c->view->master != NOBODY) {
            (void)snprintf(
                why, sizeof(why), "%s is MASTER now",
                carp_addr_format(&c->view->senders[c->view->master].addr, who));
        }
        alert_resolve(c, alert, why);
    }
}
