/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file vif_internal.h
 * Shared by the vif_*.c files alone.
 */
#ifndef CARPD_VIF_INTERNAL_H
#define CARPD_VIF_INTERNAL_H

#include <sys/types.h>

#include "vif.h"

/** IPv4 settings of the parent that carpd changes. */
#define VIF_SAVED 3

struct vif_saved {
    uint16_t id; /* IPV4_DEVCONF_* */
    uint32_t before, set;
};

/** An interface with vifs, or one whose settings are to be restored. */
struct vif_parent {
    char name[KERNEL_NAME];
    unsigned int index; /* 0: gone */
    unsigned int users; /* vifs that need the settings */
    struct vif_saved saved[VIF_SAVED];
    unsigned int saved_count;
    bool is_owed; /* the kernel did not take the old settings back: told */
};

/** An address that the state file names. */
struct vif_noted {
    char interface[KERNEL_NAME];
    struct carp_addr addr;
};

/** An address that is up and should not be. */
struct vif_owed {
    unsigned int index;
    struct carp_addr addr;
};

struct vif_table {
    struct kernel *kernel;
    char *path;    /* of the state file; NULL: none */
    char *written; /* its text; NULL: not known */
    vif_listener *listener;
    vif_warner *warner;
    void *data;
    unsigned int user;  /* whose claims are believed */
    GPtrArray *vifs;    /* struct vif */
    GPtrArray *parents; /* struct vif_parent */
    GArray *leftovers;  /* unsigned int: indexes of macvlans to adopt */
    GArray *doomed;     /* unsigned int: macvlans of vifs that are no more */
    GArray *owed;       /* struct vif_owed */
    GPtrArray *noted;   /* char: macvlans that the state file named */
    int killed;         /* pid of the carpd that wrote it; 0: none */
    GQueue news;        /* struct vif_news */
    GSource *news_source, *retry_source, *sink_source; /* NULL: not running */
    bool has_protos; /* the kernel keeps an address's protocol */
    bool is_warned;  /* of settings of the whole host */
    bool is_kept;    /* told that macvlans could not be removed */
};

struct vif {
    struct vif_table *table;
    struct vif_config config; /* interface: name */
    char parent_name[KERNEL_NAME];
    void *user;
    bool is_ready, is_held;
    bool has_put;                /* addresses up, and not yet all away */
    bool is_lost;                /* told */
    char trouble[OS_ERROR_TEXT]; /* why, as it was told */
    bool is_sinking;             /* the macvlan is to be set down */
    unsigned int parent;         /* index; 0: gone */
    unsigned int own;            /* index of the macvlan, or the parent */
    char name[KERNEL_NAME];
    unsigned int repairs; /* since repairs_since */
    gint64 repairs_since; /* g_get_monotonic_time() */
    gint64 barred_until;
};

/* ---- vif_table.c */
/** An empty table without a kernel, as the state file's reader and its tests
 * want it. @param state_dir NULL: nothing is remembered */
struct vif_table *vif_table_alloc(const char *state_dir);
/** Its memory; vifs are their owners'. */
void vif_table_dispose(struct vif_table *table);
void vif_tell(struct vif *vif, enum vif_event event, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void vif_warn(struct vif_table *table, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
/** Tell nothing more of @p vif. */
void vif_forget_news(struct vif *vif);
/** Delete the macvlan soon, unless another vif adopts it: many together cost
 * no more than one. */
void vif_doom(struct vif_table *table, unsigned int index);
/** Set the macvlan down soon, unless it is held again by then. */
void vif_sink_later(struct vif *vif);
/** Look at vifs that are not well again in a second. */
void vif_retry_later(struct vif_table *table);

/* ---- vif_macvlan.c */
/** What is to be done before the first vif_acquire(), for all kinds. */
bool vif_prepare(struct vif *vif, struct os_error *error);
/** None of its addresses is somebody else's on this host. */
bool vif_check_taken(const struct vif *vif, struct os_error *error);
/** The macvlan goes; nothing of the parent's. */
void vif_dismantle(struct vif *vif);
void vif_make_name(const struct vif *vif, char name[KERNEL_NAME]);
/** Find macvlans of a carpd that is no more; set them down. */
void vif_find_leftovers(struct vif_table *table);
/** Does @p link carry our mark and its maker is no more, or is it to go? */
bool vif_is_leftover(const struct vif_table *table,
                     const struct kernel_link *link);

/* ---- vif_address.c */
/** An address of the vif that somebody else has on this host; NULL: none. */
const struct kernel_address *vif_find_taken(const struct vif *vif);
#define VIF_WHAT 128
/** Compare and put right. @param[out] what was wrong, for a line; "" nothing
 * @return false and @p error when that failed */
bool vif_reconcile(struct vif *vif, char what[VIF_WHAT],
                   struct os_error *error);
bool vif_put_up(struct vif *vif, struct os_error *error);
bool vif_take_down(struct vif *vif, struct os_error *error);
/** Take away what @p old has and the vif no longer wants. */
bool vif_drop_old(struct vif *vif, const struct carp_addrs *old,
                  struct os_error *error);
bool vif_is_ours(const struct vif *vif, const struct kernel_address *address);

/* ---- vif_owed.c */
/** Try once a second to take @p addr away from the interface, until it is gone
 * or a vif has it there. The caller has told of it. */
void vif_owe(struct vif_table *table, unsigned int index,
             const struct carp_addr *addr);
/** Try it now. */
void vif_pay(struct vif_table *table);

/* ---- vif_settings.c */
struct vif_parent *vif_parent_of(struct vif_table *table, unsigned int index);
/** Settings of the parent for the kind; saved first. */
bool vif_parent_use(struct vif *vif, struct os_error *error);
void vif_parent_leave(struct vif *vif);
/** As vif_parent_leave(), but the interface is gone: nothing to restore. */
void vif_parent_gone(struct vif *vif);
/** Set again what somebody else has changed since. */
void vif_parent_assert(const struct vif *vif);
/** Restore settings of interfaces without vifs. What the kernel refuses is
 * told, and tried again each second.
 * @param only_owed only what it has refused before */
void vif_parents_settle(struct vif_table *table, bool only_owed);
/** The macvlan's own settings, while it is down. */
bool vif_set_up_macvlan(struct vif *vif, struct os_error *error);
/** Switch IPv6 on the macvlan. Off: its IPv6 addresses go, silently. */
bool vif_switch_ipv6(const struct vif *vif, bool on, struct os_error *error);
/** As vif_switch_ipv6() off, of a macvlan without a vif. */
void vif_disable_ipv6(const char *name);
bool vif_has_ipv6(const struct vif *vif);
/** Say once what settings of the whole host will break. */
void vif_warn_of_host(struct vif_table *table);

/* ---- vif_state.c */
/** Nothing is written when nothing has changed since. */
bool vif_state_save(struct vif_table *table, struct os_error *error);
/** Fills parents and noted, takes addresses away. */
void vif_state_load(struct vif_table *table);
void vif_state_remove(const struct vif_table *table);
/** The file's text. */
char *vif_state_write(const struct vif_table *table, gsize *len);
/** Fills parents, noted and @p addresses (struct vif_noted) with what carpd
 * may have written here since the host was started.
 * @return false: it is no key file */
bool vif_state_read(const char *text, gsize len, struct vif_table *table,
                    GArray *addresses);
/** The names of the settings in the file and under /proc/sys. */
const char *vif_setting_name(uint16_t id);
uint16_t vif_setting_id(const char *name);
bool vif_setting_is_saved(const struct vif_parent *parent, uint16_t id);
/** Is it a change that carpd makes? */
bool vif_setting_was_made(const struct vif_saved *saved);

#endif
