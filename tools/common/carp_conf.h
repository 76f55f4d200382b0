/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file carp_conf.h
 * carp.conf: one file for all tools (carp.conf(5)).
 *
 * A GLib key file with groups [vhid "NAME"], and every conf.d/NAME.conf beside
 * it in order of name. Everything is checked: unknown keys, bad values and
 * contradictions become messages that name file, line, group, key and the
 * legal range. No message ever holds a secret, nor the value of a key that is
 * not known, for that may be a misspelt one.
 */
#ifndef TOOLS_CARP_CONF_H
#define TOOLS_CARP_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/auth.h>
#include <carp/key.h>
#include <carp/profile.h>
#include <carp/replay.h>
#include <carp/status.h>
#include <carp/time.h>

/** Most further secrets (accept-...) of one group. */
#define CARP_CONF_ACCEPT_MAX 16
/** Most groups of one configuration. */
#define CARP_CONF_GROUPS_MAX 4096

/** Most further address lists (accept-addresses) of one group. */
#define CARP_CONF_ADDRS_MAX 8
/** Most interfaces, scripts and files that one group tracks. */
#define CARP_CONF_TRACK_MAX 16

/** Where the virtual MAC is used. */
enum carp_conf_vmac {
    CARP_CONF_VMAC_OFF = 0, /**< nowhere */
    CARP_CONF_VMAC_ON,      /**< adverts, announcements and answers */
    CARP_CONF_VMAC_ADVERTS  /**< adverts only, as ucarp does */
};

/** Who stays MASTER of two that are equally good. */
enum carp_conf_tie {
    CARP_CONF_TIE_ADDRESS = 0, /**< the numerically lower source address */
    CARP_CONF_TIE_YIELD,       /**< nobody, as the BSDs do */
    CARP_CONF_TIE_UCARP        /**< ucarp's idea of lower */
};

/** What a group's demotion follows. */
enum carp_conf_track_kind {
    CARP_CONF_TRACK_INTERFACE = 0, /**< is away or has no carrier */
    CARP_CONF_TRACK_SCRIPT,        /**< ends with another status than 0 */
    CARP_CONF_TRACK_FILE           /**< exists; a number in it is the amount */
};

struct carp_conf_track {
    enum carp_conf_track_kind kind;
    char *what;     /**< name or absolute path */
    uint8_t amount; /**< 1..254, 240 when not given */
};

/** The group [carpd]: what the daemon does for all vhids. */
struct carp_conf_daemon {
    char *user;           /**< NULL: "carp" if there is such a user */
    char *socket_group;   /**< of the control socket; NULL: the user's */
    carp_time hook_limit; /**< longest run of a hook */
    uint8_t realtime;     /**< 0: no, else SCHED_FIFO of this priority */
    bool lock_memory;
    char *log;              /**< "auto", "stderr" or a syslog facility */
    uint16_t announce_rate; /**< most announcements in a second, all vhids */
    uint8_t demote;         /**< of all vhids from the start */
};

/** One [vhid "NAME"] group. A secret: it holds keys. */
struct carp_conf_vhid {
    char name[CARP_ROW_NAME + 1];
    char *file;      /**< where it stands, for messages */
    uint8_t vhid;    /**< 1..255 */
    char *interface; /**< NULL: for carpmon and the plugin only */
    struct carp_addrs addrs;
    uint8_t prefix_len[CARP_ADDRS_MAX]; /**< 32 or 128 when not given */
    struct carp_key key;
    unsigned int accept_count;
    struct carp_key accept[CARP_CONF_ACCEPT_MAX];
    enum carp_profile_id profile;
    bool has_lladdr;
    struct carp_mac lladdr;
    uint8_t advbase; /**< 0..255, 1 when not given */
    uint8_t advskew; /**< 0..254, 0 when not given */
    bool preempt;
    carp_time preempt_delay; /**< 0 when not given */
    carp_time start_delay;   /**< 0 when not given */
    uint8_t dead_ratio;      /**< 1..255, 3 when not given */
    enum carp_conf_vmac vmac;
    bool has_vmac;  /**< it was given; else off where the device allows none */
    bool by_script; /**< addresses are put up by the scripts, not by carpd */
    struct carp_addr peer, peer6;     /**< family none: CARP's own group */
    struct carp_addrs senders;        /**< who may advertise; none: anybody */
    bool broadcast;                   /**< to the broadcast MAC, as ucarp -M */
    struct carp_addr source, source6; /**< family none: the interface's own */
    uint8_t min_ttl;                  /**< 255 when not given */
    char *up_script, *down_script, *script_arg; /**< NULL: none */
    bool down_at_start;          /**< run down-script on INIT to BACKUP too */
    char *hook, *notify, *group; /**< NULL: none */
    enum carp_replay_mode replay;
    uint8_t demote;            /**< added to advskew from the start */
    uint8_t demote_link_down;  /**< added while the link is down */
    uint8_t demote_send_error; /**< added while sending fails */
    bool ignore_link;          /**< a missing carrier changes nothing */
    bool late_listen;    /**< true when not given: late, it listens first */
    bool families_apart; /**< either family's silence alone counts */
    enum carp_conf_tie tie;
    uint8_t announce_repeat;         /**< further announcements, 2 */
    carp_time announce_delay;        /**< between them, 1 s */
    carp_time announce_refresh;      /**< 0: no periodic ones */
    unsigned int addrs_count;        /**< how many accept_addrs */
    struct carp_addrs *accept_addrs; /**< further address lists */
    unsigned int track_count;
    struct carp_conf_track track[CARP_CONF_TRACK_MAX];
    carp_time track_interval;       /**< between two runs of a script, 2 s */
    uint8_t track_rise, track_fall; /**< runs that change the verdict, 2 */
};

/** What was found while reading. */
struct carp_conf_message {
    bool is_error; /**< else a warning */
    char *text;    /**< one line, "FILE:LINE: [vhid "NAME"] KEY: ..." */
};

enum carp_conf_flags {
    /** A file that others can read and that holds a secret is an error. For
     * daemons. Without it, it is one warning: an observer may be pointed at
     * demonstration files that a version control system made 0644. */
    CARP_CONF_PRIVATE = 1u << 0
};

struct carp_conf;

/**
 * Read @p path and conf.d beside it. Never fails as such: see
 * carp_conf_is_usable() and the messages.
 * @param flags mask of enum carp_conf_flags
 * @return to be freed with carp_conf_free()
 */
struct carp_conf *carp_conf_load(const char *path, unsigned int flags);
/** Wipes the keys. NULL is allowed. */
void carp_conf_free(struct carp_conf *conf);

/** True when no message is an error. */
bool carp_conf_is_usable(const struct carp_conf *conf);
/** How many errors there are; of very many only the first have a message. */
unsigned int carp_conf_error_count(const struct carp_conf *conf);
size_t carp_conf_message_count(const struct carp_conf *conf);
const struct carp_conf_message *carp_conf_message(const struct carp_conf *conf,
                                                  size_t index);

/** Groups that could be read, in file order; all of them when usable. */
size_t carp_conf_count(const struct carp_conf *conf);
const struct carp_conf_vhid *carp_conf_get(const struct carp_conf *conf,
                                           size_t index);
/** The group [carpd], or what holds without one. Never NULL. */
const struct carp_conf_daemon *
carp_conf_get_daemon(const struct carp_conf *conf);

/** @name Making a configuration without a file, as ucarp's options do.
 * Nothing is checked that carp_conf_load() checks of a value. @{ */
/** An empty configuration; carp_conf_free() it. */
struct carp_conf *carp_conf_new(void);
/** A new group with every default. It belongs to @p conf; @p file is for
 * messages. */
struct carp_conf_vhid *carp_conf_add(struct carp_conf *conf, const char *name,
                                     const char *file);
/** Group @p index, to be changed; below carp_conf_count(). */
struct carp_conf_vhid *carp_conf_edit(struct carp_conf *conf, size_t index);
/** @} */

/**
 * Copy every key into @p ring, all under the group's name: a row for each
 * pair of a group's secrets and of its address lists, accepted ones included.
 * The group's own come first.
 * @return CARP_OK, CARP_ERR_NOMEM or CARP_ERR_FULL
 */
CARP_NODISCARD enum carp_status
carp_conf_fill_ring(const struct carp_conf *conf, struct carp_ring *ring);
/** The same for one group: row 0 is its own secret with its own addresses, row
 * k + a * (1 + accept_count) the k-th accepted secret with the a-th accepted
 * list of addresses, counted from 1. */
CARP_NODISCARD enum carp_status
carp_conf_fill_ring_vhid(const struct carp_conf_vhid *vhid,
                         struct carp_ring *ring);

/** True when the daemon would do the same for both; where they stand does not
 * matter. */
bool carp_conf_vhid_equal(const struct carp_conf_vhid *a,
                          const struct carp_conf_vhid *b);

#endif
