# Every header, with all warnings as errors.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(GLOB_RECURSE headers RELATIVE "${ROOT}/include" "${ROOT}/include/realign/*.hpp")
list(FILTER headers EXCLUDE REGEX "^realign/adapt/")
list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>\n")
list(JOIN headers "" headers)
file(WRITE "${SCRATCH}/every_header.cpp" "${headers}")
run(${compile} -O0 -fsyntax-only every_header.cpp)
run(${compile} -O0 -ffast-math -fsyntax-only every_header.cpp)
