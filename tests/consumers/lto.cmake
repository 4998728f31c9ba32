# Link-time optimisation of two files, which also compares what they say of each name.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

write_two_files()
# g++ 12 warns wrongly of overlapping copies in `"text" + std::string` (GCC bug 105651).
run("${CXX}" --version)
if(NOT output MATCHES "clang")
  list(APPEND compile -Wno-restrict)
endif()
run(${compile} -O2 -flto "-I${SOURCE_DIR}/include" ${eigen_flags} -c first.cpp second.cpp)
run(${compile} -O2 -flto first.o second.o -o program)
run_program("${SCRATCH}/program")
