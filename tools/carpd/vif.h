/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file vif.h
 * Where the addresses of a vhid live on Linux (docs/linux.md).
 *
 * Three kinds. MACVLAN: on an interface of its own, carpVHID-PARENT, with the
 * virtual MAC 00:00:5e:00:01:VHID; while the vhid is not MASTER it has neither
 * address nor IPv6, and is down soon after, so that nothing answers to the
 * virtual MAC nor sends from it. PARENT: on the
 * interface itself, with its real MAC (vmac = off). ADVERTS: nowhere; scripts
 * do it, as with ucarp.
 *
 * Kernel settings that the kinds need are made on the first vhid of an
 * interface and restored with the last. What is made is written to a file
 * in the state directory first, so that the next start cleans up after a
 * carpd that was killed.
 *
 *   vif_table_open    takes away what a killed carpd left up
 *   vif_new           per vhid: interface and settings, nothing is up yet
 *   vif_table_settle  removes leftovers that no vhid adopted
 *   vif_acquire, vif_release        as the election says
 *   vif_free, vif_table_close       everything is gone and restored
 */
#ifndef CARPD_VIF_H
#define CARPD_VIF_H

#include <stdbool.h>
#include <stdint.h>

#include <carp/addr.h>
#include <carp/auth.h>

#include "kernel.h"
#include "os_error.h"

enum vif_kind { VIF_MACVLAN = 0, VIF_PARENT, VIF_ADVERTS };

/** What a vif is made from. Copied. */
struct vif_config {
    uint8_t vhid;
    const char *interface; /**< the parent's name */
    enum vif_kind kind;
    struct carp_addrs addrs;
    uint8_t prefix_len[CARP_ADDRS_MAX]; /**< beside addrs */
    /** They may be on this host when the vif is made: a script is about to
     * take them away. */
    bool may_be_taken;
    /** Where a device takes no macvlan the kind becomes PARENT, with a
     * warning. */
    bool may_fall_back;
};

enum vif_event {
    /** The addresses were disturbed by somebody else and are right again. */
    VIF_REPAIRED = 0,
    /** The addresses cannot be held: the parent is gone, or putting them back
     * failed or was undone too often. Not MASTER's place any more: the vhid
     * should go to INIT or be demoted. Again when the reason becomes another
     * one. */
    VIF_LOST,
    /** After VIF_LOST: acquiring may be tried again. */
    VIF_READY,
    /** Somebody else has put a virtual address on this host while this vhid
     * does not hold it. It is answered twice on the wire: tell. */
    VIF_FOREIGN
};

struct vif;
struct vif_table;

/** @param text one line for the log: what happened, and what to do */
typedef void vif_listener(struct vif *vif, enum vif_event event,
                          const char *text, void *data);

/** Text of warnings that concern no single vhid, or a vhid in the making. */
typedef void vif_warner(const char *text, void *data);

/**
 * Read the state file, take every address away that it names and that is
 * still marked as ours, and silence macvlans that a killed carpd left. Of one
 * that has our mark the maker lives if its vhid is claimed (claim.h); else its
 * process is looked for, unless the state file is of it: nobody but us has
 * the state directory.
 * @param state_dir must exist and be writable; the file is "kernel.state" in
 *        it. NULL: nothing is remembered (tests)
 * @param user whose claims are believed, as of claim_make()
 * @param listener told from the main loop; never from within a call
 * @return NULL and @p error when the state cannot be read or written. A
 *         damaged file is told through @p warner and counts as empty:
 *         macvlans are recognised by their mark all the same.
 */
struct vif_table *vif_table_open(struct kernel *kernel, const char *state_dir,
                                 unsigned int user, vif_listener *listener,
                                 vif_warner *warner, void *data,
                                 struct os_error *error);
/** Delete leftover macvlans that no vif adopted, and restore settings of
 * interfaces without vifs. Call when all vifs are made. */
void vif_table_settle(struct vif_table *table);
/** Every vif must be freed before. Restores what is left to restore and
 * removes the state file, unless something could not be taken away: then the
 * next vif_table_open() does. */
void vif_table_close(struct vif_table *table);

/** Is @p addr a virtual address of any vif? For kernel_source(). */
bool vif_table_is_virtual(const struct carp_addr *addr, void *table);

/**
 * Prepare a vhid: MACVLAN: the interface with its MAC, down and without
 * addresses, adopted when a leftover fits; settings of it and the parent.
 * @param user given back by vif_user()
 * @return NULL and @p error:
 *   OS_NO_INTERFACE  no such parent. A vif for one that may come later is
 *                    made with vif_new_absent()
 *   OS_NO_MACVLAN    the device allows none: say vmac = off, or do so when
 *                    the user did not choose
 *   OS_ADDRESS_TAKEN one of the addresses is on this host already
 *   OS_NO_PERMISSION, OS_SYSTEM
 *   Nothing is left behind.
 */
struct vif *vif_new(struct vif_table *table, const struct vif_config *config,
                    void *user, struct os_error *error);
/** A vif whose parent is not there (yet): lost; VIF_READY tells when it
 * came. Never fails. */
struct vif *vif_new_absent(struct vif_table *table,
                           const struct vif_config *config, void *user);
void *vif_user(const struct vif *vif);

/**
 * All addresses up: in this call, in one batch, IPv6 without duplicate
 * address detection. Announcing them is the port's. Already held: put right.
 * @return false and @p error when one of them could not be put up: those that
 *         were are taken away again. The caller must not advertise as MASTER.
 */
bool vif_acquire(struct vif *vif, struct os_error *error);

/**
 * All addresses away. After the return nothing answers for them and no frame
 * leaves from the virtual MAC. Holding none is fine.
 * @return false and @p error when one could not be taken away (it is tried
 *         again with each change): tell it, the address may be double
 */
bool vif_release(struct vif *vif, struct os_error *error);

bool vif_is_held(const struct vif *vif);
/** The parent is there and everything is prepared. */
bool vif_is_ready(const struct vif *vif);
/** Name of the interface that has the addresses: the macvlan's or the
 * parent's; for scripts and for show. Never NULL. */
const char *vif_name(const struct vif *vif);
/** The MAC that answers for the addresses: virtual, or the parent's. */
struct carp_mac vif_mac(const struct vif *vif);

/**
 * Compare what should be with what is and put it right, as each change does
 * by itself. Events are told from the main loop.
 */
void vif_check(struct vif *vif);

/**
 * Other addresses, without touching those that stay. While held, the new are
 * put up before the old go.
 * @return as vif_new(); on an error the old addresses stay
 */
bool vif_set_addresses(struct vif *vif, const struct carp_addrs *addrs,
                       const uint8_t *prefix_len, struct os_error *error);

/** Release, restore the parent's settings when this was its last. The macvlan
 * goes soon after, together with others: vif_table_settle() and
 * vif_table_close() wait for it. What the kernel refuses to take away is told,
 * and tried again each second. NULL is allowed. */
void vif_free(struct vif *vif);

#endif
