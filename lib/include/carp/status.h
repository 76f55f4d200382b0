/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file status.h
 * The one error type of libcarp.
 *
 * Functions that can fail return an enum carp_status: CARP_OK (0) or a
 * negative value. There is no errno and no last-error state; out parameters
 * are defined only after CARP_OK unless the function says otherwise.
 */
#ifndef CARP_STATUS_H
#define CARP_STATUS_H

#include <carp/export.h>

CARP_BEGIN_DECLS

enum carp_status {
    CARP_OK = 0,
    /** Bytes are missing. Drop the packet; more capture length would help. */
    CARP_ERR_TRUNCATED = -1,
    /** A value is outside its legal range. Tell whoever supplied it. */
    CARP_ERR_RANGE = -2,
    /** Text could not be understood (address, hex key). Tell the user. */
    CARP_ERR_SYNTAX = -3,
    /** The link type is not one that carp_frame_parse() knows. */
    CARP_ERR_LINKTYPE = -4,
    /** A password that this loading rule refuses (empty, too long). */
    CARP_ERR_KEY = -5,
    /** Memory could not be had; the object is unchanged. */
    CARP_ERR_NOMEM = -6,
    /** A fixed table of the object is full; the object is unchanged. */
    CARP_ERR_FULL = -7
};

/** One English sentence fragment for @p status, never NULL, static storage. */
CARP_API const char *carp_status_text(enum carp_status status);

CARP_END_DECLS

#endif
