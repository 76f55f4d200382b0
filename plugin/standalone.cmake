# SPDX-License-Identifier: GPL-2.0-or-later
# What the top of the tree does for the plugin when all is built.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../CMakeLists.txt CARPKIT_VERSION
    REGEX "^project\\(carpkit VERSION")
string(REGEX REPLACE ".*VERSION ([0-9.]+).*" "\\1" CARPKIT_VERSION
    "${CARPKIT_VERSION}")

macro(carp_standalone_setup)
    if(NOT CMAKE_BUILD_TYPE)
        set(CMAKE_BUILD_TYPE RelWithDebInfo)
    endif()
    set(CMAKE_C_STANDARD 17)
    set(CMAKE_C_STANDARD_REQUIRED ON)
    set(CMAKE_C_EXTENSIONS OFF)
    set(CMAKE_C_VISIBILITY_PRESET hidden)
    set(CARP_SANITIZE "")
    list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_SOURCE_DIR}/../cmake)
    include(GNUInstallDirs)
    include(CarpWarnings)
    include(CarpHardening)
    include(CarpSanitizers)
    find_package(PkgConfig REQUIRED)
    find_package(OpenSSL REQUIRED COMPONENTS Crypto)
    pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0>=2.66)
    set(PROJECT_SOURCE_DIR ${CMAKE_CURRENT_SOURCE_DIR}/..)
    add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/../lib
        ${CMAKE_CURRENT_BINARY_DIR}/lib EXCLUDE_FROM_ALL)
endmacro()
