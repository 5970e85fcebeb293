# The installed library as strangers meet it (label consumer).
# A sanitized build cannot be linked by an unsanitized stranger.
if(NOT CM_SANITIZE)
  cm_command_test(consumer.install consumer TIMEOUT 600
    COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/run.sh ${CMAKE_BINARY_DIR})
  if(BUILD_SHARED_LIBS)
    cm_command_test(consumer.symbols consumer
      COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/symbols.sh
        $<TARGET_FILE:countermark> ${CM_PUBLIC_HEADERS} -- ${CM_COMING_HEADERS})
  endif()
endif()
