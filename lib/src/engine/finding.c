/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/finding.h>

#include <stddef.h>

struct code_row {
    const char *name;
    enum carp_severity severity;
    const char *remedy;
};

static const struct code_row codes[CARP_CODE_COUNT] = {
    [CARP_DUAL_MASTER] =
        {"DUAL_MASTER", CARP_CRITICAL,
         "compare what each of the two receives: capture protocol 112 on both "
         "hosts"},
    [CARP_UNSEEN_MASTER] =
        {"UNSEEN_MASTER", CARP_CRITICAL,
         "look for a partition between the two senders in that time: link, "
         "switch uplink, hypervisor or filter events; watch both sides of it"},
    [CARP_NO_MASTER] =
        {"NO_MASTER", CARP_CRITICAL,
         "nobody answers for the virtual addresses: see whether the members "
         "are up, INIT or demoted, and whether this capture still sees them"},
    [CARP_BAD_HMAC] =
        {"BAD_HMAC", CARP_WARNING,
         "make password and address list of this vhid the same on all members "
         "and in carp.conf"},
    [CARP_REPLAY] =
        {"REPLAY", CARP_CRITICAL,
         "find the host that sends these frames (switch port of the source "
         "MAC): CARP itself accepts old adverts for ever; change the password"},
    [CARP_LOOPED] =
        {"LOOPED", CARP_WARNING,
         "look for a loop or a port that reflects frames: spanning tree, "
         "teaming, port mirroring"},
    [CARP_DUPLICATE] =
        {"DUPLICATE", CARP_WARNING,
         "something forwards a second copy with its own MAC: look for a "
         "bridge, a repeater or two capture points on one wire"},
    [CARP_VHID_COLLISION] =
        {"VHID_COLLISION", CARP_CRITICAL,
         "give one of the two groups another id: both use the same virtual "
         "MAC"},
    [CARP_FLAPPING] =
        {"FLAPPING", CARP_WARNING,
         "look for lost or late adverts and for members with equal advbase "
         "and advskew"},
    [CARP_LATE_ADVERTS] =
        {"LATE_ADVERTS", CARP_WARNING,
         "the sender stalls: look at its load, at snapshots or migration of "
         "the virtual machine"},
    [CARP_MISSED_ADVERTS] =
        {"MISSED_ADVERTS", CARP_WARNING,
         "adverts get lost on the way: look at port errors, storm control and "
         "load"},
    [CARP_FAMILY_SPLIT] =
        {"FAMILY_SPLIT", CARP_WARNING,
         "one family's adverts do not reach a member: compare the filters for "
         "224.0.0.18 and ff02::12, or use one vhid per family"},
    [CARP_TIE] = {"TIE", CARP_WARNING, "give each member its own advskew"},
    [CARP_ADVBASE_MISMATCH] =
        {"ADVBASE_MISMATCH", CARP_WARNING,
         "set the same advbase on all members and order them by advskew"},
    [CARP_DEMOTED] =
        {"DEMOTED", CARP_INFO,
         "the sender says that it is not fit: look at its links, at pfsync and "
         "at net.inet.carp.demotion or the group's carpdemote"},
    [CARP_BOWED_OUT] = {"BOW_OUT", CARP_INFO,
                        "nothing: the master went down in good order"},
    [CARP_TTL_NOT_255] =
        {"TTL_NOT_255", CARP_WARNING,
         "adverts must not be routed: receivers drop them; find the router or "
         "filter that rewrites the TTL"},
    [CARP_BAD_CHECKSUM] =
        {"BAD_CHECKSUM", CARP_WARNING,
         "receivers drop these adverts: look at the sender's offloading and at "
         "devices on the way"},
    [CARP_MALFORMED] =
        {"MALFORMED", CARP_WARNING,
         "find the sender: this is not what any CARP implementation sends"},
    [CARP_BAD_VERSION] = {"BAD_VERSION", CARP_WARNING,
                          "find the sender: only version 2 is CARP"},
    [CARP_SENDER_FLOOD] =
        {"SENDER_FLOOD", CARP_CRITICAL,
         "somebody sends adverts under many addresses: find the switch port "
         "they come from"},
    [CARP_STALE_ARP] =
        {"STALE_ARP", CARP_CRITICAL,
         "make the master announce its addresses again (arping -U, or restart "
         "its CARP): hosts that heard the other one send to the wrong MAC for "
         "as long as their entry lives"},
    [CARP_VMAC_NOT_USED] =
        {"VMAC_NOT_USED", CARP_WARNING,
         "switches never learn where the virtual MAC is and flood its "
         "traffic: use multicast adverts, or enter the MAC in the switches by "
         "hand"},
    [CARP_VMAC_FROM_BACKUP] =
        {"VMAC_FROM_BACKUP", CARP_WARNING,
         "every such frame draws the traffic of the virtual MAC to the wrong "
         "port: find what uses the CARP interface for its own traffic there "
         "(DHCP, routing, monitoring)"},
    [CARP_WRONG_GROUP_MAC] =
        {"WRONG_GROUP_MAC", CARP_WARNING,
         "members do not receive these frames: look at the driver's multicast "
         "filter and at devices that turn multicast into unicast"},
    [CARP_SPLIT_PLACEMENT] =
        {"SPLIT_PLACEMENT", CARP_WARNING,
         "traffic comes in at one host and leaves by the other: compare "
         "preempt and demotion on both, and the links of the vhid that stayed "
         "behind"},
    [CARP_ROGUE_SENDER] =
        {"ROGUE_SENDER", CARP_WARNING,
         "find the switch port of the sender; if it belongs here, add it to "
         "the senders of this vhid"},
    [CARP_NO_QUERIER] =
        {"NO_QUERIER", CARP_WARNING,
         "where switches snoop, memberships run out without a querier and "
         "adverts stop: configure an IGMP/MLD querier, or turn snooping off "
         "in this VLAN"},
    [CARP_NO_MEMBERSHIP] =
        {"NO_MEMBERSHIP", CARP_WARNING,
         "a snooping switch will not send adverts to this host: restart its "
         "CARP so that it joins the group, and look for a filter of IGMP/MLD"},
    [CARP_KEY_CHANGED] =
        {"KEY_CHANGED", CARP_INFO,
         "nothing if the password is being changed; else find out who did"},
    [CARP_ADDRESSES_CHANGED] =
        {"ADDRESSES_CHANGED", CARP_INFO,
         "change the other members and carp.conf within a few seconds: "
         "digests differ until then"},
    [CARP_IMPLEMENTATION_CHANGED] =
        {"IMPLEMENTATION_CHANGED", CARP_INFO,
         "nothing if the host was replaced or upgraded; else find out who "
         "uses its address"},
    [CARP_CAPTURE_BLIND] =
        {"CAPTURE_BLIND", CARP_CRITICAL,
         "do not trust silence now: see to the interface, the mirror port or "
         "the load of the machine that captures"},
};

struct cause_row {
    const char *name;
    const char *remedy; /* overrides the code's; NULL: the code's */
};

static const struct cause_row causes[CARP_CAUSE_COUNT] = {
    [CARP_CAUSE_NONE] = {"", NULL},
    [CARP_CAUSE_NO_DELIVERY_A_TO_B] =
        {"NO_DELIVERY_A_TO_B",
         "look at the way from the first to the second: IGMP snooping without "
         "a querier, a filter for protocol 112 or the group, a one-way port or "
         "hypervisor setting"},
    [CARP_CAUSE_NO_DELIVERY_BOTH] =
        {"NO_DELIVERY_BOTH",
         "look at what lies between the two: a broken link between switches, a "
         "VLAN missing on a trunk, a filter for protocol 112 on both hosts, "
         "hypervisor settings against multicast or forged MACs"},
    [CARP_CAUSE_HASH_KEY] = {"HASH_KEY",
                             "set the same password for this vhid on both"},
    [CARP_CAUSE_HASH_ADDRESSES] =
        {"HASH_ADDRESSES",
         "give both the same addresses for this vhid: every alias is hashed, "
         "prefix lengths are not"},
    [CARP_CAUSE_HASH_PROFILE] =
        {"HASH_PROFILE",
         "the two implementations hash this address list differently: take "
         "link-local addresses and hand-set MACs out of the vhid, or use one "
         "vhid per system"},
    [CARP_CAUSE_TTL] =
        {"TTL",
         "receivers drop adverts whose TTL is not 255: find the router, bridge "
         "or filter that rewrites it"},
    [CARP_CAUSE_TIE] = {"TIE", "give each member its own advskew"},
    [CARP_CAUSE_TRANSITION] = {"TRANSITION", "nothing: a normal hand-over"},
    [CARP_CAUSE_UNKNOWN] =
        {"UNKNOWN",
         "give carpmon the password (-c carp.conf): it tells a broken path "
         "from a wrong key or address list"},
    [CARP_CAUSE_HASH_VHID] =
        {"HASH_VHID",
         "the digest was made for another vhid: something rewrites or re-sends "
         "adverts"},
    [CARP_CAUSE_VRRP] = {"VRRP", NULL},
    [CARP_CAUSE_CARP] = {"CARP", NULL},
    [CARP_CAUSE_ONE_FAMILY_LOST] =
        {"ONE_FAMILY_LOST",
         "one family's adverts do not reach the sender that keeps taking over: "
         "compare the filters for 224.0.0.18 and ff02::12, or use one vhid per "
         "family"},
    [CARP_CAUSE_SENDER_PAUSED] = {"SENDER_PAUSED", NULL},
    [CARP_CAUSE_LOST_BEFORE_CAPTURE] = {"LOST_BEFORE_CAPTURE", NULL},
    [CARP_CAUSE_NOT_ANNOUNCED] = {"NOT_ANNOUNCED", NULL},
    [CARP_CAUSE_ANNOUNCED_BY_OTHER] = {"ANNOUNCED_BY_OTHER", NULL},
    [CARP_CAUSE_NOT_CONFIGURED] = {"NOT_CONFIGURED", NULL},
    [CARP_CAUSE_NEW_MASTER] =
        {"NEW_MASTER",
         "nothing if a member was added or was BACKUP all the time; else "
         "change the password and find the switch port of the sender"},
    [CARP_CAUSE_MANY_SOURCES] = {"MANY_SOURCES", NULL},
    [CARP_CAUSE_LEFT_GROUP] = {"LEFT_GROUP", NULL},
    [CARP_CAUSE_INTERFACE_LOST] =
        {"INTERFACE_LOST",
         "bring the interface back; nothing is known about this segment until "
         "then"},
    [CARP_CAUSE_FRAMES_DROPPED] =
        {"FRAMES_DROPPED",
         "take load off the machine that captures or give it a larger buffer: "
         "missing adverts and silence mean nothing while frames are lost"},
    [CARP_CAUSE_NOTHING_SEEN] =
        {"NOTHING_SEEN",
         "is it the right interface and VLAN? Does a switch keep multicast or "
         "mirrored traffic from this port?"},
    [CARP_CAUSE_ALL_SILENT] =
        {"ALL_SILENT",
         "look at the port and cable of this capture first: several masters "
         "seldom die in one moment"},
};

const char *
carp_code_text(enum carp_code code)
{
    return (unsigned int)code < CARP_CODE_COUNT ? codes[code].name : "";
}

const char *
carp_cause_text(enum carp_cause cause)
{
    return (unsigned int)cause < CARP_CAUSE_COUNT ? causes[cause].name : "";
}

const char *
carp_severity_text(enum carp_severity severity)
{
    switch (severity) {
    case CARP_INFO:
        return "info";
    case CARP_WARNING:
        return "warning";
    case CARP_CRITICAL:
        break;
    }
    return "critical";
}

const char *
carp_confidence_text(enum carp_confidence confidence)
{
    switch (confidence) {
    case CARP_LOW:
        return "low";
    case CARP_MEDIUM:
        return "medium";
    case CARP_HIGH:
        break;
    }
    return "high";
}

enum carp_severity
carp_code_severity(enum carp_code code, enum carp_cause cause)
{
    if ((code == CARP_DUAL_MASTER && cause == CARP_CAUSE_TRANSITION) ||
        cause == CARP_CAUSE_NEW_MASTER) {
        return CARP_INFO;
    }
    /* Some lost frames are no blindness, but silence is worth less. */
    if (cause == CARP_CAUSE_FRAMES_DROPPED) {
        return CARP_WARNING;
    }
    return (unsigned int)code < CARP_CODE_COUNT ? codes[code].severity
                                                : CARP_INFO;
}

const char *
carp_remedy(enum carp_code code, enum carp_cause cause)
{
    if ((unsigned int)cause < CARP_CAUSE_COUNT &&
        causes[cause].remedy != NULL) {
        return causes[cause].remedy;
    }
    return (unsigned int)code < CARP_CODE_COUNT ? codes[code].remedy : "";
}
