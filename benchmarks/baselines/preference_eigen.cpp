// SPDX-License-Identifier: MIT
// Preference losses by Eigen's array expressions.
#include "preference.hpp"

#include "cpl_eigen.hpp"

namespace bench::eigen {
namespace {

template <class T>
void cpl_action(const cpl_batch<T>& in, std::size_t) {
  cpl(in);
}

/// One row of the matrix of margins at a time.
template <class T>
class all_pairs {
 public:
  explicit all_pairs(const ranking<T>& in) : in_(in), discount_(static_cast<Eigen::Index>(in.steps)) {
    T weight = static_cast<T>(cpl_alpha);
    for (T& d : discount_) {
      d = weight;
      weight *= static_cast<T>(cpl_gamma);
    }
  }
  void operator()(std::size_t) {
    const auto k = static_cast<Eigen::Index>(in_.segments), n = static_cast<Eigen::Index>(in_.steps);
    s_ = Eigen::Map<const row_major<T>>(in_.log_probs, k, n) * discount_;
    rank_ = see(in_.ranks.data(), in_.segments).template cast<T>();
    ds_.setZero(k);
    T loss = 0, count = 0;
    for (Eigen::Index i = 0; i < k; ++i) {
      h_ = s_[i] - static_cast<T>(cpl_lambda) * s_;
      worse_ = (rank_ < rank_[i]).template cast<T>();
      slope_ = -worse_ / (T(1) + h_.exp());
      loss += (worse_ * ((T(1) + (-h_.abs()).exp()).log() + (-h_).max(T(0)))).sum();
      ds_[i] += slope_.sum();
      ds_ -= static_cast<T>(cpl_lambda) * slope_;
      count += worse_.sum();
    }
    Eigen::Map<row_major<T>>(in_.gradient, k, n).noalias() = (ds_ / count).matrix() * discount_.transpose();
    *in_.loss = loss / count;
  }

 private:
  ranking<T> in_;
  Eigen::Matrix<T, Eigen::Dynamic, 1> discount_;
  array<T> s_, ds_, rank_, h_, worse_, slope_;
};

template <class T>
void offer_all() {
  offer<cpl_batch<T>>("cpl", name, repeat<cpl_action<T>>, plain);
  offer<ranking<T>>("all_pairs", name, [](const ranking<T>& in) -> action { return all_pairs<T>(in); }, plain);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  return true;
}();

}  // namespace
}  // namespace bench::eigen
