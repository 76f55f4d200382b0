/* SPDX-License-Identifier: BSD-2-Clause */
/* A carp.conf in a folder of its own, for the tests of carp.conf. */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include <sys/types.h>

#include <glib.h>

#include "carp_conf.h"

#define SECRET "s3cret-word"
#define HEX "00112233445566778899aabbccddeeff00112233"
#define HEAD "[vhid \"lan\"]\nvhid = 7\n"
#define GOOD HEAD "password = " SECRET "\n"

/* Where the files are, from config_run() on. */
extern char *config_directory;

/* For main(): the folder, the tests that @p add adds, the end. */
int config_run(int argc, char **argv, void (*add)(void));

/* @return its path; free it */
char *config_write_file(const char *name, const char *text, gssize size,
                        mode_t mode);
/* Written as carp.conf and read; no message may hold a secret. */
struct carp_conf *config_load(const char *text);
struct carp_conf *config_load_sized(const char *text, gssize size);
/* One of its messages has @p part. */
void config_assert_message(const struct carp_conf *conf, bool is_error,
                           const char *part);
void config_assert_clean(const struct carp_conf *conf);

#endif
