# cmake -DPROGRAM=<replay of can_fail.cpp> -DSCRATCH=<folder to write in> -P can_fail.cmake
#
# A replay passes on good inputs, and fails on none at all and on one that is bad.
cmake_minimum_required(VERSION 3.21)

# expect(<passes> <output that matches>)
function(expect passes pattern)
  execute_process(COMMAND "${PROGRAM}" "${SCRATCH}" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if((passes AND NOT result EQUAL 0) OR (NOT passes AND result EQUAL 0) OR NOT "${output}${errors}" MATCHES "${pattern}")
    message(FATAL_ERROR "replay ended with ${result}, expected '${pattern}':\n${output}${errors}")
  endif()
endfunction()

file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")
expect(NO "0 inputs")
file(WRITE "${SCRATCH}/good" "good")
expect(YES "1 inputs")
file(WRITE "${SCRATCH}/bad" "bad")
expect(NO "does not hold: the input is not bad")
