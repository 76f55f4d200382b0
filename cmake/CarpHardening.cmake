# SPDX-License-Identifier: BSD-2-Clause
# carp_hardening: link PRIVATE. Off under sanitizers and without optimisation.
add_library(carp_hardening INTERFACE)
if(NOT CARP_SANITIZE AND NOT CARP_COVERAGE
        AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    target_compile_options(carp_hardening INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong)
    # Each processor has one of the last two, or none.
    include(CheckCCompilerFlag)
    foreach(flag IN ITEMS -fstack-clash-protection -fcf-protection=full
            -mbranch-protection=standard)
        string(MAKE_C_IDENTIFIER "CARP_HAS${flag}" has)
        check_c_compiler_flag(${flag} ${has})
        if(${has})
            target_compile_options(carp_hardening INTERFACE ${flag})
        endif()
    endforeach()
    target_link_options(carp_hardening INTERFACE
        -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
        $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
else()
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
