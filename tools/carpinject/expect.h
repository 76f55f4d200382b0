/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file expect.h
 * What a scenario can say of a frame: "counter=a.counter+1", "ttl!=255",
 * "advskew=90..110". Pure.
 */
#ifndef CARPINJECT_EXPECT_H
#define CARPINJECT_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <carp/frame.h>
#include <carp/time.h>

/** One frame that was heard or sent; owns its octets. */
struct exp_frame {
    carp_time at;
    bool is_sent;
    bool has_verdict, is_good; /**< digest, where there is one */
    struct carp_frame frame;
    size_t len, on_wire;
    uint8_t *octets;
};

/** Kinds of frames, as masks. */
enum exp_kind {
    EXP_ADVERT = 1u << 0,   /**< "advert": CARP, faulty or not */
    EXP_ARP = 1u << 1,      /**< "arp" */
    EXP_NA = 1u << 2,       /**< "na": neighbour advertisement */
    EXP_NS = 1u << 3,       /**< "ns": neighbour solicitation */
    EXP_VRRP = 1u << 4,     /**< "vrrp" */
    EXP_ANY = (1u << 5) - 1 /**< "frame": any of them */
};

enum exp_type { EXP_NUMBER, EXP_MAC, EXP_ADDRESS, EXP_DIGEST };

struct exp_value {
    uint64_t number;    /**< EXP_NUMBER, EXP_MAC */
    uint8_t octets[20]; /**< EXP_DIGEST */
    struct carp_addr address;
};

enum exp_op { EXP_EQ, EXP_NE, EXP_LT, EXP_LE, EXP_GT, EXP_GE, EXP_RANGE };

/** One condition: FIELD OP VALUE. */
struct exp_condition {
    unsigned int field; /**< row of the table of fields */
    enum exp_op op;
    char *name; /**< NULL, or the frame whose field is compared */
    unsigned int named_field;
    int64_t plus;               /**< added to the named frame's field */
    struct exp_value low, high; /**< high: EXP_RANGE */
};

/** Kind by its word; 0 when there is none. */
unsigned int exp_kind_by_name(const char *word);
/** The words, for messages. */
const char *exp_kind_names(void);

/**
 * Read "counter=a.counter+1".
 * @param kinds frames that must have the field
 * @param[out] condition to be cleared after success
 * @return NULL, or a message to be freed that says what is legal
 */
char *exp_condition_parse(const char *word, unsigned int kinds,
                          struct exp_condition *condition);
void exp_condition_clear(struct exp_condition *condition);

/** Looks up a frame that was named; NULL when there is none (yet). */
typedef const struct exp_frame *(*exp_lookup)(void *user, const char *name);

/** False also when the frame lacks the field, or the named frame. */
bool exp_condition_holds(const struct exp_condition *condition,
                         const struct exp_frame *frame, exp_lookup lookup,
                         void *user);
/** True when the frame is of one of the kinds. */
bool exp_is_kind(const struct exp_frame *frame, unsigned int kinds);

/** Append "vhid 7 from 10.0.0.1, advbase 1 advskew 0, counter 0x…". */
void exp_describe(GString *out, const struct exp_frame *frame);
/** Append the frame's value of the condition's field, or "nothing". */
void exp_describe_field(GString *out, const struct exp_condition *condition,
                        const struct exp_frame *frame);

#endif
