// SPDX-License-Identifier: MIT
// refused: preference_loss
// refused: loss\.objective\(pair\)
#include "../archetypes.hpp"

#include <realign/preference/train.hpp>

struct no_objective : archetypes::loss {
#ifdef REFUSED
  void objective() const {}
#endif
};

realign::train_report use(archetypes::trainable& p,
                          const realign::preference_data<archetypes::state, archetypes::action>& data) {
  return realign::train(p, data, no_objective());
}
