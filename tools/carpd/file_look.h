/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file file_look.h
 * Reads the beginning of a file beside the main loop: the server of its file
 * system may be gone, and then nothing ends the reading.
 */
#ifndef CARPD_FILE_LOOK_H
#define CARPD_FILE_LOOK_H

/** Octets that are read, and a NUL. */
#define FILE_LOOK_TEXT 32

struct file_look;

/** Called once, from the default main context; the look is freed then.
 * @param text what it begins with, "" when it is no regular file or cannot be
 *             read; NULL: there is none, or it cannot be opened */
typedef void file_look_end(void *user, const char *text);

/** Look, together with whoever looks at it already.
 * @return NULL: the system gives no thread */
struct file_look *file_look_begin(const char *path, file_look_end *end,
                                  void *user);
/** Nothing is called any more. NULL is allowed. */
void file_look_drop(struct file_look *look);

#endif
