# cm_room(NAME [PROGRAM] SOURCES ... [LINKS ...]): one room = one object library cm_NAME.
# A room may include its own headers and those of lower floors as "room/noun.h"; the lint test
# tests/lint/floors.sh enforces the floors and fences.sh the fences around foreign headers.
# PROGRAM marks rooms that belong to our programs only and stay out of the installed library.
set_property(GLOBAL PROPERTY CM_ROOMS "")
set_property(GLOBAL PROPERTY CM_LIBRARY_ROOMS "")
set_property(GLOBAL PROPERTY CM_LIBRARY_LINKS "")

function(cm_room name)
  cmake_parse_arguments(R "PROGRAM" "" "SOURCES;LINKS" ${ARGN})
  add_library(cm_${name} OBJECT ${R_SOURCES})
  target_include_directories(cm_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_compile_definitions(cm_${name} PRIVATE _GNU_SOURCE)
  target_link_libraries(cm_${name} PRIVATE cm_options PUBLIC ${R_LINKS} Threads::Threads)
  set_property(GLOBAL APPEND PROPERTY CM_ROOMS ${name})
  if(NOT R_PROGRAM)
    set_property(GLOBAL APPEND PROPERTY CM_LIBRARY_ROOMS ${name})
    set_property(GLOBAL APPEND PROPERTY CM_LIBRARY_LINKS ${R_LINKS})
  endif()
endfunction()

# cm_test(NAME LABEL SOURCES ... [LINKS ...] [ARGS ...] [TIMEOUT s] [PROVE s]): one cmocka program.
# With PROVE the same program runs a second time as prove.NAME, at full size (docs/design/testing.md).
function(cm_test name label)
  cmake_parse_arguments(T "" "TIMEOUT;PROVE" "SOURCES;LINKS;ARGS" ${ARGN})
  string(REPLACE "." "_" target test_${name})
  cm_test_program(${target} ${T_SOURCES})
  target_link_libraries(${target} PRIVATE ${T_LINKS})
  cm_register("${name}" "${label}" "${T_TIMEOUT}" "${T_PROVE}" ${target} ${T_ARGS})
endfunction()

# cm_test_program(TARGET SOURCES...): a cmocka program with the library's internals, not yet a test.
function(cm_test_program target)
  add_executable(${target} ${ARGN})
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE
    CM_SOURCE_DIR="${CMAKE_SOURCE_DIR}" CM_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE cm_options cm_cmocka countermark_static)
endfunction()

# cm_command_test(NAME LABEL COMMAND ... [TIMEOUT s] [PROVE s]): a script or program as a test.
function(cm_command_test name label)
  cmake_parse_arguments(T "" "TIMEOUT;PROVE" "COMMAND" ${ARGN})
  cm_register("${name}" "${label}" "${T_TIMEOUT}" "${T_PROVE}" ${T_COMMAND})
endfunction()

# The one place where tests meet CTest: every test has a label and a timeout. It ends what hangs, and
# is many times what the slowest machine takes: no test fails because others run beside it.
function(cm_register name label timeout prove)
  if(NOT timeout)
    set(timeout 300)
  endif()
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout})
  if(prove)
    add_test(NAME prove.${name} CONFIGURATIONS prove COMMAND ${ARGN})
    set_tests_properties(prove.${name} PROPERTIES
      LABELS prove TIMEOUT ${prove} ENVIRONMENT CM_PROVE=1)
  endif()
endfunction()

# cm_blind_to_leaks(FILES...): gcc 12's analyser calls it a leak when memory is hung into an element
# of an array or at the end of a list; in these files the leak sanitizer alone watches for leaks.
function(cm_blind_to_leaks)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -Wno-analyzer-malloc-leak)
  endif()
endfunction()
