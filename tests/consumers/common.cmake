# What the consumer scripts share. Each gets SOURCE_DIR and BINARY_DIR of the project, its own SCRATCH
# folder, CXX, EIGEN (include directories) and GENERATOR.
cmake_minimum_required(VERSION 3.21)

set(here "${CMAKE_CURRENT_LIST_DIR}")
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")

# run(<command>...): it must succeed; its output is left in `output`.
function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${SCRATCH}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  list(JOIN ARGN " " command)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# refuse(<pattern> <command>...): it must fail and say something that matches the pattern.
function(refuse pattern)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${SCRATCH}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  list(JOIN ARGN " " command)
  if(result EQUAL 0)
    message(FATAL_ERROR "should have been refused: ${command}\n${output}")
  endif()
  # CMake breaks the lines of its messages.
  string(REGEX REPLACE "[ \r\n]+" " " output "${output}")
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "refused, but not with '${pattern}': ${command}\n${output}")
  endif()
endfunction()

# The program must print what it prints when it is built inside the project.
function(run_program program)
  run("${program}")
  string(STRIP "${output}" printed)
  if(printed STREQUAL "")
    message(FATAL_ERROR "${program} printed nothing")
  endif()
  message(STATUS "${program} printed:\n${printed}")
endfunction()

# configure(<project> <build folder> <options>...)
set(configure "${CMAKE_COMMAND}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
  -DCMAKE_BUILD_TYPE=Release)
