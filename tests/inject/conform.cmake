# SPDX-License-Identifier: BSD-2-Clause
# The conformance suite against ucarp, in network namespaces.
if(NOT TARGET carpinject)
    return()
endif()
set(conform_environment "CARPINJECT=$<TARGET_FILE:carpinject>")
set(conform_timeout 120)
if(CARP_LONG_TESTS)
    list(APPEND conform_environment CARP_LONG=1)
    set(conform_timeout 600)
endif()
add_test(NAME inject.conform
    COMMAND ${PROJECT_SOURCE_DIR}/tests/inject/run test_conform.py)
set_tests_properties(inject.conform PROPERTIES
    LABELS "lab;netns" TIMEOUT ${conform_timeout} SKIP_RETURN_CODE 77
    ENVIRONMENT "${conform_environment}")
