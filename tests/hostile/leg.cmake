# Compiles SOURCE with CXX and FLAGS, and runs it (by RUN, if given): it must print "ok" and nothing else.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

run(${compile} "${SOURCE}" -o program)
separate_arguments(by UNIX_COMMAND "${RUN}")
run(${by} "${SCRATCH}/program")
if(NOT output STREQUAL "ok\n")
  message(FATAL_ERROR "printed:\n${output}")
endif()
