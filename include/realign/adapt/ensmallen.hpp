// SPDX-License-Identifier: MIT
// A policy, a data set and a loss as the differentiable functions that ensmallen's optimisers take.
#ifndef REALIGN_ADAPT_ENSMALLEN_HPP
#define REALIGN_ADAPT_ENSMALLEN_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/random.hpp>
#include <realign/core/status.hpp>
#include <realign/policy/trainable.hpp>
#include <realign/preference/detail/pair_batch.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/train.hpp>

namespace realign::inline v0::adapt {

/// A dense matrix as Armadillo has them. Nothing of Armadillo is included here.
template <class M>
concept armadillo_matrix =
    requires(M& m, const M& c) {
      typename M::elem_type;
      { m.memptr() } -> std::same_as<typename M::elem_type*>;
      { c.n_elem } -> std::convertible_to<std::size_t>;
      m.set_size(c.n_rows, c.n_cols);
    };

/// What both forms share: a loss on pairs as a function of the parameters of a policy.
///
/// Works on a copy of the policy; the data are views that must outlive it. A loss with a reference
/// is relative to the policy as it came. Where the loss is undefined or infinite the value is
/// infinity, the gradient zero, and `last_status` says why.
template <trainable_policy P, preference_loss Loss>
class preference_function {
 public:
  using T = typename P::scalar_type;

  /// @throws contract_error for bad data or parameters, or without pairs
  preference_function(const P& policy, const training_data<P>& data, const Loss& loss)
      : policy_(policy),
        loss_((checked(data, loss), loss)),
        pairs_(policy, data, loss.score().needs_reference()),
        order_(data.pairs.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  /// Number of parameters: as many rows as the iterate must have, in one column.
  [[nodiscard]] std::size_t size() const noexcept { return policy_.parameters().size(); }
  /// What the last evaluation reported.
  [[nodiscard]] realign::status last_status() const noexcept { return status_; }

  /// Writes the parameters of a policy into x, which is resized.
  template <armadillo_matrix M>
  static void read(const P& policy, M& x) {
    x.set_size(policy.parameters().size(), 1);
    copy(policy.parameters(), std::span<typename M::elem_type>(x.memptr(), x.n_elem));
  }
  /// Writes x into the parameters of a policy.
  template <armadillo_matrix M>
  static void write(const M& x, P& policy) {
    check(x, policy.parameters().size());
    copy(std::span<const typename M::elem_type>(x.memptr(), x.n_elem), policy.parameters());
  }

 protected:
  /// factor * mean loss over some pairs, at x; sets g to its gradient unless it is null.
  template <armadillo_matrix M>
  typename M::elem_type at(const M& x, std::span<const std::size_t> chosen, double factor, M* g) {
    using E = typename M::elem_type;
    write(x, policy_);
    const evaluation found = pairs_.evaluate(policy_, loss_, chosen);
    status_ = found.status;
    const bool finite = succeeded(status_) && is_finite(found.loss);
    if (g != nullptr) {
      gradient_.assign(size(), T(0));
      if (finite) pairs_.backward(policy_, gradient_);
      g->set_size(x.n_rows, x.n_cols);
      for (std::size_t i = 0; i < size(); ++i)
        g->memptr()[i] = static_cast<E>(factor * static_cast<double>(gradient_[i]));
    }
    return finite ? static_cast<E>(factor * found.loss) : pos_infinity<E>();
  }
  [[nodiscard]] std::vector<std::size_t>& order() noexcept { return order_; }

 private:
  static void checked(const training_data<P>& data, const Loss& loss) {
    data.validate();
    realign::detail::validate_loss(loss);
    expects(!data.pairs.empty(), "pairs", "at least one", "none");
  }
  template <class M>
  static void check(const M& x, std::size_t size) {
    expects(x.n_elem == size, "x", "one number per parameter", static_cast<std::size_t>(x.n_elem),
            " for ", size);
  }
  template <class From, class To>
  static void copy(std::span<From> from, std::span<To> to) {
    for (std::size_t i = 0; i < from.size(); ++i) to[i] = static_cast<To>(from[i]);
  }

  P policy_;
  Loss loss_;
  realign::detail::pair_batch<P> pairs_;
  std::vector<std::size_t> order_;
  std::vector<T> gradient_;
  realign::status status_ = status::ok;
};

/// f(x) = mean loss over all pairs, for L-BFGS and other optimisers of differentiable functions.
///
///     adapt::ensmallen_function f(policy, data, dpo{});
///     arma::mat x;
///     f.read(policy, x);
///     ens::L_BFGS().Optimize(f, x);
///     f.write(x, policy);
template <trainable_policy P, preference_loss Loss>
class ensmallen_function : public preference_function<P, Loss> {
 public:
  ensmallen_function(const P& policy, const training_data<P>& data, const Loss& loss)
      : preference_function<P, Loss>(policy, data, loss) {}

  /// f(x). @param x  `size()` numbers
  template <armadillo_matrix M>
  typename M::elem_type Evaluate(const M& x) {
    return this->template at<M>(x, this->order(), 1, nullptr);
  }
  /// g = the gradient of f at x; g is resized.
  template <armadillo_matrix M>
  void Gradient(const M& x, M& g) {
    this->at(x, this->order(), 1, &g);
  }
  /// Both in one pass.
  template <armadillo_matrix M>
  typename M::elem_type EvaluateWithGradient(const M& x, M& g) {
    return this->at(x, this->order(), 1, &g);
  }
};

template <class P, class Data, class Loss>
ensmallen_function(const P&, const Data&, const Loss&) -> ensmallen_function<P, Loss>;

/// f(x) = sum over pairs of their losses, in parts, for SGD, Adam and other optimisers of separable
/// functions. The numbers of pairs are permuted by `Shuffle`, with random numbers of its own.
///
/// A regulariser over the steps of a batch (`nll_mean::batch_steps`) is that of the part.
template <trainable_policy P, preference_loss Loss>
class ensmallen_separable_function : public preference_function<P, Loss> {
 public:
  /// @param seed  of the permutations
  ensmallen_separable_function(const P& policy, const training_data<P>& data, const Loss& loss,
                               std::uint64_t seed = 0)
      : preference_function<P, Loss>(policy, data, loss), random_(seed) {}

  /// Number of pairs.
  [[nodiscard]] std::size_t NumFunctions() { return this->order().size(); }
  /// Puts the pairs in a new random order.
  void Shuffle() { shuffle(random_, this->order()); }

  /// The sum of the losses of pairs begin .. begin + count - 1.
  template <armadillo_matrix M>
  typename M::elem_type Evaluate(const M& x, const std::size_t begin, const std::size_t count) {
    return this->template at<M>(x, part(begin, count), static_cast<double>(count), nullptr);
  }
  /// g = the gradient of that; g is resized.
  template <armadillo_matrix M>
  void Gradient(const M& x, const std::size_t begin, M& g, const std::size_t count) {
    this->at(x, part(begin, count), static_cast<double>(count), &g);
  }
  /// Both in one pass.
  template <armadillo_matrix M>
  typename M::elem_type EvaluateWithGradient(const M& x, const std::size_t begin, M& g,
                                             const std::size_t count) {
    return this->at(x, part(begin, count), static_cast<double>(count), &g);
  }

 private:
  [[nodiscard]] std::span<const std::size_t> part(std::size_t begin, std::size_t count) {
    const std::size_t all = this->order().size();
    expects(count > 0 && begin < all && count <= all - begin, "begin, count", "a part of the pairs",
            begin, ", ", count, " of ", all);
    return std::span<const std::size_t>(this->order()).subspan(begin, count);
  }

  random_generator random_;
};

template <class P, class Data, class Loss, class... Seed>
ensmallen_separable_function(const P&, const Data&, const Loss&, Seed...)
    -> ensmallen_separable_function<P, Loss>;

}  // namespace realign::inline v0::adapt

#endif  // REALIGN_ADAPT_ENSMALLEN_HPP
