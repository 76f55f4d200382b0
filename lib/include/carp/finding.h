/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file finding.h
 * The catalogue of findings: stable codes, causes, severities, remedies.
 * docs/ALERTS.md has one section a code.
 */
#ifndef CARP_FINDING_H
#define CARP_FINDING_H

#include <carp/export.h>

CARP_BEGIN_DECLS

enum carp_code {
    CARP_DUAL_MASTER = 0,
    CARP_UNSEEN_MASTER,
    CARP_NO_MASTER,
    CARP_BAD_HMAC,
    CARP_REPLAY,
    CARP_LOOPED,
    CARP_DUPLICATE,
    CARP_VHID_COLLISION,
    CARP_FLAPPING,
    CARP_LATE_ADVERTS,
    CARP_MISSED_ADVERTS,
    CARP_FAMILY_SPLIT,
    CARP_TIE,
    CARP_ADVBASE_MISMATCH,
    CARP_DEMOTED,
    CARP_BOWED_OUT, /**< BOW_OUT */
    CARP_TTL_NOT_255,
    CARP_BAD_CHECKSUM,
    CARP_MALFORMED,
    CARP_BAD_VERSION,
    CARP_SENDER_FLOOD, /**< more senders than a segment can have */
    CARP_STALE_ARP,
    CARP_VMAC_NOT_USED,
    CARP_VMAC_FROM_BACKUP,
    CARP_WRONG_GROUP_MAC,
    CARP_SPLIT_PLACEMENT,
    CARP_ROGUE_SENDER,
    CARP_NO_QUERIER,
    CARP_NO_MEMBERSHIP,
    CARP_KEY_CHANGED,
    CARP_ADDRESSES_CHANGED,
    CARP_IMPLEMENTATION_CHANGED,
    CARP_CAPTURE_BLIND, /**< the observer itself cannot see */
    CARP_CODE_COUNT
};

enum carp_cause {
    CARP_CAUSE_NONE = 0,
    /* DUAL_MASTER: A and B are the first and second sender of the event */
    CARP_CAUSE_NO_DELIVERY_A_TO_B, /**< B does not hear A */
    CARP_CAUSE_NO_DELIVERY_BOTH,
    CARP_CAUSE_HASH_KEY,
    CARP_CAUSE_HASH_ADDRESSES,
    CARP_CAUSE_HASH_PROFILE,
    CARP_CAUSE_TTL,
    CARP_CAUSE_TIE,
    CARP_CAUSE_TRANSITION,
    CARP_CAUSE_UNKNOWN,
    /* BAD_HMAC (also HASH_*) */
    CARP_CAUSE_HASH_VHID,
    /* VHID_COLLISION */
    CARP_CAUSE_VRRP,
    CARP_CAUSE_CARP,
    /* FLAPPING */
    CARP_CAUSE_ONE_FAMILY_LOST,
    /* LATE_ADVERTS */
    CARP_CAUSE_SENDER_PAUSED, /**< the counter shows that none was lost */
    /* MISSED_ADVERTS */
    CARP_CAUSE_LOST_BEFORE_CAPTURE, /**< the counter shows how many */
    /* STALE_ARP */
    CARP_CAUSE_NOT_ANNOUNCED,      /**< the new master announced nothing */
    CARP_CAUSE_ANNOUNCED_BY_OTHER, /**< somebody announced after the master */
    /* ROGUE_SENDER */
    CARP_CAUSE_NOT_CONFIGURED, /**< none of the senders that are expected */
    CARP_CAUSE_NEW_MASTER,     /**< never seen before; its digest is right */
    /* REPLAY */
    CARP_CAUSE_MANY_SOURCES, /**< one advert under several addresses */
    /* NO_MEMBERSHIP */
    CARP_CAUSE_LEFT_GROUP, /**< it said that it leaves, and goes on */
    /* CAPTURE_BLIND */
    CARP_CAUSE_INTERFACE_LOST,
    CARP_CAUSE_FRAMES_DROPPED,
    CARP_CAUSE_NOTHING_SEEN, /**< no advert since the watch began */
    CARP_CAUSE_ALL_SILENT,   /**< all masters at the same time */
    CARP_CAUSE_COUNT
};

enum carp_severity { CARP_INFO = 0, CARP_WARNING, CARP_CRITICAL };
enum carp_confidence { CARP_LOW = 0, CARP_MEDIUM, CARP_HIGH };

/** "DUAL_MASTER"; never NULL. */
CARP_API const char *carp_code_text(enum carp_code code);
/** "NO_DELIVERY_A_TO_B"; "" for CARP_CAUSE_NONE; never NULL. */
CARP_API const char *carp_cause_text(enum carp_cause cause);
/** "info", "warning", "critical". */
CARP_API const char *carp_severity_text(enum carp_severity severity);
/** "low", "medium", "high". */
CARP_API const char *carp_confidence_text(enum carp_confidence confidence);
/** The catalogue's severity of a code and cause. */
CARP_API enum carp_severity carp_code_severity(enum carp_code code,
                                               enum carp_cause cause);
/** What to do about it, one sentence; never NULL. */
CARP_API const char *carp_remedy(enum carp_code code, enum carp_cause cause);

CARP_END_DECLS

#endif
