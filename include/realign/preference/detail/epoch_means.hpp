// SPDX-License-Identifier: MIT
// What an epoch of training tells: the means of its batches, and whether to go on.
#ifndef REALIGN_PREFERENCE_DETAIL_EPOCH_MEANS_HPP
#define REALIGN_PREFERENCE_DETAIL_EPOCH_MEANS_HPP

#include <concepts>

#include <realign/preference/batch.hpp>
#include <realign/preference/training.hpp>

namespace realign::inline v0::detail {

/// Calls the progress callback; false means that it asked to stop.
template <class Progress>
[[nodiscard]] bool keep_going(Progress& on_progress, const train_progress& p) {
  if constexpr (std::convertible_to<decltype(on_progress(p)), bool>) {
    return static_cast<bool>(on_progress(p));
  } else {
    on_progress(p);
    return true;
  }
}

/// Weighted means of what batches report.
class epoch_means {
 public:
  void add(const evaluation& e, double weight) noexcept {
    loss_ += weight * e.loss;
    accuracy_ += weight * e.accuracy;
    margin_ += weight * e.margin;
    weight_ += weight;
  }
  /// Writes the means into anything with loss, accuracy and margin.
  template <class To>
  void write(To& to) const noexcept {
    if (!(weight_ > 0)) return;
    to.loss = loss_ / weight_;
    to.accuracy = accuracy_ / weight_;
    to.margin = margin_ / weight_;
  }

 private:
  double loss_ = 0, accuracy_ = 0, margin_ = 0, weight_ = 0;
};

}  // namespace realign::inline v0::detail

#endif  // REALIGN_PREFERENCE_DETAIL_EPOCH_MEANS_HPP
