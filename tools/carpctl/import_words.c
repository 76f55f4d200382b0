/* SPDX-License-Identifier: BSD-2-Clause */
/* ifconfig's words about CARP, FreeBSD's and OpenBSD's. */
#include <stdlib.h>
#include <string.h>

#include "import.h"

struct reading {
    struct import *import;
    struct import_command *command;
    const struct import_place *place;
    unsigned int family; /* after inet, inet6 */
};

struct word {
    const char *name;
    bool has_value;
    void (*take)(struct reading *reading, const struct word *word,
                 const char *value);
    size_t offset; /* in struct import_command */
    unsigned int min, max;
};

static void *
member(struct reading *reading, const struct word *word)
{
    return (char *)reading->command + word->offset;
}

static void
take_number(struct reading *reading, const struct word *word, const char *value)
{
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(value, 10, word->min, word->max, &number,
                                    NULL)) {
        import_lose(reading->import, reading->place,
                    "%s %s is not a number from %u to %u", word->name, value,
                    word->min, word->max);
        return;
    }
    *(int *)member(reading, word) = (int)number;
}

static void
take_text(struct reading *reading, const struct word *word, const char *value)
{
    char **text = member(reading, word);
    if (*text != NULL) {
        carp_wipe(*text, strlen(*text));
    }
    g_free(*text);
    *text = g_strdup(value);
}

static void
take_peer(struct reading *reading, const struct word *word, const char *value)
{
    struct carp_addr *peer = member(reading, word);
    char text[CARP_ADDR_TEXT];
    if (carp_addr_parse(value, peer, NULL) != CARP_OK ||
        peer->family != word->min) {
        memset(peer, 0, sizeof(*peer));
        import_lose(reading->import, reading->place,
                    "%s %s is not an IPv%u address", word->name, value,
                    word->min);
    }
    carp_addr_format(peer, text);
    if (strcmp(text, "224.0.0.18") == 0 || strcmp(text, "ff02::12") == 0) {
        /* The group itself is no peer. */
        memset(peer, 0, sizeof(*peer));
    }
}

static void
take_lladdr(struct reading *reading, const struct word *word, const char *value)
{
    (void)word;
    reading->command->has_lladdr =
        carp_mac_parse(value, &reading->command->lladdr) == CARP_OK;
    if (!reading->command->has_lladdr) {
        import_lose(reading->import, reading->place,
                    "lladdr %s is not a MAC address", value);
    }
}

static void
take_family(struct reading *reading, const struct word *word, const char *value)
{
    (void)value;
    reading->family = word->min;
}

static void
set_prefix(struct reading *reading, int bits, const char *what)
{
    struct import_command *command = reading->command;
    const uint16_t count = command->addrs.count;
    if (count == 0) {
        return;
    }
    if (bits < 0) {
        import_lose(reading->import, reading->place,
                    "'%s' is not a netmask: the address keeps its full "
                    "length",
                    what);
        return;
    }
    command->prefix_len[count - 1] = (uint8_t)bits;
}

/* "255.255.255.0" or "0xffffff00"; -1 unless ones are followed by zeros. */
static int
mask_bits(const char *text)
{
    struct carp_addr mask;
    guint64 bits = 0;
    if (g_str_has_prefix(text, "0x")) {
        if (!g_ascii_string_to_unsigned(text + 2, 16, 0, UINT32_MAX, &bits,
                                        NULL)) {
            return -1;
        }
    } else if (carp_addr_parse(text, &mask, NULL) == CARP_OK &&
               mask.family == CARP_IPV4) {
        for (unsigned int i = 0; i < 4; i++) {
            bits = bits << 8 | mask.octets[i];
        }
    } else {
        return -1;
    }
    int count = 0;
    while (count < 32 && (bits & 0x80000000u) != 0) {
        bits = bits << 1 & UINT32_MAX;
        count++;
    }
    return bits == 0 ? count : -1;
}

static void
take_netmask(struct reading *reading, const struct word *word,
             const char *value)
{
    (void)word;
    set_prefix(reading, mask_bits(value), value);
}

static void
take_prefixlen(struct reading *reading, const struct word *word,
               const char *value)
{
    guint64 bits = 0;
    (void)word;
    const bool is_good =
        g_ascii_string_to_unsigned(value, 10, 0, 128, &bits, NULL);
    set_prefix(reading, is_good ? (int)bits : -1, value);
}

static void
take_unknown_to_us(struct reading *reading, const struct word *word,
                   const char *value)
{
    import_lose(reading->import, reading->place,
                "%s %s: carpd has nothing like it", word->name, value);
}

static void
skip(struct reading *reading, const struct word *word, const char *value)
{
    (void)reading;
    (void)word;
    (void)value;
}

#define AT(name) offsetof(struct import_command, name)

static const struct word words_known[] = {
    {"inet", false, take_family, 0, CARP_IPV4, 0},
    {"inet6", false, take_family, 0, CARP_IPV6, 0},
    {"vhid", true, take_number, AT(vhid), 1, 255},
    {"advbase", true, take_number, AT(advbase), 0, 255},
    {"advskew", true, take_number, AT(advskew), 0, 254},
    {"pass", true, take_text, AT(password), 0, 0},
    {"carpdev", true, take_text, AT(device), 0, 0},
    {"peer", true, take_peer, AT(peer), CARP_IPV4, 0},
    {"carppeer", true, take_peer, AT(peer), CARP_IPV4, 0},
    {"peer6", true, take_peer, AT(peer6), CARP_IPV6, 0},
    {"lladdr", true, take_lladdr, 0, 0, 0},
    {"netmask", true, take_netmask, 0, 0, 0},
    {"prefixlen", true, take_prefixlen, 0, 0, 0},
    {"carpnodes", true, take_unknown_to_us, 0, 0, 0},
    {"balancing", true, take_unknown_to_us, 0, 0, 0},
    {"carpver", true, take_unknown_to_us, 0, 0, 0},
    {"vrrpprio", true, take_unknown_to_us, 0, 0, 0},
    {"vrrpinterval", true, take_unknown_to_us, 0, 0, 0},
    {"broadcast", true, skip, 0, 0, 0},
    {"state", true, skip, 0, 0, 0},
    {"metric", true, skip, 0, 0, 0},
    {"mtu", true, skip, 0, 0, 0},
    {"media", true, skip, 0, 0, 0},
    {"mediaopt", true, skip, 0, 0, 0},
    {"description", true, skip, 0, 0, 0},
    {"descr", true, skip, 0, 0, 0},
    {"group", true, skip, 0, 0, 0},
    {"rdomain", true, skip, 0, 0, 0},
    {"vltime", true, skip, 0, 0, 0},
    {"pltime", true, skip, 0, 0, 0},
    {"fib", true, skip, 0, 0, 0},
};

static const struct word *
find_word(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(words_known); i++) {
        if (strcmp(words_known[i].name, name) == 0) {
            return &words_known[i];
        }
    }
    return NULL;
}

static void
add_address(struct reading *reading, const struct carp_addr *addr,
            unsigned int prefix_len)
{
    struct import_command *command = reading->command;
    if (carp_addrs_contain(&command->addrs, addr)) {
        return;
    }
    const uint16_t at = command->addrs.count;
    if (carp_addrs_add(&command->addrs, addr) != CARP_OK) {
        import_lose(reading->import, reading->place, "more than %d addresses",
                    CARP_ADDRS_MAX);
        return;
    }
    command->prefix_len[at] = (uint8_t)prefix_len;
}

/* From @p first to @p last of the network's last octet. */
static void
add_range(struct reading *reading, const char *network, const char *prefix,
          guint64 first, guint64 last)
{
    for (guint64 n = first; n <= last; n++) {
        struct carp_addr addr;
        unsigned int bits = 0;
        char *text =
            g_strdup_printf("%s.%u%s", network, (unsigned int)n, prefix);
        if (carp_addr_parse(text, &addr, &bits) == CARP_OK) {
            add_address(reading, &addr, bits);
        }
        g_free(text);
    }
}

/* "192.0.2.5-7/24": an address each. */
static void
take_range(struct reading *reading, const char *word)
{
    char **parts = g_regex_split_simple(
        "^([0-9]+\\.[0-9]+\\.[0-9]+)\\.([0-9]+)-([0-9]+)(/[0-9]+)?$", word, 0,
        0);
    /* NULL: the word is no UTF-8. */
    const bool is_range = parts != NULL && g_strv_length(parts) >= 5;
    guint64 first = 0;
    guint64 last = 0;
    if (is_range &&
        g_ascii_string_to_unsigned(parts[2], 10, 0, 255, &first, NULL) &&
        g_ascii_string_to_unsigned(parts[3], 10, first, 255, &last, NULL)) {
        add_range(reading, parts[1], parts[4], first, last);
    } else if (is_range) {
        import_lose(reading->import, reading->place,
                    "%s is not a range of addresses", word);
    }
    g_strfreev(parts);
}

/* A word that is no keyword: an address, a bare mask behind one, or nothing
 * of ours. */
static void
take_bare(struct reading *reading, const char *word, bool after_address)
{
    struct carp_addr addr;
    unsigned int bits = 0;
    const int mask = after_address ? mask_bits(word) : -1;
    guint64 number = 0;
    if (after_address && reading->family == CARP_IPV6 &&
        g_ascii_string_to_unsigned(word, 10, 0, 128, &number, NULL)) {
        set_prefix(reading, (int)number, word);
    } else if (mask > 0) {
        set_prefix(reading, mask, word);
    } else if (!after_address &&
               carp_addr_parse(word, &addr, &bits) == CARP_OK) {
        add_address(reading, &addr, bits);
    } else if (!after_address) {
        take_range(reading, word);
    }
}

static bool
is_address(const char *word)
{
    struct carp_addr addr;
    return carp_addr_parse(word, &addr, NULL) == CARP_OK;
}

void
import_command_words(struct import *import, struct import_command *command,
                     const struct import_place *place, char **words)
{
    struct reading reading = {import, command, place, CARP_IPV4};
    bool after_address = false;
    for (char **word = words; *word != NULL; word++) {
        const struct word *known = find_word(*word);
        if (known == NULL) {
            const bool is_first = !after_address;
            take_bare(&reading, *word, after_address);
            after_address = is_first ? is_address(*word) : after_address;
            continue;
        }
        after_address = false;
        if (known->has_value && word[1] == NULL) {
            import_lose(import, place, "%s stands there without its value",
                        known->name);
            return;
        }
        if (known->has_value) {
            word++;
        }
        known->take(&reading, known, *word);
    }
}
