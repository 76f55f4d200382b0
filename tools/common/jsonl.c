/* SPDX-License-Identifier: BSD-2-Clause */
#include "jsonl.h"

#include "text.h"

void
jsonl_init(struct jsonl *json)
{
    json->text = g_string_sized_new(1024);
    json->comma = false;
}

void
jsonl_clear(struct jsonl *json)
{
    g_string_free(json->text, TRUE);
    json->text = NULL;
}

void
jsonl_reset(struct jsonl *json)
{
    g_string_truncate(json->text, 0);
    json->comma = false;
}

static void
append_char(GString *out, gunichar c)
{
    switch (c) {
    case '"':
        g_string_append(out, "\\\"");
        break;
    case '\\':
        g_string_append(out, "\\\\");
        break;
    case '\n':
        g_string_append(out, "\\n");
        break;
    case '\t':
        g_string_append(out, "\\t");
        break;
    default:
        if (c < 0x20 || c == 0x7f) {
            g_string_append_printf(out, "\\u%04x", (unsigned int)c);
        } else {
            g_string_append_unichar(out, c);
        }
        break;
    }
}

static void
append_quoted(GString *out, const char *value)
{
    g_string_append_c(out, '"');
    while (*value != '\0') {
        gunichar c = g_utf8_get_char_validated(value, -1);
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            c = 0xfffd;
            value++;
        } else {
            value += g_unichar_to_utf8(c, NULL);
        }
        append_char(out, c);
    }
    g_string_append_c(out, '"');
}

static void
begin(struct jsonl *json, const char *name)
{
    if (json->comma) {
        g_string_append_c(json->text, ',');
    }
    json->comma = true;
    if (name != NULL) {
        append_quoted(json->text, name);
        g_string_append_c(json->text, ':');
    }
}

static void
open_with(struct jsonl *json, const char *name, char bracket)
{
    begin(json, name);
    g_string_append_c(json->text, bracket);
    json->comma = false;
}

static void
close_with(struct jsonl *json, char bracket)
{
    g_string_append_c(json->text, bracket);
    json->comma = true;
}

void
jsonl_open_object(struct jsonl *json, const char *name)
{
    open_with(json, name, '{');
}

void
jsonl_close_object(struct jsonl *json)
{
    close_with(json, '}');
}

void
jsonl_open_array(struct jsonl *json, const char *name)
{
    open_with(json, name, '[');
}

void
jsonl_close_array(struct jsonl *json)
{
    close_with(json, ']');
}

void
jsonl_string(struct jsonl *json, const char *name, const char *value)
{
    begin(json, name);
    append_quoted(json->text, value);
}

void
jsonl_uint(struct jsonl *json, const char *name, uint64_t value)
{
    begin(json, name);
    g_string_append_printf(json->text, "%" G_GUINT64_FORMAT, value);
}

void
jsonl_bool(struct jsonl *json, const char *name, bool value)
{
    begin(json, name);
    g_string_append(json->text, value ? "true" : "false");
}

void
jsonl_null(struct jsonl *json, const char *name)
{
    begin(json, name);
    g_string_append(json->text, "null");
}

void
jsonl_address(struct jsonl *json, const char *name,
              const struct carp_addr *address)
{
    char text[CARP_ADDR_TEXT];
    if (address == NULL || address->family == CARP_FAMILY_NONE) {
        jsonl_null(json, name);
    } else {
        jsonl_string(json, name, carp_addr_format(address, text));
    }
}

void
jsonl_strings(struct jsonl *json, const char *name, const GPtrArray *texts)
{
    jsonl_open_array(json, name);
    for (guint i = 0; i < texts->len; i++) {
        jsonl_string(json, NULL, g_ptr_array_index(texts, i));
    }
    jsonl_close_array(json);
}

void
jsonl_seconds(struct jsonl *json, const char *name, carp_time value)
{
    begin(json, name);
    g_string_append_printf(json->text, "%" G_GUINT64_FORMAT ".%06u",
                           value / CARP_SEC,
                           (unsigned int)(value % CARP_SEC / CARP_USEC));
}

void
jsonl_time(struct jsonl *json, const char *name, carp_time value)
{
    char text[TXT_RFC3339];
    jsonl_string(json, name, txt_rfc3339(value, text));
}
