/* SPDX-License-Identifier: BSD-2-Clause */
#include "expect_internal.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned int kind;
} kinds_by_name[] = {{"advert", EXP_ADVERT}, {"arp", EXP_ARP},
                     {"na", EXP_NA},         {"ns", EXP_NS},
                     {"vrrp", EXP_VRRP},     {"frame", EXP_ANY}};

/* Words that stand for numbers. */
static const struct {
    const char *word;
    uint64_t number;
} words[] = {{"yes", 1}, {"no", 0},      {"good", 1},
             {"bad", 0}, {"request", 1}, {"reply", 2}};

unsigned int
exp_kind_by_name(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds_by_name); i++) {
        if (strcmp(kinds_by_name[i].name, word) == 0) {
            return kinds_by_name[i].kind;
        }
    }
    return 0;
}

const char *
exp_kind_names(void)
{
    return "advert, arp, na, ns, vrrp or frame";
}

/* --------------------------------------------------------------- parsing */

static bool
read_number(const char *text, uint64_t *number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].word, text) == 0) {
            *number = words[i].number;
            return true;
        }
    }
    bool is_hex = g_str_has_prefix(text, "0x");
    GError *error = NULL;
    bool is_good =
        g_ascii_string_to_unsigned(is_hex ? text + 2 : text, is_hex ? 16 : 10,
                                   0, G_MAXUINT64, number, &error);
    g_clear_error(&error);
    return is_good;
}

static bool
read_value(const char *text, enum exp_type type, struct exp_value *value)
{
    struct carp_mac mac;
    switch (type) {
    case EXP_NUMBER:
        return read_number(text, &value->number);
    case EXP_MAC:
        if (carp_mac_parse(text, &mac) != CARP_OK) {
            return false;
        }
        value->number = exp_mac_number(&mac);
        return true;
    case EXP_ADDRESS:
        return carp_addr_parse(text, &value->address, NULL) == CARP_OK;
    case EXP_DIGEST:
        for (size_t i = 0; i < sizeof(value->octets); i++) {
            int high = g_ascii_xdigit_value(text[2 * i]);
            int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);
            if (low < 0) {
                return false;
            }
            value->octets[i] = (uint8_t)(high << 4 | low);
        }
        return text[2 * sizeof(value->octets)] == '\0';
    }
    return false;
}

static char *
list_fields(unsigned int kinds)
{
    GString *list = g_string_new(NULL);
    for (size_t i = 0; i < exp_field_count; i++) {
        if ((exp_fields[i].kinds & kinds) != 0) {
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "",
                                   exp_fields[i].name);
        }
    }
    return g_string_free(list, FALSE);
}

static bool
find_field(const char *name, unsigned int kinds, unsigned int *field)
{
    for (unsigned int i = 0; i < exp_field_count; i++) {
        if (strcmp(exp_fields[i].name, name) == 0 &&
            (exp_fields[i].kinds & kinds) != 0) {
            *field = i;
            return true;
        }
    }
    return false;
}

/* "a.counter+1": a letter, and a field behind the dot. */
static bool
read_reference(const char *text, struct exp_condition *condition)
{
    const char *dot = strchr(text, '.');
    if (!g_ascii_isalpha(*text) || dot == NULL) {
        return false;
    }
    size_t len = strcspn(dot + 1, "+");
    char *field = g_strndup(dot + 1, len);
    bool is_good = find_field(field, EXP_ANY, &condition->named_field) &&
                   exp_fields[condition->named_field].type ==
                       exp_fields[condition->field].type;
    g_free(field);
    if (is_good && dot[1 + len] == '+') {
        is_good = g_ascii_string_to_signed(dot + 2 + len, 10, 0, 1000000,
                                           &condition->plus, NULL);
    }
    if (is_good) {
        condition->name = g_strndup(text, (gsize)(dot - text));
    }
    return is_good;
}

static bool
read_range(const char *text, struct exp_condition *condition)
{
    const char *dots = strstr(text, "..");
    if (dots == NULL || condition->op != EXP_EQ) {
        return false;
    }
    char *low = g_strndup(text, (gsize)(dots - text));
    bool is_good = read_number(low, &condition->low.number) &&
                   read_number(dots + 2, &condition->high.number);
    g_free(low);
    condition->op = EXP_RANGE;
    return is_good;
}

static size_t
read_op(const char *text, enum exp_op *op)
{
    static const struct {
        const char *text;
        enum exp_op op;
    } ops[] = {{"!=", EXP_NE}, {"<=", EXP_LE}, {">=", EXP_GE},
               {"=", EXP_EQ},  {"<", EXP_LT},  {">", EXP_GT}};
    for (size_t i = 0; i < G_N_ELEMENTS(ops); i++) {
        if (g_str_has_prefix(text, ops[i].text)) {
            *op = ops[i].op;
            return strlen(ops[i].text);
        }
    }
    return 0;
}

static char *
read_right_side(const char *text, struct exp_condition *condition)
{
    static const char *const legal[] = {
        ("a number (decimal or 0x), LOW..HIGH, yes, no, good, bad, request, "
         "reply"),
        "a MAC such as 00:00:5e:00:01:07", "an IP address",
        "40 hexadecimal digits"};
    enum exp_type type = exp_fields[condition->field].type;
    if (type != EXP_NUMBER && condition->op != EXP_EQ &&
        condition->op != EXP_NE) {
        return g_strdup_printf("%s: can be compared by = and != only",
                               exp_fields[condition->field].name);
    }
    bool is_good = read_value(text, type, &condition->low) ||
                   (type == EXP_NUMBER && read_range(text, condition)) ||
                   read_reference(text, condition);
    return is_good ? NULL
                   : g_strdup_printf("%s: \"%s\" is not %s, nor NAME.FIELD "
                                     "of an earlier frame",
                                     exp_fields[condition->field].name, text,
                                     legal[type]);
}

char *
exp_condition_parse(const char *word, unsigned int kinds,
                    struct exp_condition *condition)
{
    memset(condition, 0, sizeof(*condition));
    size_t len = strcspn(word, "=!<>");
    size_t op_len = read_op(word + len, &condition->op);
    if (len == 0 || op_len == 0) {
        return g_strdup_printf("\"%s\" is not FIELD=VALUE (or != < <= > >=)",
                               word);
    }
    char *name = g_strndup(word, len);
    char *error = NULL;
    if (!find_field(name, kinds, &condition->field)) {
        char *list = list_fields(kinds);
        error =
            g_strdup_printf("\"%s\" is not a field to compare: %s", name, list);
        g_free(list);
    } else {
        error = read_right_side(word + len + op_len, condition);
    }
    g_free(name);
    return error;
}

void
exp_condition_clear(struct exp_condition *condition)
{
    g_free(condition->name);
    condition->name = NULL;
}

/* ------------------------------------------------------------- comparing */

static bool
is_equal(enum exp_type type, const struct exp_value *a,
         const struct exp_value *b)
{
    switch (type) {
    case EXP_NUMBER:
    case EXP_MAC:
        return a->number == b->number;
    case EXP_ADDRESS:
        return carp_addr_equal(&a->address, &b->address);
    case EXP_DIGEST:
        return memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
    }
    return false;
}

bool
exp_condition_holds(const struct exp_condition *condition,
                    const struct exp_frame *frame, exp_lookup lookup,
                    void *user)
{
    struct exp_value is;
    struct exp_value wanted = condition->low;
    if (condition->name != NULL) {
        const struct exp_frame *named = lookup(user, condition->name);
        if (named == NULL || !exp_get(named, condition->named_field, &wanted)) {
            return false;
        }
        wanted.number += (uint64_t)condition->plus;
    }
    if (!exp_get(frame, condition->field, &is)) {
        return false;
    }
    bool equal = is_equal(exp_fields[condition->field].type, &is, &wanted);
    switch (condition->op) {
    case EXP_EQ:
        return equal;
    case EXP_NE:
        return !equal;
    case EXP_LT:
        return is.number < wanted.number;
    case EXP_LE:
        return is.number <= wanted.number;
    case EXP_GT:
        return is.number > wanted.number;
    case EXP_GE:
        return is.number >= wanted.number;
    case EXP_RANGE:
        return is.number >= wanted.number &&
               is.number <= condition->high.number;
    }
    return false;
}

/* --------------------------------------------------------------- showing */

static void
show_number(GString *out, const char *name, uint64_t number)
{
    bool is_hex = strcmp(name, "counter") == 0 || strcmp(name, "checksum") == 0;
    g_string_append_printf(
        out, is_hex ? "0x%" G_GINT64_MODIFIER "x" : "%" G_GUINT64_FORMAT,
        number);
}

void
exp_describe_field(GString *out, const struct exp_condition *condition,
                   const struct exp_frame *frame)
{
    const struct exp_field *field = &exp_fields[condition->field];
    struct exp_value value;
    char text[CARP_ADDR_TEXT];
    g_string_append_printf(out, "%s is ", field->name);
    if (!exp_get(frame, condition->field, &value)) {
        g_string_append(out, "not there");
    } else if (field->type == EXP_NUMBER) {
        show_number(out, field->name, value.number);
    } else if (field->type == EXP_ADDRESS) {
        g_string_append(out, carp_addr_format(&value.address, text));
    } else if (field->type == EXP_MAC) {
        struct carp_mac mac;
        for (unsigned int i = 0; i < sizeof(mac.octets); i++) {
            mac.octets[i] = (uint8_t)(value.number >> (40 - 8 * i));
        }
        g_string_append(out, carp_mac_format(&mac, text));
    } else {
        g_string_append(out, "another");
    }
}

void
exp_describe(GString *out, const struct exp_frame *frame)
{
    char a[CARP_ADDR_TEXT];
    char b[CARP_ADDR_TEXT];
    const struct carp_frame *f = &frame->frame;
    if (f->kind == CARP_FRAME_CARP) {
        g_string_append_printf(out,
                               "vhid %u from %s to %s, advbase %u advskew %u, "
                               "counter 0x%" G_GINT64_MODIFIER "x",
                               f->u.adv.vhid, carp_addr_format(&f->src, a),
                               carp_addr_format(&f->dst, b), f->u.adv.advbase,
                               f->u.adv.advskew, f->u.adv.counter);
    } else if (f->kind == CARP_FRAME_ARP) {
        g_string_append_printf(out, "ARP %s: sender %s, target %s",
                               f->u.arp.op == 1 ? "request" : "reply",
                               carp_addr_format(&f->u.arp.sender, a),
                               carp_addr_format(&f->u.arp.target, b));
    } else {
        g_string_append(out, carp_frame_kind_text(f->kind));
    }
}
