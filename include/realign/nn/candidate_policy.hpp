// SPDX-License-Identifier: MIT
// A policy for states that offer different choices: a network scores each choice by its features.
#ifndef REALIGN_NN_CANDIDATE_POLICY_HPP
#define REALIGN_NN_CANDIDATE_POLICY_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/nn/candidate_set.hpp>
#include <realign/nn/mlp.hpp>
#include <realign/policy/categorical.hpp>

namespace realign::inline v0 {

/// pi(a | s) = softmax_a net(features(s, a)), with one output of the network per choice.
///
/// One batch makes one sparse product over all choices of all distinct states. Evaluation is safe
/// from several threads.
template <scalar T, nn::activation Activation = nn::tanh>
class candidate_policy {
 public:
  using scalar_type = T;
  using state_type = candidate_set<T>;
  using action_type = std::size_t;
  using step_type = step<state_type, action_type>;
  using network = nn::mlp<T, Activation>;
  using workspace = typename network::tape;

  /// The choices of a batch as compressed rows, the network's values, and the rows of logits.
  struct tape {
    categorical_tape<state_type, T> logits;
    std::vector<int> offsets, indices;
    std::vector<T> values;
    typename network::tape net;
  };

  /// @param dimension  of the features
  /// @param hidden     widths of the hidden layers; none gives a linear model
  /// @param seed       of the initial weights; the policy starts close to uniform
  candidate_policy(std::size_t dimension, const std::vector<std::size_t>& hidden,
                   std::uint64_t seed)
      : net_(widths(dimension, hidden)) {
    net_.initialize(random_generator(seed), {.last = 0.01});
  }
  /// A policy with this network. @throws contract_error when it has not exactly one output
  explicit candidate_policy(network net) : net_(std::move(net)) {
    expects(net_.outputs() == 1, "net", "one output", net_.outputs());
  }

  [[nodiscard]] const network& net() const noexcept { return net_; }
  [[nodiscard]] std::span<T> parameters() noexcept { return net_.parameters(); }
  [[nodiscard]] std::span<const T> parameters() const noexcept { return net_.parameters(); }
  [[nodiscard]] std::size_t choice_count(const state_type& state) const noexcept {
    return state.choice_count();
  }

  /// Fills the logit of every choice. Uses a workspace of the calling thread that allocates only to
  /// grow.
  void logits(const state_type& state, std::span<T> out) const {
    thread_local workspace scratch;
    logits(state, out, scratch);
  }
  /// As above with the caller's workspace.
  void logits(const state_type& state, std::span<T> out, workspace& scratch) const {
    expects(out.size() == state.choice_count(), "out", "one number per choice", out.size(), " for ",
            state.choice_count(), " choices");
    const nn::const_rows<T> y = net_.forward(state.rows(), scratch);
    std::copy_n(y.data(), out.size(), out.begin());
  }

  /// l[t] = log pi(action_t | state_t); see `trainable_policy`.
  void log_probs(std::span<const step_type> steps, tape& record, std::span<T> l) const {
    record.logits.begin(steps, [](const state_type& state) { return state.choice_count(); });
    gather_rows(record);
    const nn::const_rows<T> y = net_.forward(rows(record), record.net);
    std::copy_n(y.data(), record.logits.logits().size(), record.logits.logits().begin());
    record.logits.log_probs(l);
  }

  /// grad += sum_t dl[t] * d l[t] / d parameters; see `trainable_policy`.
  void backward(tape& record, std::span<const T> dl, std::span<T> grad) const {
    const std::span<const T> d = record.logits.d_logits(dl);
    net_.backward(rows(record), record.net, nn::as_rows(d, d.size(), 1), grad);
  }

 private:
  static std::vector<std::size_t> widths(std::size_t dimension,
                                         const std::vector<std::size_t>& hidden) {
    std::vector<std::size_t> w{dimension};
    w.insert(w.end(), hidden.begin(), hidden.end());
    w.push_back(1);
    return w;
  }

  /// Puts the choices of all states into one matrix.
  void gather_rows(tape& record) const {
    record.offsets.assign(1, 0);
    record.indices.clear();
    record.values.clear();
    for (const state_type* state : record.logits.states()) {
      expects(state->dimension() == net_.inputs(), "state", "features of the network's dimension",
              state->dimension(), " for ", net_.inputs());
      const std::size_t begin = record.indices.size();
      expects(begin + state->indices().size() < 0x7fffffffU, "steps",
              "fewer than 2^31 - 1 feature entries", begin);
      record.indices.insert(record.indices.end(), state->indices().begin(), state->indices().end());
      record.values.insert(record.values.end(), state->values().begin(), state->values().end());
      for (const int offset : state->offsets().subspan(1))
        record.offsets.push_back(static_cast<int>(begin) + offset);
    }
  }
  [[nodiscard]] nn::sparse_rows<T> rows(const tape& record) const {
    return {static_cast<Eigen::Index>(record.offsets.size() - 1),
            static_cast<Eigen::Index>(net_.inputs()),
            static_cast<Eigen::Index>(record.indices.size()),
            record.offsets.data(),
            record.indices.data(),
            record.values.data()};
  }

  network net_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_NN_CANDIDATE_POLICY_HPP
