# cmake -DRUNNER=<realign_golden> -DDATA=<golden files> -DSCRATCH=<folder to write in> -P can_fail.cmake
#
# The runner notices one changed number of every kind, names it, and counts exactly that case as failed. Bad files
# and bad usage have the exit status that they should.
cmake_minimum_required(VERSION 3.21)
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")

# expect(<status> <pattern of the output> <arguments>...)
function(expect status pattern)
  execute_process(COMMAND "${RUNNER}" ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result STREQUAL "${status}" OR NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "realign_golden ${ARGN}\nshould have ended with ${status} and said '${pattern}';"
      " ended with ${result} and said:\n${output}")
  endif()
endfunction()

# The file with the number at <path> replaced by one that it cannot be; only <kinds> are checked.
function(changed file kinds)
  file(READ "${DATA}/${file}" text)
  string(JSON text SET "${text}" ${ARGN} 0.12345678)
  file(WRITE "${SCRATCH}/changed.json" "${text}")
  expect(1 "got [^\n]*\n[0-9]+ passed, 1 failed(, [0-9]+ skipped)?\n$" --only ${kinds} "${SCRATCH}/changed.json")
endfunction()

# index(<variable> <file> <member> <value> [<path of the list>...]): where in the list the member has that value
function(index variable file member value)
  file(READ "${DATA}/${file}" text)
  string(JSON count LENGTH "${text}" ${ARGN})
  foreach(i RANGE ${count})
    string(JSON found ERROR_VARIABLE none GET "${text}" ${ARGN} ${i} ${member})
    if(found STREQUAL "${value}")
      set(${variable} ${i} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${file}: no case with ${member} ${value}")
endfunction()

set(file preference_losses.json)
index(i ${file} id link/grid-tilt-0.1 cases)
changed(${file} link cases ${i} expected slope 3)
index(i ${file} id cpl/ragged-bc-pos cases)
changed(${file} cpl cases ${i} expected loss)
changed(${file} pair/cpl cases ${i} expected grad_logp_neg 1 0)
index(i ${file} id all_pairs/k6-ties cases)
changed(${file} all_pairs cases ${i} expected grad_scores 5)
index(i ${file} id copg/ragged-a cases)
changed(${file} pair cases ${i} expected per_pair 1)
index(i ${file} id r2m_grebt/k6-ddof1 cases)
changed(${file} group cases ${i} expected grad_scores 2)
index(i ${file} id safe_cost/b6-0.1 cases)
changed(${file} value cases ${i} expected grad_cost_safer 3)
index(i ${file} id variance_kl/a4 cases)
changed(${file} policy cases ${i} expected multiplier)
index(i ${file} id aggregate/a cases)
changed(${file} aux cases ${i} expected tchebycheff_grad 0)
index(i ${file} id tabular_cpl/small-ref cases)
changed(${file} tabular cases ${i} expected grad_logits 3 2)

set(file inference_time.json)
changed(${file} log_softmax sections log_softmax 1 out entropy)
changed(${file} mix_arithmetic sections mix_arithmetic 2 out logp 4)
changed(${file} mix_geometric sections mix_geometric 5 out log_z)
changed(${file} scalarize sections scalarize 5 out grad 1)
changed(${file} kl_project sections kl_project 1 out multipliers 0)
changed(${file} kl_project sections kl_project 4 out min_violation)
changed(${file} welfare_policy sections welfare_policy 4 out effective_weights 2)

set(file decision_program.json)
index(i ${file} status infeasible cases)
changed(${file} decision_program cases ${i} least_violation)
changed(${file} decision_program cases ${i} farkas 0)
index(i ${file} status optimal cases)
changed(${file} decision_program cases ${i} objective_multipliers 0)
changed(${file} decision_program cases ${i} value)

set(file envs.json)
changed(${file} choice_game choice_game max_points)
changed(${file} choice_game choice_game table reward_only raw violations.killing)
changed(${file} choice_game choice_game curve 3 product power)

# a field that no checker looks at, and one that is missing
file(READ "${DATA}/inference_time.json" text)
string(JSON more SET "${text}" sections log_softmax 0 out perplexity 2.5)
file(WRITE "${SCRATCH}/changed.json" "${more}")
expect(1 "perplexity: expected 2.5, got field not checked" --only log_softmax "${SCRATCH}/changed.json")
string(JSON less REMOVE "${text}" sections log_softmax 0 out entropy)
file(WRITE "${SCRATCH}/changed.json" "${less}")
expect(1 "no expected field entropy" --only log_softmax "${SCRATCH}/changed.json")

# a kind that nobody knows fails, unless it is left out
file(WRITE "${SCRATCH}/unknown.json" [[{"sections": {"log_softmax": [{"id": "a", "in": {"logits": [0]},
  "out": {"lse": 0, "logp": [0], "entropy": 0}, "tol": {"abs": 1e-9, "rel": 0}}],
  "unheard_of": [{"id": "b", "in": {}, "out": {"x": 1}, "tol": {"abs": 1e-9, "rel": 0}}]}}]])
expect(1 "FAIL b: unknown kind unheard_of\n1 passed, 1 failed\n$" "${SCRATCH}/unknown.json")
expect(1 "FAIL b: unknown kind unheard_of\n0 passed, 1 failed, 1 skipped\n$"
  --only unheard_of "${SCRATCH}/unknown.json")
expect(0 "^1 passed, 0 failed, 1 skipped\n$" --only log_softmax "${SCRATCH}/unknown.json")

# files without cases, files that are none, and usage
file(WRITE "${SCRATCH}/empty.json" [[{"sections": {}}]])
expect(1 "empty.json: holds no case" "${SCRATCH}/empty.json")
expect(1 "empty.json: holds no case.*1 passed, 0 failed, 1 skipped"
  --only log_softmax "${SCRATCH}/empty.json" "${SCRATCH}/unknown.json")
expect(1 "nothing was checked" --only mix_geometric "${SCRATCH}/unknown.json")
file(WRITE "${SCRATCH}/other.json" [[{"something": "else"}]])
expect(1 "one of the four golden schemas" "${SCRATCH}/other.json")
file(WRITE "${SCRATCH}/broken.json" "{")
expect(1 "not valid JSON" "${SCRATCH}/broken.json")
expect(1 "cannot be opened" "${SCRATCH}/absent.json")
expect(2 "no file given")
expect(2 "unknown option --onyl" --onyl link "${SCRATCH}/unknown.json")
expect(2 "--only needs a list of kinds" "${SCRATCH}/unknown.json" --only)
expect(2 "a kind is empty" --only log_softmax, "${SCRATCH}/unknown.json")
expect(2 "no kind and no case is called log_sotfmax" --only log_sotfmax "${SCRATCH}/unknown.json")
