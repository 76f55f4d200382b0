/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file request.h
 * One line of a client, understood or refused (docs/CONTROL.md). Pure.
 */
#ifndef CARPD_REQUEST_H
#define CARPD_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

enum request_command {
    REQUEST_SHOW = 0,
    REQUEST_STATS,
    REQUEST_PROMOTE,
    REQUEST_DEMOTE,
    REQUEST_STATE,
    REQUEST_RELOAD,
    REQUEST_WATCH,
    REQUEST_COMMAND_COUNT
};

struct request {
    enum request_command command;
    char *vhid;        /**< name or instance; NULL: all */
    uint8_t amount;    /**< DEMOTE */
    bool wants_master; /**< STATE: else backup */
    const char *name;  /**< of the command as far as it could be read; NULL */
    const char *code;  /**< of the error, see control.h */
    char *error;       /**< NULL: it was understood */
};

/** Read a line without its newline. @return false: code and error say why */
bool request_read(const char *line, struct request *request);
void request_clear(struct request *request);

#endif
