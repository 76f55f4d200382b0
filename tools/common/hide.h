/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file hide.h
 * Keeping the memory of a process that holds keys to itself.
 */
#ifndef TOOLS_HIDE_H
#define TOOLS_HIDE_H

/**
 * From now on this process leaves no core and no other process of its user
 * can read its memory or trace it; root still can. Call it before the first
 * secret is read. A program that is executed starts without it.
 */
void hide_memory(void);

#endif
