/* SPDX-License-Identifier: BSD-2-Clause */
#include <carp/explain.h>

#include <string.h>

#include "auth/ring.h"

/* Grows to the buffer's end and no further. */
struct text {
    char *at;
    size_t left; /* with the terminator's octet */
};

static void
put(struct text *t, const char *s)
{
    size_t len = strlen(s);

    if (len >= t->left) {
        len = t->left - 1;
    }
    memcpy(t->at, s, len);
    t->at += len;
    t->left -= len;
    *t->at = '\0';
}

static void
put_number(struct text *t, unsigned int number)
{
    char digits[12];
    size_t at = sizeof(digits) - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(t, digits + at);
}

/* A name comes from a file: it must not move a terminal's cursor. */
static void
put_row(struct text *t, const struct carp_ring *ring, size_t index)
{
    const struct carp_ring_row *row = carp_ring_get(ring, index);
    char name[CARP_ROW_NAME + 1] = "?";

    if (row != NULL) {
        memcpy(name, row->name, sizeof(name));
    }
    for (char *c = name; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    put(t, "[vhid \"");
    put(t, name);
    put(t, "\"]");
}

static void
put_addrs(struct text *t, const struct carp_addr *list, size_t count)
{
    char text[CARP_ADDR_TEXT];

    for (size_t i = 0; i < count && i < 2; i++) {
        if (i > 0) {
            put(t, " and ");
        }
        put(t, carp_addr_format(&list[i], text));
    }
}

static bool
has_own_addrs(const struct carp_ring *ring, size_t index)
{
    const struct carp_ring_row *row = carp_ring_get(ring, index);

    return row != NULL && row->addrs.count > 0;
}

/* "is not in [vhid "web"]", or what stands for it when nothing is given. */
static void
put_in_row(struct text *t, const struct carp_explanation *e,
           const struct carp_ring *ring, const char *verb)
{
    put(t, verb);
    put(t, has_own_addrs(ring, e->row) ? " in " : " among those learnt for ");
    put_row(t, ring, e->row);
}

static const char *
password_text(enum carp_password_edit edit)
{
    switch (edit) {
    case CARP_PW_LEADING_BLANK:
        return "the sender's password has a blank in front";
    case CARP_PW_TRAILING_BLANK:
        return "the sender's password has a blank at its end";
    case CARP_PW_TRAILING_CR:
        return "the sender's password has a carriage return at its end (a "
               "file with CRLF line ends?)";
    case CARP_PW_TRAILING_LF:
        return "the sender's password has a newline at its end";
    case CARP_PW_TRAILING_CRLF:
        return "the sender's password has a carriage return and a newline at "
               "its end";
    case CARP_PW_QUOTED_DOUBLE:
        return "the sender's password has double quotes around it";
    case CARP_PW_QUOTED_SINGLE:
        return "the sender's password has single quotes around it";
    case CARP_PW_NO_LEADING_BLANK:
        return "the sender's password lacks the blank that ours has in front";
    case CARP_PW_NO_TRAILING_BLANK:
        return "the sender's password lacks the blank or line end that ours "
               "has at its end";
    case CARP_PW_NO_QUOTES:
        return "the sender's password lacks the quotes that ours has around "
               "it";
    case CARP_PW_CUT_8:
        return "the sender's password is cut to 8 characters";
    case CARP_PW_CUT_15:
        return "the sender's password is cut to 15 characters";
    case CARP_PW_CUT_16:
        return "the sender's password is cut to 16 characters";
    case CARP_PW_CUT_19:
        return "the sender uses the first 19 characters of the password, as "
               "ifconfig does, ours is cut otherwise";
    case CARP_PW_CUT_20:
        return "the sender's password has 20 characters, ours is cut to 19 "
               "as ifconfig does";
    case CARP_PW_LAST_LOST:
        return "the sender's password lacks its last character (NetBSD's "
               "ifconfig drops it below 20 characters)";
    case CARP_PW_UPPER:
        return "the sender's password is in upper case";
    case CARP_PW_LOWER:
        return "the sender's password is in lower case";
    case CARP_PW_FIRST_UPPER:
        return "the sender's password begins with an upper case letter";
    case CARP_PW_FIRST_LOWER:
        return "the sender's password begins with a lower case letter";
    case CARP_PW_EMPTY:
        return "the sender has no password (the default key of zeros)";
    case CARP_PW_STALE_TAIL:
        return "the sender's key still has the end of a longer password "
               "behind the new one (FreeBSD before 14: remove the vhid and "
               "set it again), that of ";
    case CARP_PW_SAME:
        break;
    }
    return "the sender's password differs";
}

static bool
is_whole_row(const struct carp_explanation *e)
{
    return (e->why & CARP_WHY_ADDRESSES) != 0 && e->extra_count == 0 &&
           e->missing_count == 0 && e->only.family == CARP_FAMILY_NONE;
}

/* What is said of the secret: always something. */
static void
put_secret(struct text *t, const struct carp_explanation *e,
           const struct carp_ring *ring)
{
    if ((e->why & CARP_WHY_PASSWORD) != 0) {
        put(t, password_text((enum carp_password_edit)e->password_edit));
        if (e->password_edit == CARP_PW_STALE_TAIL) {
            put_row(t, ring, e->key_row);
        }
    } else if ((e->why & CARP_WHY_KEY) != 0) {
        put(t, is_whole_row(e)
                   ? "the sender uses the password and the addresses of "
                   : "the sender uses the password of ");
        put_row(t, ring, e->key_row);
    } else {
        put(t, "password is right");
    }
}

static void
put_differences(struct text *t, const struct carp_explanation *e,
                const struct carp_ring *ring)
{
    const char *is = e->extra_count > 1 ? "which are not" : "which is not";
    const char *does = e->missing_count > 1 ? "which are" : "which is";

    put(t, "the address list differs: the sender ");
    if (e->only.family != CARP_FAMILY_NONE) {
        put(t, "hashes only ");
        put_addrs(t, &e->only, 1);
        if (e->extra_count > 0) {
            put(t, ", ");
            put_in_row(t, e, ring, is);
        } else {
            put(t, " of ");
            put_row(t, ring, e->row);
        }
        return;
    }
    if (e->extra_count > 0) {
        put(t, "also hashes ");
        put_addrs(t, e->extra, e->extra_count);
        put(t, ", ");
        put_in_row(t, e, ring, is);
        put(t, e->missing_count > 0 ? ", and " : "");
    }
    if (e->missing_count > 0) {
        put(t, "does not hash ");
        put_addrs(t, e->missing, e->missing_count);
        put(t, ", ");
        if (e->extra_count > 0) {
            put(t, does);
        } else {
            put_in_row(t, e, ring, does);
        }
    }
}

static void
put_addresses(struct text *t, const struct carp_explanation *e,
              const struct carp_ring *ring)
{
    if (is_whole_row(e)) {
        put(t, "the sender hashes the addresses of ");
        put_row(t, ring, e->key_row);
    } else {
        put_differences(t, e, ring);
    }
}

static void
put_profile(struct text *t, const struct carp_explanation *e,
            const struct carp_ring *ring)
{
    const struct carp_profile *profile =
        carp_profile_get((enum carp_profile_id)e->profile);

    if (e->hashes_lladdr) {
        put(t, "the sender also hashes its own MAC address (OpenBSD with a "
               "hand-set lladdr), which is not the lladdr of ");
    } else if (e->omits_lladdr) {
        put(t, "the sender does not hash the lladdr of ");
    } else {
        put(t, "the sender hashes as ");
        put(t, profile != NULL ? profile->systems : "?");
        put(t, " (profile ");
        put(t, profile != NULL ? profile->name : "?");
        put(t, "), which is not the profile of ");
    }
    put_row(t, ring, e->row);
}

static void
put_vhid(struct text *t, const struct carp_explanation *e,
         const struct carp_ring *ring)
{
    const struct carp_ring_row *row = carp_ring_get(ring, e->row);

    put(t, "the sender hashes vhid ");
    put_number(t, e->hashed_vhid);
    if (row != NULL && row->vhid != e->hashed_vhid) {
        put(t, ", but ");
        put_row(t, ring, e->row);
        put(t, " has vhid ");
        put_number(t, row->vhid);
    } else {
        put(t, " of ");
        put_row(t, ring, e->row);
        put(t, ", but its advert says another");
    }
}

static void
put_family(struct text *t, const struct carp_explanation *e,
           const struct carp_ring *ring)
{
    put(t, e->only_family == CARP_IPV4
               ? "the sender hashes only the IPv4 addresses of "
               : "the sender hashes only the IPv6 addresses of ");
    put_row(t, ring, e->row);
}

static void
put_link_local(struct text *t, const struct carp_explanation *e,
               const struct carp_ring *ring)
{
    put(t, "the sender leaves out the link-local addresses of ");
    put_row(t, ring, e->row);
    put(t, ", as OpenBSD does");
}

typedef void put_fn(struct text *, const struct carp_explanation *,
                    const struct carp_ring *);

/* In the order in which they are said. */
static const struct {
    enum carp_why why;
    put_fn *put;
} parts[] = {
    {CARP_WHY_PROFILE, put_profile},       {CARP_WHY_VHID, put_vhid},
    {CARP_WHY_ADDRESSES, put_addresses},   {CARP_WHY_FAMILY, put_family},
    {CARP_WHY_LINK_LOCAL, put_link_local},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

char *
carp_explanation_text(const struct carp_explanation *e,
                      const struct carp_ring *ring,
                      char text[CARP_EXPLAIN_TEXT])
{
    const bool is_said =
        is_whole_row(e) && (e->why & CARP_WHY_KEY) != 0; /* with the key */
    const char *between =
        (e->why & (CARP_WHY_KEY | CARP_WHY_PASSWORD)) != 0 ? ", and " : ", ";
    struct text t = {text, CARP_EXPLAIN_TEXT};

    text[0] = '\0';
    if (!e->found) {
        put(&t, "no small edit of the configured password or addresses "
                "matches: most likely another password");
        return text;
    }
    put_secret(&t, e, ring);
    for (size_t i = 0; i < PARTS; i++) {
        if ((e->why & (unsigned int)parts[i].why) == 0 ||
            (is_said && parts[i].why == CARP_WHY_ADDRESSES)) {
            continue;
        }
        put(&t, between);
        parts[i].put(&t, e, ring);
        between = ", and ";
    }
    return text;
}
