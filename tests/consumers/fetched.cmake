# FetchContent: the sources when nothing is installed, an installed package of a fitting version first.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

list(APPEND configure -S "${here}/fetched" "-DMAIN=${here}/main.cpp" "-DREALIGN_DIR=${SOURCE_DIR}"
  -DFETCHCONTENT_FULLY_DISCONNECTED=ON)

run(${configure} -B build "-DVERSION=${major_minor}" -DEXPECT=sources)
run("${CMAKE_COMMAND}" --build build)
run_program("${SCRATCH}/build/program")
run("${CMAKE_CTEST_COMMAND}" --test-dir build -N)
if(NOT output MATCHES "Total Tests: 0")
  message(FATAL_ERROR "realign brought tests into the project that fetched it:\n${output}")
endif()

if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.24 AND EXISTS "${BINARY_DIR}/package/realign-config.cmake")
  run("${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${SCRATCH}/prefix")
  list(APPEND configure "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix")
  run(${configure} -B installed "-DVERSION=${major_minor}" -DEXPECT=installed)
  run(${configure} -B other_version "-DVERSION=${next_minor}" -DEXPECT=sources)
endif()
