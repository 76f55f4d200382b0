/* SPDX-License-Identifier: BSD-2-Clause */
/* States and reasons, in the kernels' words (PROTOCOL 3.8). */
#include <carp/fsm.h>

const char *
carp_state_text(enum carp_state state)
{
    switch (state) {
    case CARP_STATE_INIT:
        return "INIT";
    case CARP_STATE_BACKUP:
        return "BACKUP";
    case CARP_STATE_MASTER:
        return "MASTER";
    case CARP_STATE_COUNT:
        break;
    }
    return "?";
}

const char *
carp_fsm_reason_text(enum carp_fsm_reason reason)
{
    switch (reason) {
    case CARP_FSM_REASON_NONE:
        return "";
    case CARP_FSM_REASON_STARTED:
        return "initialization complete";
    case CARP_FSM_REASON_MORE_FREQUENT:
        return "more frequent advertisement received";
    case CARP_FSM_REASON_PREEMPTING:
        return "preempting a slower master";
    case CARP_FSM_REASON_WILL_TIME_OUT:
        return "master will time out";
    case CARP_FSM_REASON_TIMED_OUT:
        return "master timed out";
    case CARP_FSM_REASON_OPERATOR:
        return "user requested via ifconfig";
    case CARP_FSM_REASON_LINK_DOWN:
        return "hardware interface down";
    case CARP_FSM_REASON_LINK_UP:
        return "hardware interface up";
    case CARP_FSM_REASON_LATE:
        return "woke too late, listening first";
    case CARP_FSM_REASON_DISABLED:
        return "disabled";
    case CARP_FSM_REASON_COUNT:
        break;
    }
    return "?";
}
