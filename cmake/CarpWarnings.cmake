# SPDX-License-Identifier: BSD-2-Clause
# carp_warnings: link PRIVATE to get our warning list. Errors only in our own
# presets, through CMAKE_COMPILE_WARNING_AS_ERROR.
add_library(carp_warnings INTERFACE)
target_compile_options(carp_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wcast-qual -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wredundant-decls -Wnested-externs -Wundef
    -Wwrite-strings -Wformat=2 -Wvla -Walloca -Wnull-dereference
    -Wswitch-enum -Wdouble-promotion -Wdate-time
    $<$<C_COMPILER_ID:GNU>:-Wcast-align=strict -Wformat-signedness
        -Wduplicated-cond -Wduplicated-branches -Wlogical-op
        -Warith-conversion -Wimplicit-fallthrough=5 -Wjump-misses-init>
    $<$<C_COMPILER_ID:Clang>:-Wcast-align -Wcomma -Wshorten-64-to-32
        -Wimplicit-fallthrough -Wconditional-uninitialized
        -Wextra-semi-stmt -Wmissing-variable-declarations>)
