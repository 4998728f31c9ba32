// SPDX-License-Identifier: MIT
// refused: decision_rule
#include "../archetypes.hpp"

struct silent {
  template <class T>
#ifdef REFUSED
  void
#else
  realign::mix::outcome
#endif
  operator()(realign::matrix_view<const T>, std::span<const double>, realign::vector_view<T>, realign::mask_view) const {
#ifndef REFUSED
    return {};
#endif
  }
};

void use() { static_cast<void>(realign::aligned_policy{silent(), archetypes::row{}}); }
