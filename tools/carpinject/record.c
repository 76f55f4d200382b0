/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

struct inj_record {
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    char *path;
};

static pcap_dumper_t *
open_dumper(pcap_t *pcap, const char *path, char **error)
{
    bool is_stdout = strcmp(path, "-") == 0;
    if (is_stdout && isatty(STDOUT_FILENO) != 0) {
        *error = g_strdup("-w -: standard output is a terminal: pipe it into "
                          "tcpdump -r -");
        return NULL;
    }
    FILE *stream = is_stdout ? stdout : fopen(path, "wbe");
    if (stream == NULL) {
        *error = g_strdup_printf("%s: %s", path, g_strerror(errno));
        return NULL;
    }
    pcap_dumper_t *dumper = pcap_dump_fopen(pcap, stream);
    if (dumper == NULL) {
        *error = g_strdup_printf("%s: %s", path, pcap_geterr(pcap));
        if (!is_stdout) {
            fclose(stream);
        }
    }
    return dumper;
}

struct inj_record *
inj_record_open(const char *path, char **error)
{
    pcap_t *pcap = pcap_open_dead_with_tstamp_precision(
        DLT_EN10MB, 65535, PCAP_TSTAMP_PRECISION_NANO);
    if (pcap == NULL) {
        *error = g_strdup("no memory for a capture");
        return NULL;
    }
    pcap_dumper_t *dumper = open_dumper(pcap, path, error);
    if (dumper == NULL) {
        pcap_close(pcap);
        return NULL;
    }
    struct inj_record *record = g_new0(struct inj_record, 1);
    record->pcap = pcap;
    record->dumper = dumper;
    record->path = g_strdup(path);
    return record;
}

void
inj_record_frame(struct inj_record *record, carp_time when,
                 const uint8_t *octets, size_t len)
{
    struct pcap_pkthdr header;
    memset(&header, 0, sizeof(header));
    header.ts.tv_sec = (time_t)(when / CARP_SEC);
    /* The handle counts nanoseconds in tv_usec. */
    header.ts.tv_usec = (suseconds_t)(when % CARP_SEC);
    header.caplen = (bpf_u_int32)len;
    header.len = (bpf_u_int32)len;
    pcap_dump((u_char *)record->dumper, &header, octets);
}

bool
inj_record_close(struct inj_record *record, char **error)
{
    FILE *stream = pcap_dump_file(record->dumper);
    bool is_good = fflush(stream) == 0 && ferror(stream) == 0;
    if (!is_good) {
        *error = g_strdup_printf("%s: cannot be written: is the disk full?",
                                 record->path);
    }
    if (stream != stdout) {
        pcap_dump_close(record->dumper);
    }
    pcap_close(record->pcap);
    g_free(record->path);
    g_free(record);
    return is_good;
}

/* ---------------------------------------------------------------- reading */

static carp_time
time_of(const struct pcap_pkthdr *header)
{
    if (header->ts.tv_sec < 0 || header->ts.tv_usec < 0) {
        return 0;
    }
    carp_time seconds = (carp_time)header->ts.tv_sec;
    seconds = MIN(seconds, CARP_NEVER / CARP_SEC - 10);
    return seconds * CARP_SEC + (carp_time)header->ts.tv_usec % CARP_SEC;
}

static void
read_all(pcap_t *pcap, GPtrArray *frames, const char *path, char **error)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    struct inj_frame *frame = g_new0(struct inj_frame, 1);
    int result;
    carp_time first = 0;
    while ((result = pcap_next_ex(pcap, &header, &data)) == 1) {
        if (!inj_frame_from_capture(pcap_datalink(pcap), data, header->caplen,
                                    header->len, frame)) {
            continue;
        }
        carp_time when = time_of(header);
        first = frames->len == 0 ? when : first;
        frame->at = carp_time_since(when, first);
        /* Only as much as it needs: captures may be long. */
        size_t size = offsetof(struct inj_frame, octets) + frame->len;
        g_ptr_array_add(frames, g_memdup2(frame, size));
    }
    if (result == PCAP_ERROR) {
        *error = g_strdup_printf("%s: %s: what is before it was used", path,
                                 pcap_geterr(pcap));
    }
    g_free(frame);
}

GPtrArray *
inj_record_read(const char *path, char **error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(
        path, PCAP_TSTAMP_PRECISION_NANO, reason);
    *error = NULL;
    if (pcap == NULL) {
        *error = strstr(reason, path) != NULL
                     ? g_strdup(reason)
                     : g_strdup_printf("%s: %s", path, reason);
        return NULL;
    }
    if (!carp_link_known(pcap_datalink(pcap))) {
        *error = g_strdup_printf("%s: link type %d is not one that "
                                 "carpinject knows",
                                 path, pcap_datalink(pcap));
        pcap_close(pcap);
        return NULL;
    }
    GPtrArray *frames = g_ptr_array_new_with_free_func(g_free);
    read_all(pcap, frames, path, error);
    pcap_close(pcap);
    return frames;
}
