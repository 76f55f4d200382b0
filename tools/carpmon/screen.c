/* SPDX-License-Identifier: BSD-2-Clause */
#include "screen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>
#include <glib-unix.h>

#include <carp/predict.h>

#include "log.h"
#include "screen_text.h"
#include "text.h"

#define REDRAW_MS 250

struct screen {
    const struct mon_model *model;
    volatile sig_atomic_t *stop;
    SCREEN *terminal; /* NULL until it is taken */
    bool has_colour;
    guint keys, redraw; /* sources */
    carp_time tick;     /* the tracker's time … */
    gint64 tick_at;     /* … and g_get_monotonic_time() then */
    struct mon_screen_state state;
};

/* A log sink has no data of its own. */
static char last_message[256];

static void
keep_message(enum log_level level, const struct log_field *fields, size_t count,
             const char *text)
{
    (void)level;
    (void)fields;
    (void)count;
    g_strlcpy(last_message, text, sizeof(last_message));
}

bool
mon_screen_is_possible(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term != NULL &&
           *term != '\0' && strcmp(term, "dumb") != 0;
}

/* ---------------------------------------------------------------- drawing */

static attr_t
attribute(const struct screen *screen, enum mon_line_kind kind)
{
    switch (kind) {
    case MON_LINE_HEAD:
        return A_REVERSE;
    case MON_LINE_CRITICAL:
        return screen->has_colour ? A_BOLD | (attr_t)COLOR_PAIR(1) : A_BOLD;
    case MON_LINE_WARNING:
        return screen->has_colour ? (attr_t)COLOR_PAIR(2) : A_NORMAL;
    case MON_LINE_FAINT:
        return A_DIM;
    case MON_LINE_PLAIN:
        break;
    }
    return A_NORMAL;
}

static void
draw(struct screen *screen)
{
    int width = 0, height = 0;
    if (screen->terminal == NULL) {
        return;
    }
    getmaxyx(stdscr, height, width);
    const gint64 since = g_get_monotonic_time() - screen->tick_at;
    screen->state.width = (unsigned int)MAX(width, MON_SCREEN_WIDTH_MIN);
    screen->state.height = (unsigned int)MAX(height, 1);
    screen->state.now =
        carp_time_add(screen->tick, (carp_time)MAX(since, 0) * CARP_USEC);
    screen->state.message = last_message;
    GPtrArray *lines = mon_screen_lines(screen->model, &screen->state);
    erase();
    for (guint i = 0; i < lines->len; i++) {
        const struct mon_line *line = g_ptr_array_index(lines, i);
        (void)attrset((int)attribute(screen, line->kind));
        (void)mvaddnstr((int)i, 0, line->text, (int)strlen(line->text));
        if (line->kind == MON_LINE_HEAD) {
            for (int x = getcurx(stdscr); x > 0 && x < width; x++) {
                (void)addch(' ');
            }
        }
    }
    (void)attrset(A_NORMAL);
    (void)refresh();
    g_ptr_array_unref(lines);
}

static gboolean
on_redraw(void *data)
{
    draw(data);
    return G_SOURCE_CONTINUE;
}

static void
scroll_by(struct screen *screen, int lines)
{
    const int first = (int)screen->state.first + lines;
    screen->state.first = (unsigned int)MAX(first, 0);
}

static void
on_key(struct screen *screen, int key)
{
    const int page = MAX((int)screen->state.height - 6, 1);
    switch (key) {
    case 'q':
    case 'Q':
        *screen->stop = 1;
        break;
    case 'f':
        screen->state.only_bad = !screen->state.only_bad;
        screen->state.first = 0;
        break;
    case KEY_UP:
    case 'k':
        scroll_by(screen, -1);
        break;
    case KEY_DOWN:
    case 'j':
        scroll_by(screen, 1);
        break;
    case KEY_PPAGE:
        scroll_by(screen, -page);
        break;
    case KEY_NPAGE:
    case ' ':
        scroll_by(screen, page);
        break;
    case KEY_HOME:
        screen->state.first = 0;
        break;
    default:
        break;
    }
}

/* A terminal that went away reads as end of file for ever. */
static gboolean
on_input(gint fd, GIOCondition condition, void *data)
{
    struct screen *screen = data;
    int key;
    (void)fd;
    if ((condition & (G_IO_HUP | G_IO_ERR)) != 0) {
        *screen->stop = 1;
        screen->keys = 0;
        return G_SOURCE_REMOVE;
    }
    while ((key = getch()) != ERR) {
        on_key(screen, key);
    }
    draw(screen);
    return G_SOURCE_CONTINUE;
}

/* --------------------------------------------------------------- listener */

static void
take_terminal(struct screen *screen)
{
    screen->terminal = newterm(NULL, stdout, stdin);
    if (screen->terminal == NULL) {
        return;
    }
    (void)cbreak();
    (void)noecho();
    (void)keypad(stdscr, TRUE);
    (void)nodelay(stdscr, TRUE);
    (void)curs_set(0);
    const char *no_color = getenv("NO_COLOR");
    screen->has_colour = (no_color == NULL || *no_color == '\0') &&
                         has_colors() && start_color() == OK &&
                         use_default_colors() == OK &&
                         init_pair(1, COLOR_RED, -1) == OK &&
                         init_pair(2, COLOR_YELLOW, -1) == OK;
    log_set_sink(keep_message);
    screen->keys = g_unix_fd_add(STDIN_FILENO,
                                 (GIOCondition)(G_IO_IN | G_IO_HUP | G_IO_ERR),
                                 on_input, screen);
    screen->redraw = g_timeout_add(REDRAW_MS, on_redraw, screen);
}

static void
on_start(void *state, const struct mon_start *start)
{
    struct screen *screen = state;
    screen->tick = start->time;
    screen->tick_at = g_get_monotonic_time();
    take_terminal(screen);
    if (screen->terminal == NULL) {
        log_line("--watch: the terminal cannot be used: set TERM, or leave "
                 "--watch out");
        *screen->stop = 1;
    }
    draw(screen);
}

static void
on_tick(void *state, struct carp_track *track, const struct mon_totals *totals,
        carp_time now)
{
    struct screen *screen = state;
    (void)track;
    (void)totals;
    screen->tick = now;
    screen->tick_at = g_get_monotonic_time();
    draw(screen);
}

static void
on_close(void *state)
{
    struct screen *screen = state;
    if (screen->keys != 0) {
        g_source_remove(screen->keys);
    }
    if (screen->terminal != NULL) {
        g_source_remove(screen->redraw);
        (void)endwin();
        delscreen(screen->terminal);
        log_set_sink(NULL);
        if (*last_message != '\0') {
            log_line("%s", last_message);
        }
    }
    g_free(screen);
}

void *
mon_screen_new(const struct mon_model *model, volatile sig_atomic_t *stop)
{
    struct screen *screen = g_new0(struct screen, 1);
    screen->model = model;
    screen->stop = stop;
    *last_message = '\0';
    return screen;
}

const struct mon_report_ops mon_screen_ops = {
    .name = "screen", .start = on_start, .tick = on_tick, .close = on_close};

static void *
open_silent(const struct mon_session *session)
{
    (void)session;
    return NULL;
}

static void
close_silent(void *state)
{
    (void)state;
}

const struct mon_report_ops mon_report_silent = {
    .name = "silent", .open = open_silent, .close = close_silent};
