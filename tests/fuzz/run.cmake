# cmake -DROOT=<project> -DSCRATCH=<folder> -DEIGEN=<include directories> -DCXX=<clang++> -DNAME=<name>
#       -DSECONDS=<how long> -P run.cmake
#
# Builds a target with libFuzzer and the sanitizers and fuzzes it from its corpus. What it finds is left in
# SCRATCH/findings, with the seed of the run in the message.
include("${CMAKE_CURRENT_LIST_DIR}/../hostile/common.cmake")

set(source "${CMAKE_CURRENT_LIST_DIR}/${NAME}.cpp")
set(options -O1 -gline-tables-only -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
if(NAME STREQUAL "gzip")
  list(APPEND options -DREALIGN_USE_ZLIB)
  set(libraries -lz)
endif()
list(REMOVE_ITEM compile -Wold-style-cast)  # a macro of zlib
run(${compile} ${options} "${source}" -o fuzz ${libraries})

file(MAKE_DIRECTORY "${SCRATCH}/corpus" "${SCRATCH}/findings")
run("${SCRATCH}/fuzz" -max_total_time=${SECONDS} -max_len=2048 -timeout=20 "-artifact_prefix=${SCRATCH}/findings/"
  "${SCRATCH}/corpus" "${CMAKE_CURRENT_LIST_DIR}/corpus/${NAME}")
string(REGEX MATCH "Done [^\n]*" done "${output}")
message(STATUS "${NAME}: ${done}")
