# SPDX-License-Identifier: BSD-2-Clause
# A toolchain file: Debian's cross compiler, libraries from a folder that
# script/sysroot made, tests through qemu.
#
#   cmake --toolchain cmake/CarpCross.cmake -DCARP_ARCH=s390x \
#         -DCARP_SYSROOT=FOLDER …
#
# CARP_ARCH: i386 or s390x, as Debian says it.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CARP_ARCH CARP_SYSROOT)
set(CMAKE_SYSTEM_NAME Linux)
if(CARP_ARCH STREQUAL "i386")
    set(CMAKE_SYSTEM_PROCESSOR i686)
    set(triple i686-linux-gnu)
else()
    set(CMAKE_SYSTEM_PROCESSOR ${CARP_ARCH})
    set(triple ${CARP_ARCH}-linux-gnu)
endif()
set(multiarch ${CARP_ARCH}-linux-gnu)
set(CMAKE_C_COMPILER ${triple}-gcc)
set(CMAKE_SYSROOT ${CARP_SYSROOT})
set(CMAKE_LIBRARY_ARCHITECTURE ${multiarch})
set(CMAKE_C_FLAGS_INIT "-isystem ${CARP_SYSROOT}/usr/include/${multiarch}")
foreach(kind IN ITEMS EXE SHARED)
    set(CMAKE_${kind}_LINKER_FLAGS_INIT
        "-B${CARP_SYSROOT}/usr/lib/${multiarch} \
-L${CARP_SYSROOT}/usr/lib/${multiarch} -L${CARP_SYSROOT}/lib/${multiarch} \
-Wl,-rpath-link,${CARP_SYSROOT}/usr/lib/${multiarch}:${CARP_SYSROOT}/lib/${multiarch}")
endforeach()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CARP_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR}
    ${CARP_SYSROOT}/usr/lib/${multiarch}/pkgconfig:${CARP_SYSROOT}/usr/share/pkgconfig)
if(CARP_ARCH STREQUAL "i386")
    # An x86-64 runs it by itself, with the right loader.
    set(CMAKE_CROSSCOMPILING_EMULATOR
        ${CARP_SYSROOT}/lib/ld-linux.so.2 --library-path
        ${CARP_SYSROOT}/lib/${multiarch}:${CARP_SYSROOT}/usr/lib/${multiarch})
else()
    set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${CARP_ARCH}-static
        -L ${CARP_SYSROOT})
endif()
