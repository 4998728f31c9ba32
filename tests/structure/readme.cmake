# cmake -DROOT=<project> -P readme.cmake
#
# Every C++ block of README.md is compiled: a file of tests/readme includes it.
cmake_minimum_required(VERSION 3.21)
include("${CMAKE_CURRENT_LIST_DIR}/../readme/blocks.cmake")

readme_blocks("${ROOT}/README.md")
set(included "")
file(GLOB sources "${ROOT}/tests/readme/*.cpp")
foreach(source IN LISTS sources)
  file(STRINGS "${source}" lines REGEX "^#include <readme/.+[.]inc>$")
  list(APPEND included ${lines})
endforeach()

set(errors "")
foreach(block IN LISTS blocks)
  if(NOT "#include <readme/${block}.inc>" IN_LIST included)
    string(APPEND errors "  no file of tests/readme includes <readme/${block}.inc>\n")
  endif()
endforeach()
if(errors)
  message(FATAL_ERROR "README.md shows C++ that is not compiled:\n${errors}")
endif()
list(LENGTH blocks count)
if(count EQUAL 0)
  message(FATAL_ERROR "README.md has no C++ block")
endif()
message(STATUS "${count} blocks of README.md are compiled")
