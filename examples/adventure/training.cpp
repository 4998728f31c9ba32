// SPDX-License-Identifier: MIT
#include "training.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/candidate_set.hpp>
#include <realign/nn/text_encoder.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/train.hpp>

namespace adventure {

namespace {

using real = float;
using features = ra::candidate_set<real>;
using network = ra::candidate_policy<real>;

constexpr std::size_t text_dimension = 2048;
constexpr std::size_t hidden_units = 32;
constexpr std::size_t batch_size = 256;
constexpr std::size_t bc_steps = 16;
constexpr std::size_t cpl_steps = 450;

/// The texts of every scene as features, and the episodes told in these.
struct encoded_game {
  std::vector<features> scenes;
  std::vector<ra::recorded_segment<features>> episodes;

  encoded_game(const env::choice_game& game, const std::vector<episode>& recorded) {
    const ra::nn::text_encoder encoder({.dimension = text_dimension});
    for (const env::game_scene& s : game.scenes()) {
      std::vector<std::string> texts;
      for (const env::game_choice& c : s.choices) texts.push_back(c.text);
      scenes.push_back(ra::encode_candidates<real>(encoder, s.text, texts));
    }
    for (const episode& e : recorded) {
      episodes.emplace_back();
      for (const auto& step : e) episodes.back().push_back({&scenes[step.state->index], step.action});
    }
  }
};

/// Epochs that make at least so many steps, at `batch` items each.
[[nodiscard]] std::size_t epochs_for(std::size_t steps, std::size_t items, std::size_t batch) {
  const std::size_t per_epoch = (items + batch - 1) / batch;
  return (steps + per_epoch - 1) / per_epoch;
}

/// One line on stderr when an agent is done, and now and then before.
class progress_line {
 public:
  void operator()(const std::string& who, const ra::train_progress& p) {
    const std::scoped_lock lock(mutex_);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    if (p.phase == ra::train_phase::cloning)
      std::fprintf(stderr, "[%5.1f s] %s: cloning %zu of %zu, loss %.3f\n", seconds, who.c_str(), p.epoch, p.epochs,
                   p.loss);
    else
      std::fprintf(stderr, "[%5.1f s] %s: CPL %zu of %zu, loss %.3f, accuracy %.3f, held out %.3f\n", seconds,
                   who.c_str(), p.epoch, p.epochs, p.loss, p.accuracy, p.held_out ? p.held_out->accuracy : 0.0);
  }

 private:
  std::mutex mutex_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

[[nodiscard]] agent train_one(const env::choice_game& game, const encoded_game& data, const assignment& what,
                              std::uint64_t seed, std::size_t number, progress_line& say) {
  network policy(text_dimension, {hidden_units}, seed);
  const ra::training_data<network> pairs{data.episodes, what.pairs.train, what.pairs.held_out};
  const ra::train_options how{.epochs = epochs_for(cpl_steps, what.pairs.train.size(), batch_size),
                              .bc_epochs = epochs_for(bc_steps, data.episodes.size(), 2 * batch_size),
                              .batch_size = batch_size,
                              .learning_rate = 3e-3,
                              .max_gradient_norm = 1,
                              .warm_up_steps = 10,
                              .seed = seed + 1};
  const std::string who = what.goal.name + " agent, training seed " + std::to_string(number + 1);
  const auto on_progress = [&](const ra::train_progress& p) {
    const std::size_t every = p.epochs / 3 + 1;
    if (p.epoch % every == 0 || p.epoch == p.epochs) say(who, p);
  };
  const ra::train_report report =
      ra::train(policy, pairs, ra::cpl{.alpha = alpha, .lambda = lambda}, how, on_progress);

  agent a{report.status, env::scene_table(game), report.curve.empty() ? ra::train_progress{} : report.curve.back()};
  std::vector<real> row;
  for (const env::game_scene& s : game.scenes()) {
    row.resize(s.choice_count());
    policy.logits(data.scenes[s.index], std::span<real>(row));
    for (std::size_t c = 0; c < row.size(); ++c) a.logits[s.index][c] = static_cast<double>(row[c]);
  }
  return a;
}

}  // namespace

std::vector<std::vector<agent>> train_agents(const env::choice_game& game, const std::vector<episode>& episodes,
                                             const std::vector<assignment>& assignments, std::uint64_t seed) {
  const encoded_game data(game, episodes);
  std::vector<std::vector<agent>> agents(
      assignments.size(), std::vector<agent>(training_seeds, agent{ra::status::empty, env::scene_table(game), {}}));

  progress_line say;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t job = next++; job < assignments.size() * training_seeds; job = next++) {
      const std::size_t k = job % assignments.size();
      const std::size_t number = job / assignments.size();
      agents[k][number] = train_one(game, data, assignments[k], seed + 1000 * (job + 1), number, say);
    }
  };
  std::array<std::jthread, 2> threads;
  for (std::jthread& t : threads) t = std::jthread(work);
  for (std::jthread& t : threads) t.join();
  return agents;
}

}  // namespace adventure
