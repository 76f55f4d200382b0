/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/status.h>

const char *
carp_status_text(enum carp_status status)
{
    switch (status) {
    case CARP_OK:
        return "no error";
    case CARP_ERR_TRUNCATED:
        return "octets are missing";
    case CARP_ERR_RANGE:
        return "value out of range";
    case CARP_ERR_SYNTAX:
        return "text is not understood";
    case CARP_ERR_LINKTYPE:
        return "link type is not supported";
    case CARP_ERR_KEY:
        return "password is not acceptable";
    case CARP_ERR_NOMEM:
        return "out of memory";
    case CARP_ERR_FULL:
        return "table is full";
    }
    return "unknown error";
}
