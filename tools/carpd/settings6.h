/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file settings6.h
 * IPv6 settings of an interface, below /proc/sys: netlink has no attributes
 * for them.
 */
#ifndef CARPD_SETTINGS6_H
#define CARPD_SETTINGS6_H

#include <stdbool.h>
#include <stddef.h>

#define SETTINGS6 "/proc/sys/net/ipv6/conf"

struct setting6 {
    const char *name; /**< as its file, "accept_ra" */
    const char *value;
};

/**
 * Write all of them, in this order; one that this kernel does not have is left
 * out. The interface may be renamed meanwhile.
 * @return 0, or errno of the first that could not be written: ENOENT: there is
 *         no such interface, or no IPv6 (settings6_are_there())
 */
int settings6_write(const char *interface, const struct setting6 *list,
                    size_t count);
/** Does this kernel talk IPv6? */
bool settings6_are_there(void);

#endif
