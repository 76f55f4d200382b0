/* SPDX-License-Identifier: BSD-2-Clause */
#include "api_check.h"

#include <pcap/pcap.h>

#include "check.h"
#include "evidence_file.h"
#include "fuzz.h"
#include "html.h"
#include "json_check.h"
#include "metrics.h"
#include "model_json.h"
#include "state.h"

void
api_check_json(const char *text, const char *wanted)
{
    size_t len = strlen(text);
    FUZZ_CHECK(g_utf8_validate(text, (gssize)len, NULL));
    FUZZ_CHECK(json_is_object(text, len, wanted));
}

static void
check_row(struct jsonl *json, const struct mon_model *model,
          const struct mon_row *row)
{
    char key[MON_ROW_KEY];
    mon_row_key(row->segment, row->vlan, row->family, row->vhid, key);
    FUZZ_CHECK(mon_row_of_key(model, key) == row);
    jsonl_reset(json);
    mon_json_row(json, model, row);
    api_check_json(json->text->str, "key");
    GString *html = g_string_new(NULL);
    html_timeline(html, model, row);
    html_senders(html, model, row);
    /* The name of a segment is markup in this target. */
    FUZZ_CHECK(strstr(html->str, mon_segment_name(model->session, 1)) == NULL);
    g_string_free(html, TRUE);
}

void
api_check_model(const struct mon_model *model, bool each)
{
    struct jsonl json;
    FUZZ_CHECK(model->rows->len <= MON_ROWS_MAX);
    FUZZ_CHECK(model->alerts->len <= MON_ALERTS_MAX);
    jsonl_init(&json);
    mon_json_state(&json, model);
    api_check_json(json.text->str, "rows");
    mon_json_findings(&json, model);
    api_check_json(json.text->str, "findings");
    for (guint i = 0; i < model->rows->len; i++) {
        const struct mon_row *row = g_ptr_array_index(model->rows, i);
        FUZZ_CHECK(row->spans->len <= MON_SPANS_MAX);
        if (each) {
            check_row(&json, model, row);
        }
    }
    jsonl_clear(&json);
}

/* Not g_strsplit(): under ASan it measures all that is left, each time. */
static void
for_each_line(char *text, size_t len, void (*check)(const char *line))
{
    char *end = NULL;
    while ((end = memchr(text, '\n', len)) != NULL) {
        *end = '\0';
        check(text);
        len -= (size_t)(end - text) + 1;
        text = end + 1;
    }
    FUZZ_CHECK(len == 0);
}

/* name{label="value",…} number; quotes and newlines in values are escaped. */
static void
check_sample(const char *line)
{
    const char *value = strrchr(line, ' ');
    char *end = NULL;
    if (*line == '#' || *line == '\0') {
        return;
    }
    FUZZ_CHECK(g_str_has_prefix(line, "carpmon_"));
    FUZZ_CHECK(value != NULL);
    (void)g_ascii_strtod(value + 1, &end);
    FUZZ_CHECK(end != value + 1 && *end == '\0');
}

void
api_check_metrics(const struct mon_model *model)
{
    GString *text = g_string_new(NULL);
    mon_metrics_write(text, model);
    for_each_line(text->str, text->len, check_sample);
    g_string_free(text, TRUE);
}

void
api_check_state(const struct mon_model *model, carp_time now)
{
    const struct mon_check check = {.now = now};
    char *text = mon_state_text(model, now);
    char *line = NULL;
    api_check_json(text, "vhids");
    (void)mon_check_judge(text, &check, &line);
    FUZZ_CHECK(line != NULL && strpbrk(line, "\n\r") == NULL);
    FUZZ_CHECK(strstr(line, "this is not a state") == NULL);
    g_free(line);
    g_free(text);
}

void
api_check_screen(const struct mon_model *model, struct mon_screen_state *state)
{
    const unsigned int height = state->height;
    GPtrArray *lines = mon_screen_lines(model, state);
    FUZZ_CHECK(state->height == height);
    FUZZ_CHECK(lines->len <= height);
    FUZZ_CHECK(state->first <= model->rows->len);
    for (guint i = 0; i < lines->len; i++) {
        const struct mon_line *line = g_ptr_array_index(lines, i);
        FUZZ_CHECK(g_utf8_validate(line->text, -1, NULL));
        FUZZ_CHECK(strpbrk(line->text, "\n\r\t\033") == NULL);
        FUZZ_CHECK(g_utf8_strlen(line->text, -1) <= (glong)state->width);
    }
    g_ptr_array_unref(lines);
}

/* ------------------------------------------------------------------- report */

static void
check_event(const char *line)
{
    api_check_json(line, "event");
}

/* The only control characters are our own colours. A name that is no UTF-8
 * stays as the user gave it. */
static void
check_coloured(const char *line)
{
    static const char *const colours[] = {"\033[0m",  "\033[1;31m", "\033[33m",
                                          "\033[32m", "\033[1m",    "\033[2m"};
    while (*line != '\0') {
        bool is_ours = false;
        for (size_t i = 0; *line == '\033' && i < G_N_ELEMENTS(colours); i++) {
            is_ours = is_ours || g_str_has_prefix(line, colours[i]);
        }
        FUZZ_CHECK(is_ours || !g_ascii_iscntrl(*line));
        line++;
    }
}

void
api_check_report(char *text, size_t len, bool is_json)
{
    for_each_line(text, len, is_json ? check_event : check_coloured);
}

/* ----------------------------------------------------------------- evidence */

static void
check_name(const char *name)
{
    FUZZ_CHECK(g_str_has_prefix(name, MON_EVIDENCE_PREFIX));
    FUZZ_CHECK(g_str_has_suffix(name, MON_EVIDENCE_SUFFIX));
    for (; *name != '\0'; name++) {
        FUZZ_CHECK(g_ascii_isalnum(*name) || strchr("-._", *name) != NULL);
    }
}

/* As long as the frames of one file have one link type; libpcap reads no
 * others. */
static void
check_frames(const char *path)
{
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    int got = 0;
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(
        path, PCAP_TSTAMP_PRECISION_NANO, error);
    FUZZ_CHECK(pcap != NULL);
    while ((got = pcap_next_ex(pcap, &header, &data)) == 1) {
        FUZZ_CHECK(header->caplen <= header->len);
    }
    FUZZ_CHECK(got == PCAP_ERROR_BREAK ||
               strstr(pcap_geterr(pcap), "type") != NULL);
    pcap_close(pcap);
}

unsigned int
api_check_evidence(const char *directory, uint64_t most)
{
    unsigned int count = 0;
    uint64_t total = 0, largest = 0;
    const char *name = NULL;
    GDir *dir = g_dir_open(directory, 0, NULL);
    FUZZ_CHECK(dir != NULL);
    while ((name = g_dir_read_name(dir)) != NULL) {
        char *path = g_build_filename(directory, name, NULL);
        char *text = NULL;
        gsize len = 0;
        check_name(name);
        check_frames(path);
        FUZZ_CHECK(g_file_get_contents(path, &text, &len, NULL));
        FUZZ_CHECK(remove(path) == 0);
        g_free(text);
        g_free(path);
        total += len;
        largest = len > largest ? len : largest;
        count++;
    }
    g_dir_close(dir);
    FUZZ_CHECK(count < 2 || total <= most + largest);
    return count;
}
