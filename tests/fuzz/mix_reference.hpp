// SPDX-License-Identifier: MIT
// The combination rules once more, as their formulas stand, in long double.
#ifndef REALIGN_TESTS_FUZZ_MIX_REFERENCE_HPP
#define REALIGN_TESTS_FUZZ_MIX_REFERENCE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "fuzz.hpp"

namespace realign_fuzz {

using exact = long double;

/// Rows of policies, weights and a mask, as the input has them.
template <class T>
struct mix_input {
  std::size_t n = 0, v = 0;
  std::vector<T> rows;  // n x v
  std::vector<double> w;
  std::vector<unsigned char> allowed;  // v, or none

  [[nodiscard]] const T& at(std::size_t i, std::size_t a) const { return rows[i * v + a]; }
  [[nodiscard]] bool may(std::size_t a) const { return allowed.empty() || allowed[a] != 0; }
  [[nodiscard]] bool never(std::size_t i, std::size_t a) const { return ra::is_neg_inf(at(i, a)); }
};

/// No NaN and no plus infinity, or in a row that does not count.
template <class T>
bool number_usable(const mix_input<T>& m, std::size_t i, std::size_t a) {
  return !(m.w[i] < 0 || m.w[i] > 0) || !(ra::is_nan(m.at(i, a)) || ra::is_pos_inf(m.at(i, a)));
}
template <class T>
bool numbers_usable(const mix_input<T>& m) {
  for (std::size_t i = 0; i < m.n; ++i)
    for (std::size_t a = 0; a < m.v; ++a)
      if (!number_usable(m, i, a)) return false;
  return true;
}

/// What a rule must answer. Choices without mass are marked, so that no infinity is computed with.
struct mix_answer {
  bool support = false;
  bool dirty = false;          // NaN where nothing can be chosen anyway: read or not, as it comes
  bool beyond = false;         // sums that the number type does not hold: refused, or no support
  std::vector<char> alive;     // per choice
  std::vector<exact> log_p;    // where alive
  std::vector<exact> rounded;  // the size of the numbers that were rounded on the way
  exact log_z = 0;             // the largest log-normaliser: one double, subtracted from every logit

  mix_answer() = default;
  explicit mix_answer(std::size_t choices) : alive(choices), log_p(choices), rounded(choices) {}
};

/// log sum exp of the entries that are alive.
inline exact log_sum(const std::vector<exact>& x, const std::vector<char>& alive) {
  exact top = 0, sum = 0;
  bool found = false;
  for (std::size_t a = 0; a < x.size(); ++a)
    if (alive[a] != 0) {
      top = found ? std::max(top, x[a]) : x[a];
      found = true;
    }
  for (std::size_t a = 0; a < x.size(); ++a)
    if (alive[a] != 0) sum += std::exp(x[a] - top);
  return top + std::log(sum);
}

/// log_p -= its normaliser; what that is rounded to counts too.
inline void normalize(mix_answer& r) {
  r.support = std::find(r.alive.begin(), r.alive.end(), 1) != r.alive.end();
  if (!r.support) return;
  const exact log_z = log_sum(r.log_p, r.alive);
  r.log_z = std::max(r.log_z, std::abs(log_z));
  exact likeliest = 0;
  for (std::size_t a = 0; a < r.log_p.size(); ++a)
    if (r.alive[a] != 0 && r.log_p[a] >= log_z - 50) likeliest = std::max(likeliest, r.rounded[a]);
  for (std::size_t a = 0; a < r.log_p.size(); ++a) {
    r.log_p[a] -= log_z;
    r.rounded[a] += likeliest;
  }
}

/// Smaller weights may count as zero, larger ones overflow float.
inline constexpr double least_weight = 1e-290, largest_weight = 1e30;

struct reference_arithmetic {
  template <class T>
  static bool usable(const mix_input<T>& in) {
    return std::all_of(in.w.begin(), in.w.end(), [](double w) { return ra::is_finite(w) && w >= 0; }) &&
           numbers_usable(in);
  }
  /// log sum_i w_i exp(x_ia - z_i)
  template <class T>
  static mix_answer answer(const mix_input<T>& in) {
    mix_answer r(in.v);
    for (std::size_t i = 0; i < in.n; ++i)
      if (in.w[i] > 0 && !add(in, i, r)) return r;  // a policy without any choice: no support
    normalize(r);
    return r;
  }

 private:
  template <class T>
  static bool add(const mix_input<T>& in, std::size_t i, mix_answer& r) {
    std::vector<exact> x(in.v);
    std::vector<char> can(in.v);
    for (std::size_t a = 0; a < in.v; ++a)
      if ((can[a] = in.never(i, a) ? 0 : 1) != 0) x[a] = static_cast<exact>(in.at(i, a));
    if (std::find(can.begin(), can.end(), 1) == can.end()) {
      std::fill(r.alive.begin(), r.alive.end(), char{0});
      return false;
    }
    const exact z = log_sum(x, can);
    r.log_z = std::max(r.log_z, std::abs(z));
    for (std::size_t a = 0; a < in.v; ++a) {
      if (can[a] == 0 || !in.may(a)) continue;
      const exact part = std::log(static_cast<exact>(in.w[i])) + x[a] - z;
      const exact size = std::abs(x[a] - z) + std::abs(std::log(static_cast<exact>(in.w[i])));
      r.log_p[a] = r.alive[a] == 0 ? part : log_sum({r.log_p[a], part}, {1, 1});
      r.rounded[a] = r.alive[a] == 0 ? size : std::max(size, r.rounded[a]);
      r.alive[a] = 1;
      r.beyond = r.beyond || size > std::numeric_limits<T>::max() / exact{8} ||
                 in.w[i] < least_weight || in.w[i] > largest_weight;
    }
    return true;
  }
};

/// (sum_i w_i pi_ia^p)^(1/p) with p = twice / 2, normalised. Weights are those that T holds.
template <int twice>
struct reference_power {
  static constexpr exact p = twice / 2.0L;

  template <class T>
  static bool usable(const mix_input<T>& in) {
    return reference_arithmetic::usable(in);
  }
  template <class T>
  static mix_answer answer(const mix_input<T>& in) {
    mix_answer r(in.v);
    std::vector<exact> z(in.n);
    for (std::size_t i = 0; i < in.n; ++i) {
      if (!(in.w[i] > 0)) continue;
      std::vector<exact> x(in.v);
      std::vector<char> can(in.v);
      for (std::size_t a = 0; a < in.v; ++a)
        if ((can[a] = in.never(i, a) ? 0 : 1) != 0) x[a] = static_cast<exact>(in.at(i, a));
      if (std::find(can.begin(), can.end(), 1) == can.end()) return r;
      z[i] = log_sum(x, can);
      r.log_z = std::max(r.log_z, std::abs(z[i]));
    }
    for (std::size_t a = 0; a < in.v; ++a) mean(in, z, a, r);
    normalize(r);
    return r;
  }

 private:
  template <class T>
  static void mean(const mix_input<T>& in, const std::vector<exact>& z, std::size_t a, mix_answer& r) {
    std::vector<exact> parts;
    bool all = true;
    exact sum = 0;
    for (const double w : in.w) sum += static_cast<exact>(w);
    for (std::size_t i = 0; i < in.n; ++i) {
      if (!(in.w[i] > 0)) continue;
      if (in.never(i, a)) {
        all = false;
        continue;
      }
      const exact log_w = std::log(static_cast<exact>(in.w[i]) / sum), below = static_cast<exact>(in.at(i, a)) - z[i];
      parts.push_back(log_w + p * below);
      r.rounded[a] = std::max(r.rounded[a], 2 * std::abs(below) + std::abs(log_w / p));
      r.beyond = r.beyond || r.rounded[a] * std::max(exact{1}, std::abs(p)) > std::numeric_limits<T>::max() / exact{8} ||
                 in.w[i] < sum * static_cast<double>(std::numeric_limits<T>::min());
    }
    if (parts.empty() || !in.may(a) || (p < 0 && !all)) return;
    r.alive[a] = 1;
    r.log_p[a] = log_sum(parts, std::vector<char>(parts.size(), 1)) / p;
  }
};

struct reference_geometric {
  /// What a row of negative coefficient masks, another row must mask as well.
  template <class T>
  static bool usable(const mix_input<T>& in) {
    if (!std::all_of(in.w.begin(), in.w.end(), [](double w) { return ra::is_finite(w); })) return false;
    for (std::size_t i = 0; i < in.n; ++i)
      for (std::size_t a = 0; a < in.v; ++a)
        if (possible(in, a) && (!number_usable(in, i, a) || (in.w[i] < 0 && in.never(i, a)))) return false;
    return true;
  }
  /// sum_i c_i x_ia, normalised
  template <class T>
  static mix_answer answer(const mix_input<T>& in) {
    mix_answer r(in.v);
    const exact most = std::numeric_limits<T>::max() / exact{8};
    r.dirty = !numbers_usable(in);
    for (std::size_t a = 0; a < in.v; ++a) {
      if (!possible(in, a)) continue;
      r.alive[a] = 1;
      for (std::size_t i = 0; i < in.n; ++i) {
        if (!(in.w[i] < 0 || in.w[i] > 0)) continue;
        const exact c = static_cast<exact>(in.w[i]), term = c * static_cast<exact>(in.at(i, a));
        r.log_p[a] += term;
        r.rounded[a] += std::abs(term);
        r.beyond = r.beyond || r.rounded[a] > most;
      }
    }
    normalize(r);
    return r;
  }

 private:
  template <class T>
  static bool possible(const mix_input<T>& in, std::size_t a) {
    for (std::size_t i = 0; i < in.n; ++i)
      if (in.w[i] > 0 && in.never(i, a)) return false;
    return in.may(a);
  }
};

}  // namespace realign_fuzz

#endif  // REALIGN_TESTS_FUZZ_MIX_REFERENCE_HPP
