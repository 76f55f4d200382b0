/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file play_live.h
 * Scenarios on a real interface: what play and conform share.
 */
#ifndef CARPINJECT_PLAY_LIVE_H
#define CARPINJECT_PLAY_LIVE_H

#include "play.h"
#include "session.h"

/** A session as the engine's interface. Also begin of the user data. */
struct play_live {
    struct inj_session *session;
    const char *control; /**< command, or NULL */
    struct inj_received received;
    const char *error;
};

void play_live_port(struct play_live *live, struct inj_session *session,
                    const char *control, struct play_port *port);
/** Read and run files in turn; results go to standard output. With --dry-run
 * the tests are listed.
 * @param profile NULL: not known. @return enum inj_exit */
int play_files(struct play_live *live, char **files, GHashTable *vars,
               const char *profile, const char *group, enum res_format format,
               const char *title);
/** Take options of ours out of a line; the others stay for
 * inj_options_parse(). False: said why. */
bool play_take_options(const char *usage, const char *summary,
                       const GOptionEntry *entries, int *argc, char ***argv);
/** "NAME=VALUE" into @p vars. False: said why. */
bool play_add_var(GHashTable *vars, const char *text);

#endif
