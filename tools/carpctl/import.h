/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file import.h
 * Configurations of other systems as a carp.conf.
 *
 * Each importer reads one text and adds what it finds to an import: groups of
 * a configuration, and notes about everything that could not be taken over or
 * that the user has to look at. Input is never trusted: what cannot be
 * understood becomes a note with its place, not a guess. No note holds a
 * password.
 */
#ifndef CARPCTL_IMPORT_H
#define CARPCTL_IMPORT_H

#include <stdbool.h>

#include <glib.h>

#include "carp_conf.h"

/** Largest input of one file. */
#define IMPORT_MAX ((gsize)16 * 1024 * 1024)

/** Where a thing stands, for notes. */
struct import_place {
    const char *file;
    unsigned int line; /**< 0: no line */
};

/** An address that an interface has for itself. */
struct import_own {
    char *interface;
    struct carp_addr addr;
    unsigned int prefix_len;
    struct import_place place;
};

/** What has been found so far. */
struct import {
    struct carp_conf *conf; /**< the groups; a secret */
    GPtrArray *notes;       /**< char *: "FILE:LINE: what" */
    GHashTable *map;        /**< their interface to ours; may be empty */
    GArray *own;            /**< struct import_own: carpN's aliases, and to find
                             * its parent. What places name must outlive it */
    bool preempt;           /**< net.inet.carp.preempt=1 was found */
    bool has_loss;          /**< something could not be taken over */
};

void import_init(struct import *import);
/** Wipes the keys. */
void import_clear(struct import *import);
/** Say that @p theirs is called @p ours on this host. */
void import_map(struct import *import, const char *theirs, const char *ours);

/** Something to look at. */
void import_note(struct import *import, const struct import_place *place,
                 const char *format, ...) G_GNUC_PRINTF(3, 4);
/** Something that was not taken over: import->has_loss becomes true. */
void import_lose(struct import *import, const struct import_place *place,
                 const char *format, ...) G_GNUC_PRINTF(3, 4);

/* ---------------------------------------------------------- one command */

/** What one ifconfig command, or one file of OpenBSD's, says. A secret. */
struct import_command {
    char *interface;            /**< "em0", or "carp0" */
    char *device;               /**< carpdev */
    int vhid, advbase, advskew; /**< -1: not said */
    char *password;             /**< NULL: not said */
    struct carp_addr peer, peer6;
    bool has_lladdr;
    struct carp_mac lladdr;
    struct carp_addrs addrs;
    uint8_t prefix_len[CARP_ADDRS_MAX];
};

void import_command_init(struct import_command *command, const char *interface);
void import_command_clear(struct import_command *command);
/**
 * Read words as ifconfig takes them: inet, inet6, ADDR, ADDR/LEN, netmask,
 * prefixlen, alias, vhid, advbase, advskew, pass, peer, peer6, carppeer,
 * carpdev, lladdr, … What concerns CARP and cannot be had becomes a loss,
 * other words are left out.
 */
void import_command_words(struct import *import, struct import_command *command,
                          const struct import_place *place, char **words);
/**
 * Take the command over: into the group of its interface and vhid, or as an
 * address of the interface itself.
 * @param profile of a new group
 */
void import_command_take(struct import *import, struct import_command *command,
                         const struct import_place *place,
                         enum carp_profile_id profile);
/** Give a group one more address; one that it has stays as it is, one that no
 * host can have is a loss.
 * @return false: it has too many, a loss */
bool import_add_address(struct import *import, struct carp_conf_vhid *group,
                        const struct carp_addr *addr, unsigned int prefix_len,
                        const struct import_place *place);

/* -------------------------------------------------------------- sources */

/** FreeBSD: rc.conf, sysctl.conf, and ifconfig commands. */
void import_freebsd(struct import *import, const char *text, const char *file);
/** What ifconfig prints on FreeBSD. It shows no passwords. */
void import_ifconfig_output(struct import *import, const char *text,
                            const char *file);
/** OpenBSD: one hostname.carpN; @p file names the interface. */
void import_openbsd(struct import *import, const char *text, const char *file);
/** pfSense and OPNsense: config.xml. */
void import_config_xml(struct import *import, const char *xml,
                       const char *file);
/** A ucarp command line, with or without "ucarp" in front. */
void import_ucarp(struct import *import, char **words);

enum import_kind {
    IMPORT_UNKNOWN = 0,
    IMPORT_FREEBSD,
    IMPORT_IFCONFIG,
    IMPORT_OPENBSD,
    IMPORT_XML,
    IMPORT_UCARP
};
/** What @p text is by its name and first lines. */
enum import_kind import_guess(const char *text, const char *file);

/** After the last source: names on this host, aliases and parents of carpN,
 * preempt, and groups without a password, an address or an interface are noted.
 */
void import_finish(struct import *import);

#endif
