/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file evidence_file.h
 * Writes evidence to a directory, in a thread: a slow or full disk must not
 * hold up a capture. Files appear under their name when they are whole. Only
 * so much is kept: the oldest give way.
 */
#ifndef CARPMON_EVIDENCE_FILE_H
#define CARPMON_EVIDENCE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/** All files begin and end so; others in the directory are never touched. */
#define MON_EVIDENCE_PREFIX "carpmon-"
#define MON_EVIDENCE_SUFFIX ".pcapng"

struct mon_files;

/**
 * @param directory where; must exist
 * @param most octets of all files together
 */
struct mon_files *mon_files_new(const char *directory, uint64_t most);
/** Waits for what is being written. NULL is allowed. */
void mon_files_free(struct mon_files *files);

/**
 * Write a file soon.
 * @param path in the directory; copied
 * @param contents taken over, also when it returns false
 * @return false: too much waits to be written already
 */
bool mon_files_write(struct mon_files *files, const char *path,
                     GByteArray *contents);

/** Is something still being written? */
bool mon_files_is_busy(struct mon_files *files);

/** Why files could not be written since the last call: the last error, to be
 * freed with g_free(), or NULL. */
char *mon_files_take_error(struct mon_files *files);

#endif
