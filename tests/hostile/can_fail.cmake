# cmake -DCHECKS=<this folder> -DSCRATCH=<folder to write in> -DCXX=<compiler> -DNM=<nm> -P can_fail.cmake
#
# The checks of this folder pass on a sound little header and name the culprit in each bad one.
cmake_minimum_required(VERSION 3.21)
file(REMOVE_RECURSE "${SCRATCH}")

# check(<script> <pattern> <text>): with the header or program made of the text, the check fails and says what matches
# the pattern; it passes when the pattern is empty.
function(check script pattern text)
  file(WRITE "${SCRATCH}/root/include/realign/realign.hpp" "${text}")
  file(WRITE "${SCRATCH}/program.cpp" "${text}")
  execute_process(RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output
    COMMAND "${CMAKE_COMMAND}" "-DROOT=${SCRATCH}/root" "-DSCRATCH=${SCRATCH}/work" "-DCXX=${CXX}" "-DNM=${NM}"
            "-DSOURCE=${SCRATCH}/program.cpp" -P "${CHECKS}/${script}.cmake")
  if(pattern STREQUAL "" AND NOT result EQUAL 0)
    message(FATAL_ERROR "${script} refuses what is sound:\n${text}\n${output}")
  elseif(NOT pattern STREQUAL "" AND (result EQUAL 0 OR NOT output MATCHES "${pattern}"))
    message(FATAL_ERROR "${script} should have failed with '${pattern}' for\n${text}\nsaid:\n${output}")
  endif()
endfunction()

check(macro_leaks "" "#define REALIGN_KEPT 1\n#define GONE 1\n#undef GONE\n")
check(macro_leaks "leaves behind:[ \n]*#define LEAK" "#define REALIGN_KEPT 1\n#define LEAK(x) x\n")

check(windows_macros "" "inline int least(int a, int b) { return a < b ? a : b; }\n")
check(windows_macros "small" "inline int least(int small) { return small; }\n")
check(windows_macros "max" "struct s { int max(int a) { return a; } };\n")

set(quiet "#include <stdexcept>\n#include <string>\n#include <cstdio>\nint CORE_CHECKS(int);\nint CORE_CHECKS(int x)")
check(forbidden_symbols "" "${quiet} { char text[9]; std::snprintf(text, 9, \"%d\", x); return text[0]; }\n")
check(forbidden_symbols "puts" "${quiet} { return std::puts(x > 0 ? \"yes\" : \"no\"); }\n")
check(forbidden_symbols "exit" "#include <cstdlib>\n${quiet} { std::exit(x); }\n")
check(forbidden_symbols "abort" "#include <cassert>\n${quiet} { return x > 0 ? x : (std::abort(), 0); }\n")
check(forbidden_symbols "std::cerr" "#include <iostream>\n${quiet} { std::cerr << x; return x; }\n")
check(forbidden_symbols "std::terminate" "#include <exception>\n${quiet} { if (x > 0) std::terminate(); return x; }\n")

check(leg "" "#include <cstdio>\nint main() { std::puts(\"ok\"); }\n")
check(leg "printed:[ \n]*3 results" "#include <cstdio>\nint main() { std::puts(\"3 results are wrong\"); }\n")
check(leg "failed \\(1\\)" "#include <cstdio>\nint main() { std::puts(\"ok\"); return 1; }\n")
check(leg "old-style" "#include <cstdio>\nint main() { std::puts(\"ok\"); return (int)0.0; }\n")
