# SPDX-License-Identifier: BSD-2-Clause
# The conformance suite against ucarp, carpd and a simulated device, in
# network namespaces.
if(NOT TARGET carpinject)
    return()
endif()
# A device that is none of the installed daemons; see device.h.
add_executable(conform_device device_main.c device.c device_hear.c
    device_wire.c)
target_link_libraries(conform_device PRIVATE carpinject_lib carp_warnings
    carp_instrument)
target_compile_definitions(conform_device PRIVATE _DEFAULT_SOURCE)
set_target_properties(conform_device PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
set(conform_environment "CARPINJECT=$<TARGET_FILE:carpinject>"
    "CONFORM_DEVICE=$<TARGET_FILE:conform_device>")
set(conform_timeout 180)
if(CARP_LONG_TESTS)
    list(APPEND conform_environment CARP_LONG=1)
    set(conform_timeout 3600)
endif()
add_test(NAME inject.conform
    COMMAND ${PROJECT_SOURCE_DIR}/tests/inject/run test_conform.py)
set_tests_properties(inject.conform PROPERTIES
    LABELS "lab;netns" TIMEOUT ${conform_timeout} SKIP_RETURN_CODE 77
    ENVIRONMENT "${conform_environment}")
