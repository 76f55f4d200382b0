/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What GLib finds wrong with a call is a finding. abort() and not GLib's own
 * trap, for which libFuzzer keeps no input.
 */
#include <glib.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize count,
          gpointer user)
{
    GLogWriterOutput done =
        g_log_writer_standard_streams(level, fields, count, user);
    if ((level & G_LOG_LEVEL_CRITICAL) != 0) {
        abort();
    }
    return done;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    g_log_set_writer_func(write_log, NULL, NULL);
    return 0;
}
