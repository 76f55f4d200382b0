/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between Wireshark 4.0 and 4.6: the only file that asks for the
 * version.
 */
#ifndef PLUGIN_COMPAT_H
#define PLUGIN_COMPAT_H

#include <ws_version.h>

#define WIRESHARK_AT_LEAST(major, minor)    \
    (WIRESHARK_VERSION_MAJOR > (major) ||   \
     (WIRESHARK_VERSION_MAJOR == (major) && \
      WIRESHARK_VERSION_MINOR >= (minor)))

#if !WIRESHARK_AT_LEAST(4, 0)
#error "Wireshark 4.0 or newer is needed"
#endif

/* <epan/…> needs these before anything else. */
#include <wireshark.h>

#include <epan/packet.h>

#if WIRESHARK_AT_LEAST(4, 4)
#include <wsutil/array.h>
#include <wsutil/plugins.h>
typedef bool ws_bool;
/* plugin_describe() is asked for. */
#define PLUGIN_DESCRIPTION WS_PLUGIN_DESC_DISSECTOR
#else
typedef gboolean ws_bool;
#define tvb_get_uint8 tvb_get_guint8
#define PLUGIN_DESCRIPTION 0
#endif

#endif
