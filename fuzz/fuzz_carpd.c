/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carpd as a whole on a host that is made up (carpd_host.h): virtual time,
 * peers with the right key and without, links and addresses that come and go,
 * a kernel, a disk and a wire that fail, reloads, clients, ends of every kind
 * and another start. What it promises is looked at after each step
 * (carpd_check.c). Two runs must tell the same; one in four inputs runs twice.
 */
#include <signal.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "carpd_check.h"
#include "carpd_conf.h"
#include "carpd_host.h"
#include "carpd_script.h"
#include "daemon.h"
#include "instance.h"

#define STEPS_MAX 150
#define LIVES_MAX 4
#define RINGS_MAX 4000
/* Turns of the loop at one instant. */
#define TURNS_MAX 2000
/* A dead time, a wait after addresses could not be put up, a fight for them,
 * and then some. */
#define SETTLES (60 * CARP_SEC)
#define FOLLOWS (4 * CARP_SEC)
#define LOOPS (5 * CARP_SEC)

enum phase { PHASE_SCRIPT, PHASE_SETTLE, PHASE_LOOP, PHASE_FOLLOW, PHASE_STOP };

static struct script s;
static enum phase phase;
static unsigned int turns;

/* --------------------------------------------------------- ends of its life */

/* What is there when carpd is killed or the power fails. */
#define FILES 2
static struct {
    bool is_taken;
    struct fake_kernel kernel;
    char *texts[FILES];
} snapshot;

static char *
state_file(unsigned int i)
{
    static const char *const names[FILES] = {"counters.state", "kernel.state"};
    return g_build_filename(s.folder, names[i], NULL);
}

static void
take_snapshot(void)
{
    snapshot.is_taken = true;
    snapshot.kernel = fake_kernel;
    for (unsigned int i = 0; i < FILES; i++) {
        char *path = state_file(i);
        (void)g_file_get_contents(path, &snapshot.texts[i], NULL, NULL);
        g_free(path);
    }
    /* What was written last is lost, as if it never was. */
    if (s.end == SCRIPT_LOSES_POWER && fake_disk.before != NULL) {
        g_free(snapshot.texts[0]);
        snapshot.texts[0] = g_strdup(fake_disk.before);
    }
    check_daemon(NULL);
}

/* carpd ended in an orderly way, for it must free its memory; but nobody saw
 * it. */
static void
restore_snapshot(void)
{
    if (!snapshot.is_taken) {
        return;
    }
    snapshot.is_taken = false;
    fake_kernel = snapshot.kernel;
    for (unsigned int i = 0; i < FILES; i++) {
        char *path = state_file(i);
        if (snapshot.texts[i] == NULL) {
            (void)g_unlink(path);
        } else {
            leaf_write(path, snapshot.texts[i], strlen(snapshot.texts[i]));
        }
        g_clear_pointer(&snapshot.texts[i], g_free);
        g_free(path);
    }
    if (s.end == SCRIPT_LOSES_POWER) {
        fake_kernel_begin();
        script_heal(&s);
    }
}

static void
damage_state(void)
{
    char *path = state_file(0);
    char *text = NULL;
    gsize len = 0;
    if (g_file_get_contents(path, &text, &len, NULL)) {
        gsize at = fuzz_u8(&s.in);
        text[len > 0 ? at % len : 0] ^= 1;
        leaf_write(path, text, len - at % 2);
    }
    check_forget_counters();
    g_free(text);
    g_free(path);
}

/* --------------------------------------------------------------- the loop */

/* When it has to be MASTER: a peer of a long advbase is waited for. */
static carp_time
settled_at(void)
{
    carp_time at = clock_now();
    for (guint i = 0; i < s.daemon->instances->len; i++) {
        const struct instance *instance =
            g_ptr_array_index(s.daemon->instances, i);
        const carp_time longest =
            (instance->fsm.config.dead_ratio + 1u) * 256 * CARP_SEC;
        for (unsigned int f = 0; f < CARP_FAMILIES; f++) {
            const carp_time down = instance->fsm.down[f];
            if (down != CARP_NEVER) {
                FUZZ_CHECK(down <= clock_now() + longest);
                at = MAX(at, down);
            }
        }
    }
    return at + SETTLES;
}

static void
next_step(void)
{
    client_take();
    check_at_rest(s.daemon, s.steps);
    bool is_over =
        s.in.left == 0 || s.steps >= STEPS_MAX || clock_rings() > RINGS_MAX;
    if (phase == PHASE_SETTLE) {
        if (!s.is_broken) {
            check_settled(s.daemon);
        }
        client_ask("show");
        client_ask("stats");
        phase = PHASE_LOOP;
        fake_wire.is_looped = fake_wire.is_joined = true;
        s.target = clock_now() + LOOPS;
    } else if (phase == PHASE_LOOP) {
        if (!s.is_broken) {
            check_settled(s.daemon);
        }
        fake_wire.is_looped = fake_wire.is_joined = false;
        phase = PHASE_FOLLOW;
        script_be_master(&s);
        s.target = clock_now() + FOLLOWS;
    } else if (phase == PHASE_FOLLOW) {
        if (!s.is_broken) {
            check_follows(s.daemon);
        }
        memset(s.beats, 0, sizeof(s.beats));
        phase = PHASE_STOP;
        clock_signal(SIGTERM);
    } else if (is_over) {
        script_heal(&s);
        phase = PHASE_SETTLE;
        s.target = settled_at();
    } else {
        script_step(&s);
        if (s.end == SCRIPT_IS_KILLED || s.end == SCRIPT_LOSES_POWER) {
            take_snapshot();
        }
        phase = s.end != SCRIPT_GOES_ON ? PHASE_STOP : phase;
    }
}

/* Called when nothing else is to be done at this instant. */
static gboolean
on_idle(gpointer user)
{
    (void)user;
    carp_time beat = phase == PHASE_STOP ? CARP_NEVER : script_beat(&s);
    carp_time next = MIN(clock_next(), beat);
    FUZZ_CHECK(++turns < TURNS_MAX);
    if (notice_waits()) {
        return G_SOURCE_CONTINUE; /* what a beat has done */
    }
    if (clock_next() <= clock_now()) {
        clock_set(clock_now()); /* it has become due meanwhile */
        return G_SOURCE_CONTINUE;
    }
    if (phase == PHASE_STOP || clock_now() < s.target) {
        /* Stopping, it waits for its hooks. */
        carp_time when = phase == PHASE_STOP ? next : MIN(next, s.target);
        turns = when > clock_now() ? 0 : turns;
        clock_set(when);
        return G_SOURCE_CONTINUE;
    }
    turns = 0;
    next_step();
    return G_SOURCE_CONTINUE;
}

/* ------------------------------------------------------------------- lives */

/* As main.c looks at it. */
static bool
has_something_to_run(const struct carp_conf *conf)
{
    bool has_some = false;
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        has_some = has_some || carp_conf_get(conf, i)->interface != NULL;
    }
    return has_some && carp_conf_is_usable(conf);
}

/* False: it did not start. */
static bool
run_daemon(void)
{
    struct daemon_setup setup = {
        .config = s.config, .socket = s.socket, .state_dir = s.folder};
    int status = 0;
    struct carp_conf *conf = carp_conf_load(s.config, CARP_CONF_PRIVATE);
    if (!has_something_to_run(conf)) {
        FUZZ_CHECK(s.is_broken);
        carp_conf_free(conf);
        return false;
    }
    s.daemon = daemon_new(&setup, conf, &status);
    if (s.daemon == NULL) {
        FUZZ_CHECK(status == DAEMON_EXIT_FAILED);
        if (!s.was_killed && !fake_kernel.has_kept) {
            check_ended();
        }
        return false;
    }
    GSource *idle = g_idle_source_new();
    g_source_set_priority(idle, G_PRIORITY_LOW);
    g_source_set_callback(idle, on_idle, NULL, NULL);
    g_source_attach(idle, NULL);
    check_daemon(s.daemon);
    client_begin(s.socket);
    s.target = clock_now();
    FUZZ_CHECK(daemon_run(s.daemon) == DAEMON_EXIT_OK);
    client_take();
    client_end();
    g_source_destroy(idle);
    g_source_unref(idle);
    check_daemon(NULL);
    daemon_free(s.daemon);
    s.daemon = NULL;
    thread_set_mode(THREAD_AT_ONCE);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    return true;
}

static bool
live(void)
{
    if (s.may_lack_counters) {
        check_forget_counters();
    }
    s.may_lack_counters = fake_disk.write_code != 0;
    s.end = SCRIPT_GOES_ON;
    phase = PHASE_SCRIPT;
    bool has_run = run_daemon();
    s.was_killed |= s.end == SCRIPT_IS_KILLED;
    restore_snapshot();
    if (s.end == SCRIPT_LOSES_STATE) {
        damage_state();
    }
    return has_run;
}

static void
remove_folder(void)
{
    GDir *dir = g_dir_open(s.folder, 0, NULL);
    const char *name = NULL;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        char *path = g_build_filename(s.folder, name, NULL);
        (void)g_unlink(path);
        g_free(path);
    }
    g_clear_pointer(&dir, g_dir_close);
    (void)g_rmdir(s.folder);
}

static void
make_paths(void)
{
    bool has_tmpfs = g_file_test("/dev/shm", G_FILE_TEST_IS_DIR);
    s.folder = g_strdup_printf("%s/fuzz-carpd-%ld",
                               has_tmpfs ? "/dev/shm" : g_get_tmp_dir(),
                               (long)getpid());
    s.config = g_build_filename(s.folder, "carp.conf", NULL);
    s.socket = g_build_filename(s.folder, "socket", NULL);
    remove_folder(); /* of a process with this number that was aborted */
    FUZZ_CHECK(g_mkdir_with_parents(s.folder, 0700) == 0);
}

static void
run(const uint8_t *data, size_t size)
{
    memset(&s, 0, sizeof(s));
    s.in = (struct fuzz_input){data, size};
    make_paths();
    clock_begin();
    check_begin();
    wire_begin();
    leaf_begin();
    fake_kernel_begin();
    thread_begin();
    script_heal(&s);
    conf_write_file(&s.in, s.config, s.folder);
    script_prepare(&s);
    bool has_run = true;
    for (unsigned int i = 0; i < LIVES_MAX && has_run; i++) {
        has_run = live();
        if (s.end == SCRIPT_GOES_ON) {
            break;
        }
    }
    if (!has_run && !s.is_broken) {
        /* Whatever was in its way has gone. */
        script_heal(&s);
        has_run = live();
        FUZZ_CHECK(has_run);
    }
    /* What cannot start does not look what a killed one has left. */
    if (s.end == SCRIPT_GOES_ON && has_run) {
        check_ended();
        check_host(s.was_killed);
    }
    leaf_end();
    remove_folder();
    g_free(s.folder);
    g_free(s.config);
    g_free(s.socket);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    run(data, size);
    uint64_t sum = check_sum();
    if (sum % 4 == 0) {
        run(data, size);
        FUZZ_CHECK(check_sum() == sum);
    }
    return 0;
}
