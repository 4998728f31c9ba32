# cmake -DROOT=<project> -DSCRATCH=<folder> -DCXX=<compiler> -DEIGEN=<include directories> -P compile_time.cmake
#
# Time to compile each header of realign::core, over an empty file, in units of a file of standard headers that is
# compiled in the same run: so the speed of the machine cancels. Least of a few rounds; headers over their budget
# get more rounds before they fail.
cmake_minimum_required(VERSION 3.21)
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")

# What most files of a numerical program include anyway. With g++ 12 at 3 GHz these take 0.3 s, so that a budget of 67 %
# is 0.2 s there.
set(standard span concepts cmath limits vector array stdexcept algorithm)

set(umbrella_budget 133)
set(header_budget 67)
include("${CMAKE_CURRENT_LIST_DIR}/exceptions.cmake")
set(adaptor_budget 110)
# A measurement may be off by this much, in percent.
set(noise 15)

set(include_flags "-I${ROOT}/include")
foreach(dir IN LISTS EIGEN)
  list(APPEND include_flags -isystem "${dir}")
endforeach()
list(JOIN include_flags "' '" include_flags)

# seconds(<result> <file>): microseconds of processor time to compile it
function(seconds result file)
  execute_process(WORKING_DIRECTORY "${SCRATCH}" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors
    COMMAND sh -c "'${CXX}' -std=c++20 -O2 '${include_flags}' -c ${file} -o object.o && times")
  if(NOT status EQUAL 0 OR NOT output MATCHES "\n([0-9]+)m([0-9]+)\\.([0-9]+)s ([0-9]+)m([0-9]+)\\.([0-9]+)s")
    message(FATAL_ERROR "${file}: ${errors}${output}")
  endif()
  set(total 0)
  foreach(part "${CMAKE_MATCH_2};${CMAKE_MATCH_3}" "${CMAKE_MATCH_5};${CMAKE_MATCH_6}")
    list(GET part 0 whole)
    list(GET part 1 fraction)
    string(SUBSTRING "${fraction}000000" 0 6 fraction)
    # leading zeros would make octal numbers of them
    math(EXPR total "${total} + ${whole} * 1000000 + 1${fraction} - 1000000")
  endforeach()
  set(${result} ${total} PARENT_SCOPE)
endfunction()

# round(<name>...): measures <name>.cpp each; best_<name> keeps the least.
macro(round)
  foreach(name ${ARGN})
    seconds(now "${name}.cpp")
    if(NOT DEFINED best_${name} OR now LESS best_${name})
      set(best_${name} ${now})
    endif()
  endforeach()
endmacro()

# share(<result> <name>): cost of <name> over an empty file, in percent of the standard headers'
macro(share result name)
  math(EXPR ${result}
    "(100 * (${best_${name}} - ${best_empty}) + (${best_standard} - ${best_empty}) / 2) / (${best_standard} - ${best_empty})")
endmacro()

function(write name)
  list(TRANSFORM ARGN REPLACE "(.+)" "#include <\\1>\n" OUTPUT_VARIABLE lines)
  list(JOIN lines "" lines)
  file(WRITE "${SCRATCH}/${name}.cpp" "${lines}")
endfunction()

write(empty)
write(standard ${standard})

# The headers of realign::core are those that its umbrella opens.
file(STRINGS "${ROOT}/include/realign/core.hpp" lines REGEX "^#include <realign/")
set(folders "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "<realign/([^/]+)/" line "${line}")
  list(APPEND folders "${CMAKE_MATCH_1}")
endforeach()
list(REMOVE_DUPLICATES folders)
set(headers core.hpp)
foreach(folder IN LISTS folders)
  file(GLOB found RELATIVE "${ROOT}/include/realign" "${ROOT}/include/realign/${folder}/*.hpp")
  list(APPEND headers ${found})
endforeach()
set(names "")
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER "${header}" name)
  list(APPEND names ${name})
  set(budget_${name} ${header_budget})
  if(DEFINED exception_${name})
    set(budget_${name} ${exception_${name}})
  endif()
  write(${name} "realign/${header}")
endforeach()
if(NOT DEFINED exception_core_hpp)
  set(budget_core_hpp ${umbrella_budget})
endif()

round(empty standard ${names} empty standard ${names})
set(over "")
foreach(attempt RANGE 1 4)
  set(over "")
  foreach(name IN LISTS names)
    share(part ${name})
    math(EXPR most "${budget_${name}} * (100 + ${noise}) / 100")
    if(part GREATER most)
      list(APPEND over ${name})
    endif()
  endforeach()
  if(over STREQUAL "")
    break()
  endif()
  round(empty standard ${over} empty standard ${over})
endforeach()

set(report "")
foreach(header name IN ZIP_LISTS headers names)
  share(part ${name})
  set(mark "")
  if(name IN_LIST over)
    set(mark "   OVER ITS BUDGET")
  endif()
  string(APPEND report "  ${part} of ${budget_${name}}  ${header}${mark}\n")
endforeach()
math(EXPR milliseconds "(${best_standard} - ${best_empty}) / 1000")
message(STATUS "percent of ${milliseconds} ms, the cost of ${standard}:\n${report}")
if(over)
  message(FATAL_ERROR "over budget: ${over}")
endif()
