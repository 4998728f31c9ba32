// SPDX-License-Identifier: MIT
// refused: priced_scalarization
// refused: f\.domain\(\)
#include "../archetypes.hpp"

#include <realign/decide/decide.hpp>

#ifdef REFUSED
using chosen = archetypes::scalarization;
#else
using chosen = archetypes::priced;
#endif

realign::status use(const realign::decision_problem<float>& problem, realign::decision_workspace<float>& work) {
  return realign::decide(problem, chosen(), realign::weights{1.0}, work).status;
}
