/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file page.h
 * The files of page/, put into the program at build time
 * (cmake/CarpEmbed.cmake). Not terminated: use the sizes.
 */
#ifndef CARPMON_PAGE_H
#define CARPMON_PAGE_H

#include <stddef.h>

extern const unsigned char mon_page_html[], mon_page_css[], mon_page_js[],
    mon_page_pieces_js[], mon_page_timeline_js[];
extern const size_t mon_page_html_size, mon_page_css_size, mon_page_js_size,
    mon_page_pieces_js_size, mon_page_timeline_js_size;

#endif
