// SPDX-License-Identifier: MIT
#include "svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "text.hpp"

namespace adventure {

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

/// A line with marked ends: from 0 or below the data to above it, in round steps.
struct axis {
  double low, high, step;
  double from, to;  ///< on the page

  axis(double least, double most, double page_from, double page_to) : from(page_from), to(page_to) {
    const double rough = (std::max)(most - least, 1e-9) / 6;
    const double unit = std::pow(10, std::floor(std::log10(rough)));
    step = unit * (rough / unit < 1.5 ? 1 : rough / unit < 3.5 ? 2 : rough / unit < 7.5 ? 5 : 10);
    low = step * std::floor((least + 0.02 * step) / step);
    high = step * std::ceil((most - 0.02 * step) / step);
  }
  [[nodiscard]] double at(double x) const { return from + (to - from) * (x - low) / (high - low); }
  [[nodiscard]] int count() const { return static_cast<int>(std::lround((high - low) / step)); }
  [[nodiscard]] double tick(int i) const { return low + step * i; }
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

[[nodiscard]] std::string label(double x, double y, const char* anchor, const std::string& what, const char* more = "") {
  return text(R"(<text x="%.2f" y="%.2f" text-anchor="%s" %s>)", x, y, anchor, more) + what + "</text>\n";
}

[[nodiscard]] std::string line(double x1, double y1, double x2, double y2, const char* how) {
  return text(R"(<line x1="%.2f" y1="%.2f" x2="%.2f" y2="%.2f" %s/>)", x1, y1, x2, y2, how) + "\n";
}

[[nodiscard]] std::string grid(const axis& x, const axis& y) {
  std::string out;
  const int digits_x = x.step < 1 ? 1 : 0, digits_y = y.step < 1 ? 1 : 0;
  for (int i = 0; i <= x.count(); ++i) {
    out += line(x.at(x.tick(i)), top, x.at(x.tick(i)), bottom, R"(stroke="#e6e6e6")");
    out += line(x.at(x.tick(i)), bottom, x.at(x.tick(i)), bottom + 5, R"(stroke="#333")");
    out += label(x.at(x.tick(i)), bottom + 20, "middle", text("%.*f", digits_x, x.tick(i)));
  }
  for (int i = 0; i <= y.count(); ++i) {
    out += line(left, y.at(y.tick(i)), right, y.at(y.tick(i)), R"(stroke="#e6e6e6")");
    out += line(left - 5, y.at(y.tick(i)), left, y.at(y.tick(i)), R"(stroke="#333")");
    out += label(left - 9, y.at(y.tick(i)) + 4.5, "end", text("%.*f", digits_y, y.tick(i)));
  }
  out += text(R"(<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" fill="none" stroke="#333"/>)", left, top, right - left,
              bottom - top) +
         "\n";
  out += label((left + right) / 2, bottom + 46, "middle", "violations (% of the uniformly random player), less is better");
  out += label(0, 0, "middle", "normalised score (% of the best play)",
               text(R"x(transform="translate(22 %.0f) rotate(-90)")x", (top + bottom) / 2).c_str());
  return out;
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

  std::string out = text(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" )",
                         width, height, width, height) +
                    "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"13\" fill=\"#111\">\n" +
                    "<title>Score against violations for every weight</title>\n" +
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  out += grid(x, y);
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
