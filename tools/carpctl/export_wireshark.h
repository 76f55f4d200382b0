/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file export_wireshark.h
 * carp.conf as the file "carp_keys" of a Wireshark profile: the table of keys
 * of the plugin (docs/wireshark.md).
 */
#ifndef CARPCTL_EXPORT_WIRESHARK_H
#define CARPCTL_EXPORT_WIRESHARK_H

#include <glib.h>

#include "carp_conf.h"

/** Append a row for each secret and each list of addresses. @p out then holds
 * secrets: carp_wipe() it. */
void export_wireshark(const struct carp_conf *conf, GString *out);

#endif
