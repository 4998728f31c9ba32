# Two files that both include every header link into one program.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(GLOB_RECURSE headers RELATIVE "${SOURCE_DIR}/include" "${SOURCE_DIR}/include/realign/*.hpp")
list(FILTER headers EXCLUDE REGEX "^realign/adapt/")
set(every "")
foreach(header IN LISTS headers)
  string(APPEND every "#include <${header}>\n")
endforeach()
file(WRITE "${SCRATCH}/first.cpp" "${every}#include \"${here}/main.cpp\"\n")
file(WRITE "${SCRATCH}/second.cpp" "${every}")

set(flags -std=c++20 -O0 "-I${SOURCE_DIR}/include")
foreach(dir IN LISTS EIGEN)
  list(APPEND flags -isystem "${dir}")
endforeach()
run("${CXX}" ${flags} -c first.cpp second.cpp)
run("${CXX}" first.o second.o -o program)
run_program("${SCRATCH}/program")
