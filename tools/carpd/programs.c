/* SPDX-License-Identifier: BSD-2-Clause */
#include "programs.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "log.h"

static unsigned int
warn(const struct carp_conf_vhid *vhid, const char *key, const char *path)
{
    struct stat info;
    const char *wrong = NULL;
    if (path == NULL) {
        return 0;
    }
    if (stat(path, &info) != 0 || access(path, X_OK) != 0) {
        wrong = g_strerror(errno);
    } else if (!S_ISREG(info.st_mode)) {
        wrong = "is no program";
    }
    if (wrong != NULL) {
        log_say(LOG_LEVEL_WARNING, "warning: %s: [vhid \"%s\"] %s: %s: %s",
                vhid->file, vhid->name, key, path, wrong);
    }
    return wrong != NULL;
}

static unsigned int
warn_of_group(const struct carp_conf_vhid *vhid)
{
    unsigned int count = warn(vhid, "hook", vhid->hook);
    count += warn(vhid, "up-script", vhid->up_script);
    count += warn(vhid, "down-script", vhid->down_script);
    count += warn(vhid, "notify", vhid->notify);
    for (unsigned int i = 0; i < vhid->track_count; i++) {
        if (vhid->track[i].kind == CARP_CONF_TRACK_SCRIPT) {
            count += warn(vhid, "track-script", vhid->track[i].what);
        }
    }
    return count;
}

unsigned int
programs_warn(const struct carp_conf *conf)
{
    unsigned int count = 0;
    for (size_t i = 0; i < carp_conf_count(conf); i++) {
        const struct carp_conf_vhid *vhid = carp_conf_get(conf, i);
        count += vhid->interface != NULL ? warn_of_group(vhid) : 0;
    }
    return count;
}
