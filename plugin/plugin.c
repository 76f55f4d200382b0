/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark looks up in the module. */
#include "compat.h"

#include <gmodule.h>

#include "packet-carp.h"

/* Wireshark has no header that declares them. */
G_MODULE_EXPORT extern const gchar plugin_version[];
G_MODULE_EXPORT extern const int plugin_want_major;
G_MODULE_EXPORT extern const int plugin_want_minor;
G_MODULE_EXPORT void plugin_register(void);
G_MODULE_EXPORT uint32_t plugin_describe(void);

const gchar plugin_version[] = CARPKIT_VERSION;
const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

void
plugin_register(void)
{
    static proto_plugin plugin;

    plugin.register_protoinfo = carp_register;
    plugin.register_handoff = carp_register_handoff;
    proto_register_plugin(&plugin);
}

uint32_t
plugin_describe(void)
{
    return PLUGIN_DESCRIPTION;
}
