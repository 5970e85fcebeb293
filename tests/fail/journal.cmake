# The journal's failure tests: power loss, the n-th failure, full disks.
add_executable(journal_writer journal_writer.c)
target_compile_definitions(journal_writer PRIVATE _GNU_SOURCE)
target_include_directories(journal_writer PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(journal_writer PRIVATE cm_options cm_cmocka countermark_static)
cm_test(fail.journal.powerloss fail SOURCES test_journal_powerloss.c LINKS powerloss_explore
  ARGS $<TARGET_FILE:powerloss> $<TARGET_FILE:journal_writer> TIMEOUT 900 PROVE 3600)
if(CM_CAN_MOUNT)
  cm_test(fail.journal.full fail SOURCES test_journal_full.c)
endif()
if(NOT CM_SANITIZE)
  # Sanitizers own malloc and the calls that faults.c stands before.
  cm_test(fail.journal.faults fail TIMEOUT 600
    SOURCES test_journal_faults.c ${CMAKE_SOURCE_DIR}/tests/support/faults/faults.c)
endif()
