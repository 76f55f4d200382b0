/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file record.h
 * Writes frames to a pcap file (Ethernet, nanoseconds) and reads captures.
 */
#ifndef CARPINJECT_RECORD_H
#define CARPINJECT_RECORD_H

#include <stdbool.h>

#include <glib.h>

#include <carp/frame.h>
#include <carp/time.h>

#include "build.h"

struct inj_record;

/** @param path a file, or "-" for standard output
 * @param[out] error a line to be freed when NULL is returned */
struct inj_record *inj_record_open(const char *path, char **error);
/** @param when nanoseconds since 1970 */
void inj_record_frame(struct inj_record *record, carp_time when,
                      const uint8_t *octets, size_t len);
/** Flush and close. False when something could not be written: error. */
bool inj_record_close(struct inj_record *record, char **error);

/**
 * Read the frames of protocol 112 of a pcap or pcapng file.
 * @return struct inj_frame with times since the first; NULL and a line
 *         otherwise. A file cut in a frame gives what is before it and a
 *         line both.
 */
GPtrArray *inj_record_read(const char *path, char **error);

#endif
