# SPDX-License-Identifier: BSD-2-Clause
# carp_instrument: sanitizers and coverage, by the cache variables.
add_library(carp_instrument INTERFACE)
if(CARP_SANITIZE)
    target_compile_options(carp_instrument INTERFACE
        -fsanitize=${CARP_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    target_link_options(carp_instrument INTERFACE -fsanitize=${CARP_SANITIZE})
endif()
if(CARP_COVERAGE)
    target_compile_options(carp_instrument INTERFACE --coverage -O0)
    target_link_options(carp_instrument INTERFACE --coverage)
endif()
