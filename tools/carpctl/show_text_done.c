/* SPDX-License-Identifier: BSD-2-Clause */
#include "member.h"
#include "show_text.h"

void
show_text_done(JsonObject *answer, GString *out)
{
    JsonArray *vhids = member_array(answer, "vhids");
    for (guint i = 0; vhids != NULL && i < json_array_get_length(vhids); i++) {
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "done: ",
                               member_element_text(vhids, i));
    }
    g_string_append(out, out->len > 0 ? "\n" : "done\n");
}

static void
write_names(JsonObject *answer, const char *name, const char *word,
            GString *out)
{
    JsonArray *list = member_array(answer, name);
    for (guint i = 0; list != NULL && i < json_array_get_length(list); i++) {
        g_string_append_printf(out, "%s %s\n", word,
                               member_element_text(list, i));
    }
}

void
show_text_reload(JsonObject *answer, GString *out)
{
    write_names(answer, "messages", "warning:", out);
    write_names(answer, "added", "added", out);
    write_names(answer, "removed", "removed", out);
    write_names(answer, "changed", "changed", out);
    g_string_append_printf(out, "unchanged: %" G_GINT64_FORMAT "\n",
                           member_integer(answer, "unchanged"));
}
