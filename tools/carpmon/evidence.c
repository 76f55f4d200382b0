/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence_file.h"
#include "evidence_ring.h"
#include "log_rate.h"
#include "monitor.h"
#include "pcapng.h"
#include "text.h"

#define RING_OCTETS ((size_t)(8 * 1024 * 1024))
/* Between two files about one thing. */
#define AGAIN (60 * CARP_SEC)
#define REMEMBERED 1024
#define SNAPLEN 256

/* A finding that goes into a file. */
struct alert {
    uint32_t id;
    char *text;
    uint64_t frames[CARP_EVENT_FRAMES + 1];
    unsigned int frame_count;
};

/* A file that was promised. */
struct promise {
    uint16_t segment;
    char *path;
    GPtrArray *alerts; /* struct alert */
};

struct mon_evidence {
    const struct mon_session *session;
    char *directory;
    carp_time now; /* of the last frame or event */
    struct mon_ring *ring;
    struct mon_files *files;
    GPtrArray *promises; /* struct promise */
    GHashTable *last;    /* what -> carp_time of its last file */
    GHashTable *covered; /* ids of findings that are on and have a file */
    struct log_rate *rate;
    GString *note;
    guint idle; /* source; 0: none */
};

static void
alert_free(void *data)
{
    struct alert *alert = data;
    g_free(alert->text);
    g_free(alert);
}

static void
promise_free(void *data)
{
    struct promise *promise = data;
    g_ptr_array_free(promise->alerts, TRUE);
    g_free(promise->path);
    g_free(promise);
}

struct mon_evidence *
mon_evidence_new(const struct mon_session *session,
                 const struct mon_evidence_config *config, char **error)
{
    /* Hooks run elsewhere: the path must be whole. */
    char *directory = realpath(config->directory, NULL);
    if (directory == NULL || !g_file_test(directory, G_FILE_TEST_IS_DIR)) {
        *error = g_strdup_printf(
            "%s: %s: make the directory first", config->directory,
            directory == NULL ? g_strerror(errno) : "is not a directory");
        free(directory);
        return NULL;
    }
    struct mon_evidence *ev = g_new0(struct mon_evidence, 1);
    ev->session = session;
    ev->directory = g_strdup(directory);
    free(directory);
    ev->ring = mon_ring_new(config->span, RING_OCTETS);
    ev->files = mon_files_new(ev->directory, config->most);
    ev->promises = g_ptr_array_new_with_free_func(promise_free);
    ev->last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    ev->covered = g_hash_table_new(NULL, NULL);
    ev->rate = log_rate_new();
    ev->note = g_string_new(NULL);
    return ev;
}

/* --------------------------------------------------------------- promising */

static bool
is_severe(const struct carp_event *event)
{
    return (event->kind == CARP_EVENT_FINDING ||
            event->kind == CARP_EVENT_UPDATE) &&
           event->severity >= CARP_WARNING;
}

/* "carpmon-20261122T220139.114Z-eth0-DUAL_MASTER-7.pcapng" */
static char *
make_path(const struct mon_evidence *ev, const struct carp_event *event)
{
    char stamp[TXT_RFC3339];
    txt_rfc3339(mon_wall(ev->session, event->time), stamp);
    GString *name = g_string_new(MON_EVIDENCE_PREFIX);
    for (const char *c = stamp; *c != '\0'; c++) {
        if (*c != '-' && *c != ':') {
            g_string_append_c(name, *c);
        }
    }
    g_string_append_c(name, '-');
    for (const char *c = mon_segment_name(ev->session, event->segment);
         *c != '\0'; c++) {
        bool is_plain = g_ascii_isalnum(*c) || *c == '.' || *c == '_';
        g_string_append_c(name, is_plain ? *c : '_');
    }
    g_string_append_printf(name, "-%s-%u" MON_EVIDENCE_SUFFIX,
                           carp_code_text(event->code), event->vhid);
    char *path = g_build_filename(ev->directory, name->str, NULL);
    g_string_free(name, TRUE);
    return path;
}

static struct promise *
find_promise(struct mon_evidence *ev, uint16_t segment)
{
    for (guint i = 0; i < ev->promises->len; i++) {
        struct promise *promise = g_ptr_array_index(ev->promises, i);
        if (promise->segment == segment) {
            return promise;
        }
    }
    return NULL;
}

static bool
has_alert(const struct promise *promise, uint32_t id)
{
    for (guint i = 0; i < promise->alerts->len; i++) {
        const struct alert *alert = g_ptr_array_index(promise->alerts, i);
        if (alert->id == id) {
            return true;
        }
    }
    return false;
}

/* Was there a file about this lately? If not, there is one now. */
static bool
is_again(struct mon_evidence *ev, const struct carp_event *event)
{
    char *id = mon_view_id(ev->session, event->segment, event->vlan,
                           event->family, event->vhid);
    char *what = g_strdup_printf("%s %s", id, carp_code_text(event->code));
    carp_time *last = g_hash_table_lookup(ev->last, what);
    bool is_lately = last != NULL && event->time < carp_time_add(*last, AGAIN);
    g_free(id);
    if (is_lately) {
        g_free(what);
        return true;
    }
    if (last == NULL && g_hash_table_size(ev->last) >= REMEMBERED) {
        g_hash_table_remove_all(ev->last);
    }
    last = g_new(carp_time, 1);
    *last = event->time;
    g_hash_table_insert(ev->last, what, last);
    return false;
}

static gboolean
on_idle(gpointer data)
{
    struct mon_evidence *ev = data;
    ev->idle = 0;
    mon_evidence_flush(ev);
    return G_SOURCE_REMOVE;
}

static struct alert *
make_alert(const struct mon_evidence *ev, const struct carp_event *event)
{
    struct alert *alert = g_new0(struct alert, 1);
    char *id = mon_finding_id(ev->session, event->segment, event->vlan,
                              event->family, event->vhid);
    const char *cause = carp_cause_text(event->cause);
    alert->id = event->id;
    alert->text = g_strdup_printf(
        "%s %s%s%s %s: %s%s%s", carp_severity_text(event->severity),
        carp_code_text(event->code), *cause != '\0' ? " " : "", cause, id,
        event->text, *event->detail != '\0' ? "; " : "", event->detail);
    g_free(id);
    memcpy(alert->frames, event->frames, sizeof(event->frames));
    alert->frame_count = event->frame_count;
    if (event->frame != 0) {
        alert->frames[alert->frame_count++] = event->frame;
    }
    return alert;
}

const char *
mon_evidence_path(struct mon_evidence *ev, const struct carp_event *event)
{
    if (ev == NULL || !is_severe(event)) {
        return NULL;
    }
    struct promise *promise = find_promise(ev, event->segment);
    if (promise != NULL && has_alert(promise, event->id)) {
        return promise->path;
    }
    /* An update that is no worse than the onset has its file already. */
    if (g_hash_table_contains(ev->covered, GUINT_TO_POINTER(event->id)) ||
        is_again(ev, event)) {
        return NULL;
    }
    if (g_hash_table_size(ev->covered) >= REMEMBERED) {
        g_hash_table_remove_all(ev->covered);
    }
    g_hash_table_add(ev->covered, GUINT_TO_POINTER(event->id));
    if (promise == NULL) {
        promise = g_new0(struct promise, 1);
        promise->segment = event->segment;
        promise->path = make_path(ev, event);
        promise->alerts = g_ptr_array_new_with_free_func(alert_free);
        g_ptr_array_add(ev->promises, promise);
    }
    g_ptr_array_add(promise->alerts, make_alert(ev, event));
    /* Not now: the frame that shows it is not in the ring yet. */
    if (ev->idle == 0) {
        ev->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, ev, NULL);
    }
    return promise->path;
}

bool
mon_evidence_is_pending(struct mon_evidence *ev)
{
    return ev != NULL &&
           (ev->promises->len > 0 || mon_files_is_busy(ev->files));
}

/* ----------------------------------------------------------------- writing */

static char *
about(const struct mon_evidence *ev, const struct promise *promise)
{
    GString *text = g_string_new("carpmon wrote this because of:");
    for (guint i = 0; i < promise->alerts->len; i++) {
        const struct alert *alert = g_ptr_array_index(promise->alerts, i);
        g_string_append_printf(text, "\n%s", alert->text);
    }
    uint64_t left_out = mon_ring_left_out(ev->ring);
    if (left_out > 0) {
        g_string_append_printf(text,
                               "\n%" G_GUINT64_FORMAT " frames of a flood "
                               "are left out.",
                               left_out);
    }
    return g_string_free(text, FALSE);
}

static bool
shows(const struct alert *alert, uint64_t number)
{
    for (unsigned int i = 0; i < alert->frame_count; i++) {
        if (alert->frames[i] == number) {
            return true;
        }
    }
    return false;
}

static void
put_frame(GByteArray *out, const struct mon_evidence *ev,
          const struct promise *promise, const struct mon_kept *frame,
          uint32_t interface)
{
    GPtrArray *comments = g_ptr_array_new();
    for (guint i = 0; i < promise->alerts->len; i++) {
        const struct alert *alert = g_ptr_array_index(promise->alerts, i);
        if (shows(alert, frame->number)) {
            g_ptr_array_add(comments, alert->text);
        }
    }
    g_ptr_array_add(comments, (char *)(uintptr_t)frame->note);
    struct pcapng_packet packet = {.interface = interface,
                                   .time = mon_wall(ev->session, frame->time),
                                   .data = frame->data,
                                   .captured = frame->captured,
                                   .on_wire = frame->on_wire};
    pcapng_packet(out, &packet, (const char *const *)comments->pdata,
                  comments->len);
    g_ptr_array_free(comments, TRUE);
}

/* The number of the link type's interface in the file. */
static uint32_t
interface_of(GByteArray *out, GArray *link_types, const char *name,
             uint16_t link_type)
{
    for (guint i = 0; i < link_types->len; i++) {
        if (g_array_index(link_types, uint16_t, i) == link_type) {
            return i;
        }
    }
    pcapng_interface(out, name, link_type, SNAPLEN);
    g_array_append_val(link_types, link_type);
    return link_types->len - 1;
}

static GByteArray *
make_contents(const struct mon_evidence *ev, const struct promise *promise)
{
    GByteArray *out = g_byte_array_new();
    GArray *link_types = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    const char *name = mon_segment_name(ev->session, promise->segment);
    char *comment = about(ev, promise);
    pcapng_section(out, "carpmon (carpkit) " CARPKIT_VERSION, comment);
    g_free(comment);
    GPtrArray *frames = mon_ring_frames(ev->ring, promise->segment, ev->now);
    for (guint i = 0; i < frames->len; i++) {
        const struct mon_kept *frame = g_ptr_array_index(frames, i);
        put_frame(out, ev, promise, frame,
                  interface_of(out, link_types, name, frame->link_type));
    }
    if (frames->len == 0) {
        /* A file without an interface is hard to read for some. */
        (void)interface_of(out, link_types, name, CARP_LINK_ETHERNET);
    }
    g_ptr_array_free(frames, TRUE);
    g_array_free(link_types, TRUE);
    return out;
}

void
mon_evidence_flush(struct mon_evidence *ev)
{
    for (guint i = 0; i < ev->promises->len; i++) {
        const struct promise *promise = g_ptr_array_index(ev->promises, i);
        if (!mon_files_write(ev->files, promise->path,
                             make_contents(ev, promise))) {
            log_rate_say(ev->rate, "busy", ev->now, LOG_LEVEL_WARNING,
                         "%s: not written: the disk is too slow for the "
                         "evidence before",
                         promise->path);
        }
    }
    g_ptr_array_set_size(ev->promises, 0);
}

/* ---------------------------------------------------------------- listening */

static void
on_frame(void *state, const struct mon_frame *frame,
         const struct carp_frame *parsed, const struct carp_observation *seen)
{
    struct mon_evidence *ev = state;
    bool is_trusted = seen->is_advert && seen->verdict.status == CARP_GOOD;
    ev->now = MAX(ev->now, frame->time);
    if (!mon_ring_has_room(ev->ring, ev->now, is_trusted)) {
        return;
    }
    g_string_truncate(ev->note, 0);
    mon_evidence_note(ev->note, ev->session, frame, parsed, seen);
    struct mon_kept kept = {.time = frame->time,
                            .number = frame->number,
                            .segment = frame->segment,
                            .link_type = (uint16_t)frame->link_type,
                            .captured = (uint32_t)frame->captured,
                            .on_wire = (uint32_t)frame->on_wire,
                            .data = frame->data,
                            .note = ev->note->str};
    mon_ring_add(ev->ring, &kept, is_trusted);
}

static void
on_event(void *state, const struct carp_event *event)
{
    struct mon_evidence *ev = state;
    ev->now = MAX(ev->now, event->time);
    (void)mon_evidence_path(ev, event);
    if (event->kind == CARP_EVENT_RESOLVED) {
        g_hash_table_remove(ev->covered, GUINT_TO_POINTER(event->id));
    }
}

static void
on_tick(void *state, struct carp_track *track, const struct mon_totals *totals,
        carp_time now)
{
    struct mon_evidence *ev = state;
    (void)track;
    (void)totals;
    char *error = mon_files_take_error(ev->files);
    if (error != NULL) {
        log_rate_say(ev->rate, "error", now, LOG_LEVEL_ERROR,
                     "%s: evidence is lost, alerts go on: make room, check "
                     "the directory's permissions",
                     error);
        g_free(error);
    }
    (void)log_rate_flush(ev->rate, now);
}

static void
on_close(void *state)
{
    struct mon_evidence *ev = state;
    if (ev->idle != 0) {
        g_source_remove(ev->idle);
    }
    mon_evidence_flush(ev);
    mon_files_free(ev->files);
    mon_ring_free(ev->ring);
    g_ptr_array_free(ev->promises, TRUE);
    g_hash_table_destroy(ev->last);
    g_hash_table_destroy(ev->covered);
    log_rate_free(ev->rate);
    g_string_free(ev->note, TRUE);
    g_free(ev->directory);
    g_free(ev);
}

const struct mon_report_ops mon_evidence_ops = {
    .name = "evidence",
    .frame = on_frame,
    .event = on_event,
    .tick = on_tick,
    .close = on_close,
};
