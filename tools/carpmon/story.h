/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file story.h
 * "What happened": the transitions and findings of each vhid, kept short and
 * told as a paragraph at the end. Bounded: the beginning and the end of a
 * long story are kept, the middle is counted.
 */
#ifndef CARPMON_STORY_H
#define CARPMON_STORY_H

#include <stdbool.h>

#include <glib.h>

#include <carp/track.h>

#define MON_STORY_HEAD 8
#define MON_STORY_TAIL 6

struct mon_session;

/** One thing that happened. */
struct mon_story_entry {
    bool is_alert;
    uint32_t id; /**< of alerts */
    carp_time time;
    /* transitions */
    enum carp_role role;
    enum carp_reason reason;
    struct carp_addr sender, previous;
    carp_time silence;
    /* alerts */
    enum carp_code code;
    struct carp_addr senders[2];
    unsigned int sender_count;
    char *text;
    char *over; /**< how it ended; NULL while it is on */
};

struct mon_story {
    struct mon_story_entry head[MON_STORY_HEAD];
    struct mon_story_entry tail[MON_STORY_TAIL]; /**< ring */
    uint64_t count; /**< entries so far, also those left out */
};

/** All stories, by view. */
struct mon_stories;

struct mon_stories *mon_stories_new(void);
void mon_stories_free(struct mon_stories *stories);
void mon_stories_add(struct mon_stories *stories,
                     const struct carp_event *event);
/** The story of one view; NULL when nothing happened. */
const struct mon_story *mon_stories_get(const struct mon_stories *stories,
                                        const struct carp_view_summary *view);

/** The paragraph, to be freed with g_free(); "" when nothing happened. Days
 * are told where they change, the first unless it is that of @p began. */
char *mon_story_text(const struct mon_story *story,
                     const struct carp_view_summary *view,
                     const struct mon_session *session, carp_time began);

#endif
