/* SPDX-License-Identifier: BSD-2-Clause */
/* What a capture holds of one vhid. */
#include "replay.h"

#include <pcap/pcap.h>

#include <carp/frame.h>

/* The switch returned a frame: the caller of a machine drops it. */
static bool
is_echo(const GArray *adverts, const struct replay_advert *advert,
        uint64_t counter, uint64_t *last)
{
    const struct replay_advert *before =
        adverts->len != 0
            ? &g_array_index(adverts, struct replay_advert, adverts->len - 1)
            : NULL;
    const bool is_same = counter == *last;

    *last = counter;
    return before != NULL && is_same &&
           advert->time < before->time + CARP_MSEC &&
           carp_addr_equal(&before->source, &advert->source);
}

GArray *
replay_load(const char *name, uint8_t vhid, const struct carp_auth *auth)
{
    g_autofree char *path = g_strdup_printf("%s/%s.pcap", CARP_CAPTURES, name);
    GArray *adverts;
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    carp_time first = 0;
    uint64_t last = 0;
    pcap_t *pcap = pcap_open_offline(path, error);

    if (pcap == NULL) {
        return NULL;
    }
    adverts = g_array_new(FALSE, FALSE, sizeof(struct replay_advert));
    while (pcap_next_ex(pcap, &header, &data) == 1) {
        const carp_time at = (carp_time)header->ts.tv_sec * CARP_SEC +
                             (carp_time)header->ts.tv_usec * CARP_USEC;
        struct replay_advert advert;
        struct carp_frame f;

        first = first != 0 ? first : at;
        if (carp_frame_parse(pcap_datalink(pcap), data, header->caplen,
                             header->len, &f) != CARP_OK ||
            f.kind != CARP_FRAME_CARP || f.u.adv.vhid != vhid) {
            continue;
        }
        advert = (struct replay_advert){
            .time = at - first + REPLAY_ZERO,
            .source = f.src,
            .advbase = f.u.adv.advbase,
            .advskew = f.u.adv.advskew,
            .demote = f.u.adv.demote,
            .verifies = (f.issues & (CARP_ISSUE_CHECKSUM | CARP_ISSUE_VERSION |
                                     CARP_ISSUE_SHORT | CARP_ISSUE_TTL)) == 0 &&
                        carp_auth_verify(auth, f.u.adv.counter, f.u.adv.md)};
        if (!is_echo(adverts, &advert, f.u.adv.counter, &last)) {
            g_array_append_val(adverts, advert);
        }
    }
    pcap_close(pcap);
    return adverts;
}
