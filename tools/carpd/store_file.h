/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file store_file.h
 * Files in the state directory that survive a power cut, and whose they are.
 */
#ifndef CARPD_STORE_FILE_H
#define CARPD_STORE_FILE_H

#include <stdbool.h>

#include <glib.h>

/** Replace the file as a whole; on the disk when it returns. It waits for the
 * disk, and touches nothing else: a thread may call it, one at a time for a
 * path.
 * @return 0, or errno: the old one stays */
int store_file_write(const char *path, const GString *text);
/** The directory and its files become another user's.
 * @return false with errno set */
bool store_file_give(const char *directory, unsigned int uid, unsigned int gid);

#endif
