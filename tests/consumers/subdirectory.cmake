# add_subdirectory from a C++17 project, into which nothing may leak.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

run(${configure} -S "${here}/subdirectory" -B build
  "-DMAIN=${here}/main.cpp" "-DREALIGN_DIR=${SOURCE_DIR}" -DCMAKE_BUILD_TYPE=)
run("${CMAKE_COMMAND}" --build build)
run_program("${SCRATCH}/build/program")

run("${CMAKE_COMMAND}" --install build --prefix "${SCRATCH}/prefix")
file(GLOB_RECURSE installed "${SCRATCH}/prefix/*")
if(installed)
  message(FATAL_ERROR "realign installed itself with its parent: ${installed}")
endif()

run("${CMAKE_CTEST_COMMAND}" --test-dir build -N)
if(NOT output MATCHES "Total Tests: 0")
  message(FATAL_ERROR "realign brought tests into its parent:\n${output}")
endif()
