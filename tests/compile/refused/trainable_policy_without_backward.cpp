// SPDX-License-Identifier: MIT
// refused: trainable_policy
// refused: p\.backward\(tape, dl, l\)
#include "../archetypes.hpp"

#include <realign/preference/train.hpp>

struct forward_only : archetypes::trainable {
#ifdef REFUSED
  void backward() const {}
#endif
};

realign::train_report use(forward_only& p, const realign::preference_data<archetypes::state, archetypes::action>& data) {
  return realign::train(p, data, archetypes::loss());
}
