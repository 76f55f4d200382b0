/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture file, read as "carpmon -r" does: libpcap, observer, report. The
 * input is the file; its length chooses the form of the report. Each form can
 * be read by who it is for.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "capture.h"
#include "conf_again.h"
#include "fuzz.h"
#include "model.h"
#include "report_html.h"
#include "screen_text.h"

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
the_ring(void)
{
    static struct carp_ring *ring;
    if (ring != NULL) {
        return ring;
    }
    ring = carp_ring_new();
    FUZZ_CHECK(ring != NULL);
    add_row(ring, 79, "lab-secret", "10.79.0.50");
    add_row(ring, 42, "topsecret", "10.77.0.50");
    add_row(ring, 44, "secret44", NULL);
    return ring;
}

enum form {
    FORM_TEXT,
    FORM_JSON,
    FORM_INVENTORY,
    FORM_INVENTORY_JSON,
    FORM_LEARN,
    FORM_PAGE,
    FORM_COUNT
};

/* ------------------------------------------------------------------- checks */

static void
check_text(const char *text, size_t len)
{
    FUZZ_CHECK(g_utf8_validate(text, (gssize)len, NULL));
    for (size_t i = 0; i < len; i++) {
        FUZZ_CHECK(!g_ascii_iscntrl(text[i]) || text[i] == '\n');
    }
}

/* Once a secret is filled in, it is a carp.conf. */
static void
check_learnt(const char *text)
{
    GString *filled = g_string_new(text);
    g_string_replace(filled, "password-file = FILE", "password = x", 0);
    struct carp_conf *conf = conf_of_text(filled->str);
    if (!carp_conf_is_usable(conf)) {
        fprintf(stderr, "%s\n", filled->str);
        FUZZ_FAIL("what is learnt can be read");
    }
    carp_conf_free(conf);
    g_string_free(filled, TRUE);
}

static void
check_html(const char *text, size_t len)
{
    FUZZ_CHECK(g_utf8_validate(text, (gssize)len, NULL));
    FUZZ_CHECK(g_str_has_suffix(text, "</html>\n"));
    FUZZ_CHECK(strstr(text, "<odd>") == NULL);
}

static void
check_screen(const struct mon_model *model, carp_time now, size_t size)
{
    struct mon_screen_state state = {.width = 40 + (unsigned int)(size % 80),
                                     .height = 6 + (unsigned int)(size % 20),
                                     .only_bad = size % 16 == 0,
                                     .now = now,
                                     .message = ""};
    GPtrArray *lines = mon_screen_lines(model, &state);
    FUZZ_CHECK(lines->len <= state.height);
    for (guint i = 0; i < lines->len; i++) {
        const struct mon_line *line = g_ptr_array_index(lines, i);
        check_text(line->text, strlen(line->text));
        FUZZ_CHECK(strchr(line->text, '\n') == NULL);
        FUZZ_CHECK(g_utf8_strlen(line->text, -1) <= (glong)state.width);
    }
    g_ptr_array_unref(lines);
}

static void
check_written(enum form form, const char *text, size_t len)
{
    check_text(text, len);
    if (form == FORM_LEARN) {
        check_learnt(text);
    }
}

/* --------------------------------------------------------------------- read */

static void
read_input(struct mon_monitor *monitor, const struct mon_options *options)
{
    static const volatile sig_atomic_t never = 0;
    mon_capture_files(monitor, options, &never);
    int status = mon_monitor_finish(monitor);
    FUZZ_CHECK(status >= MON_EXIT_OK && status <= MON_EXIT_UNREADABLE);
}

/* What a browser and a terminal show of it. */
static void
read_page(struct mon_monitor *monitor, const struct mon_options *options,
          const struct mon_session *session, size_t size)
{
    static char path[64];
    char *html = NULL;
    gsize len = 0;
    bool has_failed = false;
    struct mon_model *model = mon_model_new(session);
    if (path[0] == '\0') {
        snprintf(path, sizeof(path), "%s/fuzz-pcap-%ld.html", fuzz_place(),
                 (long)getpid());
    }
    mon_monitor_attach(monitor, &mon_model_ops, model);
    mon_monitor_attach(monitor, &mon_report_html_ops,
                       mon_report_html_new(path, model, &has_failed));
    read_input(monitor, options);
    check_screen(model, model->now, size);
    FUZZ_CHECK(!has_failed);
    if (g_file_get_contents(path, &html, &len, NULL)) {
        check_html(html, len);
        g_free(html);
        (void)unlink(path);
    }
}

static void
read_capture(const char *path, enum form form, size_t size)
{
    static char odd[] =
        "an \"<odd>]\\\n\xc2\x9b.pcap of a file whose name is long";
    char *name = g_strdup(path), *text = NULL;
    size_t len = 0;
    struct mon_input input = {.name = name, .segment = 0};
    struct mon_options options = {
        .inputs = &input,
        .input_count = 1,
        .segments = g_ptr_array_new(),
        .format = form == FORM_JSON || form == FORM_INVENTORY_JSON ? MON_JSON
                                                                   : MON_TEXT,
        .ask.learn = form == FORM_LEARN,
        .utc = true};
    if (form == FORM_INVENTORY || form == FORM_INVENTORY_JSON) {
        options.ask.inventory = name;
    }
    g_ptr_array_add(options.segments, odd);
    struct carp_ring *ring = the_ring();
    struct mon_session session = {.out = open_memstream(&text, &len),
                                  .segments = options.segments,
                                  .ring = ring,
                                  .utc = true};
    FUZZ_CHECK(session.out != NULL);
    struct mon_monitor *monitor =
        mon_monitor_new(ring, &session, mon_report_wanted(&options));
    FUZZ_CHECK(monitor != NULL);
    if (form == FORM_PAGE) {
        read_page(monitor, &options, &session, size);
    } else {
        read_input(monitor, &options);
    }
    mon_monitor_free(monitor);
    fclose(session.out);
    check_written(form, text, len);
    free(text);
    g_ptr_array_free(options.segments, TRUE);
    g_free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("capture", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(write(fd, data, size) == (ssize_t)size);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    read_capture(path, (enum form)(size % FORM_COUNT), size);
    close(fd);
    return 0;
}
