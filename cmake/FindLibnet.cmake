# SPDX-License-Identifier: BSD-2-Clause
# Finds libnet 1.1.3 or later, which ships no pkg-config file everywhere:
# Libnet_FOUND and the target CARP::libnet.
include(FindPackageHandleStandardArgs)

find_path(LIBNET_INCLUDE_DIR libnet.h)
find_library(LIBNET_LIBRARY net)
find_package_handle_standard_args(Libnet
    REQUIRED_VARS LIBNET_LIBRARY LIBNET_INCLUDE_DIR)
mark_as_advanced(LIBNET_INCLUDE_DIR LIBNET_LIBRARY)

if(Libnet_FOUND AND NOT TARGET CARP::libnet)
    add_library(CARP::libnet UNKNOWN IMPORTED)
    set_target_properties(CARP::libnet PROPERTIES
        IMPORTED_LOCATION "${LIBNET_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${LIBNET_INCLUDE_DIR}"
        INTERFACE_COMPILE_DEFINITIONS "HAVE_NET_ETHERNET_H")
endif()
