# No build system: a copy of include/, Eigen on the include path, one compiler call with all warnings.
# Nothing but Eigen is needed: REALIGN_NO_JSON stands for a machine without nlohmann-json.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(COPY "${SOURCE_DIR}/include/" DESTINATION "${SCRATCH}/third_party")
run(${compile} -DREALIGN_NO_JSON -MD -MF program.d -I third_party ${eigen_flags} "${here}/main.cpp" -o program)
file(READ "${SCRATCH}/program.d" read_files)
if(read_files MATCHES "nlohmann")
  message(FATAL_ERROR "realign.hpp needs nlohmann-json:\n${read_files}")
endif()
run_program("${SCRATCH}/program")
