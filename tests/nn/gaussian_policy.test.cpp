// SPDX-License-Identifier: MIT
#include <realign/nn/gaussian_policy.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include "../policy/gradient_check.hpp"

namespace ra = realign;
namespace nn = realign::nn;

static_assert(ra::trainable_policy<ra::gaussian_policy<float>>);
static_assert(ra::trainable_policy<ra::gaussian_policy<double, nn::relu>>);

namespace {
template <class T>
using step_type = typename ra::gaussian_policy<T>::step_type;
template <class T>
using rows = std::vector<std::vector<T>>;

template <class T>
rows<T> normals(std::size_t count, std::size_t size, std::uint64_t seed) {
  ra::random_generator random(seed);
  rows<T> s(count, std::vector<T>(size));
  for (auto& x : s)
    for (T& v : x) v = static_cast<T>(ra::normal(random));
  return s;
}

/// Network without hidden layer: mu_j = x for every dimension of a one-feature state.
template <class T>
nn::mlp<T> copying(std::size_t d, std::size_t tail) {
  nn::mlp<T> net({1, d}, tail);
  for (T& w : net.weight(0)) w = T(1);
  return net;
}

template <class T>
T score(const ra::gaussian_policy<T>& policy, const std::vector<T>& state,
        const std::vector<T>& action) {
  typename ra::gaussian_policy<T>::tape tape;
  std::vector<T> l(1);
  const step_type<T> steps[] = {{&state, action}};
  policy.log_probs(std::span<const step_type<T>>(steps), tape, l);
  return l[0];
}
}  // namespace

TEST_CASE_TEMPLATE("log-density by hand", T, float, double) {
  nn::mlp<T> net = copying<T>(2, 2);
  net.tail()[0] = std::log(T(2));
  net.tail()[1] = std::log(T(0.5));
  const ra::gaussian_policy<T> policy(net, {});
  // z = 1/2 and 4: -(1/4 + 16)/2 - log(2 * 1/2) - log(2 pi)
  CHECK(score<T>(policy, {1}, {2, 3}) == doctest::Approx(-8.125 - std::log(2 * std::numbers::pi)));
}

TEST_CASE("the density integrates to one") {
  const ra::gaussian_policy<double> policy(copying<double>(1, 0),
                                           {.learned_std = false, .log_std = -0.7});
  double sum = 0;
  for (int i = -5000; i <= 5000; ++i)
    sum += std::exp(score<double>(policy, {0.3}, {0.3 + i * 1e-3})) * 1e-3;
  CHECK(sum == doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE_TEMPLATE("squared distance is the density for variance 1/2 plus (d/2) log pi", T, float,
                   double) {
  const ra::gaussian_policy<T> distance(copying<T>(3, 0),
                                        {.score = ra::gaussian_score::squared_distance});
  const ra::gaussian_policy<T> density(copying<T>(3, 0),
                                       {.learned_std = false, .log_std = -0.5 * std::numbers::ln2});
  const std::vector<T> state{1}, action{2, T(0.5), T(-1)};
  CHECK(score(distance, state, action) == T(-5.25));
  CHECK(score(density, state, action) == doctest::Approx(-5.25 - 1.5 * std::log(std::numbers::pi)));
  CHECK(distance.log_std(0) == doctest::Approx(density.log_std(0)));
  CHECK(distance.parameters().size() == 6);
}

TEST_CASE("gradients by differences, in every variant") {
  const auto s = normals<double>(3, 4, 1), a = normals<double>(5, 2, 2);
  using options = ra::gaussian_options;
  for (const auto kind : {ra::gaussian_score::log_density, ra::gaussian_score::squared_distance})
    for (const bool learned : {true, false})
      for (const bool squashed : {true, false}) {
        const options o{
            .score = kind, .learned_std = learned, .log_std = -0.3, .tanh_mean = squashed};
        ra::gaussian_policy<double> policy({4, 6, 2}, 3, o);
        for (double& p : policy.parameters()) p *= 2;
        realign_tests::check_policy_gradient(
            policy, {{&s[2], a[0]}, {&s[0], a[1]}, {&s[1], a[2]}, {&s[0], a[3]}, {&s[2], a[4]}});
      }
}

TEST_CASE_TEMPLATE("options: parameters, bounds, initial values", T, float, double) {
  const std::vector<std::size_t> widths{3, 8, 2};
  const std::size_t net = 4 * 8 + 9 * 2;
  const ra::gaussian_policy<T> learned(widths, 1, {.log_std = 0.5});
  CHECK(learned.parameters().size() == net + 2);
  CHECK(learned.parameters()[net] == T(0.5));
  CHECK(learned.log_std(1) == 0.5);
  const ra::gaussian_policy<T> fixed(widths, 1, {.learned_std = false, .log_std = 0.5});
  CHECK(fixed.parameters().size() == net);
  CHECK(fixed.log_std(1) == 0.5);
  ra::gaussian_policy<T> squashed(widths, 1, {.tanh_mean = true});
  for (T& p : squashed.parameters()) p *= T(1e4);
  std::vector<T> mean(2);
  squashed.mean(std::vector<T>{1, 2, 3}, mean);
  for (const T m : mean) CHECK(std::fabs(m) <= T(1));
}

TEST_CASE_TEMPLATE("draws have the mean and the spread", T, float, double) {
  const ra::gaussian_policy<T> policy(copying<T>(1, 0),
                                      {.learned_std = false, .log_std = std::log(3.0)});
  ra::random_generator random(9);
  const std::vector<T> state{2};
  std::vector<T> action(1);
  double sum = 0, square = 0;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    policy.sample(state, random, action);
    const double deviation = static_cast<double>(action[0]) - 2;
    sum += deviation;
    square += deviation * deviation;
  }
  CHECK(std::fabs(sum / n) < 0.1);
  CHECK(square / n == doctest::Approx(9).epsilon(0.04));
}

TEST_CASE_TEMPLATE("far actions stay finite", T, float, double) {
  const ra::gaussian_policy<T> policy(copying<T>(1, 0), {.learned_std = false});
  CHECK(score<T>(policy, {0}, {T(1e4)}) == doctest::Approx(-5e7));
}

TEST_CASE("wrong use") {
  using policy_type = ra::gaussian_policy<double>;
  CHECK_THROWS_AS(policy_type({2, 1}, 1, {.log_std = ra::not_a_number<double>()}),
                  ra::contract_error);
  CHECK_THROWS_AS(policy_type({2}, 1), ra::contract_error);
  CHECK_THROWS_AS(policy_type(copying<double>(2, 0), {}), ra::contract_error);
  const policy_type policy({1, 2}, 1);
  CHECK_THROWS_AS((void)score<double>(policy, {0}, {1}), ra::contract_error);
  CHECK_THROWS_AS((void)score<double>(policy, {0, 0}, {1, 1}), ra::contract_error);
  CHECK_THROWS_AS((void)score<double>(policy, {0}, {1, ra::pos_infinity<double>()}),
                  ra::contract_error);
  CHECK_THROWS_AS((void)policy.log_std(2), ra::contract_error);
}
