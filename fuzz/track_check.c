/* SPDX-License-Identifier: BSD-2-Clause */
#include "track_check.h"

#include "fuzz.h"

static void
digest(struct track_check *check, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        uint64_t some = 0;
        size_t len = left < sizeof(some) ? left : sizeof(some);
        memcpy(&some, text, len);
        check->digest = (check->digest ^ some) * UINT64_C(0x100000001b3);
        text += len;
        left -= len;
    }
}

static void
check_text(const char *text)
{
    static const char controls[] =
        "\001\002\003\004\005\006\a\b\t\n\v\f\r\016\017\020\021\022\023\024"
        "\025\026\027\030\031\032\033\034\035\036\037\177";
    FUZZ_CHECK(text != NULL);
    FUZZ_CHECK(memchr(text, '\0', CARP_EVENT_TEXT) != NULL);
    FUZZ_CHECK(strpbrk(text, controls) == NULL);
}

static void
check_family(uint8_t family)
{
    FUZZ_CHECK(family == CARP_IPV4 || family == CARP_IPV6);
}

static void
check_transition(const struct carp_event *event)
{
    FUZZ_CHECK(event->role == CARP_BACKUP || event->role == CARP_MASTER);
    FUZZ_CHECK((unsigned int)event->reason < CARP_REASON_COUNT);
    FUZZ_CHECK(*carp_reason_text(event->reason) != '\0');
    check_family(event->family);
    FUZZ_CHECK(event->sender.family == event->family);
    FUZZ_CHECK(event->previous.family == CARP_FAMILY_NONE ||
               event->previous.family == event->family);
}

/* Onset, updates, resolved: in this order, each alert once. */
static void
check_life(struct track_check *check, const struct carp_event *event)
{
    if (event->id >= CHECK_IDS) {
        return;
    }
    uint8_t *state = &check->alert[event->id];
    if (event->kind == CARP_EVENT_FINDING) {
        FUZZ_CHECK(*state == 0);
        *state = 1;
    } else {
        FUZZ_CHECK(*state == 1);
        *state = event->kind == CARP_EVENT_RESOLVED ? 2 : 1;
    }
}

static void
check_finding(struct track_check *check, const struct carp_event *event)
{
    FUZZ_CHECK((unsigned int)event->code < CARP_CODE_COUNT);
    FUZZ_CHECK((unsigned int)event->cause < CARP_CAUSE_COUNT);
    FUZZ_CHECK(event->severity <= CARP_CRITICAL);
    FUZZ_CHECK(event->confidence <= CARP_HIGH);
    FUZZ_CHECK(*carp_code_text(event->code) != '\0');
    FUZZ_CHECK(event->count > 0);
    FUZZ_CHECK(event->sender_count <= CARP_EVENT_SENDERS);
    FUZZ_CHECK(event->frame_count <= CARP_EVENT_FRAMES);
    for (unsigned int i = 0; i < event->sender_count; i++) {
        check_family(event->senders[i].family);
    }
    for (unsigned int i = 0; i < event->frame_count; i++) {
        FUZZ_CHECK(event->frames[i] > 0);
        FUZZ_CHECK(event->frames[i] <= check->last_frame);
        FUZZ_CHECK(i == 0 || event->frames[i] > event->frames[i - 1]);
    }
    check_life(check, event);
}

void
track_check_event(void *user, const struct carp_event *event)
{
    struct track_check *check = user;
    check->events++;
    FUZZ_CHECK(event->time <= check->now);
    FUZZ_CHECK(event->since <= event->time);
    FUZZ_CHECK(event->frame <= check->last_frame);
    check_text(event->text);
    check_text(event->detail);
    check_text(event->remedy);
    switch (event->kind) {
    case CARP_EVENT_TRANSITION:
        check_transition(event);
        break;
    case CARP_EVENT_FINDING:
        FUZZ_CHECK(*event->remedy != '\0');
        check_finding(check, event);
        break;
    case CARP_EVENT_UPDATE:
    case CARP_EVENT_RESOLVED:
        check_finding(check, event);
        break;
    default:
        FUZZ_FAIL("a kind of event");
    }
    check->digest ^= event->time + (uint64_t)event->kind * 31 + event->id;
    digest(check, event->text);
    digest(check, event->detail);
}

static void
check_senders(const struct track_check *check, struct carp_track *track,
              size_t index, const struct carp_view_summary *view)
{
    struct carp_sender_summary s;
    uint64_t adverts = 0;
    for (unsigned int i = 0; i < view->senders; i++) {
        FUZZ_CHECK(carp_track_sender(track, index, i, &s));
        FUZZ_CHECK(s.address.family == view->family);
        /* Without one that receivers could accept there is no last. */
        FUZZ_CHECK(s.adverts == 0 || s.first <= s.last);
        FUZZ_CHECK(s.first <= check->now && s.last <= check->now);
        FUZZ_CHECK(s.master_time <= check->now - s.first);
        FUZZ_CHECK(s.max_gap <= check->now);
        FUZZ_CHECK((unsigned int)s.impl < CARP_IMPL_COUNT);
        FUZZ_CHECK(s.impl_evidence != NULL);
        FUZZ_CHECK(s.good + s.bad + s.unverified <= view->adverts);
        adverts += s.adverts;
    }
    FUZZ_CHECK(adverts <= view->adverts);
    FUZZ_CHECK(!carp_track_sender(track, index, view->senders, &s));
}

static uint64_t
place(const struct carp_view_summary *view)
{
    return (uint64_t)view->segment << 32 | (uint64_t)view->vlan << 16 |
           (uint64_t)view->vhid << 8 | view->family;
}

void
track_check_summary(struct track_check *check, struct carp_track *track,
                    unsigned int max_senders)
{
    struct carp_view_summary view;
    size_t count = carp_track_view_count(track);
    uint64_t before = 0, adverts = 0;
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(carp_track_view(track, i, &view));
        check_family(view.family);
        FUZZ_CHECK(i == 0 || place(&view) > before);
        before = place(&view);
        FUZZ_CHECK(view.senders <= max_senders);
        FUZZ_CHECK(view.good + view.bad + view.unverified <= view.adverts);
        check_senders(check, track, i, &view);
        const struct carp_addrs *learnt = carp_track_learnt(track, i);
        FUZZ_CHECK(learnt != NULL && learnt->count <= CARP_ADDRS_MAX);
        adverts += view.adverts;
        check->digest = check->digest * 31 + view.adverts + view.transitions;
    }
    FUZZ_CHECK(adverts <= check->adverts);
    FUZZ_CHECK(!carp_track_view(track, count, &view));
    FUZZ_CHECK(carp_track_learnt(track, count) == NULL);
}
