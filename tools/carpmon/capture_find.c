/* SPDX-License-Identifier: BSD-2-Clause */
#include <net/if.h>
#include <string.h>

#include "capture.h"

bool
mon_capture_is_pattern(const char *name)
{
    return strpbrk(name, "*?") != NULL;
}

char **
mon_capture_find(const char *pattern)
{
    GPtrArray *names = g_ptr_array_new();
    GPatternSpec *spec = g_pattern_spec_new(pattern);
    struct if_nameindex *all = if_nameindex();
    for (const struct if_nameindex *at = all; at != NULL && at->if_index != 0;
         at++) {
        if (g_pattern_spec_match_string(spec, at->if_name) &&
            mon_capture_is_worth(at->if_name) &&
            !mon_capture_is_vmac(at->if_name)) {
            g_ptr_array_add(names, g_strdup(at->if_name));
        }
    }
    if (all != NULL) {
        if_freenameindex(all);
    }
    g_pattern_spec_free(spec);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
