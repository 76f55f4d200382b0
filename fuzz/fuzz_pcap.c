/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture file, read as "carpmon -r" does: libpcap, observer, report. The
 * input is the file; its length chooses the form of the report.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "capture.h"
#include "fuzz.h"

static void
add_row(struct carp_ring *ring, uint8_t vhid, const char *password,
        const char *address)
{
    struct carp_ring_row row = {
        .name = "fuzz", .vhid = vhid, .profile = CARP_PROFILE_AUTO};
    struct carp_addr addr;
    FUZZ_CHECK(carp_key_from_password(&row.key, password, strlen(password),
                                      CARP_KEY_RULE_BSD) == CARP_OK);
    if (address != NULL) {
        FUZZ_CHECK(carp_addr_parse(address, &addr, NULL) == CARP_OK);
        FUZZ_CHECK(carp_addrs_add(&row.addrs, &addr) == CARP_OK);
    }
    FUZZ_CHECK(carp_ring_add(ring, &row) == CARP_OK);
}

/* Keys of the recordings in captures/. */
static struct carp_ring *
make_ring(void)
{
    struct carp_ring *ring = carp_ring_new();
    FUZZ_CHECK(ring != NULL);
    add_row(ring, 79, "lab-secret", "10.79.0.50");
    add_row(ring, 42, "topsecret", "10.77.0.50");
    add_row(ring, 44, "secret44", NULL);
    return ring;
}

static void
read_capture(const char *path, enum mon_format format, FILE *out)
{
    static const volatile sig_atomic_t never = 0;
    char *name = g_strdup(path);
    struct mon_input input = {.name = name, .segment = 0};
    struct mon_options options = {.inputs = &input,
                                  .input_count = 1,
                                  .segments = g_ptr_array_new(),
                                  .format = format,
                                  .utc = true};
    g_ptr_array_add(options.segments, name);
    struct mon_session session = {
        .out = out, .segments = options.segments, .utc = true};
    struct carp_ring *ring = make_ring();
    struct mon_monitor *monitor =
        mon_monitor_new(ring, &session, mon_report_find(format));
    FUZZ_CHECK(monitor != NULL);
    mon_capture_files(monitor, &options, &never);
    int status = mon_monitor_finish(monitor);
    FUZZ_CHECK(status >= MON_EXIT_OK && status <= MON_EXIT_UNREADABLE);
    mon_monitor_free(monitor);
    carp_ring_free(ring);
    g_ptr_array_free(options.segments, TRUE);
    g_free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *out;
    if (out == NULL) {
        out = fopen("/dev/null", "we");
        FUZZ_CHECK(out != NULL);
    }
    int fd = memfd_create("capture", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(write(fd, data, size) == (ssize_t)size);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    read_capture(path, size % 2 != 0 ? MON_JSON : MON_TEXT, out);
    close(fd);
    return 0;
}
