/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file conf_write.h
 * The other direction of carp_conf.h: a configuration in memory as the text
 * of a carp.conf that reads back as the same.
 */
#ifndef TOOLS_CONF_WRITE_H
#define TOOLS_CONF_WRITE_H

#include <glib.h>

#include "carp_conf.h"

enum conf_write_flags {
    /** Leave the secrets out; a comment says where one belongs. */
    CONF_WRITE_NO_SECRETS = 1u << 0
};

/** Stands for a script that is missing: ucarp runs with one of the two,
 * carp.conf wants both. */
#define CONF_WRITE_NO_SCRIPT "/bin/true"

/**
 * Append [vhid "NAME"] and every key that differs from its default.
 * @param comments lines for above the group, without '#'; may be NULL
 * @param flags mask of enum conf_write_flags
 * Without CONF_WRITE_NO_SECRETS @p out holds secrets: carp_wipe() it. A
 * password that is no UTF-8 is written as key-hex.
 */
void carp_conf_write_vhid(const struct carp_conf_vhid *vhid,
                          char *const *comments, unsigned int flags,
                          GString *out);

/** Append every group of @p conf, an empty line between two. */
void carp_conf_write(const struct carp_conf *conf, unsigned int flags,
                     GString *out);

#endif
