// SPDX-License-Identifier: MIT
// A reward model: one number per text, trained like a policy, with values where that has log-probabilities.
#ifndef PREFERENCE_TEXT_REWARD_MODEL_HPP
#define PREFERENCE_TEXT_REWARD_MODEL_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/nn/candidate_set.hpp>
#include <realign/nn/mlp.hpp>
#include <realign/policy/trainable.hpp>

namespace preference_text {

namespace ra = realign;

/// R(text) = net(features). A step names a text as a choice of a set, but is judged for itself: no softmax
/// over the set.
class text_reward_model {
 public:
  using scalar_type = float;
  using state_type = ra::candidate_set<float>;
  using action_type = std::size_t;
  using step_type = ra::step<state_type, action_type>;
  using network = ra::nn::mlp<float, ra::nn::tanh>;

  struct tape {
    std::vector<int> offsets, indices;
    std::vector<float> values;
    network::tape net;
  };

  text_reward_model(std::size_t dimension, std::size_t hidden, std::uint64_t seed)
      : net_({dimension, hidden, 1}) {
    net_.initialize(ra::random_generator(seed), {.last = 0.1});
  }

  [[nodiscard]] std::span<float> parameters() noexcept { return net_.parameters(); }
  [[nodiscard]] std::span<const float> parameters() const noexcept { return net_.parameters(); }

  void log_probs(std::span<const step_type> steps, tape& record, std::span<float> values) const {
    record.offsets.assign(1, 0);
    record.indices.clear();
    record.values.clear();
    for (const step_type& s : steps) {
      const auto begin = static_cast<std::size_t>(s.state->offsets()[s.action]);
      const auto count = static_cast<std::size_t>(s.state->offsets()[s.action + 1]) - begin;
      const auto indices = s.state->indices().subspan(begin, count);
      const auto entries = s.state->values().subspan(begin, count);
      record.indices.insert(record.indices.end(), indices.begin(), indices.end());
      record.values.insert(record.values.end(), entries.begin(), entries.end());
      record.offsets.push_back(static_cast<int>(record.indices.size()));
    }
    const ra::nn::const_rows<float> y = net_.forward(rows(record), record.net);
    std::copy_n(y.data(), values.size(), values.begin());
  }

  void backward(tape& record, std::span<const float> d, std::span<float> gradient) const {
    net_.backward(rows(record), record.net, ra::nn::as_rows(d, d.size(), 1), gradient);
  }

 private:
  [[nodiscard]] ra::nn::sparse_rows<float> rows(const tape& record) const {
    return {static_cast<Eigen::Index>(record.offsets.size() - 1), static_cast<Eigen::Index>(net_.inputs()),
            static_cast<Eigen::Index>(record.indices.size()),     record.offsets.data(),
            record.indices.data(),                                record.values.data()};
  }

  network net_;
};

}  // namespace preference_text

#endif  // PREFERENCE_TEXT_REWARD_MODEL_HPP
