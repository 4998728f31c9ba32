// SPDX-License-Identifier: MIT
#include "svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "../common/svg.hpp"

namespace adventure {

using examples::text;
using examples::svg::axis;
using examples::svg::label;
using examples::svg::line;

namespace {

enum class shape { none, circle, square, triangle, diamond, nabla, plus, cross };

/// One curve or group of markers.
struct series {
  std::string name;
  std::vector<front_point> points;
  const char* colour;
  const char* dashes;  ///< stroke-dasharray; empty: solid; null: no line
  shape mark;
};

constexpr double width = 860, height = 540;
constexpr double left = 72, right = 600, top = 24, bottom = 472, legend = 626;

[[nodiscard]] std::string marker(shape s, double x, double y, const char* colour) {
  const std::string paint = text(R"(fill="%s" stroke="white" stroke-width="0.8")", colour);
  const std::string pen = text(R"(fill="none" stroke="%s" stroke-width="2.4" stroke-linecap="round")", colour);
  const auto path = [&](const std::string& d, const std::string& how) {
    return "<path d=\"" + d + "\" " + how + "/>\n";
  };
  switch (s) {
    case shape::none: return "";
    case shape::circle: return text(R"(<circle cx="%.2f" cy="%.2f" r="4.2" %s/>)", x, y, paint.c_str()) + "\n";
    case shape::square: return path(text("M%.2f %.2fh7.6v7.6h-7.6z", x - 3.8, y - 3.8), paint);
    case shape::triangle: return path(text("M%.2f %.2fl4.9 8.4h-9.8z", x, y - 5.2), paint);
    case shape::diamond: return path(text("M%.2f %.2fl5 5l-5 5l-5 -5z", x, y - 5), paint);
    case shape::nabla: return path(text("M%.2f %.2fl4.9 -8.4h-9.8z", x, y + 5.2), paint);
    case shape::plus: return path(text("M%.2f %.2fh13M%.2f %.2fv13", x - 6.5, y, x, y - 6.5), pen);
    case shape::cross: return path(text("M%.2f %.2fl10 10m0 -10l-10 10", x - 5, y - 5), pen);
  }
  return "";
}

[[nodiscard]] std::string titled_grid(const axis& x, const axis& y) {
  return examples::svg::grid(x, y) +
         label((left + right) / 2, bottom + 46, "middle", "violations (% of the uniformly random player), less is better") +
         label(0, 0, "middle", "normalised score (% of the best play)",
               text(R"x(transform="translate(22 %.0f) rotate(-90)")x", (top + bottom) / 2).c_str());
}

[[nodiscard]] std::string curve(const series& s, const axis& x, const axis& y) {
  std::string out;
  if (s.dashes) {
    out += "<polyline fill=\"none\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke=\"" + std::string(s.colour) +
           "\" stroke-dasharray=\"" + s.dashes + "\" points=\"";
    for (const front_point& p : s.points) out += text("%.2f,%.2f ", x.at(p.violations), y.at(p.score));
    out += "\"/>\n";
  }
  for (const front_point& p : s.points) out += marker(s.mark, x.at(p.violations), y.at(p.score), s.colour);
  return out;
}

[[nodiscard]] std::string legend_entry(const series& s, double y) {
  std::string out;
  if (s.dashes)
    out += line(legend, y, legend + 38, y,
                text(R"(stroke="%s" stroke-width="1.8" stroke-dasharray="%s")", s.colour, s.dashes).c_str());
  return out + marker(s.mark, legend + 19, y, s.colour) + label(legend + 48, y + 4.5, "start", s.name);
}

[[nodiscard]] std::vector<series> all_series(const results& r) {
  struct style {
    const char* colour;
    const char* dashes;
    shape mark;
  };
  constexpr std::array<style, all_methods.size()> styles = {{{"#d55e00", "", shape::circle},
                                                              {"#0072b2", "7 3", shape::square},
                                                              {"#009e73", "", shape::triangle},
                                                              {"#aa4499", "2 3", shape::diamond},
                                                              {"#b8860b", "8 3 2 3", shape::nabla}}};
  std::vector<series> all = {{"exact front", r.best_front, "#888888", "4 2", shape::none}};
  for (std::size_t i = 0; i < all_methods.size(); ++i)
    all.push_back({name_of(all_methods[i]), front_of(r.sweeps[i]), styles[i].colour, styles[i].dashes, styles[i].mark});
  const auto reference = [](const reference_result& p) {
    return std::vector<front_point>{{p.mean.score, p.mean.violations}};
  };
  all.push_back({"reference-points", reference(r.points_player), "#000000", nullptr, shape::plus});
  all.push_back({"reference-good", reference(r.good_player), "#000000", nullptr, shape::cross});
  return all;
}

}  // namespace

std::string frontier_svg(const results& r) {
  const std::vector<series> all = all_series(r);
  front_point least{1e300, 1e300}, most{-1e300, -1e300};
  for (const series& s : all)
    for (const front_point& p : s.points) {
      least = {(std::min)(least.score, p.score), (std::min)(least.violations, p.violations)};
      most = {(std::max)(most.score, p.score), (std::max)(most.violations, p.violations)};
    }
  const axis x(least.violations, most.violations, left, right);
  const axis y(least.score, most.score, bottom, top);

  std::string out = examples::svg::open(width, height, "Score against violations for every weight");
  out += titled_grid(x, y);
  for (const series& s : all) out += curve(s, x, y);
  double at = top + 14;
  for (const series& s : all) {
    out += legend_entry(s, at);
    at += 26;
  }
  const std::string notes[] = {"Markers: w = 0, 0.1, …, 1 on the", "reward-only agent, from lower left",
                               text("to upper right. Mean over %zu", training_seeds), "training seeds; all exact."};
  at += 8;
  for (const std::string& note : notes) {
    out += label(legend, at, "start", note, R"(font-size="12" fill="#444")");
    at += 17;
  }
  return out + "</svg>\n";
}

}  // namespace adventure
