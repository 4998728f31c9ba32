# No build system: a copy of include/, Eigen on the include path, one compiler call with all warnings.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(COPY "${SOURCE_DIR}/include/" DESTINATION "${SCRATCH}/third_party")
set(flags "")
foreach(dir IN LISTS EIGEN)
  list(APPEND flags -isystem "${dir}")
endforeach()
run("${CXX}" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror
  -I third_party ${flags} "${here}/main.cpp" -o program)
run_program("${SCRATCH}/program")
