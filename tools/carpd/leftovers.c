/* SPDX-License-Identifier: BSD-2-Clause */
#include "leftovers.h"

#include <stddef.h>
#include <unistd.h>

#include "kernel.h"
#include "log.h"
#include "store_lock.h"
#include "vif.h"

static void
on_vif(struct vif *vif, enum vif_event event, const char *text, void *data)
{
    (void)vif;
    (void)event;
    (void)text;
    (void)data;
}

static void
on_warning(const char *text, void *data)
{
    (void)data;
    log_say(LOG_LEVEL_WARNING, "%s", text);
}

void
leftovers_remove(const char *state_dir, unsigned int user)
{
    struct os_error error;
    int lock = store_lock(state_dir, &error);
    if (lock < 0) {
        return;
    }
    struct kernel *kernel = kernel_open(NULL, &error);
    struct vif_table *vifs =
        kernel != NULL ? vif_table_open(kernel, state_dir, user, on_vif,
                                        on_warning, NULL, &error)
                       : NULL;
    if (vifs != NULL) {
        vif_table_settle(vifs);
        vif_table_close(vifs);
    }
    if (kernel != NULL) {
        kernel_close(kernel);
    }
    close(lock);
}
