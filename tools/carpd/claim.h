/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file claim.h
 * Who runs a vhid on an interface. Two carpds of one host would take each
 * other's adverts for their own, whatever their state directories are.
 *
 * A claim is a socket with an abstract name: it belongs to the network
 * namespace, as the interface does, and goes with its process.
 */
#ifndef CARPD_CLAIM_H
#define CARPD_CLAIM_H

#include <stdbool.h>

#include <carp/time.h>

#include "os_error.h"

/** No claim. */
#define CLAIM_NONE (-1)

/**
 * @param id "7@eth0"
 * @param user whose claims are believed, beside root's and this user's; another
 *             user's is told in the log and counts as none
 * @param[out] claim to be closed; CLAIM_NONE where none could be made, which is
 *             no reason not to run
 * @return false and @p error: another carpd runs it
 */
bool claim_make(const char *id, unsigned int user, int *claim,
                struct os_error *error);

/** Does another process hold it, one whose claims are believed? false, too,
 * where that cannot be found out. */
bool claim_is_held(const char *id, unsigned int user);

/** Now and then: who asks for the owner leaves a connection behind, and only so
 * many fit. CLAIM_NONE is allowed. */
void claim_drain(int claim);
/** Between two times. */
#define CLAIM_DRAIN_EVERY (300 * CARP_SEC)

#endif
