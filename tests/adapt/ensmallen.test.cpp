// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/adapt/ensmallen.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/dpo.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../policy/gradient_check.hpp"
#include "../preference/finite_problem.hpp"

namespace ra = realign;
using problem = realign_tests::finite_problem;

namespace {

/// The least that the adaptor asks of Armadillo's matrices.
template <class T>
struct column {
  using elem_type = T;
  std::size_t n_rows = 0, n_cols = 0, n_elem = 0;
  std::vector<T> values;

  T* memptr() { return values.data(); }
  const T* memptr() const { return values.data(); }
  void set_size(std::size_t rows, std::size_t cols) {
    n_rows = rows;
    n_cols = cols;
    n_elem = rows * cols;
    values.resize(n_elem);
  }
};
static_assert(ra::adapt::armadillo_matrix<column<double>> && !ra::adapt::armadillo_matrix<std::vector<double>>);

constexpr double beta = 0.5;
const std::span<const std::size_t> seen(problem::index);
const auto data = problem::pairs(problem::reward, seen);

}  // namespace

TEST_CASE_TEMPLATE("parameters go into an iterate and back, whatever the number types", T, float, double) {
  auto policy = problem::reference_policy<T>();
  const ra::adapt::ensmallen_function f(policy, data, ra::dpo{});
  CHECK(f.size() == 12);
  column<double> x;
  f.read(policy, x);
  CHECK(x.n_rows == 12);
  CHECK(x.n_cols == 1);
  CHECK(static_cast<T>(x.values[5]) == policy.parameters()[5]);
  x.values[5] = 7;
  f.write(x, policy);
  CHECK(policy.parameters()[5] == T(7));
}

TEST_CASE("value and gradient agree with central differences, for a table and a network") {
  const std::vector<std::vector<double>> features = {{1, 0.5}, {-1, 0.2}, {0.3, 2}};
  const auto check = [](const auto& start, const auto& pairs, const auto& loss) {
    ra::adapt::ensmallen_function f(start, pairs, loss);
    column<double> x, g, again;
    f.read(start, x);
    ra::random_generator random(3);
    for (double& v : x.values) v += 0.3 * ra::normal(random);
    const double value = f.EvaluateWithGradient(x, g);
    CHECK(f.last_status() == ra::status::ok);
    CHECK(value == f.Evaluate(x));
    f.Gradient(x, again);
    CHECK(g.values == again.values);
    CHECK(g.n_rows == x.n_rows);
    realign_tests::check_gradient(std::span<double>(x.values), std::span<const double>(g.values),
                                  [&] { return f.Evaluate(x); });
  };
  check(problem::reference_policy<double>(), data, ra::dpo{.beta = beta});
  check(problem::reference_policy<double>(), data, ra::cpl::with_cloning());
  const auto of_features = problem::pairs(problem::reward, std::span<const std::vector<double>>(features));
  check(ra::mlp_policy<double>({2, 5, 4}, 1), of_features, ra::cpl{.alpha = 1});
}

TEST_CASE("the parts sum to the number of pairs times the whole, in any order") {
  const auto policy = problem::reference_policy<double>();
  ra::adapt::ensmallen_function whole(policy, data, ra::dpo{.beta = beta});
  ra::adapt::ensmallen_separable_function parts(policy, data, ra::dpo{.beta = beta}, 5U);
  column<double> x, g, total;
  whole.read(policy, x);
  for (std::size_t i = 0; i < 12; ++i) x.values[i] += 0.1 * static_cast<double>(i % 5);
  const double expected = whole.EvaluateWithGradient(x, total);
  const std::size_t n = parts.NumFunctions();
  REQUIRE(n == 18);
  std::vector<double> first;
  for (int round = 0; round < 3; ++round) {
    double sum = 0, value_sum = 0;
    std::vector<double> gradient(12, 0.0);
    for (std::size_t begin = 0; begin < n; begin += 5) {
      const std::size_t count = (std::min)(std::size_t{5}, n - begin);
      sum += parts.EvaluateWithGradient(x, begin, g, count);
      for (std::size_t i = 0; i < 12; ++i) gradient[i] += g.values[i];
      value_sum += parts.Evaluate(x, begin, count);
      column<double> alone;
      parts.Gradient(x, begin, alone, count);
      CHECK(alone.values == g.values);
    }
    const double each = static_cast<double>(n);
    CHECK(sum == doctest::Approx(each * expected).epsilon(1e-12));
    CHECK(value_sum == doctest::Approx(sum).epsilon(1e-12));
    for (std::size_t i = 0; i < 12; ++i)
      CHECK(gradient[i] == doctest::Approx(each * total.values[i]).epsilon(1e-9));
    first.push_back(parts.Evaluate(x, 0, 3));
    parts.Shuffle();
  }
  CHECK((first[0] != first[1] || first[1] != first[2]));
}

TEST_CASE_TEMPLATE("plain descent on it reaches DPO's closed-form optimum", T, float, double) {
  auto policy = problem::reference_policy<T>();
  ra::adapt::ensmallen_function f(policy, data, ra::dpo{.beta = beta});
  column<T> x, g;
  f.read(policy, x);
  for (int i = 0; i < 4000; ++i) {
    f.Gradient(x, g);
    for (std::size_t k = 0; k < x.n_elem; ++k) x.values[k] -= T(20) * g.values[k];
  }
  f.write(x, policy);
  for (std::size_t s = 0; s < problem::states; ++s)
    CHECK(realign_tests::kl(policy.row(s), problem::tilted(s, 0, beta)) < 1e-6);
}

TEST_CASE("where the loss is infinite the value is, the gradient is zero, and the status says why") {
  auto policy = problem::reference_policy<double>();
  ra::adapt::ensmallen_function f(policy, data, ra::cpl{});
  column<double> x, g;
  f.read(policy, x);
  for (std::size_t a = 0; a < 4; ++a) x.values[a] = ra::neg_infinity<double>();
  CHECK(ra::is_pos_inf(f.EvaluateWithGradient(x, g)));
  CHECK(f.last_status() != ra::status::ok);
  for (const double v : g.values) CHECK(v == 0.0);
  f.read(policy, x);
  CHECK(ra::is_finite(f.Evaluate(x)));
  CHECK(f.last_status() == ra::status::ok);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("wrong sizes, parts and data are contract errors") {
  auto policy = problem::reference_policy<double>();
  ra::adapt::ensmallen_function f(policy, data, ra::dpo{});
  ra::adapt::ensmallen_separable_function parts(policy, data, ra::dpo{});
  column<double> x;
  x.set_size(3, 1);
  CHECK_THROWS_AS((void)f.Evaluate(x), ra::contract_error);
  CHECK_THROWS_AS(f.write(x, policy), ra::contract_error);
  f.read(policy, x);
  CHECK_THROWS_AS((void)parts.Evaluate(x, 18, 1), ra::contract_error);
  CHECK_THROWS_AS((void)parts.Evaluate(x, 17, 2), ra::contract_error);
  CHECK_THROWS_AS((void)parts.Evaluate(x, 0, 0), ra::contract_error);
  const ra::preference_data<std::size_t> none;
  CHECK_THROWS_AS(ra::adapt::ensmallen_function(policy, none, ra::dpo{}), ra::contract_error);
  CHECK_THROWS_AS(ra::adapt::ensmallen_function(policy, data, ra::dpo{.beta = -1}), ra::contract_error);
}
#endif
