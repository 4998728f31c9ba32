# One header for realign::core: made by the target `amalgamate`, the same code as its parts to the preprocessor,
# and all that a file needs.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

run("${CMAKE_COMMAND}" "-DROOT=${SOURCE_DIR}" -DHEADER=core.hpp "-DOUTPUT=${SCRATCH}/realign_core.hpp"
  -P "${SOURCE_DIR}/cmake/amalgamate.cmake")
file(READ "${SCRATCH}/realign_core.hpp" text)
if(text MATCHES "#[ \t]*include[ \t]*[<\"]realign/")
  message(FATAL_ERROR "realign_core.hpp still includes ${CMAKE_MATCH_0}")
endif()

file(WRITE "${SCRATCH}/parts.cpp" "#include <realign/core.hpp>\n")
file(WRITE "${SCRATCH}/one.cpp" "#include \"realign_core.hpp\"\n")
run(${compile} "-I${SOURCE_DIR}/include" -E -P parts.cpp -o parts.txt)
run(${compile} -E -P one.cpp -o one.txt)
foreach(file parts one)  # compilers leave some empty lines
  file(READ "${SCRATCH}/${file}.txt" ${file})
  string(REGEX REPLACE "\n\n+" "\n" ${file} "${${file}}")
endforeach()
if(NOT parts STREQUAL one)
  message(FATAL_ERROR "parts.txt and one.txt differ in more than empty lines")
endif()

file(COPY "${here}/core.cpp" DESTINATION "${SCRATCH}")
run(${compile} -O0 core.cpp one.cpp -o program)
run("${SCRATCH}/program")
if(NOT output STREQUAL "ok\n")
  message(FATAL_ERROR "core.cpp printed:\n${output}")
endif()
