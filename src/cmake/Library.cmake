# The rooms become two libraries. `countermark` is the product: public symbols only, shared or
# static as BUILD_SHARED_LIBS says, installed with headers, CMake package, pkg-config file and man
# pages. `countermark_static` is for our own programs and tests: all rooms, internals included.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(Headers)

get_property(rooms GLOBAL PROPERTY CM_ROOMS)
get_property(library_rooms GLOBAL PROPERTY CM_LIBRARY_ROOMS)
get_property(library_links GLOBAL PROPERTY CM_LIBRARY_LINKS)
list(REMOVE_DUPLICATES library_links)

add_library(countermark_static STATIC)
set_target_properties(countermark_static PROPERTIES
  OUTPUT_NAME countermark_internal LINKER_LANGUAGE C)
foreach(room ${rooms})
  target_link_libraries(countermark_static PUBLIC cm_${room})
endforeach()

add_library(countermark)
add_library(countermark::countermark ALIAS countermark)
foreach(room ${library_rooms})
  target_sources(countermark PRIVATE $<TARGET_OBJECTS:cm_${room}>)
endforeach()
target_link_libraries(countermark PRIVATE
  $<BUILD_INTERFACE:cm_options> ${library_links} Threads::Threads)
target_sources(countermark PUBLIC FILE_SET HEADERS
  BASE_DIRS ${CMAKE_SOURCE_DIR}/include FILES ${CM_PUBLIC_HEADERS})
set_target_properties(countermark PROPERTIES
  LINKER_LANGUAGE C VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  VERIFY_INTERFACE_HEADER_SETS ON)

# What a static user must link too: pkg-config names of the imported targets in use.
set(pc_names "PkgConfig::SODIUM=libsodium;OpenSSL::Crypto=libcrypto;PkgConfig::JANSSON=jansson"
  "PkgConfig::LMDB=lmdb;PkgConfig::CBOR=libcbor;PkgConfig::SECCOMP=libseccomp"
  "PkgConfig::MICROHTTPD=libmicrohttpd")
set(CM_PC_REQUIRES "")
set(CM_PC_FIND "")
foreach(pair ${pc_names})
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 target)
  list(GET pair 1 module)
  if(target IN_LIST library_links)
    list(APPEND CM_PC_REQUIRES ${module})
    if(target MATCHES "^PkgConfig::(.*)")
      string(APPEND CM_PC_FIND "  pkg_check_modules(${CMAKE_MATCH_1} REQUIRED IMPORTED_TARGET ${module})\n")
    endif()
  endif()
endforeach()
list(JOIN CM_PC_REQUIRES " " CM_PC_REQUIRES)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/countermark)
configure_file(${CMAKE_SOURCE_DIR}/src/cmake/countermark.pc.in countermark.pc @ONLY)
configure_package_config_file(${CMAKE_SOURCE_DIR}/src/cmake/countermarkConfig.cmake.in
  countermarkConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(countermarkConfigVersion.cmake COMPATIBILITY SameMinorVersion)

install(TARGETS countermark EXPORT countermarkTargets FILE_SET HEADERS)
install(EXPORT countermarkTargets NAMESPACE countermark:: DESTINATION ${package_dir})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/countermarkConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/countermarkConfigVersion.cmake DESTINATION ${package_dir})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/countermark.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(page countermark.1 countermarkd.8)
  if(EXISTS ${CMAKE_SOURCE_DIR}/docs/man/${page})
    string(REGEX MATCH "[0-9]$" section ${page})
    install(FILES ${CMAKE_SOURCE_DIR}/docs/man/${page}
      DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  endif()
endforeach()
