# cmocka 1.1.5 ships variables only: wrap it once as a system interface target. For the tests, and
# for the fuzz targets that work in the tests' world.
if(NOT TARGET cm_cmocka)
  find_package(cmocka 1.1 REQUIRED)
  add_library(cm_cmocka INTERFACE)
  target_include_directories(cm_cmocka SYSTEM INTERFACE ${CMOCKA_INCLUDE_DIR})
  target_link_libraries(cm_cmocka INTERFACE ${CMOCKA_LIBRARIES})
endif()
