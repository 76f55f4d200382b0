/* SPDX-License-Identifier: BSD-2-Clause */
#include "member.h"

#include "text.h"

static JsonNode *
find(JsonObject *object, const char *name)
{
    return object != NULL ? json_object_get_member(object, name) : NULL;
}

static bool
is_text(JsonNode *node)
{
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) == G_TYPE_STRING;
}

static bool
is_number(JsonNode *node)
{
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
           json_node_get_value_type(node) != G_TYPE_STRING;
}

/* What an escape sequence would do to a terminal. The node is replaced, so
 * that the text lives as long as it did. */
static const char *
cleaned(JsonNode *node)
{
    const char *text = json_node_get_string(node);
    for (const char *at = text; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at)) {
            char *copy = txt_clean(g_strdup(text));
            json_node_set_string(node, copy);
            g_free(copy);
            return json_node_get_string(node);
        }
    }
    return text;
}

const char *
member_text(JsonObject *object, const char *name)
{
    JsonNode *node = find(object, name);
    return is_text(node) ? cleaned(node) : "";
}

gint64
member_integer(JsonObject *object, const char *name)
{
    JsonNode *node = find(object, name);
    return is_number(node) ? json_node_get_int(node) : 0;
}

double
member_number(JsonObject *object, const char *name)
{
    JsonNode *node = find(object, name);
    return is_number(node) ? json_node_get_double(node) : 0.0;
}

bool
member_boolean(JsonObject *object, const char *name)
{
    JsonNode *node = find(object, name);
    return is_number(node) &&
           json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
           json_node_get_boolean(node);
}

JsonObject *
member_object(JsonObject *object, const char *name)
{
    JsonNode *node = find(object, name);
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node)
               ? json_node_get_object(node)
               : NULL;
}

JsonArray *
member_array(JsonObject *object, const char *name)
{
    JsonNode *node = find(object, name);
    return node != NULL && JSON_NODE_HOLDS_ARRAY(node)
               ? json_node_get_array(node)
               : NULL;
}

JsonObject *
member_element(JsonArray *array, guint index)
{
    JsonNode *node = json_array_get_element(array, index);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

const char *
member_element_text(JsonArray *array, guint index)
{
    JsonNode *node = json_array_get_element(array, index);
    return is_text(node) ? cleaned(node) : "";
}
