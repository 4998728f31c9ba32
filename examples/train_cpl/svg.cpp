// SPDX-License-Identifier: MIT
#include "../common/svg.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "report.hpp"

namespace train_cpl {

namespace svg = examples::svg;
using examples::text;

namespace {

constexpr double width = 1012, height = 500;
constexpr double top = 48, bottom = 432, first_left = 72, panel = 360, gap = 36, legend = 852;

struct style {
  const char* colour;
  const char* dashes;
};
constexpr std::array<style, all_methods.size()> styles = {{{"#555555", "7 3"},
                                                           {"#d55e00", ""},
                                                           {"#b8860b", "8 3 2 3"},
                                                           {"#aa4499", "5 2"},
                                                           {"#0072b2", "2 3"},
                                                           {"#009e73", "9 4"}}};

/// The interval of a method along its epochs.
[[nodiscard]] std::vector<interval> course(const results& r, criterion c, method m) {
  std::vector<interval> out;
  for (std::size_t i = 0; i < curve_points; ++i) out.push_back(return_at(r, c, m, i));
  return out;
}

[[nodiscard]] std::string drawn(const std::vector<interval>& course, const style& how, const svg::axis& x,
                                const svg::axis& y) {
  std::vector<svg::point> middle, band;
  for (std::size_t i = 0; i < course.size(); ++i) {
    const auto epoch = static_cast<double>(i * epochs_per_point);
    middle.push_back({epoch, course[i].mean});
    band.push_back({epoch, course[i].high()});
  }
  for (std::size_t i = course.size(); i-- > 0;)
    band.push_back({static_cast<double>(i * epochs_per_point), course[i].low()});
  return "<polygon stroke=\"none\" fill-opacity=\"0.15\" fill=\"" + std::string(how.colour) +
         "\" points=\"" + svg::places(band, x, y) + "\"/>\n" +
         svg::curve(middle, x, y, how.colour, how.dashes);
}

[[nodiscard]] std::string legend_entries(const results& r) {
  std::string out;
  double at = top + 12;
  const auto entry = [&](const char* name, const char* colour, const char* dashes) {
    out += svg::line(legend, at, legend + 38, at,
                     text("stroke=\"%s\" stroke-width=\"1.8\" stroke-dasharray=\"%s\"", colour, dashes).c_str());
    out += svg::label(legend + 48, at + 4.5, "start", name);
    at += 25;
  };
  entry("optimum", "#000000", "1 3");
  for (std::size_t m = 0; m < all_methods.size(); ++m)
    entry(name_of(all_methods[m]), styles[m].colour, styles[m].dashes);
  const std::string notes[] = {text("Mean of %zu repetitions", r.repetitions.size()),
                               "and its 95 % interval.", "Epoch 0: all segments", "cloned."};
  at += 6;
  for (const std::string& note : notes) {
    out += svg::label(legend, at, "start", note, "font-size=\"12\" fill=\"#444\"");
    at += 17;
  }
  return out;
}

}  // namespace

std::string learning_svg(const results& r) {
  std::vector<std::vector<std::vector<interval>>> courses;
  double least = r.compare.optimum, most = r.compare.optimum;
  for (const criterion c : all_criteria) {
    courses.emplace_back();
    for (const method m : all_methods) {
      courses.back().push_back(course(r, c, m));
      for (const interval& at : courses.back().back()) {
        least = (std::min)(least, at.low());
        most = (std::max)(most, at.high());
      }
    }
  }
  const svg::axis y(least, most, bottom, top);
  std::string out = svg::open(width, height, "Held-out return while learning from preferences");
  for (std::size_t c = 0; c < all_criteria.size(); ++c) {
    const double left = first_left + static_cast<double>(c) * (panel + gap);
    const svg::axis x(0, static_cast<double>(epochs), left, left + panel);
    out += svg::grid(x, y, c == 0);
    out += svg::label(left + panel / 2, top - 14, "middle",
                      std::string("labels by ") + name_of(all_criteria[c]), "font-weight=\"bold\"");
    out += svg::label(left + panel / 2, bottom + 44, "middle", "epochs after cloning");
    out += svg::line(x.from, y.at(r.compare.optimum), x.to, y.at(r.compare.optimum),
                     "stroke=\"#000000\" stroke-width=\"1.8\" stroke-dasharray=\"1 3\"");
    for (std::size_t m = 0; m < all_methods.size(); ++m) out += drawn(courses[c][m], styles[m], x, y);
  }
  out += svg::label(0, 0, "middle", "held-out return, more is better",
                    text("transform=\"translate(20 %.0f) rotate(-90)\"", (top + bottom) / 2).c_str());
  return out + legend_entries(r) + "</svg>\n";
}

}  // namespace train_cpl
