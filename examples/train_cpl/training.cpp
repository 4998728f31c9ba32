// SPDX-License-Identifier: MIT
#include "training.hpp"

#include <atomic>
#include <cstdio>
#include <thread>

#include <realign/preference/bc.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/ipo.hpp>
#include <realign/preference/train.hpp>

namespace train_cpl {

namespace {

constexpr std::size_t hidden = 32;
constexpr std::size_t pairs_per_step = 64;

/// The mean return of the held-out episodes, which are the same for everyone. @param act  fills an action
template <class Act>
[[nodiscard]] double held_out_return(const env::point_mass& system, const Act& act) {
  double sum = 0;
  for (std::size_t k = 0; k < held_out_episodes; ++k) {
    ra::random_generator g(0x4e7d0000 + k);
    env::point_mass_state s = system.start(g);
    for (std::size_t t = 0; t < episode_length; ++t) {
      action a{};
      act(s, a, g);
      sum += system.reward(s, std::span<const real>(a));
      s = system.next(s, std::span<const real>(a), g);
    }
  }
  return sum / static_cast<double>(held_out_episodes);
}

/// Of the network's mean actions.
[[nodiscard]] double held_out_return(const env::point_mass& system, const network& policy) {
  std::array<real, env::point_mass::features> seen{};
  return held_out_return(system, [&](const env::point_mass_state& s, action& a, auto&) {
    env::point_mass::write_features(s, std::span<real>(seen));
    policy.mean(seen, a);
  });
}

using data_view = ra::preference_view<features, std::span<const real>>;

/// One learner: starts from the cloned network and is measured as it goes.
class learner {
 public:
  learner(const env::point_mass& system, const network& cloned, data_view data, std::uint64_t seed)
      : system_(system), cloned_(cloned), data_(data), seed_(seed), start_(held_out_return(system, cloned)) {}

  template <class Loss>
  [[nodiscard]] outcome train(const Loss& loss, std::size_t batch = pairs_per_step) const {
    network policy = cloned_;
    outcome out;
    out.returns.fill(start_);
    const auto measure = [&](const ra::train_progress& p) {
      if (p.epoch % epochs_per_point == 0)
        out.returns[p.epoch / epochs_per_point] = held_out_return(system_, policy);
    };
    const ra::train_options how{
        .epochs = epochs, .batch_size = batch, .learning_rate = 1e-3, .seed = seed_};
    const ra::train_report report = ra::train(policy, data_, loss, how, measure);
    out.status = report.status;
    if (!report.curve.empty()) out.accuracy = report.curve.back().accuracy;
    return out;
  }
  /// Every method makes the same number of steps: cloning takes two segments where others take a pair.
  [[nodiscard]] outcome train(method m) const {
    switch (m) {
      case method::sft: return train(ra::bc{ra::sides::preferred}, pairs_per_step / 2);
      case method::cpl: return train(ra::cpl{});
      case method::cpl_bc: return train(ra::cpl::with_cloning());
      case method::cpl_kl: return train(ra::cpl::with_reference());
      case method::dpo: return train(ra::dpo{});
      case method::ipo: return train(ra::ipo{ra::reduction::sum});
    }
    return {};
  }

 private:
  const env::point_mass& system_;
  const network& cloned_;
  data_view data_;
  std::uint64_t seed_;
  double start_;
};

[[nodiscard]] repetition run(const env::point_mass& system, const env::point_mass_optimal& best,
                             ra::random_generator g) {
  repetition out;
  const recordings data = record(system, best, g);
  network cloned({env::point_mass::features, hidden, hidden, env::point_mass::actions}, g(),
                 {.score = ra::gaussian_score::squared_distance, .tanh_mean = true});
  const ra::train_options how{
      .epochs = cloning_epochs, .batch_size = 32, .learning_rate = 3e-3, .seed = g()};
  const ra::status cloning = ra::train(cloned, data_view{data.segments, {}}, ra::bc{}, how).status;
  for (std::size_t c = 0; c < all_criteria.size(); ++c) {
    const judgement judged = judge(data, all_criteria[c], g);
    out.agreement[c] = judged.agreement;
    const learner from(system, cloned, {data.segments, judged.pairs}, g());
    for (std::size_t m = 0; m < all_methods.size(); ++m) {
      out.outcomes[c][m] = from.train(all_methods[m]);
      if (!ra::succeeded(cloning)) out.outcomes[c][m].status = cloning;
    }
  }
  return out;
}

}  // namespace

const char* name_of(method m) {
  switch (m) {
    case method::sft: return "SFT";
    case method::cpl: return "CPL";
    case method::cpl_bc: return "CPL-BC";
    case method::cpl_kl: return "CPL-KL";
    case method::dpo: return "DPO";
    case method::ipo: return "IPO";
  }
  return "";
}

const char* parameters_of(method m) {
  switch (m) {
    case method::sft: return "clones the preferred segments";
    case method::cpl: return "alpha 0.1, lambda 0.5";
    case method::cpl_bc: return "alpha 0.1, lambda 1, cloning weight 1";
    case method::cpl_kl: return "alpha 0.2, lambda 0.75, reference";
    case method::dpo: return "beta 0.1, reference";
    case method::ipo: return "beta 0.1 on the sum, reference";
  }
  return "";
}

baselines measure_baselines(const env::point_mass& system, const env::point_mass_optimal& best) {
  baselines out;
  out.optimum = held_out_return(system, [&](const env::point_mass_state& s, action& a, auto&) {
    for (std::size_t j = 0; j < a.size(); ++j) a[j] = static_cast<real>(best.force(s[j]));
  });
  ra::random_generator players(1);
  std::vector<clumsy_player> crowd;
  for (std::size_t k = 0; k < held_out_episodes; ++k) crowd.emplace_back(players);
  std::size_t steps = 0;
  out.players = held_out_return(system, [&](const env::point_mass_state& s, action& a, auto& g) {
    a = crowd[steps++ / episode_length].act(system, s, g);
  });
  return out;
}

std::vector<repetition> repeat(const env::point_mass& system, const env::point_mass_optimal& best,
                               std::uint64_t seed, std::size_t count) {
  std::vector<ra::random_generator> generators;
  ra::random_generator seeds(seed);
  for (std::size_t i = 0; i < count; ++i) generators.push_back(seeds.split());
  std::vector<repetition> out(count);
  std::atomic<std::size_t> next{0}, done{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      out[i] = run(system, best, generators[i]);
      std::fprintf(stderr, "repetition %zu of %zu done\n", ++done, count);
    }
  };
  std::thread other(work);
  work();
  other.join();
  return out;
}

}  // namespace train_cpl
