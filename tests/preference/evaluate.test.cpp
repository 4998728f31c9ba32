// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/all_pairs.hpp>
#include <realign/preference/evaluate.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::random_batch;

namespace {

/// A loss with every part open, to see what the parts do.
template <class Link>
struct parts {
  Link link{};
  ra::potential phi = ra::potential::log_prob;
  ra::reduction reduce = ra::reduction::sum;
  double scale = 1.0, gamma = 1.0, lambda = 1.0, offset = 0.0;
  ra::nll extra{};

  ra::score score() const { return {phi, reduce, scale, gamma}; }
  ra::pairwise<Link> objective(const ra::preference_pair& p) const {
    return {link, lambda, offset, p.gap, p.label};
  }
  ra::nll regulariser() const { return extra; }
};
using logistic = parts<ra::link::logistic>;
using square = parts<ra::link::square>;

template <class T>
constexpr T down() {
  return -std::numeric_limits<T>::infinity();
}
}  // namespace

TEST_CASE_TEMPLATE("hand values of two pairs that share a segment", T, float, double) {
  owned_batch<T> b;
  b.add({-1, -1});
  b.add({-2});
  b.add({-4});
  b.pairs = {{0, 1}, {0, 2}};
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(logistic{.scale = 0.5}, b.view(), ws);
  CHECK(e.status == ra::status::ok);
  const double second = std::log1p(std::exp(-1.0)), slope = 1 / (1 + std::exp(1.0));
  CHECK(near<T>(e.loss, (std::log(2.0) + second) / 2));
  CHECK(near<T>(ws.per_pair()[0], std::log(2.0)));
  CHECK(near<T>(ws.margins()[1], 1.0));
  CHECK(ws.scores()[2] == -2.0);
  CHECK(near<T>(b.added(0, 1), -0.25 * (0.5 + slope)));
  CHECK(near<T>(b.added(1, 0), 0.25 * 0.5));
  CHECK(near<T>(b.added(2, 0), 0.25 * slope));
  CHECK(e.accuracy == 0.75);  // one tie of scores, one right
  CHECK(near<T>(e.margin, 0.5));
}

TEST_CASE("step gradients agree with central differences") {
  ra::random_generator g(11);
  ra::batch_workspace ws;
  const auto check = [&](const auto& loss) {
    auto b = random_batch<double>(g);
    realign_tests::check_step_gradients(
        b, [&](const auto& batch) { return ra::evaluate_pairs(loss, batch, ws); });
  };
  for (const ra::potential phi : {ra::potential::log_prob, ra::potential::log_ratio})
    for (const ra::reduction reduce : {ra::reduction::sum, ra::reduction::mean})
      for (const double gamma : {1.0, 0.8}) {
        check(logistic{{}, phi, reduce, 0.7, gamma, 0.6, 0.2, {}});
        check(parts<ra::link::tilt>{{0.1}, phi, reduce, 0.7, gamma, 1.0, 0.0, {}});
        check(parts<ra::link::hinge>{{0.731}, phi, reduce, 0.7, gamma, 1.0, 0.0, {}});
        check(square{{0.5}, phi, reduce, 0.7, gamma, 0.5, 0.0, {}});
      }
  for (const ra::sides data : {ra::sides::both, ra::sides::preferred})
    for (const ra::nll_mean mean :
         {ra::nll_mean::batch_steps, ra::nll_mean::segment_sum, ra::nll_mean::segment_steps})
      check(logistic{.scale = 0.3, .lambda = 0.5, .extra = {0.4, data, mean}});
}

TEST_CASE(
    "a constant added to every log-probability changes nothing for lambda 1 and equal lengths") {
  ra::random_generator g(12);
  ra::batch_workspace ws;
  for (int n = 0; n < 20; ++n) {
    auto b = random_batch<double>(g, 4, false, 5);
    const double lambda = n % 2 == 0 ? 1.0 : 0.5, scale = 0.3, gamma = 0.9, shift = 7.0;
    const logistic loss{.scale = scale, .gamma = gamma, .lambda = lambda};
    const double before = ra::evaluate_pairs(loss, b.view(), ws).loss;
    const double margin = ws.margins()[0];
    for (auto& l : b.log_probs)
      for (double& x : l) x += shift;
    const double after = ra::evaluate_pairs(loss, b.view(), ws).loss;
    double weight = 0;
    for (int t = 0; t < 5; ++t) weight += std::pow(gamma, t);
    CHECK(ws.margins()[0] == doctest::Approx(margin + scale * shift * weight * (1 - lambda)));
    if (lambda < 1)
      CHECK(std::fabs(after - before) > 1e-3);
    else
      CHECK(after == doctest::Approx(before).epsilon(1e-12));
  }
}

TEST_CASE_TEMPLATE("swapping the sides of every pair and the labels changes nothing", T, float,
                   double) {
  ra::random_generator g(13);
  ra::batch_workspace ws;
  for (int n = 0; n < 20; ++n) {
    auto one = random_batch<T>(g);
    for (auto& p : one.pairs) p.gap = ra::normal(g);
    auto other = one;
    for (auto& p : other.pairs) p = {p.rejected, p.preferred, 1 - p.label, -p.gap};
    const logistic loss{.lambda = 0.7, .offset = 0.3, .extra = {0.5, ra::sides::preferred}};
    const auto a = ra::evaluate_pairs(loss, one.view(), ws),
               b = ra::evaluate_pairs(loss, other.view(), ws);
    CHECK(near<T>(a.loss, b.loss));
    CHECK(a.accuracy == doctest::Approx(b.accuracy));
    CHECK(a.margin == doctest::Approx(b.margin));
    for (std::size_t k = 0; k < one.gradients.size(); ++k)
      for (std::size_t t = 0; t < one.gradients[k].size(); ++t)
        CHECK(near<T>(one.added(k, t), other.added(k, t)));
  }
}

TEST_CASE_TEMPLATE("a reference equal to the policy: log 2 and slope -1/2, whatever the scale", T,
                   float, double) {
  ra::random_generator g(14);
  ra::batch_workspace ws;
  for (const double beta : {0.01, 0.1, 5.0}) {
    auto b = random_batch<T>(g, 2, false, 3);
    b.reference = b.log_probs;
    b.pairs = {{0, 1}};
    const auto e =
        ra::evaluate_pairs(logistic{.phi = ra::potential::log_ratio, .scale = beta}, b.view(), ws);
    CHECK(e.loss == doctest::Approx(std::log(2.0)).epsilon(1e-14));
    CHECK(ws.derivatives()[0] == -0.5);
    CHECK(ws.derivatives()[1] == 0.5);
    CHECK(near<T>(b.added(0, 0), -0.5 * beta));
  }
}

TEST_CASE("the step gradients of a pair sum to 0 for lambda 1, gamma 1, sums and equal lengths") {
  ra::random_generator g(15);
  ra::batch_workspace ws;
  for (int n = 0; n < 20; ++n) {
    auto b = random_batch<double>(g, 2, false, 4);
    CHECK(ra::succeeded(ra::evaluate_pairs(logistic{.scale = 0.4}, b.view(), ws).status));
    double sum = 0;
    for (std::size_t t = 0; t < 4; ++t) sum += b.added(0, t) + b.added(1, t);
    CHECK(std::fabs(sum) < 1e-14);
    CHECK(b.added(0, 0) != 0.0);
  }
}

TEST_CASE_TEMPLATE("left padding equals right padding when gamma is 1", T, float, double) {
  const T nan = ra::not_a_number<T>();
  owned_batch<T> left, right;
  left.add({nan, -1, -2}, {}, {0, 1, 1});
  right.add({-1, -2, nan}, {}, {1, 1, 0});
  for (auto* b : {&left, &right}) {
    b->add({-3, -1});
    b->pairs = {{0, 1}};
  }
  ra::batch_workspace ws;
  CHECK(ra::evaluate_pairs(logistic{}, left.view(), ws).loss ==
        ra::evaluate_pairs(logistic{}, right.view(), ws).loss);
  CHECK(left.added(0, 1) == right.added(0, 0));
  CHECK(left.added(0, 0) == 0.0);
}

TEST_CASE_TEMPLATE("mask multiplied: whatever lies under the mask is not read", T, float, double) {
  const T junk[] = {ra::not_a_number<T>(), -down<T>(), down<T>(),
                    (std::numeric_limits<T>::max)()};
  ra::batch_workspace ws;
  for (const T& x : junk) {
    owned_batch<T> b;
    b.add({-1, x}, {-2, x}, {1, 0});
    b.add({-3, -1}, {-1, -1});
    b.pairs = {{0, 1}};
    const logistic loss{.phi = ra::potential::log_ratio, .extra = {.weight = 1.0}};
    const auto e = ra::evaluate_pairs(loss, b.view(), ws);
    CHECK(e.status == ra::status::ok);
    CHECK(near<T>(e.loss, std::log1p(std::exp(-3.0)) + 5.0 / 3));
    CHECK(b.added(0, 1) == 0.0);
  }
}

TEST_CASE_TEMPLATE("metrics summed over padding: the metrics use the masked scores", T, float,
                   double) {
  owned_batch<T> b;
  b.add({-1, 100}, {}, {1, 0});
  b.add({T(-0.5), -100}, {}, {1, 0});
  b.pairs = {{0, 1}};
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(logistic{}, b.view(), ws);
  CHECK(e.accuracy == 0.0);
  CHECK(e.margin == -0.5);
}

TEST_CASE_TEMPLATE("division by empty mask: empty segments count, score 0 and are reported", T,
                   float, double) {
  ra::batch_workspace ws;
  for (const ra::reduction reduce : {ra::reduction::sum, ra::reduction::mean}) {
    owned_batch<T> b;
    b.add({-1, -1});
    b.add({-9, -9}, {}, {0, 0});
    b.add({});
    b.pairs = {{0, 1}, {2, 0}};
    const auto e =
        ra::evaluate_pairs(logistic{.reduce = reduce, .extra = {.weight = 1.0}}, b.view(), ws);
    CHECK(e.status == ra::status::ok);
    CHECK(e.empty == 2);
    CHECK(ra::is_finite(e.loss));
    CHECK(ws.scores()[1] == 0.0);
    CHECK(b.added(1, 0) == 0.0);
    CHECK(b.added(0, 0) != 0.0);
  }
}

TEST_CASE_TEMPLATE("accuracy rounds a label of 0.5 to 0: ties count one half", T, float, double) {
  owned_batch<T> b;
  b.add({-1});
  b.add({-2});
  b.pairs = {{0, 1, 0.5, 0.0}, {1, 0, 0.5, 0.0}};
  ra::batch_workspace ws;
  CHECK(ra::evaluate_pairs(logistic{}, b.view(), ws).accuracy == 0.5);
  b.pairs = {{0, 1, 0.5, 0.0}, {0, 1, 0.9, 0.0}, {0, 1, 0.2, 0.0}, {0, 0, 1.0, 0.0}};
  CHECK(ra::evaluate_pairs(logistic{}, b.view(), ws).accuracy == 0.5);
  b.pairs = {{0, 1, 0.9, 0.0}, {1, 0, 0.1, 0.0}};
  CHECK(ra::evaluate_pairs(logistic{}, b.view(), ws).accuracy == 1.0);
  // lambda is no part of the judgement: -1 beats -2 although -1 < 0.4 * -2.
  b.pairs = {{0, 1}};
  CHECK(ra::evaluate_pairs(logistic{.lambda = 0.4}, b.view(), ws).accuracy == 1.0);
}

TEST_CASE_TEMPLATE(
    "margin multiplied by beta twice in a metric: it is the difference of the scores", T, float,
    double) {
  owned_batch<T> b;
  b.add({-1});
  b.add({-3});
  b.pairs = {{0, 1}, {1, 0, 0.0, 0.0}};
  ra::batch_workspace ws;
  CHECK(near<T>(ra::evaluate_pairs(logistic{.scale = 0.1}, b.view(), ws).margin, 0.2));
}

TEST_CASE_TEMPLATE("impossible rejected action: loss 0, gradient exactly 0", T, float, double) {
  owned_batch<T> b;
  b.add({-1, -1});
  b.add({-1, down<T>()});
  b.pairs = {{0, 1}};
  ra::batch_workspace ws;
  for (const double lambda : {0.5, 1.0}) {
    const auto e = ra::evaluate_pairs(logistic{.lambda = lambda}, b.view(), ws);
    CHECK(e.status == ra::status::ok);
    CHECK(e.loss == 0.0);
    CHECK(e.accuracy == 1.0);
    CHECK(b.gradients_untouched());
  }
}

TEST_CASE_TEMPLATE("impossible preferred action: infinite loss, finite gradients", T, float,
                   double) {
  owned_batch<T> b;
  b.add({-1, down<T>()});
  b.add({-1, -1});
  b.pairs = {{0, 1}};
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(logistic{.scale = 0.5}, b.view(), ws);
  CHECK(e.status == ra::status::ok);
  CHECK(ra::is_pos_inf(e.loss));
  CHECK(b.added(0, 0) == -0.5);
  CHECK(b.added(0, 1) == -0.5);
  CHECK(b.added(1, 0) == 0.5);
}

TEST_CASE_TEMPLATE("undefined pairs are refused and nothing is written", T, float, double) {
  ra::batch_workspace ws;
  owned_batch<T> b;
  b.add({-1});
  b.add({-1, down<T>()}, {-1, down<T>()});
  b.reference[0] = {-1};
  b.pairs = {{0, 1}};
  // Policy and reference are both -inf at a step.
  auto e = ra::evaluate_pairs(logistic{.phi = ra::potential::log_ratio}, b.view(), ws);
  CHECK(e.status == ra::status::no_support);
  CHECK(e.at == 1);
  CHECK(b.gradients_untouched());
  // Both sides of a pair are impossible.
  b.pairs = {{1, 1}};
  CHECK(ra::evaluate_pairs(logistic{}, b.view(), ws).status == ra::status::no_support);
  // A square link has an infinite slope there.
  b.pairs = {{0, 1}};
  CHECK(ra::evaluate_pairs(square{}, b.view(), ws).status == ra::status::no_support);
  CHECK(b.gradients_untouched());
}

TEST_CASE_TEMPLATE("NaN at a step that counts is divergence, and nothing is written", T, float,
                   double) {
  ra::batch_workspace ws;
  owned_batch<T> b;
  b.add({-1});
  b.add({-1, down<T>()});
  b.add({-1, ra::not_a_number<T>()});
  b.pairs = {{0, 1}, {0, 2}};
  const auto e = ra::evaluate_pairs(logistic{}, b.view(), ws);
  CHECK(e.status == ra::status::diverged);
  CHECK(e.at == 2);
  CHECK(b.gradients_untouched());
  // Only the regulariser reads it: the discount of the score hides the second step.
  const auto hidden =
      ra::evaluate_pairs(logistic{.gamma = 0.0, .extra = {.weight = 1.0}}, b.view(), ws);
  CHECK(hidden.status == ra::status::diverged);
  CHECK(b.gradients_untouched());
  CHECK(ra::evaluate_pairs(logistic{.gamma = 0.0}, b.view(), ws).status == ra::status::ok);
}

TEST_CASE_TEMPLATE("nothing to compare is status empty", T, float, double) {
  ra::batch_workspace ws;
  owned_batch<T> b;
  CHECK(ra::evaluate_pairs(logistic{}, b.view(), ws).status == ra::status::empty);
  b.add({-1});
  CHECK(ra::evaluate_pairs(logistic{}, b.view(), ws).status == ra::status::empty);
  CHECK(b.gradients_untouched());
  const std::vector<double> none;
  CHECK(ra::evaluate_group(ra::nll::score(), ra::all_pairs<>{none}, ra::preference_batch<T>{}, ws)
            .status == ra::status::empty);
}

TEST_CASE_TEMPLATE("forward only: the same figures, no gradients", T, float, double) {
  ra::random_generator g(16);
  ra::batch_workspace ws;
  auto b = random_batch<T>(g);
  auto batch = b.view();
  batch.gradients = {};
  const auto forward =
      ra::evaluate_pairs(logistic{.lambda = 0.5, .extra = {.weight = 0.3}}, batch, ws);
  CHECK(b.gradients_untouched());
  CHECK(forward.loss ==
        ra::evaluate_pairs(logistic{.lambda = 0.5, .extra = {.weight = 0.3}}, b.view(), ws).loss);
  CHECK_FALSE(b.gradients_untouched());
}

TEST_CASE_TEMPLATE("extreme log-probabilities stay finite", T, float, double) {
  owned_batch<T> b;
  b.add({T(-1e4), T(-1e4)});
  b.add({T(-1), T(-2)});
  b.pairs = {{0, 1}, {1, 0}};
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(logistic{}, b.view(), ws);
  CHECK(e.status == ra::status::ok);
  CHECK(e.loss == doctest::Approx(19997.0 / 2));
  CHECK(b.added(0, 0) == -0.5);
}

TEST_CASE("evaluate_group: rankings over segments agree with central differences") {
  ra::random_generator g(17);
  ra::batch_workspace ws;
  const std::vector<double> returns{3, 1, 3, 0, 2, 5};
  const ra::score map(ra::potential::log_ratio, ra::reduction::sum, 0.5, 0.9);
  auto b = random_batch<double>(g);
  realign_tests::check_step_gradients(b, [&](const auto& batch) {
    return ra::evaluate_group(map, ra::all_pairs<>{returns, 0.6}, batch, ws);
  });
}

TEST_CASE("a workspace is reused for batches of any size") {
  ra::random_generator g(18);
  ra::batch_workspace ws, fresh;
  for (const std::size_t n : {8U, 3U, 12U}) {
    auto b = random_batch<double>(g, n);
    CHECK(ra::evaluate_pairs(logistic{}, b.view(), ws).loss ==
          ra::evaluate_pairs(logistic{}, b.view(), fresh).loss);
    CHECK(ws.scores().size() == n);
    CHECK(ws.per_pair().size() == n);
    fresh = {};
  }
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("wrong shapes are contract errors", T, float, double) {
  ra::batch_workspace ws;
  owned_batch<T> b;
  b.add({-1});
  b.add({-1, -2});
  b.pairs = {{0, 2}};
  CHECK_THROWS_AS((void)ra::evaluate_pairs(logistic{}, b.view(), ws), ra::contract_error);
  b.pairs = {{0, 1}};
  CHECK_THROWS_AS((void)ra::evaluate_pairs(logistic{.phi = ra::potential::log_ratio}, b.view(), ws),
                  ra::contract_error);
  auto batch = b.view();
  batch.gradients = batch.gradients.first(1);
  CHECK_THROWS_AS((void)ra::evaluate_pairs(logistic{}, batch, ws), ra::contract_error);
  b.gradients[1].pop_back();
  CHECK_THROWS_AS((void)ra::evaluate_pairs(logistic{}, b.view(), ws), ra::contract_error);
}
#endif
