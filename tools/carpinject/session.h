/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file session.h
 * What every subcommand does around its plan: open the interface, look
 * whether it is safe, run, record, sum up.
 */
#ifndef CARPINJECT_SESSION_H
#define CARPINJECT_SESSION_H

#include "command.h"
#include "options.h"
#include "probe.h"
#include "run.h"
#include "safety.h"

struct inj_session {
    struct inj_options *options;
    struct inj_interface interface;
    struct inj_sender *sender;     /**< NULL: nothing is sent */
    struct inj_receiver *receiver; /**< beside the sender */
    struct inj_record *record;
    bool vhid[256]; /**< which will be sent, for the safety look */
    const volatile sig_atomic_t *stop;
};

/**
 * Open interface and capture file as the options say, take the interface's
 * addresses into the spec, find the MAC of a unicast destination.
 * @return enum inj_exit; what went wrong has been said
 */
int inj_session_open(struct inj_session *session, struct inj_options *options,
                     const volatile sig_atomic_t *stop);
/** INJ_EXIT_OK, or a failure that is said: the user wanted an end before the
 * first frame. */
int inj_session_stopped(const struct inj_session *session);
/** Listen before anything is sent. enum inj_exit. */
int inj_session_look(struct inj_session *session);
/** Drive @p plan, or show it; sum up. Frees the plan. enum inj_exit. */
int inj_session_run(struct inj_session *session, struct inj_plan *plan,
                    bool (*on_sent)(void *user, const struct inj_frame *frame,
                                    uint64_t number),
                    void *user);
/** Close everything; says when the capture could not be written and turns
 * @p status into a failure then. */
int inj_session_close(struct inj_session *session, int status);

#endif
