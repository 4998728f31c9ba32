# What the scripts share. Each gets ROOT of the project, its own SCRATCH folder and EIGEN, the include directories.
cmake_minimum_required(VERSION 3.21)

file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")

# run(<command>...): it must succeed; its output is left in `output`.
function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${SCRATCH}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${result}): ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

separate_arguments(flags UNIX_COMMAND "${FLAGS}")
if(NOT FLAGS MATCHES "-std=")
  list(PREPEND flags -std=c++20)
endif()
# Our headers are not system headers here, and stay silent; Eigen's are not ours to keep silent.
set(compile "${CXX}" ${flags} -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Werror
  "-I${ROOT}/include")
foreach(dir IN LISTS EIGEN)
  list(APPEND compile -isystem "${dir}")
endforeach()

# What the headers include of other libraries, as text: lines that tolerate what is not there.
function(foreign_includes result)
  set(lines "")
  file(GLOB_RECURSE headers "${ROOT}/include/realign/*.hpp" "${ROOT}/include/realign/*.inc")
  list(FILTER headers EXCLUDE REGEX "/adapt/")
  foreach(header IN LISTS headers)
    file(STRINGS "${header}" includes REGEX "^[ \t]*#[ \t]*include[ \t]*<")
    list(FILTER includes EXCLUDE REGEX "<realign/")
    list(TRANSFORM includes REPLACE "^[^<]*(<[^>]+>).*$" "\\1")
    list(APPEND lines ${includes})
  endforeach()
  list(REMOVE_DUPLICATES lines)
  list(TRANSFORM lines REPLACE "(.+)" "#if __has_include(\\1)\n#include \\1\n#endif\n")
  list(JOIN lines "" lines)
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()
