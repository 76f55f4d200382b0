/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The generated part of the tree. */
#include "packet-carp.h"

#include "fields.h"

/* ------------------------------------------------------------------- HMAC */

static void
add_string(proto_tree *tree, tvbuff_t *tvb, int hf, const char *text)
{
    if (text != NULL && *text != '\0') {
        proto_item_set_generated(
            proto_tree_add_string(tree, hf, tvb, 0, 0, text));
    }
}

static void
show_note(proto_tree *tree, tvbuff_t *tvb, const struct carp_note *note)
{
    static const guint values[] = {[CARP_UNVERIFIED] =
                                       PROTO_CHECKSUM_E_UNVERIFIED,
                                   [CARP_GOOD] = PROTO_CHECKSUM_E_GOOD,
                                   [CARP_BAD] = PROTO_CHECKSUM_E_BAD};
    proto_item *item = proto_tree_add_uint(tree, field.hmac_status, tvb, 0, 0,
                                           values[note->status]);
    proto_tree *sub = proto_item_add_subtree(item, subtree.hmac);
    char addr[CARP_ADDR_TEXT];

    proto_item_set_generated(item);
    /* It costs as much as all items together. */
    if (note->status == CARP_BAD) {
        proto_item_append_text(item, " (%s)", note->reason);
    }
    add_string(sub, tvb, field.hmac_key, note->key);
    add_string(sub, tvb, field.hmac_profile, note->profile);
    add_string(sub, tvb, field.hmac_reason, note->reason);
    for (unsigned int i = 0; i < note->learnt_count; i++) {
        add_string(tree, tvb, field.addresses,
                   carp_addr_format(&note->learnt[i], addr));
    }
}

/* --------------------------------------------------------------- analysis */

static nstime_t
nstime_of(carp_time when)
{
    const nstime_t t = {.secs = (time_t)(when / CARP_SEC),
                        .nsecs = (int)(when % CARP_SEC)};

    return t;
}

static void
show_timing(proto_tree *tree, tvbuff_t *tvb, const packet_info *pinfo,
            const struct carp_state *state)
{
    if (state->previous_frame != 0) {
        const nstime_t delta = nstime_of(state->delta);

        proto_item_set_generated(
            proto_tree_add_time(tree, field.time_delta, tvb, 0, 0, &delta));
        proto_item_set_generated(proto_tree_add_uint(
            tree, field.previous_frame, tvb, 0, 0, state->previous_frame));
    }
    if (state->next_after != 0 && (state->flags & CARP_FLAG_BOW_OUT) == 0) {
        const nstime_t after = nstime_of(state->next_after);
        nstime_t next;

        nstime_sum(&next, &pinfo->abs_ts, &after);
        proto_item_set_generated(
            proto_tree_add_time(tree, field.next_expected, tvb, 0, 0, &next));
    }
}

static void
show_lineage(proto_tree *tree, tvbuff_t *tvb, const struct carp_state *state)
{
    char whom[CARP_ADDR_TEXT];
    proto_item *item;

    if (state->parent_frame == 0) {
        return;
    }
    item = proto_tree_add_uint(tree, field.lineage, tvb, 0, 0,
                               state->parent_frame);
    proto_item_set_generated(item);
    if (state->extra != NULL &&
        state->extra->parent.family != CARP_FAMILY_NONE) {
        carp_addr_format(&state->extra->parent, whom);
        proto_item_append_text(item, " of %s", whom);
        add_string(tree, tvb, field.lineage_source, whom);
    }
}

static void
show_flag(proto_tree *tree, tvbuff_t *tvb, int hf, bool is_set,
          const char *text)
{
    if (is_set) {
        proto_item_set_generated(
            proto_tree_add_none_format(tree, hf, tvb, 0, 0, "%s", text));
    }
}

static void
show_flags(proto_tree *tree, tvbuff_t *tvb, unsigned int flags)
{
    show_flag(tree, tvb, field.two_masters,
              (flags & CARP_FLAG_TWO_MASTERS) != 0,
              "Two masters advertise this vhid");
    show_flag(tree, tvb, field.replay, (flags & CARP_FLAG_REPLAY) != 0,
              "An old advert was sent again");
    show_flag(tree, tvb, field.loop, (flags & CARP_FLAG_LOOPED) != 0,
              "The frame before has come back");
    show_flag(tree, tvb, field.bow_out, (flags & CARP_FLAG_BOW_OUT) != 0,
              "The sender says that it is no longer MASTER");
}

/* What the frames before say of the sender. A copy says nothing new. */
static void
show_sender(proto_tree *tree, tvbuff_t *tvb, const packet_info *pinfo,
            const struct carp_state *state)
{
    if ((state->flags & CARP_FLAG_LOOPED) == 0) {
        proto_item *item = proto_tree_add_string(
            tree, field.role, tvb, 0, 0,
            state->role == CARP_MASTER ? "MASTER" : "BACKUP");
        proto_tree *sub = proto_item_add_subtree(item, subtree.sender);

        proto_item_set_generated(item);
        add_string(sub, tvb, field.implementation,
                   carp_impl_text((enum carp_impl)state->impl));
        show_timing(sub, tvb, pinfo, state);
        show_lineage(sub, tvb, state);
    }
    show_flags(tree, tvb, state->flags);
}

/* A tree made for a few fields, as for -T fields, seldom needs ours, and there
 * are as many of them as of the classic ones. */
static bool
is_wanted(proto_tree *tree)
{
    const int *const fields = (const int *)&field;

    if (tree == NULL || PTREE_DATA(tree)->visible) {
        return tree != NULL;
    }
    for (size_t i = 0; i < sizeof(field) / sizeof(int); i++) {
        if (proto_field_is_referenced(tree, fields[i])) {
            return true;
        }
    }
    return false;
}

void
show_state(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
           const struct carp_state *state)
{
    if (is_wanted(tree)) {
        show_note(tree, tvb, state->note);
        if ((state->flags & CARP_FLAG_OBSERVED) != 0) {
            show_sender(tree, tvb, pinfo, state);
        }
    }
    if (state->extra != NULL) {
        show_told(tree, tvb, pinfo, state->extra->told);
    }
}

/* ------------------------------------------------------------------- told */

static expert_field *
item_of(const struct carp_told *told)
{
    switch (told->kind) {
    case CARP_EVENT_TRANSITION:
        if (told->role != CARP_MASTER) {
            return &expert.yielded;
        }
        return told->previous.family != CARP_FAMILY_NONE ? &expert.takeover
                                                         : &expert.master;
    case CARP_EVENT_RESOLVED:
        return &expert.resolved;
    case CARP_EVENT_FINDING:
    case CARP_EVENT_UPDATE:
        break;
    }
    return &expert.findings[told->code][told->severity];
}

static const char *
kind_word(const struct carp_told *told)
{
    switch (told->kind) {
    case CARP_EVENT_TRANSITION:
    case CARP_EVENT_FINDING:
        break;
    case CARP_EVENT_UPDATE:
        return told->count > 1 ? "still " : "";
    case CARP_EVENT_RESOLVED:
        return "resolved ";
    }
    return "";
}

static void
add_expert(proto_item *item, packet_info *pinfo, const struct carp_told *told)
{
    const bool is_change = told->kind == CARP_EVENT_TRANSITION;
    /* Some texts are the end of a sentence, "from 10.0.0.1: …". */
    const bool runs_on = g_str_has_prefix(told->text, "from ") ||
                         g_str_has_prefix(told->text, "after ");

    expert_add_info_format(
        pinfo, item, item_of(told), "%s%s%svhid %u %s%s %s", kind_word(told),
        is_change ? "" : carp_code_text(told->code), is_change ? "" : " ",
        told->vhid, told->family == CARP_IPV6 ? "IPv6" : "IPv4",
        runs_on ? "" : ":", told->text);
}

static void
show_finding(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
             const struct carp_told *told)
{
    proto_item *item = proto_tree_add_string(tree, field.finding, tvb, 0, 0,
                                             carp_code_text(told->code));
    proto_tree *sub = proto_item_add_subtree(item, subtree.told);

    proto_item_set_generated(item);
    add_expert(item, pinfo, told);
    add_string(sub, tvb, field.cause, carp_cause_text(told->cause));
    add_string(sub, tvb, field.severity, carp_severity_text(told->severity));
    add_string(sub, tvb, field.confidence,
               carp_confidence_text(told->confidence));
    add_string(sub, tvb, field.detail, told->detail);
    add_string(sub, tvb, field.remedy, told->remedy);
    for (unsigned int i = 0; i < told->frame_count; i++) {
        proto_item_set_generated(proto_tree_add_uint(sub, field.evidence, tvb,
                                                     0, 0, told->frames[i]));
    }
}

static void
show_resolved(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
              const struct carp_told *told)
{
    proto_item *item = proto_tree_add_string(tree, field.resolved, tvb, 0, 0,
                                             carp_code_text(told->code));

    proto_item_set_generated(item);
    add_expert(item, pinfo, told);
}

void
show_told(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo,
          const struct carp_told *told)
{
    for (; told != NULL; told = told->next) {
        switch (told->kind) {
        case CARP_EVENT_TRANSITION:
            add_expert(proto_tree_get_parent(tree), pinfo, told);
            break;
        case CARP_EVENT_FINDING:
        case CARP_EVENT_UPDATE:
            show_finding(tree, tvb, pinfo, told);
            break;
        case CARP_EVENT_RESOLVED:
            show_resolved(tree, tvb, pinfo, told);
            break;
        }
    }
}
