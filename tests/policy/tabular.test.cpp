// SPDX-License-Identifier: MIT
#include <realign/policy/tabular.hpp>

#include <realign/policy/policy.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "gradient_check.hpp"

namespace ra = realign;

namespace {
template <class T>
using steps_of = std::vector<ra::step<std::size_t, std::size_t>>;
template <class T>
std::span<const ra::step<std::size_t, std::size_t>> view(const steps_of<T>& s) {
  return s;
}
const std::size_t states[] = {0, 1, 2};
}  // namespace

static_assert(ra::trainable_policy<ra::tabular_policy<float>>);
static_assert(ra::trainable_policy<ra::tabular_policy<double>>);
static_assert(ra::logits_policy<ra::tabular_policy<float>, std::size_t, float>);
static_assert(ra::counts_choices_of<ra::tabular_policy<float>, std::size_t>);

TEST_CASE_TEMPLATE("hand values", T, float, double) {
  ra::tabular_policy<T> policy(2, 2);
  CHECK(policy.parameters().size() == 4);
  policy.row(1)[0] = std::log(T(3));
  typename ra::tabular_policy<T>::tape tape;
  const steps_of<T> steps{{&states[0], 1}, {&states[1], 0}, {&states[1], 1}, {&states[1], 0}};
  std::vector<T> l(4);
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(l[0] == doctest::Approx(std::log(0.5)));
  CHECK(l[1] == doctest::Approx(std::log(0.75)));
  CHECK(l[2] == doctest::Approx(std::log(0.25)));
  CHECK(l[3] == l[1]);
  // state 1: dl = 2, 3, -4 on actions 0, 1, 0 with pi = 3/4, 1/4
  const std::vector<T> dl{1, 2, 3, -4};
  std::vector<T> grad(4, T(10));
  policy.backward(tape, std::span<const T>(dl), grad);
  CHECK(grad[0] == doctest::Approx(10 - 0.5));
  CHECK(grad[1] == doctest::Approx(10 + 0.5));
  CHECK(grad[2] == doctest::Approx(10 - 2 - 0.75));
  CHECK(grad[3] == doctest::Approx(10 + 3 - 0.25));
}

TEST_CASE_TEMPLATE("evaluate copies the row", T, float, double) {
  ra::tabular_policy<T> policy(std::vector<std::size_t>{1, 3});
  policy.row(1)[2] = T(-7);
  std::vector<T> out(3);
  ra::evaluate<T>(policy, std::size_t{1}, std::span<T>(out));
  CHECK(out == std::vector<T>{0, 0, -7});
  CHECK_THROWS_WITH_AS(policy.logits(0, out),
                       "out: expected one number per choice, got 3 for 1 choices",
                       ra::contract_error);
  CHECK_THROWS_AS(policy.logits(2, out), ra::contract_error);
}

TEST_CASE("gradient of ragged rows by differences") {
  ra::tabular_policy<double> policy(std::vector<std::size_t>{4, 1, 2});
  ra::random_generator random(3);
  for (double& x : policy.parameters()) x = ra::normal(random);
  const std::size_t twin = 0;  // the same state under another address
  realign_tests::check_policy_gradient(
      policy, steps_of<double>{
                  {&states[0], 3}, {&states[2], 0}, {&states[1], 0}, {&states[0], 1}, {&twin, 2}});
}

TEST_CASE_TEMPLATE("the gradient of a row sums to zero; one choice has none", T, float, double) {
  ra::tabular_policy<T> policy(std::vector<std::size_t>{5, 1});
  ra::random_generator random(4);
  for (T& x : policy.parameters()) x = static_cast<T>(3 * ra::normal(random));
  typename ra::tabular_policy<T>::tape tape;
  const steps_of<T> steps{{&states[0], 3}, {&states[1], 0}, {&states[0], 1}};
  std::vector<T> l(3), grad(6, T(0));
  policy.log_probs(view<T>(steps), tape, l);
  const std::vector<T> dl{1, 2, -3};
  policy.backward(tape, std::span<const T>(dl), grad);
  CHECK(l[1] == T(0));
  CHECK(grad[5] == T(0));
  double sum = 0, size = 0;
  for (std::size_t a = 0; a < 5; ++a) {
    sum += static_cast<double>(grad[a]);
    size += std::fabs(static_cast<double>(grad[a]));
  }
  CHECK(size > 1);
  CHECK(std::fabs(sum) < (sizeof(T) == 4 ? 1e-6 : 1e-14));
}

TEST_CASE_TEMPLATE("extreme logits", T, float, double) {
  ra::tabular_policy<T> policy(1, 3);
  policy.row(0)[0] = T(1e4);
  policy.row(0)[1] = T(-1e4);
  typename ra::tabular_policy<T>::tape tape;
  const steps_of<T> steps{{&states[0], 0}, {&states[0], 1}, {&states[0], 2}};
  std::vector<T> l(3), grad(3, T(0));
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(l[0] == T(0));
  CHECK(l[1] == T(-2e4));
  CHECK(l[2] == T(-1e4));
  policy.backward(tape, std::span<const T>(std::vector<T>{0, 1, 0}), grad);
  CHECK(grad[0] == T(-1));
  CHECK(grad[1] == T(1));
  CHECK(grad[2] == T(0));
}

TEST_CASE_TEMPLATE("an impossible action has a finite gradient", T, float, double) {
  ra::tabular_policy<T> policy(2, 2);
  policy.row(0)[1] = ra::neg_infinity<T>();
  policy.row(1)[0] = policy.row(1)[1] = ra::neg_infinity<T>();
  typename ra::tabular_policy<T>::tape tape;
  const steps_of<T> steps{{&states[0], 1}, {&states[0], 0}, {&states[1], 1}};
  std::vector<T> l(3), grad(4, T(0));
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(ra::is_neg_inf(l[0]));
  CHECK(l[1] == T(0));
  CHECK(ra::is_neg_inf(l[2]));
  policy.backward(tape, std::span<const T>(std::vector<T>{2, 1, 3}), grad);
  CHECK(grad == std::vector<T>{-2, 2, 0, 3});
}

TEST_CASE_TEMPLATE("a broken logit shows in its own state only", T, float, double) {
  ra::tabular_policy<T> policy(2, 2);
  policy.row(0)[1] = ra::not_a_number<T>();
  typename ra::tabular_policy<T>::tape tape;
  const steps_of<T> steps{{&states[0], 0}, {&states[1], 0}};
  std::vector<T> l(2);
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(ra::is_nan(l[0]));
  CHECK(l[1] == doctest::Approx(std::log(0.5)));
}

TEST_CASE_TEMPLATE("an empty batch", T, float, double) {
  ra::tabular_policy<T> policy(1, 2);
  typename ra::tabular_policy<T>::tape tape;
  std::vector<T> grad(2, T(1));
  policy.log_probs({}, tape, {});
  policy.backward(tape, {}, grad);
  CHECK(grad == std::vector<T>{1, 1});
}

TEST_CASE("wrong use") {
  using policy_type = ra::tabular_policy<double>;
  CHECK_THROWS_AS(policy_type(0, 2), ra::contract_error);
  CHECK_THROWS_AS(policy_type(2, 0), ra::contract_error);
  policy_type policy(1, 2);
  policy_type::tape tape;
  std::vector<double> l(1), two(2);
  const steps_of<double> bad_action{{&states[0], 2}}, bad_state{{&states[1], 0}},
      good{{&states[0], 0}};
  CHECK_THROWS_WITH_AS(
      policy.log_probs(view<double>(bad_action), tape, l),
      "steps: expected an action below the number of choices, got 2 of 2 at step 0",
      ra::contract_error);
  CHECK_THROWS_AS(policy.log_probs(view<double>(bad_state), tape, l), ra::contract_error);
  CHECK_THROWS_AS(policy.log_probs(view<double>(good), tape, two), ra::contract_error);
  policy.log_probs(view<double>(good), tape, l);
  CHECK_THROWS_AS(policy.backward(tape, std::span<const double>(two), two), ra::contract_error);
  CHECK_THROWS_AS(policy.backward(tape, std::span<const double>(l), l), ra::contract_error);
}
