# cmake -DROOT=<project> -P floors.cmake
#
# A header includes only its own folder and lower floors, and other libraries only where they belong.
cmake_minimum_required(VERSION 3.21)

# Folders in one string are on one floor. Policies made of networks live in nn, so it stands on policy.
set(floors "core" "io" "simd" "policy" "nn" "preference scalarize mix reward" "decide decode"
  "mdp env metric certify" "adapt")
set(number 0)
foreach(names IN LISTS floors)
  separate_arguments(names)
  foreach(folder IN LISTS names)
    set(floor_of_${folder} ${number})
  endforeach()
  math(EXPR number "${number} + 1")
endforeach()

# Folders that may name Eigen or nlohmann-json themselves.
set(users_of_Eigen nn decode mdp env metric certify adapt)
set(users_of_nlohmann io adapt)
# Costly to compile, so kept out of the two folders that everything includes.
set(costly iostream ranges functional random algorithm memory iterator)

set(errors "")
macro(complain text)
  string(APPEND errors "  ${text}\n")
endmacro()

file(GLOB_RECURSE headers RELATIVE "${ROOT}/include/realign"
  "${ROOT}/include/realign/*.hpp" "${ROOT}/include/realign/*.inc")
if(headers STREQUAL "")
  message(FATAL_ERROR "no headers under ${ROOT}/include/realign")
endif()

foreach(header IN LISTS headers)
  string(REGEX MATCH "^[^/]+/" folder "${header}")
  string(REPLACE "/" "" folder "${folder}")
  if(folder AND NOT DEFINED floor_of_${folder})
    complain("${header}: the folder ${folder} has no floor")
    continue()
  endif()

  file(STRINGS "${ROOT}/include/realign/${header}" includes REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]")
  foreach(line IN LISTS includes)
    string(REGEX MATCH "[<\"]([^>\"]+)[>\"]" match "${line}")
    set(included "${CMAKE_MATCH_1}")
    string(SUBSTRING "${match}" 0 1 bracket)

    if(bracket STREQUAL "\"")
      complain("${header} includes \"${included}\": write <realign/...>")
    elseif(included MATCHES "^realign/")
      string(REPLACE "realign/" "" included "${included}")
      if(NOT EXISTS "${ROOT}/include/realign/${included}")
        complain("${header} includes ${included}, which does not exist")
        continue()
      endif()
      string(REGEX MATCH "^([^/]+)/" match "${included}")
      set(target "${CMAKE_MATCH_1}")
      if(match STREQUAL "" AND header STREQUAL "realign.hpp" AND included STREQUAL "core.hpp")
        continue()
      elseif(match STREQUAL "")
        complain("${header} includes the umbrella ${included}")
      elseif(target STREQUAL folder)
        continue()
      elseif(target STREQUAL "adapt")
        complain("${header} includes ${included}: nothing includes an adaptor")
      elseif(folder AND NOT floor_of_${target} LESS floor_of_${folder})
        complain("${header} includes ${included}: ${target} is not below ${folder}")
      endif()
    elseif(included MATCHES "^(Eigen|nlohmann)/")
      if(NOT folder IN_LIST users_of_${CMAKE_MATCH_1})
        complain("${header} includes ${included}: ${folder} does not use ${CMAKE_MATCH_1}")
      endif()
    elseif(folder MATCHES "^(core|simd)$" AND included IN_LIST costly)
      complain("${header} includes <${included}>, which costs every user compile time")
    endif()
  endforeach()
endforeach()

if(errors)
  message(FATAL_ERROR "the floors are not kept:\n${errors}")
endif()
list(LENGTH headers count)
message(STATUS "${count} headers keep their floor")
