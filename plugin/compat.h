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

#include <string.h>

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

/**
 * Give an item of a visible tree a text of less than ITEM_LABEL_LENGTH octets.
 * Before 4.4 `tshark -T fields` makes a visible tree and never looks at its
 * texts: there proto_item_set_text() would cost more than the item.
 */
static inline void
compat_set_label(proto_item *item, packet_info *pinfo, const char *text)
{
#if WIRESHARK_AT_LEAST(4, 4)
    (void)pinfo;
    proto_item_set_text(item, "%s", text);
#else
    field_info *info = item != NULL ? PITEM_FINFO(item) : NULL;

    if (info != NULL && !proto_item_is_hidden(item)) {
        info->rep = wmem_new(pinfo->pool, item_label_t);
        memcpy(info->rep->representation, text, strlen(text) + 1);
    }
#endif
}

#endif
