/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine and what happens to it, for the tests of the election. */
#ifndef FSM_FIXTURE_H
#define FSM_FIXTURE_H

#include <carp/fsm.h>

#include <glib.h>

/* An IPv4 vhid with 1/0 at 10.0.0.10, behaving as @p profile does. */
struct carp_fsm_config fsm_config(enum carp_profile_id profile);
/* The same with carpd's improvements. */
struct carp_fsm_config fsm_config_carpd(enum carp_profile_id profile);
/* 10.0.0.@p last or fd00::@p last. */
struct carp_addr fsm_address(uint8_t family, uint8_t last);

/* Started: BACKUP at @p now. */
struct carp_fsm fsm_backup(const struct carp_fsm_config *config, carp_time now);
/* MASTER by silence, at @p *now, which is moved on. */
struct carp_fsm fsm_master(const struct carp_fsm_config *config,
                           carp_time *now);

struct carp_effects fsm_event(struct carp_fsm *fsm,
                              enum carp_fsm_event_kind kind, carp_time now);
/* TIMER at the deadline. */
struct carp_effects fsm_timer(struct carp_fsm *fsm, carp_time *now);
/* An IPv4 advert of 10.0.0.20. */
struct carp_effects fsm_hear(struct carp_fsm *fsm, uint8_t advbase,
                             uint8_t advskew, carp_time now);
struct carp_effects fsm_hear_from(struct carp_fsm *fsm, uint8_t family,
                                  uint8_t last, uint8_t advbase,
                                  uint8_t advskew, uint8_t demote,
                                  carp_time now);
struct carp_effects fsm_demote(struct carp_fsm *fsm, int demotion,
                               carp_time now);

/* What holds after every event, whatever it was. */
void fsm_check(const struct carp_fsm *fsm, const struct carp_effects *effects);

#define fsm_is(fsm, wanted)                            \
    g_assert_cmpstr(carp_state_text((fsm)->state), ==, \
                    carp_state_text(CARP_STATE_##wanted))

#endif
