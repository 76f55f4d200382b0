/* SPDX-License-Identifier: BSD-2-Clause */
/* Adverts that receivers drop, silence, flapping, collisions, floods. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/track_internal.h"

/* VRRP and CARP on one id: both must have been heard this recently. */
static const carp_time collision_window = 60 * CARP_SEC;
static const carp_time fault_hold = 60 * CARP_SEC;
static const carp_time flap_window = 60 * CARP_SEC;
enum { FLAPS = 8, FALSE_STARTS = 3 };

/* ------------------------------------------------------------ bad adverts */

static void
tell_fault(struct context *c, enum carp_code code, const char *what)
{
    struct alert *alert = alert_touch(c, code, CARP_CAUSE_NONE,
                                      &c->sender->addr, NULL, fault_hold);
    char a[CARP_ADDR_TEXT];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    text_set(c->track->text, "adverts of %s: %s",
             carp_addr_format(&c->sender->addr, a), what);
    text_set(c->track->detail, "%s", "");
    alert_tell(c, alert);
}

static void
tell_malformed(struct context *c, unsigned int issues)
{
    const struct carp_frame *f = c->packet->frame;
    char what[160];

    if ((issues & CARP_ISSUE_SHORT) != 0) {
        (void)snprintf(what, sizeof(what),
                       "%u octets instead of 36; receivers drop them",
                       (unsigned int)f->payload_wire);
    } else if ((issues & CARP_ISSUE_VHID_ZERO) != 0) {
        (void)snprintf(what, sizeof(what), "vhid 0 matches no group");
    } else if ((issues & CARP_ISSUE_TRAILING) != 0) {
        (void)snprintf(what, sizeof(what),
                       "%u octets behind the 36; most receivers ignore them",
                       (unsigned int)f->payload_wire - CARP_ADV_LEN);
    } else if ((issues & CARP_ISSUE_TYPE) != 0) {
        (void)snprintf(what, sizeof(what),
                       "type %u instead of 1; receivers do not look",
                       f->u.adv.type);
    } else {
        (void)snprintf(what, sizeof(what),
                       "authlen %u instead of 7; receivers do not look",
                       f->u.adv.authlen);
    }
    tell_fault(c, CARP_MALFORMED, what);
}

void
checks_invalid(struct context *c)
{
    const struct carp_frame *f = c->packet->frame;
    const unsigned int malformed =
        f->issues &
        (CARP_ISSUE_SHORT | CARP_ISSUE_VHID_ZERO | CARP_ISSUE_TRAILING |
         CARP_ISSUE_TYPE | CARP_ISSUE_AUTHLEN);
    char what[96];

    if ((f->issues & CARP_ISSUE_VERSION) != 0) {
        (void)snprintf(what, sizeof(what),
                       "version %u instead of 2; receivers drop them",
                       f->u.adv.version);
        tell_fault(c, CARP_BAD_VERSION, what);
    }
    if (malformed != 0) {
        tell_malformed(c, malformed);
    }
    if ((f->issues & CARP_ISSUE_CHECKSUM) != 0 &&
        (f->issues & CARP_ISSUE_SHORT) == 0) {
        tell_fault(c, CARP_BAD_CHECKSUM,
                   "the checksum is wrong; receivers drop them");
    }
    if ((f->issues & CARP_ISSUE_TTL) != 0) {
        (void)snprintf(what, sizeof(what),
                       "%s %u instead of 255; receivers drop them",
                       f->family == CARP_IPV6 ? "hop limit" : "TTL", f->ttl);
        tell_fault(c, CARP_TTL_NOT_255, what);
    }
}

/* ------------------------------------------------------------------- VRRP */

static bool
shares_virtual_mac(const struct carp_frame *f)
{
    /* RFC 9568 gives IPv6 another MAC; FreeBSD's VRRP does not. */
    return f->family == CARP_IPV4 || (f->has_mac && f->src_mac.octets[4] == 1);
}

static void
note_vrrp_owner(struct vrrp_use *use, const struct carp_frame *f, carp_time now)
{
    struct vrrp_owner *o = &use->owners[0];

    for (unsigned int i = 0; i < use->count; i++) {
        if (carp_addr_equal(&use->owners[i].addr, &f->src)) {
            o = &use->owners[i];
            break;
        }
        o = use->owners[i].last < o->last ? &use->owners[i] : o;
    }
    if (use->count == 0 ||
        (!carp_addr_equal(&o->addr, &f->src) && use->count < VRRP_OWNERS)) {
        o = &use->owners[use->count++];
    }
    o->addr = f->src;
    o->last = now;
    o->priority = f->u.vrrp.priority;
    use->first = use->adverts++ == 0 ? now : use->first;
    use->last = now;
}

void
checks_on_vrrp(struct context *c)
{
    const struct carp_frame *f = c->packet->frame;
    struct vrrp *vrrp = c->view->vrrp;

    if (vrrp == NULL) {
        vrrp = c->view->vrrp = calloc(1, sizeof(*vrrp));
        if (vrrp == NULL) {
            return;
        }
    }
    note_vrrp_owner(&vrrp->uses[f->kind == CARP_FRAME_VRRP3], f, c->now);
    if (!shares_virtual_mac(f)) {
        return;
    }
    vrrp->last = c->now;
    vrrp->frame = c->packet->number;
    vrrp->source = f->src;
    checks_collision(c);
}

static const struct sender *
latest_sender(const struct view *v)
{
    const struct sender *latest = NULL;

    for (unsigned int i = 0; i < v->count; i++) {
        if (v->senders[i].adverts != 0 &&
            (latest == NULL || v->senders[i].last > latest->last)) {
            latest = &v->senders[i];
        }
    }
    return latest;
}

/* Two groups of CARP are another finding under this code. */
static struct alert *
collision_with_vrrp(const struct context *c)
{
    for (unsigned int i = 0; i < c->group->alert_count; i++) {
        struct alert *alert = &c->group->alerts[i];

        if (alert->code == CARP_VHID_COLLISION &&
            alert->cause == CARP_CAUSE_VRRP &&
            alert->family == c->view->family) {
            return alert;
        }
    }
    return NULL;
}

void
checks_collision(struct context *c)
{
    struct view *v = c->view;
    const struct sender *carp;
    struct alert *alert;
    char a[CARP_ADDR_TEXT], b[CARP_ADDR_TEXT];

    if (v->vrrp == NULL || v->vrrp->last == 0 || v->last_advert == 0 ||
        carp_time_since(c->now, v->vrrp->last) > collision_window ||
        carp_time_since(c->now, v->last_advert) > collision_window) {
        return;
    }
    carp = latest_sender(v);
    if (carp == NULL) {
        return;
    }
    alert = collision_with_vrrp(c);
    alert = alert_touch(c, CARP_VHID_COLLISION, CARP_CAUSE_VRRP,
                        alert != NULL ? &alert->a : &carp->addr,
                        alert != NULL ? &alert->b : &v->vrrp->source,
                        collision_window);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    alert_frame(alert, v->vrrp->frame);
    alert_frame(alert, carp->last_frame);
    text_set(c->track->text, "CARP of %s and VRRP of %s use the same id %u",
             carp_addr_format(&carp->addr, a),
             carp_addr_format(&v->vrrp->source, b), c->group->vhid);
    text_set(c->track->detail,
             "Both own the virtual MAC 00:00:5e:00:01:%02x: switches send "
             "traffic for one to the other.",
             c->group->vhid);
    alert_tell(c, alert);
}

/* ---------------------------------------------------------------- silence */

void
checks_no_master(struct context *c, carp_time now)
{
    const struct view *v = c->view;
    struct alert *alert;
    char a[CARP_ADDR_TEXT], gap[32];

    c->sender = NULL;
    alert = alert_touch(
        c, CARP_NO_MASTER, CARP_CAUSE_NONE,
        v->last_master == NOBODY ? NULL : &v->senders[v->last_master].addr,
        NULL, CARP_NEVER);
    if (alert == NULL) {
        return;
    }
    alert->since = v->last_advert;
    if (v->last_master != NOBODY) {
        alert_frame(alert, v->senders[v->last_master].last_frame);
        text_set(c->track->text,
                 "silent for %s since the last advert of %s; nobody took "
                 "over",
                 text_seconds(carp_time_since(now, v->last_advert), gap,
                              sizeof(gap)),
                 carp_addr_format(&v->senders[v->last_master].addr, a));
    } else {
        text_set(c->track->text, "silent for %s; nobody took over",
                 text_seconds(carp_time_since(now, v->last_advert), gap,
                              sizeof(gap)));
    }
    text_set(c->track->detail,
             "%sThe slowest member would have taken over by now.",
             v->last_master != NOBODY && v->senders[v->last_master].bowed_out
                 ? "It bowed out: it was stopped in good order. "
                 : "");
    alert_tell(c, alert);
}

/* --------------------------------------------------------------- flapping */

static unsigned int
recent(const carp_time *ring, unsigned int len, carp_time now)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < len; i++) {
        count += ring[i] != 0 && carp_time_since(now, ring[i]) <= flap_window;
    }
    return count;
}

static bool
has_both_families(const struct context *c)
{
    return c->group->views[VIEW4].last_advert != 0 &&
           c->group->views[VIEW6].last_advert != 0;
}

static void
tell_flapping(struct context *c, enum carp_cause cause, unsigned int changes)
{
    struct alert *alert =
        alert_touch(c, CARP_FLAPPING, cause, NULL, NULL, flap_window);
    const struct sender *s = c->sender;
    char a[CARP_ADDR_TEXT];

    if (!alert_wants_text(c, alert)) {
        return;
    }
    if (s != NULL && changes == 0) {
        text_set(c->track->text,
                 "%s keeps taking over for an instant although a better "
                 "master is heard here",
                 carp_addr_format(&s->addr, a));
    } else {
        text_set(c->track->text, "%u changes of master within 60 s", changes);
    }
    text_set(c->track->detail, "%s",
             cause == CARP_CAUSE_ONE_FAMILY_LOST
                 ? "It yields to the next advert, so it hears one family; "
                   "the timer of the other family runs out: that family's "
                   "adverts do not reach it."
                 : "");
    alert_tell(c, alert);
}

void
checks_flapping(struct context *c, bool false_start)
{
    struct view *v = c->view;
    unsigned int changes;

    if (false_start) {
        v->false_starts[v->false_next++ % 4] = c->now;
        if (recent(v->false_starts, 4, c->now) >= FALSE_STARTS) {
            tell_flapping(c,
                          has_both_families(c) ? CARP_CAUSE_ONE_FAMILY_LOST
                                               : CARP_CAUSE_NONE,
                          0);
        }
        return;
    }
    v->changes[v->change_next++ % 16] = c->now;
    changes = recent(v->changes, 16, c->now);
    if (changes >= FLAPS) {
        tell_flapping(c, CARP_CAUSE_NONE, changes);
    }
}

/* ------------------------------------------------------------------ flood */

static void
tell_flood(struct context *c, bool group, uint64_t forgotten)
{
    struct alert *alert;

    c->sender = NULL;
    alert = alert_touch(c, CARP_SENDER_FLOOD, CARP_CAUSE_NONE, NULL, NULL,
                        30 * CARP_SEC);
    if (!alert_wants_text(c, alert)) {
        return;
    }
    text_set(c->track->text,
             "more %s than a segment can have: %llu forgotten so far",
             group ? "vhids" : "senders of this vhid",
             (unsigned long long)forgotten);
    text_set(c->track->detail,
             "Those with a right digest or a history are kept; %llu events "
             "of others were not told.",
             (unsigned long long)c->track->suppressed);
    alert_tell(c, alert);
}

void
checks_flood(struct context *c, bool group)
{
    carp_time *start =
        group ? &c->track->forgotten_start : &c->view->flood_start;
    uint32_t *count = group ? &c->track->forgotten_recent : &c->view->flood_new;

    if (carp_time_since(c->now, *start) > FLOOD_WINDOW) {
        *start = c->now;
        *count = 0;
    }
    if (++*count >= (group ? FLOOD_GROUPS : FLOOD_SENDERS)) {
        struct sender *sender = c->sender;

        tell_flood(c, group,
                   group ? c->track->forgotten_groups : c->view->forgotten);
        c->sender = sender;
    }
}
