/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file command.h
 * carpctl's commands: one row each, one function each.
 */
#ifndef CARPCTL_COMMAND_H
#define CARPCTL_COMMAND_H

#include <stdbool.h>

#include <glib.h>

enum ctl_exit {
    CTL_EXIT_OK = 0,
    CTL_EXIT_FAILED = 1,
    CTL_EXIT_USAGE = 2,
    /* check only, as every --check */
    CTL_EXIT_UNUSABLE = 3,
    CTL_EXIT_WARNINGS = 4
};

/** What holds for every command. */
struct ctl_context {
    char *socket;       /**< path of carpd's socket */
    bool is_json;       /**< --format json */
    bool is_prometheus; /**< --format prometheus: of stats */
    bool verbose;       /**< -v */
    char *output; /**< -o: of import, export, and stats for Prometheus; NULL:
                       standard output */
    char *from;   /**< --from: of import; NULL: guess */
    char **map;   /**< --map THEIRS=OURS: of import; NULL: none */
    bool preempt; /**< --preempt: of import */
};

struct ctl_command {
    const char *name;
    const char *arguments; /**< "[VHID]" */
    const char *summary;
    int min, max; /**< words behind the name; max -1: any */
    enum ctl_exit (*run)(const struct ctl_context *context, char **words);
};

/** Ends with a row without name. */
extern const struct ctl_command ctl_commands[];

enum ctl_exit ctl_show(const struct ctl_context *context, char **words);
enum ctl_exit ctl_watch(const struct ctl_context *context, char **words);
enum ctl_exit ctl_stats(const struct ctl_context *context, char **words);
enum ctl_exit ctl_promote(const struct ctl_context *context, char **words);
enum ctl_exit ctl_demote(const struct ctl_context *context, char **words);
enum ctl_exit ctl_state(const struct ctl_context *context, char **words);
enum ctl_exit ctl_reload(const struct ctl_context *context, char **words);
enum ctl_exit ctl_check(const struct ctl_context *context, char **words);
enum ctl_exit ctl_import(const struct ctl_context *context, char **words);
enum ctl_exit ctl_export(const struct ctl_context *context, char **words);

#endif
