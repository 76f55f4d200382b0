# SPDX-License-Identifier: BSD-2-Clause
# carpinject without its scenarios: the command line, and on a wire.
if(NOT TARGET carpinject)
    return()
endif()
foreach(name IN ITEMS cli live play)
    add_test(NAME inject.${name}
        COMMAND ${CMAKE_CURRENT_LIST_DIR}/run test_${name}.py)
    set_tests_properties(inject.${name} PROPERTIES
        LABELS "inject" TIMEOUT 180 SKIP_RETURN_CODE 77
        ENVIRONMENT "CARPINJECT=$<TARGET_FILE:carpinject>;CONFORM_DEVICE=${CMAKE_BINARY_DIR}/tests/conform_device")
endforeach()
set_tests_properties(inject.live inject.play PROPERTIES LABELS "lab;netns")
