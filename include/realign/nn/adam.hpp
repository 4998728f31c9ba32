// SPDX-License-Identifier: MIT
// Adam with warm-up, clipping by global norm and decoupled weight decay; its state is an explicit
// object.
#ifndef REALIGN_NN_ADAM_HPP
#define REALIGN_NN_ADAM_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <Eigen/Core>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/status.hpp>

namespace realign::inline v0::nn {

/// Hyper-parameters of Adam; the defaults are the paper's (Kingma and Ba, ICLR 2015).
struct adam_options {
  double learning_rate = 1e-3;    ///< > 0
  double beta1 = 0.9;             ///< decay of the mean of gradients, in [0, 1)
  double beta2 = 0.999;           ///< decay of the mean of their squares, in [0, 1)
  double epsilon = 1e-8;          ///< > 0; the smallest normal number of the parameters' type when below that
  double weight_decay = 0;        ///< >= 0, decoupled (Loshchilov and Hutter, ICLR 2019)
  double max_gradient_norm = 0;   ///< larger gradients are scaled down to this norm; 0: never
  std::size_t warm_up_steps = 0;  ///< the learning rate grows linearly over so many steps

  /// @throws contract_error for a number outside its range
  void validate() const {
    const auto in = [](const double& x, double low, double below) {
      return is_finite(x) && x >= low && x < below;
    };
    constexpr double large = 1e300, tiny = 1e-300;
    expects(in(learning_rate, tiny, large), "learning_rate", "a number > 0", learning_rate);
    expects(in(beta1, 0, 1), "beta1", "a number in [0, 1)", beta1);
    expects(in(beta2, 0, 1), "beta2", "a number in [0, 1)", beta2);
    expects(in(epsilon, tiny, large), "epsilon", "a number > 0", epsilon);
    expects(in(weight_decay, 0, large), "weight_decay", "a number >= 0", weight_decay);
    expects(in(max_gradient_norm, 0, large), "max_gradient_norm", "a number >= 0",
            max_gradient_norm);
  }
};

/// What Adam remembers from step to step. A new object is a fresh optimiser.
template <scalar T>
struct adam_state {
  explicit adam_state(std::size_t parameter_count)
      : mean(parameter_count, T(0)), square(parameter_count, T(0)) {}

  std::vector<T> mean;    ///< decayed mean of the gradients
  std::vector<T> square;  ///< decayed mean of their squares
  std::size_t steps = 0;  ///< steps made so far
};

/// Euclidean norm of a gradient, summed in double; NaN or infinite when an entry is.
template <scalar T>
[[nodiscard]] double gradient_norm(std::span<const T> gradient) noexcept {
  const Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> g(
      gradient.data(), static_cast<Eigen::Index>(gradient.size()));
  return std::sqrt(g.template cast<double>().square().sum());
}

namespace detail {

/// True when the square of an entry, scaled, is beyond T: its mean would stay infinite and hold the parameter for ever.
template <scalar T>
[[nodiscard]] bool square_overflows(std::span<const T> gradient, T scale, double norm) noexcept {
  constexpr double large = static_cast<double>((std::numeric_limits<T>::max)());
  if (static_cast<double>(scale) * norm < 0.999 * std::sqrt(large)) return false;  // no entry is longer than all
  for (const T& g : gradient) {
    const T x = scale * g, square = x * x;
    if (!is_finite(square)) return true;
  }
  return false;
}

}  // namespace detail

/// One step of Adam: with g the clipped gradient and r the learning rate of step t,
///
///     m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
///     p = (1 - r weight_decay) p - r (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
///
/// @param gradient    as long as `parameters`; not changed
/// @return `diverged` when the gradient is not finite, or is too large: its sum of squares is not finite in double, or
///         the square of an entry, after clipping, is not in T (from 1.8e19 for float). Nothing is written then
/// @throws contract_error for wrong lengths or options
/// @cost two passes, no allocation
template <scalar T>
[[nodiscard]] status adam_step(const adam_options& options, adam_state<T>& state,
                               std::type_identity_t<std::span<const T>> gradient,
                               std::type_identity_t<std::span<T>> parameters) {
  options.validate();
  expects(gradient.size() == parameters.size(), "gradient", "one number per parameter",
          gradient.size(), " for ", parameters.size(), " parameters");
  expects(state.mean.size() == parameters.size() && state.square.size() == parameters.size(),
          "state", "the size of the parameters", state.mean.size(), " for ", parameters.size(),
          " parameters");
  const double norm = gradient_norm(gradient);
  if (!is_finite(norm)) return status::diverged;
  const bool clip = options.max_gradient_norm > 0 && norm > options.max_gradient_norm;
  const T scale = static_cast<T>(clip ? options.max_gradient_norm / norm : 1.0);
  if (detail::square_overflows(gradient, scale, norm)) return status::diverged;

  const auto t = static_cast<double>(++state.steps);
  const auto warm_up = static_cast<double>(options.warm_up_steps);
  const double rate = options.learning_rate * (t < warm_up ? t / warm_up : 1.0);
  const T beta1 = static_cast<T>(options.beta1), beta2 = static_cast<T>(options.beta2);
  // a decay near 1 rounds to 1, what it leaves does not
  const T fresh1 = static_cast<T>(1 - options.beta1), fresh2 = static_cast<T>(1 - options.beta2);
  const T keep = static_cast<T>(1 - rate * options.weight_decay);
  const T stride = static_cast<T>(rate / (1 - std::pow(options.beta1, t)));
  const T unbias = static_cast<T>(1 / std::sqrt(1 - std::pow(options.beta2, t)));
  const T epsilon = (std::max)(static_cast<T>(options.epsilon), (std::numeric_limits<T>::min)());

  using array = Eigen::Array<T, Eigen::Dynamic, 1>;
  constexpr std::size_t block = 1024;  // the four arrays of a block stay in the nearest cache
  for (std::size_t begin = 0; begin < parameters.size(); begin += block) {
    const auto n = static_cast<Eigen::Index>((std::min)(block, parameters.size() - begin));
    const Eigen::Map<const array> g(gradient.data() + begin, n);
    Eigen::Map<array> m(state.mean.data() + begin, n), v(state.square.data() + begin, n),
        p(parameters.data() + begin, n);
    m = beta1 * m + fresh1 * scale * g;
    v = beta2 * v + fresh2 * (scale * g).square();
    p = keep * p - stride * m / (v.sqrt() * unbias + epsilon);
  }
  return status::ok;
}

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_ADAM_HPP
