// SPDX-License-Identifier: MIT
#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace adventure {

namespace {

[[nodiscard]] std::vector<double> ranks(std::span<const double> x) {
  std::vector<double> r(x.size(), 0.0);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) r[i] += x[j] < x[i] ? 1 : x[j] > x[i] || i == j ? 0 : 0.5;
  return r;
}

}  // namespace

mean_std summarise(std::span<const double> x) {
  mean_std s;
  for (const double v : x) s.mean += v / static_cast<double>(x.size());
  if (x.size() < 2) return s;
  for (const double v : x) s.std_dev += (v - s.mean) * (v - s.mean) / static_cast<double>(x.size() - 1);
  s.std_dev = std::sqrt(s.std_dev);
  return s;
}

summary summarise(std::span<const realign::env::game_scores> scores) {
  const auto column = [&](double realign::env::game_scores::* field) {
    std::vector<double> x;
    for (const realign::env::game_scores& s : scores) x.push_back(s.*field);
    return summarise(x);
  };
  using realign::env::game_scores;
  return {column(&game_scores::score), column(&game_scores::violations), column(&game_scores::disutility),
          column(&game_scores::power)};
}

double rank_correlation(std::span<const double> x, std::span<const double> y) {
  const std::vector<double> a = ranks(x), b = ranks(y);
  const double middle = (static_cast<double>(a.size()) - 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - middle) * (b[i] - middle);
    aa += (a[i] - middle) * (a[i] - middle);
    bb += (b[i] - middle) * (b[i] - middle);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

double hypervolume(std::vector<front_point> points, double worst) {
  std::sort(points.begin(), points.end(),
            [](const front_point& a, const front_point& b) { return a.score > b.score; });
  double area = 0, reached = worst;
  for (const front_point& p : points) {
    if (p.violations >= reached) continue;
    area += p.score * (reached - p.violations);
    reached = p.violations;
  }
  return area;
}

}  // namespace adventure
