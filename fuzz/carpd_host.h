/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file carpd_host.h
 * The host that fuzz_carpd.c runs carpd on: clock, threads, kernel, wire,
 * disk and programs are made up, what carpd is made of is not.
 *
 *   carpd_clock.c    clocks, timers and signals; nothing waits for real
 *   carpd_thread.c   threads that take turns with the main one
 *   carpd_kernel.c   interfaces
 *   carpd_address.c  addresses
 *   carpd_settings.c IPv6 settings below /proc/sys
 *   carpd_netlink.c  libmnl's sockets: requests to that kernel
 *   carpd_notice.c   what that kernel says, in netlink's words
 *   carpd_wire.c     frames in and out, behind libpcap, libnet and raw sockets
 *   carpd_leaf.c     disk, programs, randomness, claims, rights
 *
 * They replace symbols of libc, GLib, libmnl and libpcap, and whole objects of
 * carpd's libraries, when the target is linked.
 */
#ifndef FUZZ_CARPD_HOST_H
#define FUZZ_CARPD_HOST_H

#include <glib.h>

#include <carp/addr.h>
#include <carp/time.h>

#include "fuzz.h"
#include "port.h"

/* ---- carpd_clock.c */

void clock_begin(void);
/** CLOCK_BOOTTIME. */
carp_time clock_now(void);
/** The next instant at which something is due; CARP_NEVER. */
carp_time clock_next(void);
/** Let it become @p when; never earlier than it is. */
void clock_set(carp_time when);
/** The machine slept meanwhile: CLOCK_MONOTONIC does not know. */
void clock_sleep(carp_time span);
/** Each look at it takes so long: a machine that is overloaded. */
void clock_set_creep(carp_time span);
/** Somebody sets the wall clock. */
void clock_step_wall(int64_t by);
/** How often carpd was woken up by its alarm since clock_begin(). */
unsigned int clock_rings(void);
/** Send a signal that carpd heeds. */
void clock_signal(int number);

/* ---- carpd_thread.c */

enum thread_mode {
    THREAD_AT_ONCE = 0, /**< a job is done when it has been given */
    THREAD_SLOW,        /**< only when somebody waits, or the mode changes */
    THREAD_NONE         /**< no thread can be had */
};
void thread_set_mode(enum thread_mode mode);
/** One was refused since thread_begin(). */
bool thread_was_refused(void);
void thread_begin(void);

/* ---- carpd_kernel.c */

#define KERNEL_LINKS_MAX 24
#define KERNEL_ADDRESSES_MAX 160
#define KERNEL_SETTINGS 33

struct fake_link {
    unsigned int index; /**< 0: a free row */
    char name[KERNEL_NAME];
    struct carp_mac mac;
    bool is_up, has_cable, is_ethernet;
    bool is_without_v6; /**< disable_ipv6 */
    bool is_calm;       /**< IPv6 hears and says nothing by itself */
    bool has_no_local;  /**< nor does it make a link-local address */
    char kind[KERNEL_KIND];
    unsigned int parent;
    uint32_t group;
    char alias[KERNEL_ALIAS];
    uint32_t settings[KERNEL_SETTINGS];
};

struct fake_address {
    bool is_used;
    struct kernel_address row;
};

/** How the kernel misbehaves. */
struct fake_faults {
    uint8_t refuse_kinds; /**< bit n: requests of the n-th kind, see below */
    int refuse_code;
    unsigned int refuse_skip;  /**< not the first ones */
    unsigned int refuse_count; /**< so many; then all is well */
    unsigned int dumps_torn;   /**< so many dumps are interrupted */
    unsigned int dumps_failed;
    unsigned int answers_lost; /**< so many: no memory was left for them */
    bool has_no_route;
};
#define FAULT_MACVLAN 1u
#define FAULT_DEL_LINK 2u
#define FAULT_SET_LINK 4u
#define FAULT_ADD_ADDRESS 8u
#define FAULT_DEL_ADDRESS 16u

struct fake_kernel {
    struct fake_link links[KERNEL_LINKS_MAX];
    struct fake_address addresses[KERNEL_ADDRESSES_MAX];
    unsigned int next_index;
    bool has_kept; /**< it refused to take something away */
    bool has_lost; /**< notices, for a while */
    bool is_old;   /**< before 5.18: tells no address's protocol */
    struct fake_faults faults;
};
extern struct fake_kernel fake_kernel;

/** Nothing is there; as old as before. */
void fake_kernel_begin(void);
struct fake_link *fake_link_find(const char *name);
struct fake_link *fake_link_at(unsigned int index);
/** A card. */
struct fake_link *fake_link_add(const char *name, const char *kind,
                                unsigned int parent,
                                const struct carp_mac *mac);
/** With all that is on it. */
void fake_link_remove(struct fake_link *link);
/** Into another namespace: the macvlans that are made on it stay. */
void fake_link_move_away(struct fake_link *link);
void fake_link_set(struct fake_link *link, bool is_up, bool has_cable);
bool fake_link_has_carrier(const struct fake_link *link);
/** Does the kernel refuse a request of this kind, as the script says? */
bool fake_kernel_refuses(unsigned int kind);

/* ---- carpd_address.c */

/** Or change what is there. */
void fake_address_add(const struct kernel_address *row);
/** With this prefix. False: there is none. */
bool fake_address_remove(const struct kernel_address *row);
/** With whatever prefix. */
void fake_address_remove_all(unsigned int index, const struct carp_addr *addr);
/** Where it is; NULL: nowhere. @param index 0: on any interface */
const struct kernel_address *fake_address_find(unsigned int index,
                                               const struct carp_addr *addr);
/** Take all addresses of the interface away. */
void fake_address_flush(unsigned int index, bool only_v6);

/* ---- carpd_notice.c */

/** A link or an address as a message; to be freed. */
GBytes *notice_link(const struct fake_link *link, bool is_gone,
                    uint32_t sequence, bool is_torn);
GBytes *notice_address(const struct kernel_address *row, bool is_gone,
                       uint32_t sequence, bool is_torn);
GBytes *notice_done(uint32_t sequence);
GBytes *notice_answer(uint32_t sequence, int code);
/** To whoever listens; taken over. */
void notice_tell(GBytes *message);
/** The listener has not read everything. */
bool notice_waits(void);
/** The listener's queue overflows. */
void notice_overrun(void);

/* ---- carpd_wire.c */

struct fake_wire {
    int send_code;        /**< errno of sending; 0: it works */
    unsigned int dropped; /**< frames that the kernel dropped */
    int open_fails;       /**< so many attempts to listen fail */
    bool is_torn;         /**< listening ends in an error */
    bool is_looped;       /**< what leaves comes back */
    bool is_joined; /**< what leaves one interface comes in at the other */
};
extern struct fake_wire fake_wire;

void wire_begin(void);
/** A frame arrives on the interface called @p name. */
void wire_deliver(const char *name, const uint8_t *data, size_t len);
/** The last frames that carpd sent come back. */
void wire_repeat(void);
/** Somebody speaks as carpd, and may be heard again later. */
void wire_imitate(void);
/** Either since wire_begin(), perhaps to another life of carpd. */
bool wire_has_repeated(void);
/** What carpd sends is handed to these. */
void check_frame_sent(const char *name, const uint8_t *data, size_t len);
void check_unicast_sent(const char *name, const struct port_advert *advert);

/* ---- carpd_leaf.c */

struct fake_disk {
    int write_code;      /**< errno of writing; 0: it works */
    char *before, *now;  /**< what was written last but one, and last */
    bool is_claimed;     /**< another carpd runs the vhids */
    uint8_t program_end; /**< how programs end */
    bool are_programs_slow;
    uint64_t random;
};
extern struct fake_disk fake_disk;

void leaf_begin(void);
void leaf_end(void);
/** A file of this text, for the owner alone, without waiting for a disk. */
void leaf_write(const char *path, const char *text, size_t len);

#endif
