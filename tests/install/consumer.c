/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include <carp/auth.h>
#include <carp/track.h>

/* Names of a program's own, which libcarp has for itself, too. */
int text_set(void);
int view_get(void);
int network_get(void);

int
text_set(void)
{
    return 1;
}

int
view_get(void)
{
    return 2;
}

int
network_get(void)
{
    return 3;
}

/* Touches wire, auth and engine, so that nothing is missing unseen. */
int
main(void)
{
    struct carp_key key;
    struct carp_addrs addrs = {0};
    struct carp_auth auth;
    struct carp_track_config config = {0};
    struct carp_track *track = carp_track_new(&config);
    uint8_t md[CARP_MD_LEN];
    if (text_set() + view_get() + network_get() != 6 || track == NULL ||
        carp_key_from_password(&key, "x", 1, CARP_KEY_RULE_BSD) != CARP_OK ||
        carp_auth_init(&auth, &key, 1, &addrs, CARP_PROFILE_FREEBSD, NULL) !=
            CARP_OK) {
        return 1;
    }
    carp_auth_digest(&auth, 1, md);
    printf("%s %d\n", carp_code_text(CARP_DUAL_MASTER),
           carp_auth_verify(&auth, 1, md));
    carp_auth_clear(&auth);
    carp_key_clear(&key);
    carp_track_free(track);
    return 0;
}
