# SPDX-License-Identifier: BSD-2-Clause
# carp_instrument: sanitizers and coverage, by the cache variables.
add_library(carp_instrument INTERFACE)
if(CARP_SANITIZE)
    target_compile_options(carp_instrument INTERFACE
        -fsanitize=${CARP_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    target_link_options(carp_instrument INTERFACE -fsanitize=${CARP_SANITIZE})
    # Numbers that wrap by intention: the list says where and why.
    if(CARP_SANITIZE MATCHES "integer")
        target_compile_options(carp_instrument INTERFACE
            -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/integer.ignore)
    endif()
    # MemorySanitizer does not see what libcrypto, which is not instrumented,
    # writes.
    if(CARP_SANITIZE MATCHES "memory")
        add_library(carp_msan STATIC ${CMAKE_CURRENT_LIST_DIR}/msan.c)
        target_compile_options(carp_msan PRIVATE -fsanitize=memory)
        target_link_libraries(carp_instrument INTERFACE carp_msan)
        target_link_options(carp_instrument INTERFACE
            -Wl,--wrap=SHA1_Transform)
    endif()
endif()
if(CARP_COVERAGE)
    target_compile_options(carp_instrument INTERFACE --coverage -O0)
    target_link_options(carp_instrument INTERFACE --coverage)
endif()
