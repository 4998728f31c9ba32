# What each golden file is checked for with the tests: the kinds that the library has. A file without a list is
# checked whole.
set(REALIGN_GOLDEN_ONLY_inference_time
  log_softmax mix_arithmetic mix_geometric mix_power mix_fdiv fdiv_tilt scalarize kl_project welfare_policy)
set(REALIGN_GOLDEN_ONLY_envs choice_game)

# The float forms of the same kinds, and what the runner says about changed numbers, bad files and bad usage.
foreach(stem preference_losses inference_time decision_program)
  set(only "")
  if(REALIGN_GOLDEN_ONLY_${stem})
    string(REPLACE ";" "," only "${REALIGN_GOLDEN_ONLY_${stem}}")
    set(only --only "${only}")
  endif()
  add_test(NAME golden.${stem}.float
    COMMAND realign_golden --float ${only} "${CMAKE_CURRENT_SOURCE_DIR}/golden/data/${stem}.json")
endforeach()
add_test(NAME golden.can_fail
  COMMAND "${CMAKE_COMMAND}" "-DRUNNER=$<TARGET_FILE:realign_golden>"
          "-DDATA=${CMAKE_CURRENT_SOURCE_DIR}/golden/data"
          "-DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/golden"
          -P "${CMAKE_CURRENT_SOURCE_DIR}/golden/can_fail.cmake")
