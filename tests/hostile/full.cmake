# The legs of a full run: every compiler with every standard and set of flags, and the test suite where it matters.

set(flags_unoptimised "-O0")
set(flags_optimised "-O3")
set(flags_fast_math "-O3 -ffast-math")
set(flags_no_exceptions "${no_exceptions}")
foreach(compiler IN LISTS other_compilers)
  foreach(standard 20 2b)
    foreach(set unoptimised optimised fast_math no_exceptions)
      leg(${compiler}.c++${standard}.${set} "${${compiler}}" "-std=c++${standard} ${flags_${set}}")
    endforeach()
    hostile_test(${compiler}.c++${standard}.headers every_header "CXX=${${compiler}}" "FLAGS=-std=c++${standard}")
  endforeach()
endforeach()

# Other processors, from the oldest on, and other ways to round.
foreach(level x86-64-v2 x86-64-v3 x86-64-v4)
  leg(march_${level} "${own}" "-O3 -march=${level}")
endforeach()
leg(no_contraction "${own}" "-O3 -march=x86-64-v3 -ffp-contract=off")
leg(checked_library "${own}" "-O1 -D_GLIBCXX_ASSERTIONS -D_GLIBCXX_DEBUG")
leg(libc++ "${clang++-19}" "-O1 -stdlib=libc++")
leg(clang_thread_sanitizer "${clang++-19}" "-O1 -fsanitize=thread -pthread" "${scripts}/threads.cpp")
leg(clang_address_sanitizer "${clang++-19}" "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all")

# Valgrind has an operator new of its own, so that allocations cannot be counted.
foreach(folder core policy mix scalarize decide)
  separate_arguments(command UNIX_COMMAND "${valgrind}")
  add_test(NAME hostile.valgrind.${folder}
    COMMAND ${command} $<TARGET_FILE:realign_tests_${folder}> --source-file-exclude=*decide/workspace.test.cpp)
  set_tests_properties(hostile.valgrind.${folder} PROPERTIES LABELS hostile)
endforeach()

# suite(<name> "<arguments of cmake>" [<folder>...]): configures, builds and runs the tests of all folders or some.
function(suite name arguments)
  string(REPLACE ";" " " folders "${ARGN}")
  hostile_test(suite.${name} suite "ARGUMENTS=${arguments}" "FOLDERS=${folders}" "GENERATOR=${CMAKE_GENERATOR}")
  set_tests_properties(hostile.suite.${name} PROPERTIES TIMEOUT 7200 PROCESSORS 2)
endfunction()

suite(asan "--preset asan")
suite(fast_math "--preset fast-math")
suite(clang14 "-DCMAKE_CXX_COMPILER=${clang++-14}")
suite(clang19_fast_math "-DCMAKE_CXX_COMPILER=${clang++-19} -DCMAKE_CXX_FLAGS=-ffast-math" core simd policy mix scalarize)
suite(aarch64 "-DCMAKE_TOOLCHAIN_FILE=${scripts}/aarch64_toolchain.cmake" core simd policy mix scalarize)
