/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file replace_file.h
 * Writes a file whole: a reader sees the old one or the new one.
 */
#ifndef TOOLS_REPLACE_FILE_H
#define TOOLS_REPLACE_FILE_H

#include <stdbool.h>

#include <glib.h>

/**
 * Write @p text beside @p path and rename it. Nothing is synced: what must
 * outlive a crash of the machine does not belong here.
 * @param is_public others may read it whatever the umask is
 * @return false with errno set; what was written is removed
 */
bool replace_file(const char *path, const GString *text, bool is_public);

#endif
