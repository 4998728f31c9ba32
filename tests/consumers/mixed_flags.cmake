# One program of files compiled for different processors and with -ffast-math, in every link order that matters:
# each file gets right results, and all agree.
#
# The linker keeps one copy of each inline function, of ours as of the standard library. So the program runs on the
# older processor when the files that were compiled for it come first; that order is tried on an emulated one.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(old "")
set(new -march=x86-64-v4)
set(fast -ffast-math)
foreach(part old new fast)
  run(${compile} -O1 ${${part}} "-I${SOURCE_DIR}/include" -DCORE_CHECKS=${part}_checks -c "${here}/core.cpp"
    -o ${part}.o)
endforeach()
run(${compile} "-I${SOURCE_DIR}/include" -c "${here}/mixed_flags.cpp" -o main.o)

foreach(order "old new fast" "new old fast" "fast new old")
  separate_arguments(objects UNIX_COMMAND "${order}")
  list(TRANSFORM objects APPEND .o)
  run("${CXX}" main.o ${objects} -o program)
  run("${SCRATCH}/program")
  if(order MATCHES "^old" AND EMULATOR)
    run("${EMULATOR}" -cpu qemu64 "${SCRATCH}/program" old)
  endif()
endforeach()
