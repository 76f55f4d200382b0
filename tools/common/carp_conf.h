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
#include <carp/status.h>

/** Most further secrets (accept-...) of one group. */
#define CARP_CONF_ACCEPT_MAX 16
/** Most groups of one configuration. */
#define CARP_CONF_GROUPS_MAX 4096

/** What the daemon does with an advert whose counter it has seen before. */
enum carp_conf_replay {
    CARP_CONF_REPLAY_IGNORE = 0,
    CARP_CONF_REPLAY_LOG,
    CARP_CONF_REPLAY_DROP
};

/** One [vhid "NAME"] group. A secret: it holds keys. */
struct carp_conf_vhid {
    char name[CARP_ROW_NAME + 1];
    char *file;    /**< where it stands, for messages */
    uint8_t vhid;  /**< 1..255 */
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
    bool vmac; /**< answer with the virtual MAC; true when not given */
    struct carp_addr peer, peer6; /**< family none: multicast */
    char *up_script, *down_script, *hook, *group; /**< NULL: none */
    enum carp_conf_replay replay;
    uint8_t demote;            /**< added to advskew from the start */
    uint8_t demote_link_down;  /**< added while the link is down */
    uint8_t demote_send_error; /**< added while sending fails */
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
/** Wipes the keys. NULL is allowed. (GLib's own copy of a key file's text is
 * freed without being wiped; there is no way to reach it.) */
void carp_conf_free(struct carp_conf *conf);

/** True when no message is an error. */
bool carp_conf_is_usable(const struct carp_conf *conf);
size_t carp_conf_message_count(const struct carp_conf *conf);
const struct carp_conf_message *
carp_conf_message(const struct carp_conf *conf, size_t index);

/** Groups that could be read, in file order; all of them when usable. */
size_t carp_conf_count(const struct carp_conf *conf);
const struct carp_conf_vhid *carp_conf_get(const struct carp_conf *conf,
                                           size_t index);

/**
 * Copy every key into @p ring: a row for each group, and one more for each
 * of its accept-... secrets, all under the group's name.
 * @return CARP_OK, CARP_ERR_NOMEM or CARP_ERR_FULL
 */
CARP_NODISCARD enum carp_status carp_conf_fill_ring(
    const struct carp_conf *conf, struct carp_ring *ring);

#endif
