/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file carpd_script.h
 * What one input does to carpd: a configuration, then steps.
 */
#ifndef FUZZ_CARPD_SCRIPT_H
#define FUZZ_CARPD_SCRIPT_H

#include <carp/fsm.h>

#include "carpd_host.h"

#define SCRIPT_PEERS 4
#define SCRIPT_KEPT 8
#define SCRIPT_BEATS 6

/** How a life of carpd ends. */
enum script_end {
    SCRIPT_GOES_ON = 0,
    SCRIPT_STOPS, /**< and starts again */
    SCRIPT_IS_KILLED,
    SCRIPT_LOSES_POWER,
    SCRIPT_LOSES_STATE /**< its file is damaged */
};

struct kept_frame {
    size_t len;
    uint8_t data[160];
    const char *interface;
};

/** A peer that advertises by itself. */
struct beat {
    bool is_on, is_v6;
    uint8_t which, peer, base, skew;
    carp_time next, every;
};

struct script {
    struct fuzz_input in;
    struct daemon *daemon;
    char *folder, *config, *socket;
    carp_time target; /**< until then time passes */
    unsigned int steps;
    enum script_end end;
    struct kept_frame kept[SCRIPT_KEPT]; /**< peers' adverts, to be repeated */
    unsigned int kept_count;
    uint64_t peer_counter[SCRIPT_PEERS];
    uint64_t highest; /**< of all peers */
    struct beat beats[SCRIPT_BEATS];
    unsigned int fight_left;
    carp_time fight_next;
    bool was_killed;        /**< once: what it had up is there */
    bool is_broken;         /**< carp.conf is */
    bool may_lack_counters; /**< the disk failed: they may repeat */
};

/** What is wrong when carpd starts. */
void script_prepare(struct script *script);
/** One step; time may have to pass then. */
void script_step(struct script *script);
/** Beats whose time has come; @return when the next one is due */
carp_time script_beat(struct script *script);
/** A better master on each vhid. */
void script_be_master(struct script *script);
/** All that was broken is well again; nobody says anything. */
void script_heal(struct script *script);

/* ---- carpd_trouble.c: steps, with octets of their own */

void trouble_change_link(struct script *script);
void trouble_kernel(struct script *script);
void trouble_wire(struct script *script);
void trouble_disk(struct script *script);
/** Programs, tracked files. */
void trouble_rest(struct script *script);
void trouble_slow(struct script *script);

/* ---- carpd_stranger.c: who else works on the host */

void trouble_change_address(struct script *script);
void trouble_fight(struct script *script);
/** What goes on by itself; @return when it is due again */
carp_time trouble_beat(struct script *script);
/** The host's own addresses, where they are missing. */
void stranger_add_own(const struct fake_link *link);
/** One that has a vhid's virtual MAC comes or goes. */
void stranger_change_rival(void);
/** What another carpd has left, or somebody else made. */
void stranger_put_macvlan(uint8_t how);
/** They take along what they made. */
void strangers_leave(void);

/* ---- carpd_peer.c */

/** An advert of a peer. */
struct peer_advert {
    uint8_t which; /**< the vhid, counted in carpd's list */
    uint8_t peer;
    bool is_v6;
    uint8_t base, skew, demote;
    uint8_t counting; /**< what counter it has */
    uint8_t damage;   /**< 0: none */
};
void peer_send(struct script *script, const struct peer_advert *advert);
/** ARP or a neighbour advertisement for a virtual address. */
void peer_claim(struct script *script, uint8_t which, uint8_t form);
/** What was sent before, once more. */
void peer_repeat(struct script *script, uint8_t which);

/* ---- carpd_client.c */

void client_begin(const char *path);
void client_end(void);
/** One request, as the octet says; the second client watches. */
void client_say(struct fuzz_input *in);
/** One without more to it, of the first client. */
void client_ask(const char *command);
/** What came since. */
void client_take(void);

#endif
