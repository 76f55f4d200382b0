/* SPDX-License-Identifier: BSD-2-Clause */
#include "prometheus.h"

void
prometheus_head(GString *out, const char *name, const char *type,
                const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help,
                           name, type);
}

void
prometheus_value(GString *out, const char *value)
{
    char *valid = g_utf8_make_valid(value, -1);
    for (const char *c = valid; *c != '\0'; c++) {
        if (*c == '\\' || *c == '"') {
            g_string_append_c(out, '\\');
        }
        if (*c == '\n') {
            g_string_append(out, "\\n");
        } else {
            g_string_append_c(out, *c);
        }
    }
    g_free(valid);
}
