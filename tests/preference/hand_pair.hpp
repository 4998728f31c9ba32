// SPDX-License-Identifier: MIT
// One pair of three-step segments with round scores, for hand values of pairwise losses.
#ifndef REALIGN_TESTS_PREFERENCE_HAND_PAIR_HPP
#define REALIGN_TESTS_PREFERENCE_HAND_PAIR_HPP

#include <doctest/doctest.h>

#include <cmath>

#include <realign/preference/evaluate.hpp>

#include "owned_batch.hpp"

namespace realign_tests {

namespace ra = realign;

template <class T>
owned_batch<T> one_pair() {
  owned_batch<T> b;
  b.add({T(-0.5), -1, T(-1.5)}, {-1, -1, -1});   // sum -3, log-ratio 0
  b.add({-2, T(-0.25), -1}, {T(-0.5), -1, -2});  // sum -3.25, log-ratio 0.25
  b.pairs = {{0, 1}};
  return b;
}

template <class T, class Loss>
double value(const Loss& loss, ra::preference_pair pair = {0, 1}) {
  auto b = one_pair<T>();
  b.pairs = {pair};
  ra::batch_workspace ws;
  return ra::evaluate_pairs(loss, b.view(), ws).loss;
}

template <class Loss>
bool refuses(const Loss& loss) {
#if REALIGN_EXCEPTIONS
  auto b = one_pair<double>();
  ra::batch_workspace ws;
  CHECK_THROWS_AS((void)ra::evaluate_pairs(loss, b.view(), ws), ra::contract_error);
  return b.gradients_untouched();
#else
  (void)loss;
  return true;
#endif
}

inline double softplus(double x) { return std::log1p(std::exp(x)); }

inline const double not_a_number = ra::not_a_number<double>();

}  // namespace realign_tests

#endif  // REALIGN_TESTS_PREFERENCE_HAND_PAIR_HPP
