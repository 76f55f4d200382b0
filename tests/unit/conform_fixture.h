/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite played against one simulated device. */
#ifndef TESTS_CONFORM_FIXTURE_H
#define TESTS_CONFORM_FIXTURE_H

#include <glib.h>

#include "device.h"

/* One device under test, and how the suite is run. */
struct target {
    enum carp_profile_id profile;
    enum dev_fault fault;
    unsigned int skew;
    bool preempts;
    bool is_dual;   /* IPv6, too */
    const char *as; /* --profile of the suite; NULL: not said */
    carp_time script;
};

/* @return the name of each test to "VERDICT text"; unref it */
GHashTable *conform_run(const struct target *target);
/* The tests with a verdict, in order, with blanks between; free it. */
char *conform_with_verdict(GHashTable *results, const char *verdict);
/* These are all. */
void conform_check_list(GHashTable *results, const char *verdict,
                        const char *expected);

#endif
