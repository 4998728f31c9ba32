// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/candidate_set.hpp>
#include <realign/nn/gaussian_policy.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/nn/text_encoder.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/detail/recorded_batch.hpp>
#include <realign/preference/evaluate.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../policy/gradient_check.hpp"
#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::random_batch;

namespace {
template <class T>
owned_batch<T> one_pair() {
  owned_batch<T> b;
  b.add({T(-0.5), -1, T(-1.5)}, {-1, -1, -1});
  b.add({-2, T(-0.25), -1}, {T(-0.5), -1, -2});
  b.pairs = {{0, 1}};
  return b;
}
double softplus(double x) { return std::log1p(std::exp(x)); }
}  // namespace

TEST_CASE("defaults are those of the paper's runs") {
  const ra::cpl plain, cloning = ra::cpl::with_cloning(), reference = ra::cpl::with_reference();
  CHECK(plain.alpha == 0.1);
  CHECK(plain.lambda == 0.5);
  CHECK(plain.gamma == 1.0);
  CHECK(plain.bc_weight == 0.0);
  CHECK_FALSE(plain.reference);
  CHECK(cloning.alpha == 0.1);
  CHECK(cloning.lambda == 1.0);
  CHECK(cloning.bc_weight == 1.0);
  CHECK(reference.alpha == 0.2);
  CHECK(reference.lambda == 0.75);
  CHECK(reference.reference);
  CHECK(reference.score().needs_reference());
}

TEST_CASE_TEMPLATE("hand values of every form", T, float, double) {
  ra::batch_workspace ws;
  auto b = one_pair<T>();
  const auto loss = [&](const ra::cpl& l) { return ra::evaluate_pairs(l, b.view(), ws).loss; };
  CHECK(near<T>(loss({.alpha = 1.0, .lambda = 1.0}), softplus(-0.25)));
  CHECK(near<T>(loss({.alpha = 1.0, .lambda = 0.5}), softplus(-(-3.0 + 0.5 * 3.25))));
  CHECK(
      near<T>(loss({.alpha = 2.0, .gamma = 0.5, .lambda = 1.0}), softplus(-2 * (-1.375 + 2.375))));
  CHECK(near<T>(loss({.alpha = 1.0, .lambda = 1.0, .reference = true}), softplus(-(0.0 - 0.25))));
  CHECK(near<T>(loss({.alpha = 1.0, .lambda = 1.0, .bc_weight = 2.0}),
                softplus(-0.25) + 2 * 6.25 / 6));
  CHECK(near<T>(
      loss({.alpha = 1.0, .lambda = 1.0, .bc_weight = 2.0, .bc_data = ra::sides::preferred}),
      softplus(-0.25) + 2.0));
}

TEST_CASE_TEMPLATE("golden: soft labels with lambda below 1", T, float, double) {
  // Scores and labels of the golden case cpl/full-labels; the segments have one step of
  // log-probability score / alpha.
  const double first[] = {-1.0886452332730898, -2.064857418517283, -1.4637156592137233,
                          -1.4907933327439373};
  const double second[] = {-1.2841331533146711, -0.9466966412038325, -1.42855880748251,
                           -0.8228686166142318};
  const double labels[] = {1.0, 0.0, 0.5, 0.8};
  const double expected[] = {0.8648304850880464, 0.5576744190410438, 1.023721473489199,
                             1.1804945489265604};
  const double margins[] = {-0.3181653412842873, -1.4968394337949837, -0.6065803747242172,
                            -0.9970721627753983};
  const double d_first[] = {-0.036179816675371436, 0.016029787402049182, -0.008332285531755237,
                            -0.03290833358217456};
  const double d_second[] = {0.02170789000522286, -0.026716312336748635, -0.0076848689554362025,
                             0.015888153750855564};
  owned_batch<T> b;
  for (std::size_t p = 0; p < 4; ++p) {
    b.add({static_cast<T>(first[p] / 0.25)});
    b.add({static_cast<T>(second[p] / 0.25)});
    b.pairs.push_back({2 * p, 2 * p + 1, labels[p], 0.0});
  }
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(ra::cpl{.alpha = 0.25, .lambda = 0.6}, b.view(), ws);
  CHECK(near<T>(e.loss, 0.9066802316362124));
  for (std::size_t p = 0; p < 4; ++p) {
    CHECK(near<T>(ws.per_pair()[p], expected[p]));
    CHECK(near<T>(ws.margins()[p], margins[p]));
    CHECK(near<T>(b.added(2 * p, 0), d_first[p]));
    CHECK(near<T>(b.added(2 * p + 1, 0), d_second[p]));
  }
}

TEST_CASE("step gradients of every form agree with central differences") {
  ra::random_generator g(21);
  ra::batch_workspace ws;
  for (const ra::cpl& loss :
       {ra::cpl{}, ra::cpl{.lambda = 1.0}, ra::cpl{.alpha = 0.4, .gamma = 0.9, .lambda = 0.7},
        ra::cpl::with_cloning(1.5), ra::cpl::with_reference(),
        ra::cpl{
            .alpha = 0.3, .bc_weight = 0.5, .bc_data = ra::sides::preferred, .reference = true}}) {
    auto b = random_batch<double>(g);
    realign_tests::check_step_gradients(
        b, [&](const auto& batch) { return ra::evaluate_pairs(loss, batch, ws); });
  }
}

TEST_CASE_TEMPLATE("gamma is loaded and never read: the discount changes the loss", T, float,
                   double) {
  ra::batch_workspace ws;
  auto b = one_pair<T>();
  CHECK(ra::evaluate_pairs(ra::cpl{.gamma = 0.5}, b.view(), ws).loss !=
        doctest::Approx(ra::evaluate_pairs(ra::cpl{}, b.view(), ws).loss));
}

TEST_CASE_TEMPLATE("no masks, equal lengths assumed: ragged and masked forms agree", T, float,
                   double) {
  const T nan = ra::not_a_number<T>();
  owned_batch<T> ragged, padded;
  ragged.add({-1, -2});
  padded.add({-1, -2, nan, nan}, {}, {1, 1, 0, 0});
  for (auto* b : {&ragged, &padded}) {
    b->add({-1, -1, T(-0.5), -3});
    b->pairs = {{0, 1}};
  }
  ra::batch_workspace ws;
  const ra::cpl loss{.gamma = 0.9, .bc_weight = 0.5};
  CHECK(ra::evaluate_pairs(loss, ragged.view(), ws).loss ==
        ra::evaluate_pairs(loss, padded.view(), ws).loss);
  for (std::size_t t = 0; t < 2; ++t) CHECK(ragged.added(0, t) == padded.added(0, t));
  CHECK(padded.added(0, 3) == 0.0);
}

TEST_CASE_TEMPLATE("a hard label with an impossible rejected action is no NaN", T, float, double) {
  const T down = ra::neg_infinity<T>();
  for (const double label : {1.0, 0.0}) {
    owned_batch<T> b;
    b.add({-1, -1});
    b.add({-1, down});
    b.pairs = {label > 0.5 ? ra::preference_pair{0, 1, 1.0, 0.0}
                           : ra::preference_pair{1, 0, 0.0, 0.0}};
    ra::batch_workspace ws;
    const auto e = ra::evaluate_pairs(ra::cpl{}, b.view(), ws);
    CHECK(e.status == ra::status::ok);
    CHECK(e.loss == 0.0);
    CHECK(b.gradients_untouched());
  }
}

TEST_CASE_TEMPLATE("identical segments cancel if and only if lambda is 1", T, float, double) {
  for (const double lambda : {1.0, 0.5}) {
    owned_batch<T> b;
    b.add({-1, T(-0.5)});
    b.add({-1, T(-0.5)});
    b.pairs = {{0, 1}};
    ra::batch_workspace ws;
    CHECK(ra::succeeded(ra::evaluate_pairs(ra::cpl{.lambda = lambda}, b.view(), ws).status));
    const double sum = b.added(0, 0) + b.added(1, 0);
    CHECK((std::fabs(sum) < 1e-9) == (lambda == 1.0));
  }
}

TEST_CASE_TEMPLATE("one step, a reference and lambda 1: this is DPO with beta = alpha", T, float,
                   double) {
  owned_batch<T> b;
  b.add({T(-0.3)}, {T(-0.8)});
  b.add({T(-1.3)}, {T(-0.6)});
  b.pairs = {{0, 1}};
  ra::batch_workspace ws;
  const double beta = 0.4, d = (-0.3 + 0.8) - (-1.3 + 0.6);
  const auto e =
      ra::evaluate_pairs(ra::cpl{.alpha = beta, .lambda = 1.0, .reference = true}, b.view(), ws);
  CHECK(near<T>(e.loss, softplus(-beta * d)));
  CHECK(near<T>(b.added(0, 0), -beta / (1 + std::exp(beta * d))));
}

TEST_CASE_TEMPLATE("alpha on the wrong term: cloning is neither scaled nor discounted", T, float,
                   double) {
  ra::batch_workspace ws;
  for (const double alpha : {0.1, 2.0}) {
    auto b = one_pair<T>();
    const ra::cpl with{.alpha = alpha, .gamma = 0.5, .bc_weight = 1.0, .reference = true};
    ra::cpl without = with;
    without.bc_weight = 0.0;
    CHECK(near<T>(ra::evaluate_pairs(with, b.view(), ws).loss -
                      ra::evaluate_pairs(without, b.view(), ws).loss,
                  6.25 / 6));
  }
}

TEST_CASE_TEMPLATE("all-pairs ranking: one backward pass per segment, two segments are a pair", T,
                   float, double) {
  auto grouped = one_pair<T>(), paired = one_pair<T>();
  const std::vector<double> returns{4.0, 2.0};
  const ra::cpl loss{.alpha = 0.3, .lambda = 0.5};
  ra::batch_workspace ws;
  const auto a = ra::evaluate_group(loss.score(), loss.ranking(returns), grouped.view(), ws);
  const auto b = ra::evaluate_pairs(loss, paired.view(), ws);
  CHECK(a.loss == doctest::Approx(b.loss));
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t t = 0; t < 3; ++t) CHECK(grouped.gradients[k][t] == paired.gradients[k][t]);
}

namespace {

/// Four ragged segments over the states, three pairs, one of them soft; every form of the loss,
/// through the policy.
template <class P, class ActionOf>
void check_through_policy(P policy, const std::vector<typename P::state_type>& states,
                          const ActionOf& action) {
  ra::random_generator g(41);
  std::vector<ra::recorded_segment<typename P::state_type, typename P::action_type>> data(4);
  for (std::size_t k = 0; k < data.size(); ++k)
    for (std::size_t t = 0; t < 2 + k; ++t) {
      const auto& state = states[ra::uniform_index(g, states.size())];
      data[k].push_back({&state, action(state, g)});
    }
  const std::vector<ra::preference_pair> pairs{{0, 1}, {2, 0}, {3, 2, 0.3, 0.0}};
  const std::size_t all[] = {0, 1, 2, 3};

  ra::detail::step_values<double> reference;
  reference.offsets.push_back(0);
  for (const auto& s : data) {
    for (std::size_t t = 0; t < s.size(); ++t) reference.values.push_back(-2 * ra::uniform(g));
    reference.offsets.push_back(reference.values.size());
  }
  ra::detail::recorded_batch<P> batch;
  ra::batch_workspace ws;
  for (const ra::cpl& loss :
       {ra::cpl{.alpha = 0.4, .gamma = 0.9}, ra::cpl::with_cloning(),
        ra::cpl{
            .alpha = 0.3, .bc_weight = 0.5, .bc_data = ra::sides::preferred, .reference = true}}) {
    const auto value = [&] {
      batch.load(policy, data, all, reference);
      const auto e = ra::evaluate_pairs(loss, batch.view(pairs), ws);
      REQUIRE(e.status == ra::status::ok);
      return e.loss;
    };
    value();
    std::vector<double> gradient(policy.parameters().size(), 0.0);
    batch.backward(policy, gradient);
    realign_tests::check_gradient(policy.parameters(), gradient, value);
  }
}

template <class P>
void randomize(P& policy) {
  ra::random_generator g(42);
  for (double& x : policy.parameters()) x += 0.3 * ra::normal(g);
}

const auto any_of = [](std::size_t n) {
  return [n](const auto&, ra::random_generator& g) { return ra::uniform_index(g, n); };
};

}  // namespace

TEST_CASE("gradients through a tabular policy agree with central differences") {
  ra::tabular_policy<double> policy(3, 4);
  randomize(policy);
  check_through_policy(policy, {0, 1, 2}, any_of(4));
}

TEST_CASE("gradients through an MLP policy agree with central differences") {
  ra::mlp_policy<double> policy({3, 5, 4}, 1);
  randomize(policy);
  check_through_policy(policy, {{0.1, -0.7, 1.2}, {1.0, 0.3, -0.4}, {-0.2, 0.9, 0.5}}, any_of(4));
}

TEST_CASE("gradients through a text policy agree with central differences") {
  const ra::nn::text_encoder encoder({.dimension = 24});
  const std::vector<std::vector<std::string>> choices{{"open the safe", "leave"},
                                                      {"warn the guard", "hide", "run away"}};
  std::vector<ra::candidate_set<double>> states;
  for (const auto& c : choices)
    states.push_back(ra::encode_candidates<double>(encoder, "a dark room", c));
  ra::candidate_policy<double> policy(24, {4}, 1);
  randomize(policy);
  check_through_policy(policy, states, [](const auto& state, ra::random_generator& g) {
    return ra::uniform_index(g, state.choice_count());
  });
}

TEST_CASE("gradients through a Gaussian policy agree with central differences") {
  static const std::vector<std::vector<double>> actions{{0.2, -0.4}, {-0.9, 0.1}, {0.5, 0.8}};
  ra::gaussian_policy<double> policy({3, 4, 2}, 1);
  randomize(policy);
  check_through_policy(policy, {{0.1, -0.7, 1.2}, {1.0, 0.3, -0.4}},
                       [](const auto&, ra::random_generator& g) {
                         return std::span<const double>(actions[ra::uniform_index(g, 3)]);
                       });
}

#if REALIGN_EXCEPTIONS
TEST_CASE("parameters out of range are contract errors") {
  const double nan = ra::not_a_number<double>();
  ra::batch_workspace ws;
  for (const ra::cpl& loss :
       {ra::cpl{.alpha = -1.0}, ra::cpl{.gamma = 1.5}, ra::cpl{.lambda = -0.1},
        ra::cpl{.lambda = 1.1}, ra::cpl{.lambda = nan}, ra::cpl{.bc_weight = -1.0},
        ra::cpl{.bc_weight = nan}}) {
    auto b = one_pair<double>();
    CHECK_THROWS_AS((void)ra::evaluate_pairs(loss, b.view(), ws), ra::contract_error);
    CHECK(b.gradients_untouched());
  }
}
#endif
