# cmake -DROOT=<project> -DHEADER=<header below include/realign> -DOUTPUT=<file> -P amalgamate.cmake
#
# Writes one header that stands for HEADER and all of realign that it includes. A .hpp is put in once; an .inc at
# every place that includes it, since macros make something else of it each time. REALIGN_KERNELS in place of a name is
# the one that was defined last.
cmake_minimum_required(VERSION 3.21)

set_property(GLOBAL PROPERTY included "")
set_property(GLOBAL PROPERTY kernels "")

# expand(<result> <file below include>): its text, with the includes of realign replaced by what they include.
function(expand result header)
  file(READ "${ROOT}/include/${header}" rest)
  string(REPLACE "// SPDX-License-Identifier: MIT\n" "" rest "${rest}")
  set(text "")
  while(rest MATCHES "(^|\n)[ \t]*#[ \t]*(include|define REALIGN_KERNELS)[ \t]*(<(realign/[^>\n]+)>|REALIGN_KERNELS)[^\n]*\n")
    set(line "${CMAKE_MATCH_0}")
    set(directive "${CMAKE_MATCH_2}")
    set(included "${CMAKE_MATCH_4}")
    string(FIND "${rest}" "${line}" place)
    string(LENGTH "${line}" length)
    math(EXPR after "${place} + ${length}")
    string(SUBSTRING "${rest}" 0 ${place} before)
    string(SUBSTRING "${rest}" ${after} -1 rest)

    set(part "")
    if(NOT directive STREQUAL "include")
      set_property(GLOBAL PROPERTY kernels "${included}")
      string(APPEND text "${before}\n")
      string(PREPEND rest "\n")
      continue()
    elseif(included STREQUAL "")
      get_property(included GLOBAL PROPERTY kernels)
    endif()
    get_property(seen GLOBAL PROPERTY included)
    if(NOT included IN_LIST seen)
      if(included MATCHES "\\.hpp$")
        set_property(GLOBAL APPEND PROPERTY included "${included}")
      endif()
      expand(part "${included}")
    endif()
    # The newline before the next line belongs to the pattern that finds it.
    string(APPEND text "${before}\n${part}")
    string(PREPEND rest "\n")
  endwhile()
  string(APPEND text "${rest}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

include("${ROOT}/cmake/realign-version.cmake")
file(READ "${ROOT}/LICENSE" licence)
string(REGEX REPLACE "\n$" "" licence "${licence}")
string(REPLACE "\n" "\n// " licence "// ${licence}")
string(REPLACE "\n// \n" "\n//\n" licence "${licence}")

expand(text "realign/${HEADER}")
string(REGEX REPLACE "\n\n\n+" "\n\n" text "${text}")
file(WRITE "${OUTPUT}" "// SPDX-License-Identifier: MIT
// realign ${REALIGN_VERSION}: realign/${HEADER} and all that it includes, in one file. Generated; change the parts instead.
//
${licence}

${text}")
