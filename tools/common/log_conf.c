/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_conf.h"

#include "log.h"

unsigned int
log_conf(const struct carp_conf *conf)
{
    unsigned int warnings = 0;
    for (size_t i = 0; i < carp_conf_message_count(conf); i++) {
        const struct carp_conf_message *message = carp_conf_message(conf, i);
        warnings += !message->is_error;
        log_say(message->is_error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s%s",
                message->is_error ? "" : "warning: ", message->text);
    }
    return warnings;
}
