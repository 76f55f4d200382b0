/* SPDX-License-Identifier: BSD-2-Clause */
#include "story.h"

#include <string.h>

#include "report.h"
#include "text.h"

/* More views than this tell no story: somebody is making them up. */
#define STORIES_MAX 2048

struct mon_stories {
    GHashTable *by_view; /* gint64 to struct mon_story */
};

static gint64
view_key(uint16_t segment, uint16_t vlan, uint8_t family, uint8_t vhid)
{
    return (gint64)segment << 32 | (gint64)vlan << 16 | (gint64)family << 8 |
           (gint64)vhid;
}

static void
clear_entry(struct mon_story_entry *entry)
{
    g_free(entry->text);
    g_free(entry->over);
    memset(entry, 0, sizeof(*entry));
}

static void
free_story(void *memory)
{
    struct mon_story *story = memory;
    for (size_t i = 0; i < MON_STORY_HEAD; i++) {
        clear_entry(&story->head[i]);
    }
    for (size_t i = 0; i < MON_STORY_TAIL; i++) {
        clear_entry(&story->tail[i]);
    }
    g_free(story);
}

struct mon_stories *
mon_stories_new(void)
{
    struct mon_stories *stories = g_new0(struct mon_stories, 1);
    stories->by_view =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_story);
    return stories;
}

void
mon_stories_free(struct mon_stories *stories)
{
    g_hash_table_destroy(stories->by_view);
    g_free(stories);
}

static gboolean
is_trifle(gpointer key, gpointer value, gpointer user)
{
    (void)key;
    (void)user;
    const struct mon_story *story = value;
    return story->count <= 1;
}

static struct mon_story *
story_of(struct mon_stories *stories, const struct carp_event *event)
{
    gint64 key =
        view_key(event->segment, event->vlan, event->family, event->vhid);
    struct mon_story *story = g_hash_table_lookup(stories->by_view, &key);
    if (story != NULL) {
        return story;
    }
    if (g_hash_table_size(stories->by_view) >= STORIES_MAX) {
        g_hash_table_foreach_remove(stories->by_view, is_trifle, NULL);
    }
    if (g_hash_table_size(stories->by_view) >= STORIES_MAX) {
        return NULL;
    }
    story = g_new0(struct mon_story, 1);
    g_hash_table_insert(stories->by_view, g_memdup2(&key, sizeof(key)), story);
    return story;
}

static struct mon_story_entry *
next_entry(struct mon_story *story)
{
    uint64_t at = story->count++;
    if (at < MON_STORY_HEAD) {
        return &story->head[at];
    }
    struct mon_story_entry *entry =
        &story->tail[(at - MON_STORY_HEAD) % MON_STORY_TAIL];
    clear_entry(entry);
    return entry;
}

static struct mon_story_entry *
find_alert(struct mon_story *story, uint32_t id)
{
    for (size_t i = 0; i < MON_STORY_HEAD; i++) {
        if (story->head[i].is_alert && story->head[i].id == id) {
            return &story->head[i];
        }
    }
    for (size_t i = 0; i < MON_STORY_TAIL; i++) {
        if (story->tail[i].is_alert && story->tail[i].id == id) {
            return &story->tail[i];
        }
    }
    return NULL;
}

static void
add_transition(struct mon_story *story, const struct carp_event *event)
{
    struct mon_story_entry *entry = next_entry(story);
    /* Not when it was known: a silence takes a while to mean something. */
    entry->time = event->since;
    entry->role = event->role;
    entry->reason = event->reason;
    entry->sender = event->sender;
    entry->previous = event->previous;
    entry->silence = event->silence;
}

static void
add_alert(struct mon_story *story, const struct carp_event *event)
{
    struct mon_story_entry *entry = find_alert(story, event->id);
    /* What began as a normal hand-over may turn out to be an alert later. */
    if (entry != NULL || event->severity < CARP_WARNING) {
        return;
    }
    entry = next_entry(story);
    entry->is_alert = true;
    entry->id = event->id;
    entry->time = event->since;
    entry->code = event->code;
    entry->text = g_strdup(event->text);
    for (unsigned int i = 0; i < event->sender_count && i < 2; i++) {
        entry->senders[entry->sender_count++] = event->senders[i];
    }
}

void
mon_stories_add(struct mon_stories *stories, const struct carp_event *event)
{
    struct mon_story *story = story_of(stories, event);
    if (story == NULL) {
        return;
    }
    switch (event->kind) {
    case CARP_EVENT_TRANSITION:
        add_transition(story, event);
        break;
    case CARP_EVENT_FINDING:
    case CARP_EVENT_UPDATE:
        add_alert(story, event);
        break;
    case CARP_EVENT_RESOLVED: {
        struct mon_story_entry *entry = find_alert(story, event->id);
        if (entry != NULL && entry->over == NULL) {
            entry->over = g_strdup(event->text);
        }
        break;
    }
    }
}

const struct mon_story *
mon_stories_get(const struct mon_stories *stories,
                const struct carp_view_summary *view)
{
    gint64 key = view_key(view->segment, view->vlan, view->family, view->vhid);
    const struct mon_story *story = g_hash_table_lookup(stories->by_view, &key);
    return story != NULL && story->count > 0 ? story : NULL;
}

/* ---------------------------------------------------------------- telling */

struct telling {
    GString *out;
    const struct mon_session *session;
    carp_time day; /* some moment of the day that was told last */
};

static const char *
moment_text(struct telling *telling, carp_time when, char out[TXT_MOMENT])
{
    const struct mon_session *session = telling->session;
    txt_moment(mon_wall(session, when), mon_wall(session, telling->day),
               session->utc, out);
    telling->day = when;
    return out;
}

/* Nothing is taken over from a master that goes on. */
static const char *
verb_of(enum carp_reason reason)
{
    if (reason == CARP_REASON_UNEXPECTED || reason == CARP_REASON_UNSEEN) {
        return "became MASTER beside";
    }
    return reason == CARP_REASON_RENUMBERED ? "is MASTER in place of"
                                            : "took over from";
}

static void
tell_master(GString *out, const struct mon_story_entry *entry, const char *who,
            const char *when)
{
    char previous[CARP_ADDR_TEXT];
    char silence[TXT_DURATION];
    bool has_previous = entry->previous.family != CARP_FAMILY_NONE &&
                        !carp_addr_equal(&entry->previous, &entry->sender);
    if (entry->reason == CARP_REASON_FIRST_SEEN) {
        g_string_append_printf(out, "%s was first seen as MASTER at %s", who,
                               when);
    } else if (has_previous) {
        g_string_append_printf(
            out, "%s %s %s at %s", who, verb_of(entry->reason),
            carp_addr_format(&entry->previous, previous), when);
    } else {
        g_string_append_printf(out, "%s became MASTER at %s", who, when);
    }
    if (entry->reason == CARP_REASON_FIRST_SEEN) {
        g_string_append(out, ". ");
    } else if (entry->reason == CARP_REASON_TIMED_OUT && entry->silence > 0) {
        g_string_append_printf(out, " (%s: %s of silence). ",
                               carp_reason_text(entry->reason),
                               txt_duration(entry->silence, silence));
    } else {
        g_string_append_printf(out, " (%s). ", carp_reason_text(entry->reason));
    }
}

static bool
is_dual(const struct mon_story_entry *entry)
{
    return entry->is_alert && entry->code == CARP_DUAL_MASTER &&
           entry->sender_count == 2;
}

static void
tell_alert(struct telling *telling, const struct mon_story_entry *entry)
{
    GString *out = telling->out;
    char from[TXT_MOMENT];
    char a[CARP_ADDR_TEXT];
    char b[CARP_ADDR_TEXT];
    moment_text(telling, entry->time, from);
    if (is_dual(entry)) {
        g_string_append_printf(out, "%s and %s were both MASTER from %s",
                               carp_addr_format(&entry->senders[0], a),
                               carp_addr_format(&entry->senders[1], b), from);
    } else if (entry->code == CARP_NO_MASTER) {
        g_string_append_printf(out, "Nobody was MASTER from %s", from);
    } else {
        bool names_sender = g_str_has_prefix(entry->text, "from ");
        g_string_append_printf(out, "%s since %s%s %s",
                               carp_code_text(entry->code), from,
                               names_sender ? "" : ":", entry->text);
    }
    if (entry->over != NULL) {
        g_string_append_printf(out, "; over %s. ", entry->over);
    } else {
        g_string_append(out, "; not over. ");
    }
}

static void
tell(struct telling *telling, const struct mon_story_entry *entry)
{
    GString *out = telling->out;
    char who[CARP_ADDR_TEXT];
    char when[TXT_MOMENT];
    if (entry->is_alert) {
        tell_alert(telling, entry);
        return;
    }
    carp_addr_format(&entry->sender, who);
    moment_text(telling, entry->time, when);
    if (entry->role == CARP_MASTER) {
        tell_master(out, entry, who, when);
    } else {
        g_string_append_printf(out, "%s stopped being MASTER at %s (%s). ", who,
                               when, carp_reason_text(entry->reason));
    }
}

/* The last one that is still on; NULL when there is none. */
static const struct mon_story_entry *
open_dual(const struct mon_story *story)
{
    const struct mon_story_entry *found = NULL;
    for (size_t i = 0; i < MON_STORY_HEAD; i++) {
        if (is_dual(&story->head[i]) && story->head[i].over == NULL) {
            found = &story->head[i];
        }
    }
    for (size_t i = 0; i < MON_STORY_TAIL; i++) {
        if (is_dual(&story->tail[i]) && story->tail[i].over == NULL) {
            found = &story->tail[i];
        }
    }
    return found;
}

static void
tell_end(GString *out, const struct mon_story *story,
         const struct carp_view_summary *view)
{
    char a[CARP_ADDR_TEXT];
    char b[CARP_ADDR_TEXT];
    const struct mon_story_entry *dual = open_dual(story);
    if (dual != NULL) {
        g_string_append_printf(out, "At the end %s and %s are MASTER.",
                               carp_addr_format(&dual->senders[0], a),
                               carp_addr_format(&dual->senders[1], b));
    } else if (view->master.family == CARP_FAMILY_NONE) {
        g_string_append(out, "At the end nobody is MASTER.");
    } else {
        g_string_append_printf(out, "At the end %s is MASTER.",
                               carp_addr_format(&view->master, a));
    }
}

char *
mon_story_text(const struct mon_story *story,
               const struct carp_view_summary *view,
               const struct mon_session *session, carp_time began)
{
    if (story == NULL) {
        return g_strdup("");
    }
    GString *out = g_string_new(NULL);
    struct telling telling = {out, session, began};
    uint64_t in_head = MIN(story->count, MON_STORY_HEAD);
    uint64_t behind = story->count - in_head;
    uint64_t in_tail = MIN(behind, MON_STORY_TAIL);
    for (uint64_t i = 0; i < in_head; i++) {
        tell(&telling, &story->head[i]);
    }
    if (behind > in_tail) {
        g_string_append_printf(out, "(%" G_GUINT64_FORMAT " more left out.) ",
                               behind - in_tail);
    }
    for (uint64_t i = behind - in_tail; i < behind; i++) {
        tell(&telling, &story->tail[i % MON_STORY_TAIL]);
    }
    tell_end(out, story, view);
    return g_string_free(out, FALSE);
}
