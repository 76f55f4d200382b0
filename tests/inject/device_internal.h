/* SPDX-License-Identifier: BSD-2-Clause */
/** @file device_internal.h What the files of the simulated device share. */
#ifndef TESTS_DEVICE_INTERNAL_H
#define TESTS_DEVICE_INTERNAL_H

#include <glib.h>

#include <carp/timing.h>

#include "build.h"
#include "device.h"
#include "device_wire.h"
#include "rng.h"

#define V4 0
#define V6 1
#define POLL CARP_SEC /* ucarp: libpcap hands frames over this often */
#define BAD_MAX 1000  /* DEV_DIES_OF_BAD */

enum state { INIT, BACKUP, MASTER };

/* How the systems differ (PROTOCOL 1.8, 3, 4.1). */
struct conduct {
    enum carp_timing_id timing;
    bool has_v6, has_ticks, bows_out, yields_speaking, ties_by_octet;
    bool keeps_counter, knows_itself, wants_multicast, wants_its_group;
    bool reads_late, announces_again, answers_worse, has_real_mac;
};

struct late {
    carp_time at;
    size_t len;
    uint8_t octets[1600];
};

struct device {
    struct dev_config config;
    const struct conduct *like;
    struct inj_spec spec[2]; /* V4, V6 */
    bool uses[2];
    struct carp_auth auth;
    struct carp_mac vmac;
    struct inj_builder *builder;
    struct inj_rng rng;
    enum state state;
    carp_time down[2];    /* BACKUP: when it takes over */
    carp_time advertise;  /* MASTER: the next one */
    carp_time announce;   /* another announcement, for a worse advert */
    unsigned int adverts; /* since it became MASTER */
    uint64_t counter, highest, last_seen[2];
    bool has_heard, has_seen;
    unsigned int bad;
    GQueue *in, *out;
};

static inline bool
has(const struct device *d, enum dev_fault fault)
{
    return d->config.fault == fault;
}

static inline uint8_t
base(const struct device *d)
{
    return inj_spec_octet(&d->config.spec, INJ_ADVBASE);
}

static inline uint8_t
skew(const struct device *d)
{
    return inj_spec_octet(&d->config.spec, INJ_ADVSKEW);
}

/* device.c */
void dev_send_adverts(struct device *d, carp_time now, bool is_bow_out);
void dev_announce(struct device *d, carp_time now);
void dev_become_backup(struct device *d, carp_time now);
void dev_become_master(struct device *d, carp_time now);
struct dev_frame *dev_new_frame(struct device *d, carp_time at);
/* The MAC it announces and answers with. */
const struct carp_mac *dev_mac(const struct device *d, enum dev_fault fault);
carp_time dev_interval(const struct device *d);
carp_time dev_dead_time(const struct device *d);
/* device_hear.c */
void dev_hear(struct device *d, const struct dev_seen *seen, carp_time now);
void dev_answer(struct device *d, const struct dev_seen *seen, carp_time now);

#endif
