// SPDX-License-Identifier: MIT
#include "models.hpp"

#include <cstdio>
#include <span>

#include <realign/nn/candidate_policy.hpp>
#include <realign/preference/bc.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/reward_model.hpp>
#include <realign/preference/train.hpp>

#include "reward_model.hpp"

namespace preference_text {

namespace {

constexpr std::size_t hidden = 16;
constexpr double beta = 0.1;

/// What the model gives for both texts of every held-out pair, one behind the other.
template <class Model>
[[nodiscard]] std::vector<double> held_out_values(const Model& model, const encoded_pairs& pairs) {
  typename Model::tape tape;
  std::vector<double> out;
  for (const ra::preference_pair& p : pairs.data.held_out) {
    const typename Model::step_type both[2] = {pairs.data.segments[p.preferred][0],
                                               pairs.data.segments[p.rejected][0]};
    float values[2];
    model.log_probs(std::span<const typename Model::step_type>(both), tape, std::span<float>(values));
    out.insert(out.end(), {static_cast<double>(values[0]), static_cast<double>(values[1])});
  }
  return out;
}

/// Trains and tells of it on stderr.
template <class Model, class Loss>
[[nodiscard]] trained fit(std::string name, Model& model, const encoded_pairs& pairs, const Loss& loss,
                          const ra::train_options& options) {
  const auto tell = [&](const ra::train_progress& p) {
    std::fprintf(stderr, "%s: epoch %zu/%zu, loss %.4f, accuracy %.1f %%", name.c_str(), p.epoch, p.epochs, p.loss,
                 100 * p.accuracy);
    if (p.held_out) std::fprintf(stderr, ", held out %.1f %%", 100 * p.held_out->accuracy);
    std::fprintf(stderr, "\n");
  };
  const ra::train_report report = ra::train(model, pairs.data, loss, options, tell);
  return {name, report.status, report.curve, {}};
}

}  // namespace

trained train_reward_model(const encoded_pairs& pairs, const options& run) {
  text_reward_model model(run.dimension, hidden, run.seed);
  const ra::train_options how{
      .epochs = run.epochs, .batch_size = 32, .learning_rate = 1e-3, .weight_decay = 1.0, .seed = run.seed};
  trained t = fit("reward model", model, pairs, ra::bradley_terry{}, how);
  const std::vector<double> values = held_out_values(model, pairs);
  for (std::size_t i = 0; i < values.size(); i += 2) t.margins.push_back(values[i] - values[i + 1]);
  return t;
}

trained train_implicit_reward(const encoded_pairs& pairs, const options& run) {
  ra::candidate_policy<float> policy(run.dimension, {}, run.seed);
  ra::train_options how{.epochs = 1, .batch_size = 32, .learning_rate = 1e-3, .seed = run.seed};
  const ra::train_report cloned = ra::train(policy, pairs.data, ra::bc{}, how);
  if (!ra::succeeded(cloned.status)) return {"implicit reward", cloned.status, {}, {}};
  const ra::candidate_policy<float> reference = policy;  // `train` takes the same snapshot for the loss
  how.epochs = run.epochs;
  how.learning_rate = 5e-2;  // beta makes its slopes small and Adam does not mind, but the margin does
  how.weight_decay = 2e-2;
  trained t = fit("implicit reward", policy, pairs, ra::dpo{.beta = beta}, how);
  const std::vector<double> l = held_out_values(policy, pairs), r = held_out_values(reference, pairs);
  for (std::size_t i = 0; i < l.size(); i += 2)
    t.margins.push_back(beta * ((l[i] - r[i]) - (l[i + 1] - r[i + 1])));
  return t;
}

}  // namespace preference_text
