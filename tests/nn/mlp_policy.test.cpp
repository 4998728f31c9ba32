// SPDX-License-Identifier: MIT
#include <realign/nn/mlp_policy.hpp>

#include <realign/policy/policy.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../policy/gradient_check.hpp"

namespace ra = realign;
namespace nn = realign::nn;

static_assert(ra::trainable_policy<ra::mlp_policy<float>>);
static_assert(ra::trainable_policy<ra::mlp_policy<double, nn::relu>>);
static_assert(ra::logits_policy<ra::mlp_policy<float>, std::vector<float>, float>);
static_assert(ra::counts_choices_of<ra::mlp_policy<float>, std::vector<float>>);

namespace {
template <class T>
std::vector<std::vector<T>> states(std::size_t count, std::size_t size) {
  ra::random_generator random(21);
  std::vector<std::vector<T>> s(count, std::vector<T>(size));
  for (auto& x : s)
    for (T& v : x) v = static_cast<T>(ra::normal(random));
  return s;
}
template <class T>
using steps_of = std::vector<ra::step<std::vector<T>, std::size_t>>;
template <class T>
std::span<const ra::step<std::vector<T>, std::size_t>> view(const steps_of<T>& s) {
  return s;
}
}  // namespace

TEST_CASE_TEMPLATE("gradient by differences", F, nn::tanh, nn::relu) {
  const auto s = states<double>(3, 4);
  nn::mlp<double, F> net({4, 6, 5, 3});
  net.initialize(ra::random_generator(2));
  realign_tests::check_policy_gradient(
      ra::mlp_policy<double, F>(net), {{&s[2], 0}, {&s[0], 1}, {&s[1], 2}, {&s[0], 1}, {&s[0], 2}});
}

TEST_CASE_TEMPLATE("evaluation and training see the same logits", T, float, double) {
  const auto s = states<T>(2, 5);
  ra::mlp_policy<T> policy({5, 8, 3}, 4);
  for (T& p : policy.parameters()) p *= T(3);
  typename ra::mlp_policy<T>::tape tape;
  const steps_of<T> steps{{&s[0], 0}, {&s[1], 2}};
  std::vector<T> l(2), row(3);
  policy.log_probs(view<T>(steps), tape, l);
  for (std::size_t t = 0; t < 2; ++t) {
    ra::evaluate<T>(policy, s[t], std::span<T>(row));
    ra::simd::log_softmax(ra::vector_view<const T>(row.data(), 3),
                          ra::vector_view<T>(row.data(), 3));
    CHECK(std::fabs(l[t] - row[steps[t].action]) < (sizeof(T) == 4 ? 1e-6 : 1e-14));
  }
}

TEST_CASE_TEMPLATE("starts close to uniform", T, float, double) {
  const auto s = states<T>(1, 5);
  const ra::mlp_policy<T> policy({5, 32, 4}, 4);
  std::vector<T> row(4);
  policy.logits(s[0], row);
  for (const T x : row) CHECK(std::fabs(x) < T(0.1));
  CHECK(row[0] != row[1]);
}

TEST_CASE_TEMPLATE("an action bias of minus infinity", T, float, double) {
  const auto s = states<T>(1, 2);
  nn::mlp<T> net({2, 2});
  net.bias(0)[1] = ra::neg_infinity<T>();
  const ra::mlp_policy<T> policy(net);
  typename ra::mlp_policy<T>::tape tape;
  const steps_of<T> steps{{&s[0], 0}, {&s[0], 1}};
  std::vector<T> l(2), gradient(6, T(0));
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(l[0] == T(0));
  CHECK(ra::is_neg_inf(l[1]));
  policy.backward(tape, std::span<const T>(std::vector<T>{1, 1}), gradient);
  for (const T& g : gradient) CHECK(ra::is_finite(g));
  CHECK(gradient[5] == T(1));
}

TEST_CASE("wrong use") {
  const ra::mlp_policy<double> policy({2, 3}, 1);
  ra::mlp_policy<double>::tape tape;
  std::vector<double> row(3), two(2), l(1);
  const std::vector<double> nan{0, ra::not_a_number<double>()}, short_one{1},
      good{1, 2};
  CHECK_THROWS_AS(policy.logits(nan, row), ra::contract_error);
  CHECK_THROWS_AS(policy.logits(short_one, row), ra::contract_error);
  CHECK_THROWS_AS(policy.logits(good, two), ra::contract_error);
  const steps_of<double> bad_state{{&nan, 0}}, bad_action{{&good, 3}};
  CHECK_THROWS_AS(policy.log_probs(view<double>(bad_state), tape, l), ra::contract_error);
  CHECK_THROWS_AS(policy.log_probs(view<double>(bad_action), tape, l), ra::contract_error);
}
