/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file export.h
 * Attributes used by every public header of libcarp.
 */
#ifndef CARP_EXPORT_H
#define CARP_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define CARP_API __attribute__((visibility("default")))
/** The result must be looked at: ignoring it is a bug of the caller. */
#define CARP_NODISCARD __attribute__((warn_unused_result))
#else
#define CARP_API
#define CARP_NODISCARD
#endif

#ifdef __cplusplus
#define CARP_BEGIN_DECLS extern "C" {
#define CARP_END_DECLS }
#else
#define CARP_BEGIN_DECLS
#define CARP_END_DECLS
#endif

#endif
