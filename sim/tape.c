/* SPDX-License-Identifier: BSD-2-Clause */
#include "tape.h"

#include <errno.h>
#include <stdio.h>

#include <pcap/pcap.h>

#include "frame.h"

struct sim_tape {
    const struct sim_scenario *scenario;
    struct carp_auth auth;
    uint16_t ip_id;
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    char *path;
};

struct sim_tape *
sim_tape_open(const struct sim_scenario *s, const char *path, char **error)
{
    struct sim_tape *tape = g_new0(struct sim_tape, 1);

    tape->scenario = s;
    tape->path = g_strdup(path);
    sim_auth(s, &tape->auth);
    tape->pcap = pcap_open_dead(DLT_EN10MB, 65535);
    if (tape->pcap != NULL) {
        tape->dumper = pcap_dump_open(tape->pcap, path);
    }
    if (tape->dumper == NULL) {
        *error = g_strdup(tape->pcap != NULL ? pcap_geterr(tape->pcap)
                                             : "no memory for a capture");
        if (tape->pcap != NULL) {
            pcap_close(tape->pcap);
        }
        carp_auth_clear(&tape->auth);
        g_free(tape->path);
        g_free(tape);
        return NULL;
    }
    return tape;
}

static void
put(struct sim_tape *tape, carp_time now, const uint8_t *octets, size_t count)
{
    /* The simulation begins at noon of 2026-01-01, UTC. */
    const carp_time at = now + 1767268800 * CARP_SEC;
    const struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(at / CARP_SEC),
               .tv_usec = (suseconds_t)(at % CARP_SEC / CARP_USEC)},
        .caplen = (bpf_u_int32)count,
        .len = (bpf_u_int32)count};

    pcap_dump((u_char *)tape->dumper, &header, octets);
}

static void
on_advert(void *user, carp_time now, const struct sim_advert *advert)
{
    struct sim_tape *tape = user;
    uint8_t frame[SIM_FRAME_MAX];

    put(tape, now, frame,
        sim_frame(tape->scenario, &tape->auth, advert, tape->ip_id++, frame));
}

static void
on_announce(void *user, carp_time now, unsigned int node)
{
    struct sim_tape *tape = user;
    uint8_t frame[SIM_FRAME_MAX];

    if (tape->scenario->nodes[node].has[CARP_F4]) {
        put(tape, now, frame, sim_announcement(tape->scenario, node, frame));
    }
}

struct sim_watcher
sim_tape_watcher(struct sim_tape *tape)
{
    return (struct sim_watcher){
        .user = tape, .on_advert = on_advert, .on_announce = on_announce};
}

bool
sim_tape_close(struct sim_tape *tape, char **error)
{
    const bool good = pcap_dump_flush(tape->dumper) == 0;

    if (!good) {
        *error = g_strdup_printf("%s: %s", tape->path, g_strerror(errno));
    }
    pcap_dump_close(tape->dumper);
    pcap_close(tape->pcap);
    carp_auth_clear(&tape->auth);
    g_free(tape->path);
    g_free(tape);
    return good;
}
