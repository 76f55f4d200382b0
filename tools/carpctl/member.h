/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file member.h
 * Members of JSON that came from outside: of the wanted kind, or nothing.
 * Texts are cleaned of control characters.
 */
#ifndef CARPCTL_MEMBER_H
#define CARPCTL_MEMBER_H

#include <stdbool.h>

#include <json-glib/json-glib.h>

/** "" when there is none. Valid as long as the object. */
const char *member_text(JsonObject *object, const char *name);
gint64 member_integer(JsonObject *object, const char *name);
double member_number(JsonObject *object, const char *name);
bool member_boolean(JsonObject *object, const char *name);
/** NULL when there is none. */
JsonObject *member_object(JsonObject *object, const char *name);
JsonArray *member_array(JsonObject *object, const char *name);
/** Element @p index as an object; NULL when it is none. */
JsonObject *member_element(JsonArray *array, guint index);
/** Element @p index as text; "" when it is none. */
const char *member_element_text(JsonArray *array, guint index);

#endif
