# SPDX-License-Identifier: BSD-2-Clause
# Puts files into a program, as arrays of octets.
#
#   carp_embed(OUTPUT HEADER NAME FILE [NAME FILE...])
#
# writes OUTPUT, a C file that includes HEADER and defines NAME and NAME_size
# for each FILE. Run with -P it does the writing.
function(carp_embed output header)
    set(files)
    set(pairs ${ARGN})
    while(pairs)
        list(POP_FRONT pairs name file)
        list(APPEND files ${CMAKE_CURRENT_SOURCE_DIR}/${file})
        list(APPEND args ${name} ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    endwhile()
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DHEADER=${header}
            "-DPAIRS=${args}" -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
        DEPENDS ${files} ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
        COMMENT "Embedding ${output}" VERBATIM)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    set(text "/* Made by CarpEmbed.cmake. */\n#include \"${HEADER}\"\n")
    while(PAIRS)
        list(POP_FRONT PAIRS name file)
        file(READ ${file} octets HEX)
        string(LENGTH "${octets}" size)
        math(EXPR size "${size} / 2")
        string(REGEX REPLACE "(................................)" "\\1\n"
            octets "${octets}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${octets}")
        string(APPEND text "\nconst unsigned char ${name}[] = {\n${octets}\n};"
            "\nconst size_t ${name}_size = ${size};\n")
    endwhile()
    file(WRITE ${OUTPUT} "${text}")
endif()
