/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of docs/STATE-MACHINE.md that are made from the machine. */
#ifndef FSM_DOCUMENT_H
#define FSM_DOCUMENT_H

#include <glib.h>

/* What belongs between the two marks of @p name: "diagram", "INIT",
 * "BACKUP", "MASTER" or "systems". Free it. */
GString *fsm_document_part(const char *name);

#endif
