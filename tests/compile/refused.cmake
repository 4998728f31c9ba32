# cmake -DSOURCE=<refused/x.cpp> -DCXX=<compiler> -DFLAGS=<list> -P refused.cmake
#
# The file compiles; with REFUSED defined it does not, and the compiler says what each of its lines "// refused: "
# matches. Both halves are one file so that nothing else can be the reason.
cmake_minimum_required(VERSION 3.21)

function(compile)
  execute_process(COMMAND "${CXX}" ${FLAGS} -std=c++20 -fsyntax-only ${ARGN} "${SOURCE}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(result "${result}" PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

compile()
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} should compile:\n${output}")
endif()

compile(-DREFUSED)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} should be refused")
endif()
file(STRINGS "${SOURCE}" patterns REGEX "^// refused: ")
if(NOT patterns)
  message(FATAL_ERROR "${SOURCE} does not say what its refusal says")
endif()
foreach(pattern IN LISTS patterns)
  string(REPLACE "// refused: " "" pattern "${pattern}")
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "${SOURCE} is refused, but not with '${pattern}':\n${output}")
  endif()
endforeach()
