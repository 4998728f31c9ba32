// SPDX-License-Identifier: MIT
// A policy over a fixed set of actions: a network maps a feature vector to the logits.
#ifndef REALIGN_NN_MLP_POLICY_HPP
#define REALIGN_NN_MLP_POLICY_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/nn/feature_batch.hpp>
#include <realign/nn/mlp.hpp>
#include <realign/policy/categorical.hpp>

namespace realign::inline v0 {

/// pi(a | s) = softmax(net(s))[a] for a state of fixed size. Evaluation is safe from several
/// threads.
template <scalar T, nn::activation Activation = nn::tanh>
class mlp_policy {
 public:
  using scalar_type = T;
  using state_type = std::vector<T>;
  using action_type = std::size_t;
  using step_type = step<state_type, action_type>;
  using network = nn::mlp<T, Activation>;
  using workspace = typename network::tape;

  /// The features of the distinct states, the network's values, and the rows of logits.
  struct tape {
    categorical_tape<state_type, T> logits;
    nn::feature_batch<T> features;
    typename network::tape net;
  };

  /// @param widths  features, hidden widths, actions
  /// @param seed    of the initial weights; the policy starts close to uniform
  mlp_policy(std::vector<std::size_t> widths, std::uint64_t seed) : net_(std::move(widths)) {
    net_.initialize(random_generator(seed), {.last = 0.01});
  }
  /// A policy with this network.
  explicit mlp_policy(network net) : net_(std::move(net)) {}

  [[nodiscard]] const network& net() const noexcept { return net_; }
  [[nodiscard]] std::span<T> parameters() noexcept { return net_.parameters(); }
  [[nodiscard]] std::span<const T> parameters() const noexcept { return net_.parameters(); }
  [[nodiscard]] std::size_t action_count() const noexcept { return net_.outputs(); }
  [[nodiscard]] std::size_t choice_count(std::span<const T>) const noexcept {
    return net_.outputs();
  }

  /// Fills the logit of every action. Uses a workspace of the calling thread that allocates only to
  /// grow.
  /// @throws contract_error for a state of another size or with a feature that is not finite
  void logits(std::span<const T> state, std::span<T> out) const {
    thread_local workspace scratch;
    logits(state, out, scratch);
  }
  /// As above with the caller's workspace.
  void logits(std::span<const T> state, std::span<T> out, workspace& scratch) const {
    expects(out.size() == action_count(), "out", "one number per action", out.size(), " for ",
            action_count(), " actions");
    nn::expect_features(state, net_.inputs());
    const nn::const_rows<T> y = net_.forward(nn::as_rows(state, 1, state.size()), scratch);
    std::copy_n(y.data(), out.size(), out.begin());
  }

  /// l[t] = log pi(action_t | state_t); see `trainable_policy`.
  void log_probs(std::span<const step_type> steps, tape& record, std::span<T> l) const {
    record.logits.begin(steps, [this](const state_type&) { return action_count(); });
    record.features.assign(record.logits.states(), net_.inputs());
    const nn::const_rows<T> y = net_.forward(record.features.rows(), record.net);
    std::copy_n(y.data(), record.logits.logits().size(), record.logits.logits().begin());
    record.logits.log_probs(l);
  }

  /// grad += sum_t dl[t] * d l[t] / d parameters; see `trainable_policy`.
  void backward(tape& record, std::span<const T> dl, std::span<T> grad) const {
    const std::span<const T> d = record.logits.d_logits(dl);
    const nn::const_rows<T> x = record.features.rows();
    net_.backward(x, record.net, nn::as_rows(d, static_cast<std::size_t>(x.rows()), action_count()),
                  grad);
  }

 private:
  network net_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_NN_MLP_POLICY_HPP
