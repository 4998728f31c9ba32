# cmake -DROOT=<project> -P mirror.cmake
#
# Every public header has its test file, and the umbrella leaves none out.
cmake_minimum_required(VERSION 3.21)

set(errors "")
set(count 0)
file(GLOB_RECURSE headers RELATIVE "${ROOT}/include/realign" "${ROOT}/include/realign/*/*.hpp")
if(headers STREQUAL "")
  message(FATAL_ERROR "no headers under ${ROOT}/include/realign")
endif()

# All that the umbrella includes, itself or through others.
set(queue realign.hpp)
set(reached "")
while(queue)
  list(POP_FRONT queue header)
  if(header IN_LIST reached)
    continue()
  endif()
  list(APPEND reached "${header}")
  file(STRINGS "${ROOT}/include/realign/${header}" lines REGEX "^[ \t]*#[ \t]*include[ \t]*<realign/")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "<realign/([^>]+)>" line "${line}")
    list(APPEND queue "${CMAKE_MATCH_1}")
  endforeach()
endwhile()

foreach(header IN LISTS headers)
  if(header MATCHES "/detail/")
    continue()
  endif()
  if(NOT header MATCHES "^adapt/" AND NOT header IN_LIST reached)
    string(APPEND errors "  realign.hpp does not reach ${header}\n")
  endif()

  # A header of nothing but includes and comments groups others, which have their own tests.
  file(STRINGS "${ROOT}/include/realign/${header}" code REGEX "^[ \t]*[^ \t#/]")
  if(code STREQUAL "")
    continue()
  endif()
  string(REGEX REPLACE "\\.hpp$" ".test.cpp" test "${header}")
  if(NOT EXISTS "${ROOT}/tests/${test}")
    string(APPEND errors "  include/realign/${header} has no tests/${test}\n")
  endif()
  math(EXPR count "${count} + 1")
endforeach()

if(errors)
  message(FATAL_ERROR "headers, umbrella and tests do not mirror each other:\n${errors}")
endif()
message(STATUS "${count} headers have their test and stand in the umbrella")
