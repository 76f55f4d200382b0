/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "log.h"

/* How many frames between two looks at the clock for the progress line. */
#define PROGRESS_EVERY 65536
/* stdio reads 4 KiB at a time by itself: a system call for 50 frames. */
#define BUFFER_OCTETS ((size_t)(128 * 1024))

/* Frames of several queues are out of order by less. */
#define STEP_LEAST (500 * CARP_MSEC)
/* How long nothing was captured while the clock was set is not known; this is
 * longer than what belongs together and shorter than a dead time. */
#define STEP_GAP CARP_SEC
/* So many frames behind a step say that none of them is damaged. */
#define STEP_FRAMES 3
#define LEAP (600 * CARP_SEC)

/* One file, read one frame ahead. */
struct source {
    const char *name;
    pcap_t *pcap; /* NULL when it is at its end */
    uint64_t frames;
    int64_t adjust;     /* added to its stamps: steps of its clock back */
    int64_t previous;   /* the same before the last step */
    carp_time even;     /* of the newest frame, adjusted */
    carp_time ahead;    /* of a frame far ahead of it, not believed */
    uint64_t ahead_at;  /* its number */
    unsigned int fresh; /* frames since the last step; 0: none */
    off_t size;         /* 0 when unknown */
    char *buffer;       /* of the stream */
    struct mon_frame next;
};

struct reader {
    struct mon_monitor *monitor;
    const volatile sig_atomic_t *stop;
    struct source *sources;
    unsigned int count;
    bool shows_progress, has_shown;
    uint64_t steps;
    gint64 next_progress;
};

/* The longest message that helps is the one that says what to do. A call
 * that a signal ended is no fault of the file. */
static void
say_unreadable(struct reader *reader, const char *name, const char *what,
               const char *remedy)
{
    if (*reader->stop != 0) {
        return;
    }
    mon_monitor_totals(reader->monitor)->unreadable++;
    log_line("%s: %s: %s", name, what, remedy);
}

static FILE *
open_stream(struct reader *reader, struct source *source)
{
    const char *name = source->name;
    if (strcmp(name, "-") == 0) {
        if (isatty(STDIN_FILENO)) {
            say_unreadable(reader, "standard input", "is a terminal",
                           "pipe a capture in: tcpdump -w - | carpmon -r -");
            return NULL;
        }
        source->name = "standard input";
        return stdin;
    }
    struct stat st;
    FILE *stream = fopen(name, "rbe");
    if (stream == NULL || fstat(fileno(stream), &st) != 0) {
        say_unreadable(reader, name, g_strerror(errno),
                       "check name and permissions");
    } else if (S_ISDIR(st.st_mode)) {
        say_unreadable(reader, name, "is a directory", "name the files in it");
    } else if (S_ISREG(st.st_mode) && st.st_size == 0) {
        say_unreadable(reader, name, "is empty",
                       "nothing was captured, or it was not flushed yet");
    } else {
        source->size = S_ISREG(st.st_mode) ? st.st_size : 0;
        source->buffer = g_malloc(BUFFER_OCTETS);
        setvbuf(stream, source->buffer, _IOFBF, BUFFER_OCTETS);
        return stream;
    }
    if (stream != NULL) {
        fclose(stream);
    }
    return NULL;
}

static const char *
opening_remedy(const char *error)
{
    if (strstr(error, "unknown file format") != NULL) {
        return "not a pcap or pcapng file; unpack it, or convert it with "
               "editcap";
    }
    if (strstr(error, "truncated") != NULL) {
        return "its head is cut off: copy it again";
    }
    return "its head is damaged: copy it again";
}

static void
open_source(struct reader *reader, struct source *source)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    FILE *stream = open_stream(reader, source);
    if (stream == NULL) {
        return;
    }
    source->pcap = pcap_fopen_offline_with_tstamp_precision(
        stream, PCAP_TSTAMP_PRECISION_NANO, error);
    if (source->pcap == NULL) {
        say_unreadable(reader, source->name, error, opening_remedy(error));
        if (stream != stdin) {
            fclose(stream);
        }
        return;
    }
    int link_type = pcap_datalink(source->pcap);
    if (!carp_link_known(link_type)) {
        const char *name = pcap_datalink_val_to_name(link_type);
        char *what =
            g_strdup_printf("link type %d (%s) is not one that "
                            "carpmon knows",
                            link_type, name != NULL ? name : "no name");
        say_unreadable(reader, source->name, what,
                       "capture on Ethernet, VLAN, loopback or 'any'");
        g_free(what);
        pcap_close(source->pcap);
        source->pcap = NULL;
        return;
    }
    source->next.link_type = link_type;
}

static const char *
reading_remedy(const char *error)
{
    if (strstr(error, "truncated") != NULL) {
        return "the file is cut in the middle of this frame; all before it "
               "was used";
    }
    if (strstr(error, "different from the type of the first") != NULL) {
        return "write each interface to its own file (editcap, tshark -i)";
    }
    return "the file is damaged here; all before it was used";
}

static void
end_source(struct reader *reader, struct source *source, bool is_damaged)
{
    if (is_damaged) {
        char *what =
            g_strdup_printf("frame %" G_GUINT64_FORMAT ": %s",
                            source->frames + 1, pcap_geterr(source->pcap));
        say_unreadable(reader, source->name, what,
                       reading_remedy(pcap_geterr(source->pcap)));
        g_free(what);
    }
    pcap_close(source->pcap);
    source->pcap = NULL;
}

static carp_time
shifted(carp_time when, int64_t by)
{
    return by >= 0 ? carp_time_add(when, (carp_time)by)
                   : carp_time_since(when, (carp_time)-by);
}

/* Does this stamp go on where the time before the step would be now? One
 * damaged frame, or two clocks in one file. */
static bool
is_old_clock(const struct source *source, carp_time stamp)
{
    carp_time even = shifted(stamp, source->previous);
    return source->previous != source->adjust &&
           carp_time_add(even, 2 * STEP_GAP) >= source->even &&
           even <= carp_time_add(source->even, 10 * CARP_SEC);
}

/* No gap across a step is one. */
static void
change_clock(struct reader *reader, struct source *source, carp_time stamp,
             int64_t adjust)
{
    source->previous = source->adjust;
    source->adjust = adjust;
    mon_monitor_blind(reader->monitor, source->next.segment,
                      shifted(stamp, adjust));
}

static void
note_step(struct reader *reader, const struct source *source)
{
    if (reader->steps++ == 0) {
        log_line("%s: frame %" G_GUINT64_FORMAT ": the clock was set back by "
                 "%.3f s: times from here on are shown as if it had gone on",
                 source->name, source->frames - STEP_FRAMES + 1,
                 (double)(source->adjust - source->previous) / 1e9);
    }
}

/* A leap is believed when two frames of a few make it: one may be damaged. */
static bool
is_damaged_ahead(struct source *source, carp_time even)
{
    bool is_second =
        source->ahead != 0 &&
        source->frames - source->ahead_at <= (uint64_t)2 * STEP_FRAMES &&
        carp_time_add(even, STEP_LEAST) >= source->ahead &&
        even <= carp_time_add(source->ahead, LEAP);
    bool is_leap = source->even != 0 && !is_second &&
                   even > carp_time_add(source->even, LEAP);
    if (is_leap) {
        source->ahead = even;
        source->ahead_at = source->frames;
    }
    return is_leap;
}

/* A stamp on a scale that no step back of the file's clock reaches. */
static carp_time
even_time(struct reader *reader, struct source *source, carp_time stamp)
{
    carp_time even = shifted(stamp, source->adjust);
    bool is_behind = carp_time_add(even, STEP_LEAST) < source->even;
    bool is_ahead = even > carp_time_add(source->even, 10 * CARP_SEC);
    if ((is_behind || is_ahead) && is_old_clock(source, stamp)) {
        change_clock(reader, source, stamp, source->previous);
        source->fresh = 0;
    } else if (is_behind && source->frames > 2) {
        carp_time then = carp_time_add(source->even, STEP_GAP);
        change_clock(reader, source, stamp, (int64_t)(then - stamp));
        source->fresh = 1;
    } else if (is_behind) {
        source->even = even; /* it was the first one that was damaged */
    } else if (is_damaged_ahead(source, even)) {
        return even;
    } else if (source->fresh != 0 && ++source->fresh == STEP_FRAMES) {
        note_step(reader, source);
    }
    mon_monitor_totals(reader->monitor)->backwards +=
        is_behind && source->frames > 2;
    even = shifted(stamp, source->adjust);
    source->even = MAX(source->even, even);
    return even;
}

static void
read_ahead(struct reader *reader, struct source *source)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    int result = pcap_next_ex(source->pcap, &header, &data);
    if (result != 1) {
        end_source(reader, source, result == PCAP_ERROR);
        return;
    }
    source->frames++;
    source->next.time = even_time(reader, source, mon_capture_time(header));
    source->next.data = data;
    source->next.captured = header->caplen;
    source->next.on_wire = header->len;
}

/* The source whose next frame is the oldest; the first of equals. */
static struct source *
oldest(struct reader *reader)
{
    struct source *best = NULL;
    for (unsigned int i = 0; i < reader->count; i++) {
        struct source *source = &reader->sources[i];
        if (source->pcap != NULL &&
            (best == NULL || source->next.time < best->next.time)) {
            best = source;
        }
    }
    return best;
}

static void
show_progress(struct reader *reader, const struct source *source)
{
    gint64 now = g_get_monotonic_time();
    if (now < reader->next_progress || source->size == 0) {
        return;
    }
    off_t at = ftello(pcap_file(source->pcap));
    reader->next_progress = now + G_USEC_PER_SEC / 2;
    reader->has_shown = true;
    fprintf(stderr, "\r%s: %2d %%", source->name,
            (int)(100.0 * (double)at / (double)source->size));
}

static void
read_all(struct reader *reader, uint64_t limit)
{
    uint64_t done = 0;
    struct source *source = NULL;
    while (*reader->stop == 0 && (source = oldest(reader)) != NULL) {
        mon_monitor_frame(reader->monitor, &source->next);
        if (++done == limit) {
            break;
        }
        if (reader->shows_progress && done % PROGRESS_EVERY == 0) {
            show_progress(reader, source);
        }
        read_ahead(reader, source);
    }
    if (reader->has_shown) {
        fputs("\r\033[K", stderr);
    }
}

static void
open_all(struct reader *reader, const struct mon_options *options)
{
    for (unsigned int i = 0; i < options->input_count; i++) {
        struct source *source = &reader->sources[i];
        source->name = options->inputs[i].name;
        source->next.segment = options->inputs[i].segment;
        source->next.source = (uint16_t)i;
        open_source(reader, source);
        if (source->pcap != NULL) {
            read_ahead(reader, source);
        }
    }
}

static void
say_doubts(const struct reader *reader, struct mon_totals *totals)
{
    if (totals->backwards > reader->steps) {
        log_line("%" G_GUINT64_FORMAT " frames are older than the one before: "
                 "times are unreliable: sort with reordercap",
                 totals->backwards);
    }
    if (totals->cut > 0) {
        log_line("%" G_GUINT64_FORMAT " frames were cut by the capture: they "
                 "cannot be judged: capture with -s 128 or more",
                 totals->cut);
        /* Silence in such a capture must not look like good news. */
        totals->unreadable += totals->adverts == 0;
    }
}

void
mon_capture_files(struct mon_monitor *monitor,
                  const struct mon_options *options,
                  const volatile sig_atomic_t *stop)
{
    struct reader reader = {.monitor = monitor,
                            .stop = stop,
                            .count = options->input_count,
                            .shows_progress = isatty(STDERR_FILENO) != 0};
    reader.sources = g_new0(struct source, options->input_count);
    reader.next_progress = g_get_monotonic_time() + G_USEC_PER_SEC;
    open_all(&reader, options);
    const struct source *first = oldest(&reader);
    mon_monitor_start(monitor, options, first != NULL ? first->next.time : 0);
    read_all(&reader, options->count);
    for (unsigned int i = 0; i < reader.count; i++) {
        if (reader.sources[i].pcap != NULL) {
            pcap_close(reader.sources[i].pcap);
        }
        g_free(reader.sources[i].buffer);
    }
    say_doubts(&reader, mon_monitor_totals(monitor));
    g_free(reader.sources);
}
