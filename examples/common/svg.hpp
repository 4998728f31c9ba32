// SPDX-License-Identifier: MIT
// The few pieces that a plot is made of: axes in round steps, lines, labels, a framed grid.
#ifndef EXAMPLES_COMMON_SVG_HPP
#define EXAMPLES_COMMON_SVG_HPP

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "text.hpp"

namespace examples::svg {

/// A range of numbers and where it lies on the page; it begins and ends at round numbers.
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
  [[nodiscard]] int digits() const {
    return step < 1 ? static_cast<int>(std::ceil(-std::log10(step) - 1e-9)) : 0;
  }
};

struct point {
  double x, y;
};

[[nodiscard]] inline std::string open(double width, double height, const std::string& title) {
  return text("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
              "height=\"%.0f\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" "
              "font-size=\"13\" fill=\"#111\">\n<title>%s</title>\n"
              "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
              width, height, width, height, title.c_str());
}

[[nodiscard]] inline std::string label(double x, double y, const char* anchor,
                                       const std::string& what, const char* more = "") {
  return text("<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" %s>", x, y, anchor, more) + what +
         "</text>\n";
}

[[nodiscard]] inline std::string line(double x1, double y1, double x2, double y2, const char* how) {
  return text("<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" %s/>\n", x1, y1, x2, y2, how);
}

/// The points as they lie on the page.
[[nodiscard]] inline std::string places(std::span<const point> points, const axis& x,
                                        const axis& y) {
  std::string out;
  for (const point& p : points) out += text("%.2f,%.2f ", x.at(p.x), y.at(p.y));
  return out;
}

[[nodiscard]] inline std::string curve(std::span<const point> points, const axis& x, const axis& y,
                                       const std::string& colour, const std::string& dashes) {
  return "<polyline fill=\"none\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke=\"" + colour +
         "\" stroke-dasharray=\"" + dashes + "\" points=\"" + places(points, x, y) + "\"/>\n";
}

/// A frame with ticks and grid lines; numbers along y only if asked for.
[[nodiscard]] inline std::string grid(const axis& x, const axis& y, bool numbers_along_y = true) {
  std::string out;
  for (int i = 0; i <= x.count(); ++i) {
    const double at = x.at(x.tick(i));
    out += line(at, y.to, at, y.from, "stroke=\"#e6e6e6\"");
    out += line(at, y.from, at, y.from + 5, "stroke=\"#333\"");
    out += label(at, y.from + 20, "middle", text("%.*f", x.digits(), x.tick(i)));
  }
  for (int i = 0; i <= y.count(); ++i) {
    const double at = y.at(y.tick(i));
    out += line(x.from, at, x.to, at, "stroke=\"#e6e6e6\"");
    out += line(x.from - 5, at, x.from, at, "stroke=\"#333\"");
    if (numbers_along_y)
      out += label(x.from - 9, at + 4.5, "end", text("%.*f", y.digits(), y.tick(i)));
  }
  return out + text("<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" fill=\"none\" "
                    "stroke=\"#333\"/>\n",
                    x.from, y.to, x.to - x.from, y.from - y.to);
}

}  // namespace examples::svg

#endif  // EXAMPLES_COMMON_SVG_HPP
