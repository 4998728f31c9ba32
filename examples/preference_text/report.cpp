// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace preference_text {

namespace {

constexpr std::size_t most_rows = 15;    // of a curve
constexpr std::size_t shown_pairs = 3;   // at either end
constexpr std::size_t shown_bytes = 110;  // of a text

void print_curve(const std::vector<ra::train_progress>& curve) {
  std::printf("  epoch   loss  accuracy   held out: loss  accuracy\n");
  const std::size_t stride = (curve.size() + most_rows - 1) / most_rows;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const ra::train_progress& p = curve[i];
    if (i % stride != 0 && i + 1 != curve.size()) continue;
    std::printf("  %5zu %6.4f   %5.1f %%", p.epoch, p.loss, 100 * p.accuracy);
    if (p.held_out) std::printf("          %6.4f   %5.1f %%", p.held_out->loss, 100 * p.held_out->accuracy);
    std::printf("\n");
  }
}

void print_pair(double margin, const ra::text_pair& pair) {
  const answers a = answers_of(pair);
  const char* const verdict = margin > 0 ? "right" : margin < 0 ? "wrong" : "undecided";
  std::printf("    line %zu, P(chosen) = %.3f, %s\n      chosen:   %s\n      rejected: %s\n", pair.line,
              1 / (1 + std::exp(-margin)), verdict, excerpt(a.chosen, shown_bytes).c_str(),
              excerpt(a.rejected, shown_bytes).c_str());
}

}  // namespace

accuracy accuracy_of(std::span<const double> margins) {
  const double n = static_cast<double>(margins.size());
  if (margins.empty()) return {};
  double right = 0;
  for (const double m : margins) right += m > 0 ? 1.0 : m < 0 ? 0.0 : 0.5;
  const double z = 1.959964, p = right / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {p, (std::max)(0.0, centre - half), (std::min)(1.0, centre + half)};
}

std::string counted(std::size_t n, const char* thing) {
  return std::to_string(n) + " " + thing + (n == 1 ? "" : "s");
}

std::string excerpt(std::string_view text, std::size_t bytes) {
  std::string out;
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    const bool blank = b <= 0x20 || b == 0x7f;
    if (blank && (out.empty() || out.back() == ' ')) continue;
    if (out.size() >= bytes && (b & 0xc0U) != 0x80) return out + " ...";
    out.push_back(blank ? ' ' : c);
  }
  return out.empty() ? "(nothing)" : out;
}

void print_model(const trained& model, const encoded_pairs& pairs, const std::vector<ra::text_pair>& texts) {
  std::printf("\n%s\n", model.name.c_str());
  if (!model.curve.empty()) print_curve(model.curve);
  if (!ra::succeeded(model.status))
    std::printf("  training stopped: %s\n", std::string(ra::to_string(model.status)).c_str());
  if (model.margins.empty()) {
    std::printf("  no pair is held out, so the accuracy is unknown\n");
    return;
  }
  const accuracy a = accuracy_of(model.margins);
  std::printf("  held-out accuracy %.1f %%, 95 %% interval %.1f to %.1f %%, %s\n", 100 * a.share, 100 * a.low,
              100 * a.high, counted(model.margins.size(), "pair").c_str());

  std::vector<std::size_t> order(model.margins.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    const double mi = std::fabs(model.margins[i]), mj = std::fabs(model.margins[j]);
    return mi > mj || (!(mi < mj) && i < j);
  });
  const auto show = [&](std::size_t i) {
    print_pair(model.margins[order[i]], texts[pairs.data.held_out[order[i]].preferred / 2]);
  };
  const std::size_t n = order.size();
  const std::size_t first = (std::min)((n + 1) / 2, shown_pairs), last = (std::min)(n / 2, shown_pairs);
  std::printf("  most confident\n");
  for (std::size_t i = 0; i < first; ++i) show(i);
  if (last > 0) std::printf("  least confident\n");
  for (std::size_t i = 0; i < last; ++i) show(n - 1 - i);
}

}  // namespace preference_text
