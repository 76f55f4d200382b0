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

/* One file, read one frame ahead. */
struct source {
    const char *name;
    pcap_t *pcap; /* NULL when it is at its end */
    uint64_t frames;
    off_t size;   /* 0 when unknown */
    char *buffer; /* of the stream */
    struct mon_frame next;
};

struct reader {
    struct mon_monitor *monitor;
    const volatile sig_atomic_t *stop;
    struct source *sources;
    unsigned int count;
    bool shows_progress, has_shown;
    gint64 next_progress;
};

/* The longest message that helps is the one that says what to do. */
static void
say_unreadable(struct reader *reader, const char *name, const char *what,
               const char *remedy)
{
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
        say_unreadable(reader, name, "is a directory",
                       "name the files in it");
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
        char *what = g_strdup_printf("link type %d (%s) is not one that "
                                     "carpmon knows", link_type,
                                     name != NULL ? name : "no name");
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
    /* A signal breaks a read off; that is no damage. */
    if (is_damaged && *reader->stop == 0) {
        char *what = g_strdup_printf("frame %" G_GUINT64_FORMAT ": %s",
                                     source->frames + 1,
                                     pcap_geterr(source->pcap));
        say_unreadable(reader, source->name, what,
                       reading_remedy(pcap_geterr(source->pcap)));
        g_free(what);
    }
    pcap_close(source->pcap);
    source->pcap = NULL;
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
    source->next.time = mon_capture_time(header);
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
        if (source->pcap != NULL
            && (best == NULL || source->next.time < best->next.time)) {
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
say_doubts(struct mon_totals *totals)
{
    if (totals->backwards > 0) {
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
    say_doubts(mon_monitor_totals(monitor));
    g_free(reader.sources);
}
