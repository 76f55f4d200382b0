/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the plugin's table carp_keys. Octets 0xff end a column; the columns
 * are those of Wireshark's editor.
 */
#include <stdbool.h>

#include <glib.h>

#include "fuzz.h"
#include "key_row.h"

#define ROWS 8

/* NULL where the input is over, as in a row with fewer columns. */
static char *
read_column(struct fuzz_input *in, unsigned int *len)
{
    if (in->left == 0) {
        return NULL;
    }
    const uint8_t *end = memchr(in->data, 0xff, in->left);
    size_t size = end != NULL ? (size_t)(end - in->data) : in->left;
    const uint8_t *octets = fuzz_octets(in, &size);
    char *column = g_malloc0(size + 1);
    memcpy(column, octets, size);
    (void)fuzz_u8(in);
    if (len != NULL) {
        *len = (unsigned int)size;
    }
    return column;
}

static void
check_good(const struct key_row *row, const struct carp_ring_row *got)
{
    FUZZ_CHECK(got->vhid > 0);
    FUZZ_CHECK(strtoul(row->vhid, NULL, 10) == got->vhid);
    FUZZ_CHECK(got->profile <= CARP_PROFILE_AUTO);
    FUZZ_CHECK(got->addrs.count <= CARP_ADDRS_MAX);
    FUZZ_CHECK(memchr(got->name, '\0', sizeof(got->name)) != NULL);
    FUZZ_CHECK(got->name[0] != '\0');
    FUZZ_CHECK(g_utf8_validate(got->name, -1, NULL));
    for (unsigned int i = 0; i < got->addrs.count; i++) {
        for (unsigned int k = 0; k < i; k++) {
            FUZZ_CHECK(
                !carp_addr_equal(&got->addrs.list[i], &got->addrs.list[k]));
        }
    }
    if (row->passphrase_len < 20 && row->passphrase_len > 0) {
        FUZZ_CHECK(got->key.password_len == row->passphrase_len);
        FUZZ_CHECK(
            memcmp(got->key.octets, row->passphrase, row->passphrase_len) == 0);
    }
}

static void
run_row(struct fuzz_input *in, unsigned int index, struct carp_ring *ring)
{
    struct key_row row = {.vhid = read_column(in, NULL)};
    struct carp_ring_row got = {.name = ""};
    row.passphrase = read_column(in, &row.passphrase_len);
    row.addresses = read_column(in, NULL);
    row.profile = read_column(in, NULL);
    row.comment = read_column(in, NULL);
    const char *problem = key_row_read(&row, index, &got);
    if (problem != NULL) {
        FUZZ_CHECK(*problem != '\0');
    } else {
        check_good(&row, &got);
        FUZZ_CHECK(carp_ring_add(ring, &got) == CARP_OK);
    }
    carp_key_clear(&got.key);
    g_free(row.vhid);
    g_free(row.passphrase);
    g_free(row.addresses);
    g_free(row.profile);
    g_free(row.comment);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct carp_ring *ring = carp_ring_new();
    FUZZ_CHECK(ring != NULL);
    for (unsigned int i = 0; i < ROWS && in.left > 0; i++) {
        run_row(&in, i, ring);
    }
    carp_ring_free(ring);
    return 0;
}
