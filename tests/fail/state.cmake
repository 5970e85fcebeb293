# The state's failure tests: power loss.
add_executable(state_writer state_writer.c)
target_compile_definitions(state_writer PRIVATE _GNU_SOURCE)
target_include_directories(state_writer PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(state_writer PRIVATE cm_options countermark_static)
cm_test(fail.state.powerloss fail SOURCES test_state_powerloss.c LINKS powerloss_explore
  ARGS $<TARGET_FILE:powerloss> $<TARGET_FILE:state_writer> TIMEOUT 900 PROVE 3600)
if(NOT CM_SANITIZE)
  # Sanitizers own malloc and the calls that faults.c stands before.
  cm_test(fail.state.faults fail TIMEOUT 600
    SOURCES test_state_faults.c ${CMAKE_SOURCE_DIR}/tests/support/faults/faults.c)
endif()
