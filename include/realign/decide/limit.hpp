// SPDX-License-Identifier: MIT
// Limits that no weight can relax: budgets on expected costs, and shields.
#ifndef REALIGN_DECIDE_LIMIT_HPP
#define REALIGN_DECIDE_LIMIT_HPP

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include <realign/core/view.hpp>
#include <realign/decide/problem.hpp>

namespace realign::inline v0 {

/// A limit on an expected cost: E[cost] at most, at least, or exactly `bound`.
struct budget {
  vector_view<const float> costs_f = {};   ///< one of the two rows is in use: V costs
  vector_view<const double> costs_d = {};
  double bound = 0;
  realign::sense sense = realign::sense::at_most;

  [[nodiscard]] std::size_t size() const noexcept { return costs_f.size() + costs_d.size(); }
  [[nodiscard]] double cost(std::size_t a) const noexcept {
    // Each row behind a test of its own: g++ 12 warns of the other one's null pointer otherwise.
    if (costs_f.data() != nullptr) return static_cast<double>(costs_f[a]);
    return costs_d.data() != nullptr ? costs_d[a] : 0.0;
  }
};

/// Choices that are never made, whatever anyone prefers: they get probability exactly zero.
struct shield {
  mask_view forbidden = {};  ///< V bytes, non-zero means never
};

/// A budget or a shield; views only, so what it was made from must outlive it.
class limit {
 public:
  limit(const budget& b) : budget_(b), is_budget_(true) {}
  limit(const shield& s) : shield_(s) {}

  [[nodiscard]] bool is_budget() const noexcept { return is_budget_; }
  [[nodiscard]] const budget& as_budget() const noexcept { return budget_; }
  [[nodiscard]] const shield& as_shield() const noexcept { return shield_; }
  /// The number of choices it speaks of.
  [[nodiscard]] std::size_t size() const noexcept {
    return is_budget_ ? budget_.size() : shield_.forbidden.size();
  }

 private:
  budget budget_;
  shield shield_;
  bool is_budget_ = false;
};

namespace detail {

template <class Costs>
[[nodiscard]] budget make_budget(const Costs& costs, double bound, sense s) {
  budget b;
  if constexpr (!vector_like<const Costs>)
    explain_row<Costs>();
  else if constexpr (vector_of<const Costs, float>)
    b.costs_f = as_view(costs);
  else
    b.costs_d = as_view(costs);
  b.bound = bound;
  b.sense = s;
  return b;
}

/// Contiguous bytes or bools. Arrays of other libraries may have steps, and are not asked.
template <class M>
concept mask_like = !foreign_array<M> && requires(const M& m) {
  requires sizeof(*m.data()) == 1 && std::is_integral_v<std::remove_cvref_t<decltype(*m.data())>>;
  { m.size() } -> std::convertible_to<std::size_t>;
};

}  // namespace detail

/// E[cost] <= bound, with one cost per choice.
template <class Costs>
[[nodiscard]] budget at_most(const Costs& costs, double bound) {
  return detail::make_budget(costs, bound, sense::at_most);
}
/// E[value] >= bound, with one value per choice.
template <class Costs>
[[nodiscard]] budget at_least(const Costs& costs, double bound) {
  return detail::make_budget(costs, bound, sense::at_least);
}
/// E[value] == bound, with one value per choice.
template <class Costs>
[[nodiscard]] budget exactly(const Costs& costs, double bound) {
  return detail::make_budget(costs, bound, sense::equal);
}
/// The choices whose byte is not zero are never made.
template <class Mask>
[[nodiscard]] shield never(const Mask& forbidden) {
  static_assert(detail::mask_like<Mask>,
                "realign: a mask is contiguous bytes or bools, with data() and size(). Pass a std::span of those of "
                "another library's array; std::vector<bool> has none.");
  return {mask_view(reinterpret_cast<const unsigned char*>(forbidden.data()),
                    static_cast<std::size_t>(forbidden.size()))};
}

}  // namespace realign::inline v0

#endif  // REALIGN_DECIDE_LIMIT_HPP
