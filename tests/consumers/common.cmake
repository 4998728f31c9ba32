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

# The program must print the distribution that spends the whole budget of 0.25, and its certificate.
function(run_program program)
  run("${program}")
  if(NOT output MATCHES "^ok: 0\\.[0-9]+ 0\\.[0-9]+ 0\\.[0-9]+\nharm 0\\.25, price [0-9.]+, gap ")
    message(FATAL_ERROR "${program} printed:\n${output}")
  endif()
  message(STATUS "${program} printed:\n${output}")
endfunction()

# The beginning of every configuration.
set(configure "${CMAKE_COMMAND}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
  -DCMAKE_BUILD_TYPE=Debug)
