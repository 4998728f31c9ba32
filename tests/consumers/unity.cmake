# A unity build: the compiler sees both files as one.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

write_two_files()
file(WRITE "${SCRATCH}/unity.cpp" "#include \"first.cpp\"\n#include \"second.cpp\"\n")
run(${compile} -O0 "-I${SOURCE_DIR}/include" ${eigen_flags} unity.cpp -o program)
run_program("${SCRATCH}/program")
