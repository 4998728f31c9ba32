# cmake -DOUT=<file> "-DFILES=<test files>" -P batch.cmake
#
# Writes one file that compiles several test files: kernels that they share are compiled once. Each keeps its names in a
# namespace of its own; what it includes stands before.
cmake_minimum_required(VERSION 3.21)

set(includes "")
set(bodies "")
foreach(file IN LISTS FILES)
  cmake_path(GET file PARENT_PATH folder)
  file(STRINGS "${file}" lines REGEX "^#include")
  list(TRANSFORM lines REPLACE "\"(.+)\"" "\"${folder}/\\1\"")
  list(APPEND includes ${lines})
  cmake_path(GET file STEM name)
  string(APPEND bodies "namespace of_${name} {\n#include \"${file}\"\n}\n")
endforeach()
list(REMOVE_DUPLICATES includes)
list(JOIN includes "\n" includes)
file(WRITE "${OUT}" "${includes}\n\n${bodies}")
