# cmake -DROOT=<project> -P quiet.cmake
#
# No header prints or ends the program, and all are plain ASCII. Infinities and NaN are made from their bits
# (core/float_bits.hpp): clang may drop those of <limits> under -ffast-math. What realign::core asks of the linker is a test of
# its own (hostile.forbidden_symbols).
cmake_minimum_required(VERSION 3.21)

set(calls "printf|fprintf|vprintf|puts|fputs|putchar|perror|abort|exit|_Exit|quick_exit|terminate|assert|srand|rand")
set(errors "")
file(GLOB_RECURSE headers RELATIVE "${ROOT}/include/realign"
  "${ROOT}/include/realign/*.hpp" "${ROOT}/include/realign/*.inc")
if(headers STREQUAL "")
  message(FATAL_ERROR "no headers under ${ROOT}/include/realign")
endif()
foreach(header IN LISTS headers)
  file(READ "${ROOT}/include/realign/${header}" text)
  if(text MATCHES "[^\t\n -~]")
    string(APPEND errors "  ${header} holds a character that is not ASCII: ${CMAKE_MATCH_0}\n")
  endif()
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  if(text MATCHES "(^|[^A-Za-z0-9_.>])((std::)?(${calls})) *\\(")
    string(APPEND errors "  ${header} calls ${CMAKE_MATCH_2}\n")
  endif()
  if(text MATCHES "(quiet_NaN|signaling_NaN|[:>]infinity)\\(|HUGE_VAL|INFINITY")
    string(APPEND errors "  ${header} names ${CMAKE_MATCH_0}: use core/float_bits.hpp\n")
  endif()
  if(text MATCHES "std::(cout|cerr|clog)|<(iostream|cassert|assert\\.h)>")
    string(APPEND errors "  ${header} names ${CMAKE_MATCH_0}\n")
  endif()
endforeach()

if(errors)
  message(FATAL_ERROR "headers of a library that is part of somebody's program:\n${errors}")
endif()
list(LENGTH headers count)
message(STATUS "${count} headers print nothing and end nothing")
