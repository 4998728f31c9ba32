# Two files that both include every header link into one program.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

write_two_files()
run(${compile} -O0 "-I${SOURCE_DIR}/include" ${eigen_flags} -c first.cpp second.cpp)
run("${CXX}" first.o second.o -o program)
run_program("${SCRATCH}/program")
