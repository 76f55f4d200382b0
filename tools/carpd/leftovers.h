/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file leftovers.h
 * What a carpd that was killed has left in the kernel, when no carpd can start
 * that would take it over: another host is MASTER by then, and two would have
 * the addresses.
 */
#ifndef CARPD_LEFTOVERS_H
#define CARPD_LEFTOVERS_H

/**
 * Take away the addresses and macvlans that @p state_dir names, and restore the
 * settings. Nothing is done, and nothing said, while another carpd has the
 * state directory, where there is none, and without the rights.
 * @param user whose claims are believed, as of claim_make()
 */
void leftovers_remove(const char *state_dir, unsigned int user);

#endif
