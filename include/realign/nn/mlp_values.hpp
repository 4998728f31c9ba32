// SPDX-License-Identifier: MIT
// A network that gives a number to every action of a state, trained as a reward or a cost model.
#ifndef REALIGN_NN_MLP_VALUES_HPP
#define REALIGN_NN_MLP_VALUES_HPP

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
#include <realign/policy/step_groups.hpp>
#include <realign/policy/trainable.hpp>

namespace realign::inline v0 {

/// v(s, a) = net(s)[a], where a policy has log-probabilities: nothing is normalised.
template <scalar T, nn::activation Activation = nn::tanh>
class mlp_values {
 public:
  using scalar_type = T;
  using state_type = std::vector<T>;
  using action_type = std::size_t;
  using step_type = step<state_type, action_type>;
  using network = nn::mlp<T, Activation>;
  using workspace = typename network::tape;

  /// The features of the distinct states, the network's values, and which of them each step takes.
  struct tape {
    step_groups<state_type> groups;
    nn::feature_batch<T> features;
    typename network::tape net;
    std::vector<std::size_t> taken;
    std::vector<T> d_outputs;
  };

  /// @param widths  features, hidden widths, actions
  /// @param seed    of the initial weights; the values start close to zero
  mlp_values(std::vector<std::size_t> widths, std::uint64_t seed) : net_(std::move(widths)) {
    net_.initialize(random_generator(seed), {.last = 0.01});
  }

  [[nodiscard]] const network& net() const noexcept { return net_; }
  [[nodiscard]] std::span<T> parameters() noexcept { return net_.parameters(); }
  [[nodiscard]] std::span<const T> parameters() const noexcept { return net_.parameters(); }
  [[nodiscard]] std::size_t action_count() const noexcept { return net_.outputs(); }

  /// Fills the value of every action. Uses a workspace of the calling thread.
  void values(std::span<const T> state, std::span<T> out) const {
    thread_local workspace scratch;
    expects(out.size() == action_count(), "out", "one number per action", out.size(), " for ",
            action_count(), " actions");
    nn::expect_features(state, net_.inputs());
    std::copy_n(net_.forward(nn::as_rows(state, 1, state.size()), scratch).data(), out.size(),
                out.begin());
  }

  /// l[t] = v(s_t, a_t); see `trainable_policy`.
  void log_probs(std::span<const step_type> steps, tape& record, std::span<T> l) const {
    expects(l.size() == steps.size(), "l", "one number per step", l.size(), " for ", steps.size(),
            " steps");
    record.groups.assign(steps);
    record.features.assign(record.groups.states(), net_.inputs());
    const nn::const_rows<T> y = net_.forward(record.features.rows(), record.net);
    record.taken.resize(steps.size());
    for (std::size_t t = 0; t < steps.size(); ++t) {
      expects(steps[t].action < action_count(), "steps", "an action below the number of actions",
              steps[t].action, " of ", action_count(), " at step ", t);
      record.taken[t] = record.groups.group_of()[t] * action_count() + steps[t].action;
      l[t] = y.data()[record.taken[t]];
    }
  }

  /// grad += sum_t dl[t] * d v(s_t, a_t) / d parameters; see `trainable_policy`.
  void backward(tape& record, std::span<const T> dl, std::span<T> grad) const {
    expects(dl.size() == record.taken.size(), "dl", "one number per step", dl.size(), " for ",
            record.taken.size(), " steps");
    const std::size_t states = record.groups.states().size();
    record.d_outputs.assign(states * action_count(), T(0));
    for (std::size_t t = 0; t < dl.size(); ++t) record.d_outputs[record.taken[t]] += dl[t];
    net_.backward(record.features.rows(), record.net,
                  nn::as_rows(std::span<const T>(record.d_outputs), states, action_count()), grad);
  }

 private:
  network net_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_NN_MLP_VALUES_HPP
