/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames that are kept, and the files that are written of them. */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "evidence_file.h"
#include "evidence_ring.h"

#define SPAN (10 * CARP_SEC)
#define OCTETS 100000

static const uint8_t octets[100];

static struct mon_kept
frame_at(carp_time when, uint64_t number)
{
    struct mon_kept frame = {.time = when,
                             .number = number,
                             .link_type = 1,
                             .captured = sizeof(octets),
                             .on_wire = sizeof(octets),
                             .data = octets,
                             .note = "note"};
    return frame;
}

static guint
count(struct mon_ring *ring, uint16_t segment, carp_time now)
{
    GPtrArray *frames = mon_ring_frames(ring, segment, now);
    guint found = frames->len;
    g_ptr_array_free(frames, TRUE);
    return found;
}

static void
test_span(void)
{
    struct mon_ring *ring = mon_ring_new(SPAN, OCTETS);
    for (uint64_t i = 0; i < 100; i++) {
        struct mon_kept frame = frame_at(i * CARP_SEC, i);
        frame.segment = i % 2;
        g_assert_true(mon_ring_has_room(ring, frame.time, false));
        mon_ring_add(ring, &frame, false);
    }
    carp_time now = 99 * CARP_SEC;
    /* 89 to 99 s: eleven, of which six are odd. */
    g_assert_cmpuint(count(ring, 1, now), ==, 6);
    g_assert_cmpuint(count(ring, 0, now), ==, 5);
    g_assert_cmpuint(count(ring, 2, now), ==, 0);
    GPtrArray *frames = mon_ring_frames(ring, 1, now);
    const struct mon_kept *first = g_ptr_array_index(frames, 0);
    g_assert_cmpuint(first->number, ==, 89);
    g_assert_cmpstr(first->note, ==, "note");
    g_ptr_array_free(frames, TRUE);
    mon_ring_free(ring);
}

/* Whatever comes: bounded, what was before is still there, and so are the
 * adverts that verify. */
static void
test_flood(void)
{
    struct mon_ring *ring = mon_ring_new(SPAN, OCTETS);
    struct mon_kept early = frame_at(CARP_SEC, 1);
    g_assert_true(mon_ring_has_room(ring, early.time, false));
    mon_ring_add(ring, &early, false);
    unsigned int kept = 0;
    unsigned int trusted = 0;
    for (uint64_t i = 0; i < 50000; i++) {
        carp_time when = 2 * CARP_SEC + i * CARP_MSEC / 10;
        struct mon_kept frame = frame_at(when, i);
        if (mon_ring_has_room(ring, when, false)) {
            mon_ring_add(ring, &frame, false);
            kept++;
        }
        if (i % 10000 == 0 && mon_ring_has_room(ring, when, true)) {
            mon_ring_add(ring, &frame, true);
            trusted++;
        }
        g_assert_cmpuint(mon_ring_size(ring), <=, OCTETS);
    }
    g_assert_cmpuint(trusted, ==, 5);
    g_assert_cmpuint(mon_ring_left_out(ring), ==, 50000 - kept);
    g_assert_cmpuint(count(ring, 0, 7 * CARP_SEC), ==, 1 + kept + trusted);
    mon_ring_free(ring);
}

static void
finish(struct mon_files *files)
{
    for (int i = 0; i < 2000 && mon_files_is_busy(files); i++) {
        g_usleep(5000);
    }
    g_assert_false(mon_files_is_busy(files));
}

static void
put(struct mon_files *files, const char *dir, const char *name, guint size)
{
    GByteArray *contents = g_byte_array_sized_new(size);
    g_byte_array_set_size(contents, size);
    memset(contents->data, 'x', size);
    char *path = g_build_filename(dir, name, NULL);
    g_assert_true(mon_files_write(files, path, contents));
    g_free(path);
    finish(files);
}

static bool
exists(const char *dir, const char *name)
{
    char *path = g_build_filename(dir, name, NULL);
    bool is_there = g_file_test(path, G_FILE_TEST_EXISTS);
    g_free(path);
    return is_there;
}

static void
clean(const char *dir)
{
    GDir *list = g_dir_open(dir, 0, NULL);
    const char *name = NULL;
    while ((name = g_dir_read_name(list)) != NULL) {
        char *path = g_build_filename(dir, name, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
        g_free(path);
    }
    g_dir_close(list);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

/* The oldest go first; what is not ours stays. */
static void
test_rotation(void)
{
    char *dir = g_dir_make_tmp("carp-evidence-XXXXXX", NULL);
    struct mon_files *files = mon_files_new(dir, 1000);
    put(files, dir, "other.pcapng", 900);
    put(files, dir, "carpmon-1.pcapng", 400);
    put(files, dir, "carpmon-2.pcapng", 400);
    g_assert_true(exists(dir, "carpmon-1.pcapng"));
    put(files, dir, "carpmon-3.pcapng", 400);
    g_assert_false(exists(dir, "carpmon-1.pcapng"));
    g_assert_true(exists(dir, "carpmon-2.pcapng"));
    g_assert_true(exists(dir, "carpmon-3.pcapng"));
    g_assert_true(exists(dir, "other.pcapng"));
    g_assert_false(exists(dir, "carpmon-3.pcapng.tmp"));
    g_assert_null(mon_files_take_error(files));
    mon_files_free(files);
    clean(dir);
    g_free(dir);
}

static void
test_errors(void)
{
    char *dir = g_dir_make_tmp("carp-evidence-XXXXXX", NULL);
    struct mon_files *files = mon_files_new(dir, 1000);
    put(files, dir, "missing/carpmon-1.pcapng", 10);
    char *error = mon_files_take_error(files);
    g_assert_nonnull(strstr(error, "carpmon-1.pcapng: No such file"));
    g_free(error);
    g_assert_null(mon_files_take_error(files));
    mon_files_free(files);
    clean(dir);
    g_free(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/evidence/span", test_span);
    g_test_add_func("/evidence/flood", test_flood);
    g_test_add_func("/evidence/rotation", test_rotation);
    g_test_add_func("/evidence/errors", test_errors);
    return g_test_run();
}
