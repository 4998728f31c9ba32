// SPDX-License-Identifier: MIT
// A policy over continuous actions: a Gaussian with independent dimensions around a network's
// output.
#ifndef REALIGN_NN_GAUSSIAN_POLICY_HPP
#define REALIGN_NN_GAUSSIAN_POLICY_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
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

/// What `gaussian_policy` gives as the log-probability of a step.
enum class gaussian_score : unsigned char {
  log_density,       ///< -sum_j (a_j - mu_j)^2 / (2 sigma_j^2) + log sigma_j + log(2 pi) / 2
  squared_distance,  ///< -|a - mu|^2, as in the experiments of CPL: the log-density for sigma^2 =
                     ///< 1/2 plus (d/2) log pi
};

/// How a `gaussian_policy` is made.
struct gaussian_options {
  gaussian_score score = gaussian_score::log_density;
  bool learned_std = true;  ///< the d logarithms of sigma are parameters; not with squared_distance
  double log_std = 0;       ///< the value they start from, or keep; not with squared_distance
  bool tanh_mean = false;   ///< mu = tanh(net(s)), for actions in (-1, 1)
};

/// a ~ N(mu(s), diag(sigma^2)) with mu = net(s) or tanh(net(s)), and sigma the same in every state.
///
/// The parameters are the network's, then log sigma if it is learned. Steps hold views of their
/// actions.
template <scalar T, nn::activation Activation = nn::tanh>
class gaussian_policy {
 public:
  using scalar_type = T;
  using state_type = std::vector<T>;
  using action_type = std::span<const T>;
  using step_type = step<state_type, action_type>;
  using network = nn::mlp<T, Activation>;
  using workspace = typename network::tape;

  /// The features of the distinct states, the means, and how far each action is from its mean.
  struct tape {
    step_groups<state_type> groups;
    nn::feature_batch<T> features;
    typename network::tape net;
    std::vector<T> means;            // states x d
    std::vector<double> deviations;  // steps x d: a - mu
    std::vector<double> sums;        // states x d: the derivatives of the means
    std::vector<T> d_outputs;        // states x d: those of the network's outputs
  };

  /// @param widths  features, hidden widths, action dimensions
  /// @param seed    of the initial weights; the mean starts close to zero
  gaussian_policy(std::vector<std::size_t> widths, std::uint64_t seed,
                  const gaussian_options& options = {})
      : gaussian_policy(network(widths, tail_size(options, widths)), options) {
    net_.initialize(random_generator(seed), {.last = 0.01});
    for (T& x : net_.tail()) x = static_cast<T>(options.log_std);
  }
  /// A policy with this network, whose tail holds log sigma if it is learned.
  gaussian_policy(network net, const gaussian_options& options)
      : net_(std::move(net)), options_(options) {
    expects(is_finite(options.log_std) && std::abs(options.log_std) <= static_cast<double>((std::numeric_limits<T>::max)()),
            "log_std", "a finite number", options.log_std);
    const std::size_t tail = learns_std(options) ? net_.outputs() : 0;
    expects(net_.tail().size() == tail, "net", "a tail for log sigma", net_.tail().size(),
            " instead of ", tail);
  }

  [[nodiscard]] const network& net() const noexcept { return net_; }
  [[nodiscard]] const gaussian_options& options() const noexcept { return options_; }
  [[nodiscard]] std::span<T> parameters() noexcept { return net_.parameters(); }
  [[nodiscard]] std::span<const T> parameters() const noexcept { return net_.parameters(); }
  [[nodiscard]] std::size_t dimension() const noexcept { return net_.outputs(); }

  /// log sigma_j; -log(2) / 2 with squared_distance.
  [[nodiscard]] double log_std(std::size_t j) const {
    expects(j < dimension(), "j", "an index below the dimension", j);
    if (options_.score == gaussian_score::squared_distance) return -0.5 * std::numbers::ln2;
    return options_.learned_std ? static_cast<double>(net_.tail()[j]) : options_.log_std;
  }

  /// Writes mu(state). @param out d numbers. Uses a workspace of the calling thread.
  void mean(std::span<const T> state, std::span<T> out) const {
    thread_local workspace scratch;
    expects(out.size() == dimension(), "out", "one number per dimension", out.size(), " for ",
            dimension());
    nn::expect_features(state, net_.inputs());
    write_means(net_.forward(nn::as_rows(state, 1, state.size()), scratch), out);
  }

  /// Draws an action. @param out d numbers
  template <class Generator>
  void sample(std::span<const T> state, Generator& random, std::span<T> out) const {
    mean(state, out);
    for (std::size_t j = 0; j < out.size(); ++j)
      out[j] = static_cast<T>(static_cast<double>(out[j]) + std::exp(log_std(j)) * normal(random));
  }

  /// l[t] = the score of action_t in state_t; see `trainable_policy`.
  /// @throws contract_error for an action of another dimension or with an entry that is not finite
  void log_probs(std::span<const step_type> steps, tape& record, std::span<T> l) const {
    expects(l.size() == steps.size(), "l", "one number per step", l.size(), " for ", steps.size(),
            " steps");
    const std::size_t d = dimension();
    record.groups.assign(steps);
    record.features.assign(record.groups.states(), net_.inputs());
    record.means.resize(record.groups.states().size() * d);
    write_means(net_.forward(record.features.rows(), record.net), std::span<T>(record.means));
    record.deviations.resize(steps.size() * d);
    for (std::size_t t = 0; t < steps.size(); ++t) {
      const std::span<const T> action = steps[t].action;
      expects(action.size() == d, "steps", "actions of the policy's dimension", action.size(),
              " at step ", t);
      double sum = log_normalizer();
      for (std::size_t j = 0; j < d; ++j) {
        expects(is_finite(action[j]), "steps", "finite actions", action[j], " at step ", t);
        const double mu = static_cast<double>(record.means[record.groups.group_of()[t] * d + j]);
        const double deviation = static_cast<double>(action[j]) - mu;
        record.deviations[t * d + j] = deviation;
        sum -= 0.5 * precision(j) * deviation * deviation;
      }
      l[t] = static_cast<T>(sum);
    }
  }

  /// grad += sum_t dl[t] * d l[t] / d parameters; see `trainable_policy`.
  ///
  ///     d l / d mu_j = (a_j - mu_j) / sigma_j^2,    d l / d log sigma_j = (a_j - mu_j)^2 /
  ///     sigma_j^2 - 1
  void backward(tape& record, std::span<const T> dl, std::span<T> grad) const {
    const std::size_t d = dimension(), states = record.groups.states().size();
    expects(dl.size() == record.groups.group_of().size(), "dl", "one number per step", dl.size(),
            " for ", record.groups.group_of().size(), " steps");
    record.sums.assign(states * d, 0.0);
    for (std::size_t t = 0; t < dl.size(); ++t)
      for (std::size_t j = 0; j < d; ++j)
        record.sums[record.groups.group_of()[t] * d + j] +=
            static_cast<double>(dl[t]) * precision(j) * record.deviations[t * d + j];
    record.d_outputs.resize(states * d);
    for (std::size_t i = 0; i < record.sums.size(); ++i) {
      const double mu = static_cast<double>(record.means[i]);
      record.d_outputs[i] =
          static_cast<T>(options_.tanh_mean ? record.sums[i] * (1 - mu * mu) : record.sums[i]);
    }
    net_.backward(record.features.rows(), record.net,
                  nn::as_rows(std::span<const T>(record.d_outputs), states, d), grad);
    if (learns_std(options_)) backward_std(record, dl, net_.tail(grad));
  }

 private:
  [[nodiscard]] static bool learns_std(const gaussian_options& options) noexcept {
    return options.learned_std && options.score == gaussian_score::log_density;
  }
  [[nodiscard]] static std::size_t tail_size(const gaussian_options& options,
                                             const std::vector<std::size_t>& widths) noexcept {
    return learns_std(options) && !widths.empty() ? widths.back() : 0;
  }
  /// 1 / sigma_j^2
  [[nodiscard]] double precision(std::size_t j) const {
    return options_.score == gaussian_score::squared_distance ? 2.0 : std::exp(-2 * log_std(j));
  }
  [[nodiscard]] double log_normalizer() const {
    if (options_.score == gaussian_score::squared_distance) return 0;
    double sum = -0.5 * static_cast<double>(dimension()) * std::log(2 * std::numbers::pi);
    for (std::size_t j = 0; j < dimension(); ++j) sum -= log_std(j);
    return sum;
  }
  void write_means(const nn::const_rows<T>& outputs, std::span<T> means) const {
    for (std::size_t i = 0; i < means.size(); ++i)
      means[i] = options_.tanh_mean ? std::tanh(outputs.data()[i]) : outputs.data()[i];
  }
  void backward_std(const tape& record, std::span<const T> dl, std::span<T> grad) const {
    const std::size_t d = dimension();
    for (std::size_t j = 0; j < d; ++j) {
      double sum = 0;
      for (std::size_t t = 0; t < dl.size(); ++t) {
        const double deviation = record.deviations[t * d + j];
        sum += static_cast<double>(dl[t]) * (precision(j) * deviation * deviation - 1);
      }
      grad[j] += static_cast<T>(sum);
    }
  }

  network net_;
  gaussian_options options_;
};

}  // namespace realign::inline v0

#endif  // REALIGN_NN_GAUSSIAN_POLICY_HPP
