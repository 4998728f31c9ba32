# cmake -DCHECKS=<this folder> -DSCRATCH=<folder to write in> -P can_fail.cmake
#
# The structure checks pass on a sound little tree and name the culprit on each broken one.
cmake_minimum_required(VERSION 3.21)

function(start_tree)
  file(REMOVE_RECURSE "${SCRATCH}")
  put(include/realign/realign.hpp "#include <realign/core/low.hpp>\n#include <realign/nn/high.hpp>\n")
  put(include/realign/core/low.hpp "#include <cstddef>\nint low();\n")
  put(include/realign/nn/high.hpp "#include <Eigen/Dense>\n#include <realign/core/low.hpp>\nint high();\n")
  put(include/realign/core/detail/part.hpp "int part();\n")
  put(tests/core/low.test.cpp "")
  put(tests/nn/high.test.cpp "")
  put(README.md "# low\n\n```cpp\nint a[2];\n```\n\n## High & higher\n\n```sh\n# none\n```\n\n```cpp\nint b;\n```\n")
  put(tests/readme/blocks.test.cpp "#include <readme/top_1.inc>\n#include <readme/high_higher_1.inc>\n")
endfunction()

function(put path text)
  file(WRITE "${SCRATCH}/${path}" "${text}")
endfunction()

# check(<script> "")        passes
# check(<script> <pattern>) fails, and says what matches the pattern
function(check script pattern)
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${SCRATCH}" -P "${CHECKS}/${script}.cmake"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(pattern STREQUAL "" AND NOT result EQUAL 0)
    message(FATAL_ERROR "${script} refuses a sound tree:\n${output}")
  elseif(NOT pattern STREQUAL "" AND (result EQUAL 0 OR NOT output MATCHES "${pattern}"))
    message(FATAL_ERROR "${script} should have failed with '${pattern}', said:\n${output}")
  endif()
endfunction()

start_tree()
check(floors "")
check(mirror "")
check(readme "")

put(include/realign/core/low.hpp "#include <realign/nn/high.hpp>\n")
check(floors "core/low.hpp includes nn/high.hpp")
put(include/realign/core/low.hpp "  # include \"../nn/high.hpp\"\n")
check(floors "core/low.hpp includes \"../nn/high.hpp\"")
put(include/realign/core/low.hpp "#include <Eigen/Core>\n")
check(floors "core/low.hpp includes Eigen/Core")
put(include/realign/core/low.hpp "#include <functional>\n")
check(floors "core/low.hpp includes <functional>")
put(include/realign/core/low.hpp "#include <realign/realign.hpp>\n")
check(floors "core/low.hpp includes the umbrella realign.hpp")
put(include/realign/core/low.hpp "#include <realign/core/gone.hpp>\n")
check(floors "core/low.hpp includes core/gone.hpp, which does not exist")

start_tree()
put(include/realign/policy/beside.hpp "#include <realign/nn/high.hpp>\n")
check(floors "policy/beside.hpp includes nn/high.hpp")
put(include/realign/policy/beside.hpp "#include <nlohmann/json.hpp>\n")
check(floors "policy/beside.hpp includes nlohmann/json.hpp")

start_tree()
put(include/realign/adapt/other.hpp "int other();\n")
put(include/realign/realign.hpp "#include <realign/adapt/other.hpp>\n")
check(floors "realign.hpp includes adapt/other.hpp")

start_tree()
put(include/realign/attic/old.hpp "int old();\n")
check(floors "the folder attic has no floor")

start_tree()
file(REMOVE "${SCRATCH}/tests/nn/high.test.cpp")
check(mirror "nn/high.hpp has no tests/nn/high.test.cpp")
put(include/realign/nn/high.hpp "// A group.\n#include <realign/core/low.hpp>\n")
check(mirror "")
put(include/realign/realign.hpp "#include <realign/core/low.hpp>\n")
put(tests/nn/high.test.cpp "")
check(mirror "realign.hpp does not reach nn/high.hpp")

start_tree()
put(tests/readme/blocks.test.cpp "#include <readme/top_1.inc>\n")
check(readme "no file of tests/readme includes <readme/high_higher_1.inc>")
put(README.md "# low\n\n```sh\nls\n```\n")
check(readme "has no C\\+\\+ block")

put(include/realign/core/version.hpp
  "#define REALIGN_VERSION_MAJOR 1\n#define REALIGN_VERSION_MINOR 2\n#define REALIGN_VERSION_PATCH 3\n")
set(changes "# low\n\n## Changes\n\n**1.2.3**\n\n")
set(entry "@software{low,\n  version = {1.2.3},\n}\n")
put(README.md "${changes}${entry}")
put(.github/CITATION.cff "type: software\nversion: 1.2.3\n")
check(release "")
put(.github/CITATION.cff "type: software\nversion: 1.2.30\n")
check(release "CITATION.cff is not of 1.2.3")
put(README.md "${changes}@software{low}\n")
check(release "the entry to cite is not of 1.2.3")
put(README.md "## Changes\n\n**1.2.4**\n\n**1.2.3**\n\n${entry}")
check(release "\"Changes\" does not begin with 1.2.3")
