# What the consumer scripts share. Each gets SOURCE_DIR and BINARY_DIR of the project, its own SCRATCH
# folder, CXX, EIGEN (include directories), GENERATOR and, where there is one, EMULATOR (of x86-64).
cmake_minimum_required(VERSION 3.21)

set(here "${CMAKE_CURRENT_LIST_DIR}")
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")

# Versions to ask for, and not to get.
include("${SOURCE_DIR}/cmake/realign-version.cmake")
string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" major_minor "${REALIGN_VERSION}")
math(EXPR next_minor "${CMAKE_MATCH_2} + 1")
set(next_minor "${CMAKE_MATCH_1}.${next_minor}")

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

# What every consumer compiles with: our headers are not system headers here, and stay silent.
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Werror)
list(JOIN warnings " " warning_flags)

# The beginning of every configuration.
set(configure "${CMAKE_COMMAND}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
  -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS=${warning_flags}")

# The beginning of every compiler call; Eigen's headers are not ours to keep silent.
set(compile "${CXX}" -std=c++20 ${warnings})
set(eigen_flags "")
foreach(dir IN LISTS EIGEN)
  list(APPEND eigen_flags -isystem "${dir}")
endforeach()

# Writes first.cpp, the program, and second.cpp, which both include every header, in opposite orders.
function(write_two_files)
  file(GLOB_RECURSE headers RELATIVE "${SOURCE_DIR}/include" "${SOURCE_DIR}/include/realign/*.hpp")
  list(FILTER headers EXCLUDE REGEX "^realign/adapt/")
  list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>\n")
  list(JOIN headers "" every)
  list(REVERSE headers)
  list(JOIN headers "" backwards)
  file(WRITE "${SCRATCH}/first.cpp" "${every}#include \"${here}/main.cpp\"\n")
  file(WRITE "${SCRATCH}/second.cpp"
    "${backwards}double second() { return realign::weights{0.7, 0.3}[0]; }\n")
endfunction()
