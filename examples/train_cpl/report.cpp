// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <cstdio>

#include "../common/text.hpp"

namespace train_cpl {

using examples::text;

namespace {

/// The interval of something that each repetition has.
template <class Of>
[[nodiscard]] interval over_repetitions(const results& r, const Of& of) {
  std::vector<double> x;
  for (const repetition& one : r.repetitions) x.push_back(of(one));
  return confidence(x);
}

[[nodiscard]] const outcome& outcome_of(const repetition& r, criterion c, method m) {
  return r.outcomes[static_cast<std::size_t>(c)][static_cast<std::size_t>(m)];
}

[[nodiscard]] std::string failure_of(const results& r, criterion c, method m) {
  for (const repetition& one : r.repetitions)
    if (outcome_of(one, c, m).status != ra::status::ok)
      return "  " + std::string(ra::to_string(outcome_of(one, c, m).status));
  return "";
}

}  // namespace

interval return_at(const results& r, criterion c, method m, std::size_t point) {
  return over_repetitions(r, [&](const repetition& one) { return outcome_of(one, c, m).returns[point]; });
}

void print_table(const results& r) {
  std::printf(
      "A point mass is pushed to a goal; a return is the sum of rewards over %zu steps, 0 is the best there is.\n"
      "Each of %zu repetitions: %zu pairs of segments of %zu steps that clumsy players recorded, both from the\n"
      "same state, each in one pair only; noisy labels; a network that cloned all segments for %zu epochs; then\n"
      "%zu epochs of each method. Mean held-out return over %zu episodes, with 95 %% confidence intervals over\n"
      "the repetitions; the published defaults throughout.\n",
      episode_length, r.repetitions.size(), pair_count, segment_length, cloning_epochs, epochs,
      held_out_episodes);
  std::printf("\n  %-10s %8.3f           who knows the task (tabulated)\n", "optimum", r.compare.optimum);
  std::printf("  %-10s %8.3f           who made the recordings\n", "players", r.compare.players);
  const interval cloned = return_at(r, criterion::regret, method::sft, 0);
  std::printf("  %-10s %8.3f ± %.3f   of all segments\n", "cloning", cloned.mean, cloned.half_width);
  for (const criterion c : all_criteria) {
    const interval right = over_repetitions(
        r, [&](const repetition& one) { return one.agreement[static_cast<std::size_t>(c)]; });
    std::printf("\nLabels by %s, %.0f %% of which prefer the segment with less regret:\n\n", name_of(c),
                100 * right.mean);
    std::printf("  %-10s %8s %9s   %8s\n", "", "return", "", "accuracy");
    for (const method m : all_methods) {
      const interval at_end = return_at(r, c, m, curve_points - 1);
      const interval accuracy =
          over_repetitions(r, [&](const repetition& one) { return outcome_of(one, c, m).accuracy; });
      const std::string shown = m == method::sft ? "" : text("%.0f %%", 100 * accuracy.mean);
      std::printf("  %-10s %8.3f ± %-7.3f   %8s   %s%s\n", name_of(m), at_end.mean, at_end.half_width,
                  shown.c_str(), parameters_of(m), failure_of(r, c, m).c_str());
    }
  }
}

bool print_check(const results& r) {
  const interval cpl = return_at(r, criterion::regret, method::cpl, curve_points - 1);
  const interval sft = return_at(r, criterion::regret, method::sft, curve_points - 1);
  const bool trained = failure_of(r, criterion::regret, method::cpl).empty() &&
                       failure_of(r, criterion::regret, method::sft).empty();
  const bool holds = trained && cpl.low() > sft.high();
  std::printf("\nClosing check over %zu repetitions:\n\n  %s  CPL beats SFT on labels by regret, 95 %% intervals "
              "apart: [%.3f, %.3f] against [%.3f, %.3f]\n",
              r.repetitions.size(), holds ? "holds" : "fails", cpl.low(), cpl.high(), sft.low(), sft.high());
  return holds;
}

std::string learning_csv(const results& r) {
  std::string out = "labels,method,epoch,return,half_width\n";
  for (const criterion c : all_criteria)
    for (const method m : all_methods)
      for (std::size_t i = 0; i < curve_points; ++i) {
        const interval at = return_at(r, c, m, i);
        out += text("%s,%s,%zu,%.6f,%.6f\n", name_of(c), name_of(m), i * epochs_per_point, at.mean,
                    at.half_width);
      }
  return out;
}

}  // namespace train_cpl
