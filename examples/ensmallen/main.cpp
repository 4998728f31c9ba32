// SPDX-License-Identifier: MIT
// Trains a policy by DPO with optimisers of ensmallen: L-BFGS on all pairs, Adam on parts of them.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

#include <ensmallen.hpp>

#include <realign/adapt/ensmallen.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/dpo.hpp>

namespace {

namespace ra = realign;

constexpr double beta = 0.5;
const std::size_t only_state = 0;
const std::vector<double> rewards = {1.0, 0.2, -0.5, 0.4};
using policy = ra::tabular_policy<double>;

/// All pairs of four answers, labelled with the probabilities of the Bradley-Terry model.
[[nodiscard]] ra::preference_data<std::size_t> make_pairs() {
  ra::preference_data<std::size_t> data;
  for (std::size_t a = 0; a < rewards.size(); ++a) data.add({{&only_state, a}});
  for (std::size_t a = 0; a < rewards.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      data.pairs.push_back({.preferred = a,
                            .rejected = b,
                            .label = 1 / (1 + std::exp(rewards[b] - rewards[a]))});
  return data;
}

/// KL divergence of pi_ref exp(R / beta), which DPO must reach, from the policy; pi_ref is uniform.
[[nodiscard]] double distance(const policy& p) {
  double mass = 0, best_mass = 0, sum = 0;
  for (std::size_t a = 0; a < rewards.size(); ++a) {
    mass += std::exp(p.row(0)[a]);
    best_mass += std::exp(rewards[a] / beta);
  }
  for (std::size_t a = 0; a < rewards.size(); ++a) {
    const double best = rewards[a] / beta - std::log(best_mass);
    sum += std::exp(best) * (best - p.row(0)[a] + std::log(mass));
  }
  return sum;
}

[[nodiscard]] bool report(const char* name, const policy& p, double largest) {
  const double d = distance(p);
  std::printf("  %-8s KL from the closed-form optimum %.1e\n", name, d);
  return d < largest;
}

}  // namespace

int main() {
  const ra::preference_data<std::size_t> data = make_pairs();
  const policy uniform(1, rewards.size());
  arma::mat x;
  bool all = true;

  ra::adapt::ensmallen_function whole(uniform, data, ra::dpo{.beta = beta});
  policy trained = uniform;
  whole.read(uniform, x);
  ens::L_BFGS quasi_newton;
  quasi_newton.MinGradientNorm() = 1e-10;
  quasi_newton.Optimize(whole, x);
  whole.write(x, trained);
  all = report("L-BFGS", trained, 1e-10) && all;

  ra::adapt::ensmallen_separable_function parts(uniform, data, ra::dpo{.beta = beta});
  parts.read(uniform, x);
  ens::Adam adam(0.003, 2);  // step size and pairs per step
  adam.MaxIterations() = 60000;
  adam.Tolerance() = -1;
  adam.Optimize(parts, x);
  parts.write(x, trained);
  all = report("Adam", trained, 1e-6) && all;
  return all ? 0 : 1;
}
