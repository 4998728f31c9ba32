// SPDX-License-Identifier: MIT
// Training on a tabular problem reaches the optimum in closed form, to 1e-6 in KL.
#include <doctest/doctest.h>

#include <realign/nn/adam.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/distillation.hpp>
#include <realign/preference/distribution.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/modpo.hpp>
#include <realign/preference/sacpo.hpp>
#include <realign/preference/train.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace ra = realign;

namespace {

constexpr std::size_t choices = 5;
constexpr double beta = 0.5;
const std::size_t only_state = 0;

const std::vector<double> reference{0.3, -0.5, 0.1, -1.0, 0.7};
const std::vector<double> reward{0.4, -0.2, 0.9, 0.1, -0.6};
const std::vector<double> safety{-0.3, 0.8, -0.9, 0.5, 0.2};

using view = ra::vector_view<const double>;
view of(const std::vector<double>& x) { return {x.data(), x.size()}; }

ra::tabular_policy<double> reference_policy() {
  ra::tabular_policy<double> p(1, choices);
  for (std::size_t a = 0; a < choices; ++a) p.row(0)[a] = reference[a];
  return p;
}

/// Every two choices, labelled as often as the better one wins: log odds R_i - R_j.
ra::preference_data<std::size_t> comparisons(const std::vector<double>& by) {
  ra::preference_data<std::size_t> data;
  for (std::size_t a = 0; a < choices; ++a) data.add({{&only_state, a}});
  for (std::size_t i = 0; i < choices; ++i)
    for (std::size_t j = 0; j < i; ++j)
      data.pairs.push_back({i, j, 1 / (1 + std::exp(by[j] - by[i]))});
  return data;
}

/// KL(policy || pi*), pi* = log-probabilities.
double divergence(std::span<const double> logits, const std::vector<double>& optimum) {
  std::vector<double> log_pi(choices);
  ra::simd::log_softmax(view(logits), ra::vector_view<double>(std::span(log_pi)));
  double kl = 0;
  for (std::size_t a = 0; a < choices; ++a) kl += std::exp(log_pi[a]) * (log_pi[a] - optimum[a]);
  return kl;
}

/// pi_ref exp(value / temperature), normalised.
std::vector<double> tilted(const std::vector<double>& value, double temperature) {
  std::vector<double> out(choices);
  CHECK(ra::succeeded(
      ra::kl_optimum(of(reference), of(value), temperature, ra::vector_view<double>(std::span(out)))
          .status));
  return out;
}

template <class Loss>
void fit(ra::tabular_policy<double>& policy, const ra::preference_data<std::size_t>& data,
         const Loss& loss) {
  const ra::train_options options{
      .epochs = 4000, .batch_size = data.pairs.size(), .learning_rate = 0.02};
  CHECK(ra::train(policy, data, loss, options).status == ra::status::ok);
}

/// Adam on the logits alone.
template <class Loss>
std::vector<double> descend(const Loss& loss) {
  std::vector<double> logits = reference, d(choices);
  ra::nn::adam_state<double> state(choices);
  for (int n = 0; n < 4000; ++n) {
    d.assign(choices, 0.0);
    REQUIRE(loss(of(logits), ra::vector_view<double>(std::span(d))).status == ra::status::ok);
    REQUIRE(ra::nn::adam_step<double>({.learning_rate = 0.02}, state, d, logits) == ra::status::ok);
  }
  return logits;
}

std::vector<double> mixed(double a, double b) {
  std::vector<double> out(choices);
  for (std::size_t i = 0; i < choices; ++i) out[i] = a * reward[i] + b * safety[i];
  return out;
}

}  // namespace

TEST_CASE("DPO reaches pi_ref exp(R / beta)") {
  auto policy = reference_policy();
  fit(policy, comparisons(reward), ra::dpo{beta});
  CHECK(divergence(reference_policy().row(0), tilted(reward, beta)) > 0.05);
  CHECK(divergence(policy.row(0), tilted(reward, beta)) < 1e-6);
}

TEST_CASE("reward distillation and CoPG reach pi_ref exp(R / beta)") {
  auto data = comparisons(reward);
  for (auto& p : data.pairs)
    p = {p.preferred, p.rejected, 1.0, reward[p.preferred] - reward[p.rejected]};
  auto one = reference_policy(), other = reference_policy();
  fit(one, data, ra::reward_distillation{beta});
  fit(other, data, ra::copg{beta});
  CHECK(divergence(one.row(0), tilted(reward, beta)) < 1e-6);
  CHECK(divergence(other.row(0), tilted(reward, beta)) < 1e-6);
}

TEST_CASE("MODPO and its bounded form reach pi_ref exp(w . R / beta)") {
  const double w = 0.4;
  auto data = comparisons(reward);
  for (auto& p : data.pairs) {
    const double rest[] = {1 - w};
    p.gap = ra::margin_gap(rest, std::span(safety).subspan(p.preferred, 1),
                           std::span(safety).subspan(p.rejected, 1));
  }
  auto plain = reference_policy(), bounded = reference_policy();
  fit(plain, data, ra::modpo{beta, w});
  fit(bounded, data, ra::bounded_modpo{beta, w});
  CHECK(divergence(plain.row(0), tilted(mixed(w, 1 - w), beta)) < 1e-6);
  CHECK(divergence(bounded.row(0), tilted(mixed(w, 1 - w), beta)) < 1e-6);
}

TEST_CASE("SACPO in two runs reaches pi_ref exp((R + lambda G) / beta), P-SACPO a smaller lambda") {
  const ra::sacpo steps{.beta = beta, .lambda = 0.8};
  auto policy = reference_policy();
  fit(policy, comparisons(reward), steps.first());
  const auto before = policy;
  fit(policy, comparisons(safety), steps.second());
  CHECK(divergence(before.row(0), tilted(reward, beta)) < 1e-6);
  CHECK(divergence(policy.row(0), tilted(mixed(1, 0.8), beta)) < 1e-6);

  auto merged = policy;
  ra::merge_parameters(before.parameters(), std::as_const(policy).parameters(), 0.25,
                       merged.parameters());
  CHECK(divergence(merged.row(0), tilted(mixed(1, 0.25 * 0.8), beta)) < 1e-6);

  std::vector<double> one(choices), two(choices);
  CHECK(ra::sacpo_optimum(steps, of(reference), of(reward), of(safety),
                          ra::vector_view<double>(std::span(one)),
                          ra::vector_view<double>(std::span(two))) == ra::status::ok);
  CHECK(divergence(two, tilted(mixed(1, 0.8), beta)) < 1e-12);
}

TEST_CASE("KL-regularised reward reaches its optimum") {
  const auto logits = descend([&](view x, ra::vector_view<double> d) {
    return ra::kl_loss(x, of(reference), of(reward), beta, d);
  });
  CHECK(divergence(logits, tilted(reward, beta)) < 1e-6);
}

TEST_CASE("the variance-weighted form reaches its optimum, which is no renormalised tilt") {
  const std::vector<double> variance{0.3, 1.2, 2.0, 0.7, 0.5};
  const auto logits = descend([&](view x, ra::vector_view<double> d) {
    return ra::variance_kl_loss(x, of(reference), of(reward), of(variance), beta, d);
  });
  std::vector<double> optimum(choices), wrong(choices);
  const auto best = ra::variance_kl_optimum(of(reference), of(reward), of(variance), beta,
                                            ra::vector_view<double>(std::span(optimum)));
  CHECK(best.status == ra::status::ok);
  CHECK(divergence(logits, optimum) < 1e-6);
  CHECK(best.loss ==
        doctest::Approx(
            ra::variance_kl_loss(of(optimum), of(reference), of(reward), of(variance), beta).loss));
  for (std::size_t a = 0; a < choices; ++a) wrong[a] = reward[a] / variance[a];
  CHECK(divergence(optimum, tilted(wrong, beta)) > 1e-3);
}
