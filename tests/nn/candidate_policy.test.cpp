// SPDX-License-Identifier: MIT
#include <realign/nn/candidate_policy.hpp>

#include <realign/nn/adam.hpp>
#include <realign/policy/policy.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../policy/gradient_check.hpp"

namespace ra = realign;
namespace nn = realign::nn;

static_assert(ra::trainable_policy<ra::candidate_policy<float>>);
static_assert(ra::trainable_policy<ra::candidate_policy<double, nn::relu>>);
static_assert(ra::logits_policy<ra::candidate_policy<float>, ra::candidate_set<float>, float>);
static_assert(ra::counts_choices<ra::candidate_set<float>>);
static_assert(ra::counts_choices_of<ra::candidate_policy<float>, ra::candidate_set<float>>);

namespace {
template <class T>
std::vector<ra::candidate_set<T>> scenes(std::size_t dimension) {
  const nn::text_encoder encoder({.dimension = dimension});
  using list = std::vector<std::string>;
  std::vector<ra::candidate_set<T>> out;
  out.push_back(
      ra::encode_candidates<T>(encoder, "A locked door", list{"Pick the lock", "Knock", "Leave"}));
  out.push_back(ra::encode_candidates<T>(encoder, "A guard", list{"Bribe him"}));
  out.push_back(ra::encode_candidates<T>(encoder, "The safe",
                                         list{"Take the money", "Leave", "Burn it", "Wait"}));
  return out;
}
template <class T>
using steps_of = std::vector<ra::step<ra::candidate_set<T>, std::size_t>>;
template <class T>
std::span<const ra::step<ra::candidate_set<T>, std::size_t>> view(const steps_of<T>& s) {
  return s;
}
}  // namespace

TEST_CASE_TEMPLATE("gradient by differences", F, nn::tanh, nn::relu) {
  const auto s = scenes<double>(64);
  for (const auto& hidden :
       {std::vector<std::size_t>{}, std::vector<std::size_t>{5}, std::vector<std::size_t>{6, 4}}) {
    nn::mlp<double, F> net([&] {
      std::vector<std::size_t> w{64};
      w.insert(w.end(), hidden.begin(), hidden.end());
      w.push_back(1);
      return w;
    }());
    net.initialize(ra::random_generator(2));
    realign_tests::check_policy_gradient(
        ra::candidate_policy<double, F>(net),
        {{&s[2], 3}, {&s[0], 1}, {&s[1], 0}, {&s[0], 1}, {&s[2], 0}, {&s[0], 2}});
  }
}

TEST_CASE_TEMPLATE("evaluation and training see the same logits", T, float, double) {
  const auto s = scenes<T>(512);
  ra::candidate_policy<T> policy(512, {16}, 5);
  for (T& p : policy.parameters()) p *= T(10);
  typename ra::candidate_policy<T>::tape tape;
  const steps_of<T> steps{{&s[0], 0}, {&s[2], 1}, {&s[0], 2}, {&s[1], 0}};
  std::vector<T> l(4);
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(l[3] == T(0));
  for (std::size_t t = 0; t < 3; ++t) {
    std::vector<T> row(steps[t].state->choice_count());
    ra::evaluate<T>(policy, *steps[t].state, std::span<T>(row));
    ra::simd::log_softmax(ra::vector_view<const T>(row.data(), row.size()),
                          ra::vector_view<T>(row.data(), row.size()));
    CHECK(std::fabs(l[t] - row[steps[t].action]) < (sizeof(T) == 4 ? 1e-5 : 1e-13));
  }
}

TEST_CASE_TEMPLATE("starts close to uniform, and the seed decides", T, float, double) {
  const auto s = scenes<T>(256);
  const ra::candidate_policy<T> a(256, {32}, 1), b(256, {32}, 1), c(256, {32}, 2);
  CHECK(std::equal(a.parameters().begin(), a.parameters().end(), b.parameters().begin()));
  CHECK_FALSE(std::equal(a.parameters().begin(), a.parameters().end(), c.parameters().begin()));
  std::vector<T> row(3);
  a.logits(s[0], row);
  for (const T x : row) CHECK(std::fabs(x) < T(0.05));
  CHECK(row[0] != row[1]);
}

TEST_CASE_TEMPLATE("learns another choice for the same texts in each scene", T, float, double) {
  const nn::text_encoder encoder({.dimension = 1024});
  std::vector<ra::candidate_set<T>> s;
  std::vector<std::size_t> best;
  const std::vector<std::string> choices{"Go left", "Go right", "Wait"};
  for (std::size_t i = 0; i < 12; ++i) {
    s.push_back(ra::encode_candidates<T>(encoder, "Corridor number " + std::to_string(i), choices));
    best.push_back((i * 7 + 1) % 3);
  }
  ra::candidate_policy<T> policy(1024, {32}, 3);
  steps_of<T> steps;
  for (std::size_t i = 0; i < s.size(); ++i) steps.push_back({&s[i], best[i]});
  typename ra::candidate_policy<T>::tape tape;
  std::vector<T> l(steps.size()), gradient(policy.parameters().size());
  const std::vector<T> dl(steps.size(), T(-1));
  nn::adam_state<T> state(gradient.size());
  for (int i = 0; i < 100; ++i) {
    std::fill(gradient.begin(), gradient.end(), T(0));
    policy.log_probs(view<T>(steps), tape, l);
    policy.backward(tape, std::span<const T>(dl), gradient);
    REQUIRE(nn::adam_step({.learning_rate = 1e-2}, state, std::span<const T>(gradient),
                          policy.parameters()) == ra::status::ok);
  }
  for (const T x : l) CHECK(x > T(-0.05));
}

TEST_CASE_TEMPLATE("extreme logits and broken parameters", T, float, double) {
  ra::candidate_set<T> s(2);
  s.add({{0}, {1}});
  s.add({{1}, {1}});
  ra::candidate_policy<T> policy(2, {}, 1);
  policy.parameters()[0] = T(1e4);
  policy.parameters()[1] = T(-1e4);
  typename ra::candidate_policy<T>::tape tape;
  const steps_of<T> steps{{&s, 0}, {&s, 1}};
  std::vector<T> l(2), gradient(3, T(0));
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(l == std::vector<T>{0, T(-2e4)});
  policy.backward(tape, std::span<const T>(std::vector<T>{0, 1}), gradient);
  CHECK(gradient == std::vector<T>{-1, 1, 0});
  policy.parameters()[1] = ra::not_a_number<T>();
  policy.log_probs(view<T>(steps), tape, l);
  CHECK(ra::is_nan(l[0]));
}

TEST_CASE("wrong use") {
  const auto s = scenes<double>(64);
  const ra::candidate_policy<double> policy(32, {4}, 1);
  ra::candidate_policy<double>::tape tape;
  std::vector<double> l(1), three(3);
  const steps_of<double> other_dimension{{&s[0], 0}}, no_such_choice{{&s[1], 1}};
  CHECK_THROWS_AS(policy.log_probs(view<double>(other_dimension), tape, l), ra::contract_error);
  CHECK_THROWS_AS(policy.log_probs(view<double>(no_such_choice), tape, l), ra::contract_error);
  CHECK_THROWS_AS(policy.logits(s[0], three), ra::contract_error);
  const ra::candidate_policy<double> fitting(64, {4}, 1);
  CHECK_THROWS_AS(fitting.logits(s[1], three), ra::contract_error);
  const ra::candidate_set<double> none(64);
  const steps_of<double> no_choice{{&none, 0}};
  CHECK_THROWS_AS(fitting.log_probs(view<double>(no_choice), tape, l), ra::contract_error);
  CHECK_THROWS_AS(ra::candidate_policy<double>(nn::mlp<double>({3, 2})), ra::contract_error);
}
