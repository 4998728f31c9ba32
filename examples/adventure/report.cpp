// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <realign/core/contract.hpp>

#include "../common/text.hpp"

namespace adventure {

using examples::text;

namespace {

void print_row(const char* name, const env::game_scores& mean, const env::game_scores* spread, const char* over) {
  const double means[] = {mean.score, mean.violations, mean.disutility, mean.power};
  std::printf("  %-22s", name);
  for (int i = 0; i < 4; ++i) {
    const double spreads[] = {spread ? spread->score : 0, spread ? spread->violations : 0,
                              spread ? spread->disutility : 0, spread ? spread->power : 0};
    std::printf(spread ? "%8.1f ±%6.2f" : "%8.1f        ", means[i], spreads[i]);
  }
  std::printf("   %s\n", over);
}

[[nodiscard]] env::game_scores means(const summary& s) {
  return {s.score.mean, s.violations.mean, s.disutility.mean, s.power.mean};
}
[[nodiscard]] env::game_scores spreads(const summary& s) {
  return {s.score.std_dev, s.violations.std_dev, s.disutility.std_dev, s.power.std_dev};
}

void print_learnt(const char* name, const agent_result& a) {
  std::printf("  %-22s %.1f %% of training labels, %.1f %% of held-out labels; who knows the totals gets %.1f %%\n", name,
              100 * a.accuracy, 100 * a.held_out_accuracy, 100 * a.best_accuracy);
}

void csv_row(std::string& to, const std::string& name, const std::string& weight, const env::game_scores& mean,
             const env::game_scores& spread, const char* over) {
  to += text("%s,%s,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%s\n", name.c_str(), weight.c_str(), mean.score, spread.score,
             mean.violations, spread.violations, mean.disutility, spread.disutility, mean.power, spread.power, over);
}

/// A name as one CSV field.
[[nodiscard]] std::string quoted(const std::string& name) { return '"' + name + '"'; }

}  // namespace

void print_table(const results& r) {
  std::printf("\nThe game: %zu scenes, %zu choices, at most %g points. Recorded: %zu episodes; per objective %zu\n"
              "training pairs and %zu held-out pairs, from episodes of other game seeds.\n\n",
              r.scenes, r.choices, r.max_points, r.episodes, r.train_pairs, r.held_out_pairs);
  std::printf("Norm. score in %% of the best play, the rest in %% of the uniformly random player; mean ± std, all exact.\n\n");
  std::printf("  %-22s%16s%16s%16s%16s   std over\n", "", "norm. score   ", "violations   ", "disutility   ", "power   ");
  print_row("reference-points", r.points_player.mean, &r.points_player.over_episodes, "episodes");
  print_row("reference-good", r.good_player.mean, &r.good_player.over_episodes, "episodes");
  const env::game_scores reward = spreads(r.reward_only.over_seeds), ethics = spreads(r.ethics_only.over_seeds);
  print_row("reward-only", means(r.reward_only.over_seeds), &reward, "training seeds");
  print_row("ethics-only", means(r.ethics_only.over_seeds), &ethics, "training seeds");
  print_row("exact optimum: points", r.optimum.mean, nullptr, "(one play)");
  print_row("exact optimum: ethics", r.kindest.mean, nullptr, "(one play)");
  std::printf("\nThe trained agents' own spread over episodes (their mean above, the std of one episode):\n\n");
  print_row("reward-only", means(r.reward_only.over_seeds), &r.reward_only.over_episodes, "episodes");
  print_row("ethics-only", means(r.ethics_only.over_seeds), &r.ethics_only.over_episodes, "episodes");
  std::printf("\nLabels are noisy. Agreement with them, mean over training seeds:\n\n");
  print_learnt("reward-only", r.reward_only);
  print_learnt("ethics-only", r.ethics_only);
}

void print_sweep(const results& r) {
  std::printf("\nThe weight sweep: w on the reward-only agent, 1 - w on the ethics-only agent; no training, no limits.\n"
              "Score / violations / disutility / power, mean over training seeds.\n\n     ");
  for (const method m : all_methods) std::printf("  %-24s", name_of(m));
  for (std::size_t i = 0; i < all_weights.size(); ++i) {
    std::printf("\n  %.1f", all_weights[i]);
    for (const method m : all_methods) {
      const summary& s = sweep_of(r, m)[i].over_seeds;
      std::printf("  %5.1f %5.1f %5.1f %5.1f ", s.score.mean, s.violations.mean, s.disutility.mean, s.power.mean);
    }
  }
  std::printf("\n\nHypervolume of score (from 0) and violations (up to the most there can be, %.1f):\n\n", r.most_violations);
  for (const method m : all_methods)
    std::printf("  %-24s %8.0f\n", name_of(m), hypervolume(front_of(sweep_of(r, m)), r.most_violations));
  std::printf("  %-24s %8.0f\n", "exact front", hypervolume(r.best_front, r.most_violations));
}

void print_limits(const results& r) {
  std::printf("\nLimits that no weight relaxes, on the linear program. Worst case over all scenes and training seeds;\n"
              "score, violations and killings per episode as expected. Where no distribution meets the budget, the\n"
              "program says infeasible and proves it; the least achievable expectation is then made the budget.\n");
  for (const limit_result& l : r.limited) {
    std::printf("\n  %s\n    w   score  violations  killings", l.name.c_str());
    if (l.asked.budget) std::printf("   asked  measured  infeasible scenes  met per episode  above least there");
    if (l.asked.never_kill) std::printf("   P(killing)");
    std::printf("\n");
    for (const limit_point& p : l.points) {
      std::printf("  %.1f  %6.1f  %10.1f  %8.4f", p.played.weight, p.played.over_seeds.score.mean,
                  p.played.over_seeds.violations.mean, p.played.killings);
      if (l.asked.budget)
        std::printf("  %6.3f  %8.6f  %8zu of %3zu  %17.2f  %17.1e", *l.asked.budget, p.most_when_feasible, p.infeasible,
                    r.scenes, p.infeasible_met, p.over_least);
      if (l.asked.never_kill) std::printf("  %11g", p.killing_prob);
      std::printf("\n");
    }
    if (l.asked.never_kill && l.points.front().refused > 0)
      std::printf("  %zu scenes offer nothing but killing: the player refuses, and the episode ends\n",
                  l.points.front().refused);
  }
}

bool print_checks(const results& r) {
  std::printf("\nClosing checks, from this run and %zu training seeds:\n\n", training_seeds);
  bool all = true;
  for (const check& c : closing_checks(r)) {
    std::printf("  %s  %s: %s\n", c.holds ? "holds" : "fails", c.claim.c_str(), c.figures.c_str());
    all = all && c.holds;
  }
  return all;
}

std::string frontier_csv(const results& r) {
  std::string out =
      "method,weight,score,score_std,violations,violations_std,disutility,disutility_std,power,power_std,std_over\n";
  csv_row(out, "reference-points", "", r.points_player.mean, r.points_player.over_episodes, "episodes");
  csv_row(out, "reference-good", "", r.good_player.mean, r.good_player.over_episodes, "episodes");
  const auto add = [&](const std::string& name, const sweep_point& p) {
    csv_row(out, quoted(name), text("%.1f", p.weight), means(p.over_seeds), spreads(p.over_seeds), "training seeds");
  };
  for (const method m : all_methods)
    for (const sweep_point& p : sweep_of(r, m)) add(name_of(m), p);
  for (const limit_result& l : r.limited)
    if (l.asked.never_kill || l.asked.budget)
      for (const limit_point& p : l.points) add(std::string(name_of(method::linear)) + ", " + l.name, p.played);
  return out;
}

void write_file(const std::string& file, const std::string& content) {
  std::FILE* const f = std::fopen(file.c_str(), "wb");
  if (!f) ra::input_failure(file, "", "cannot be opened for writing: ", std::strerror(errno));
  const bool written = std::fwrite(content.data(), 1, content.size(), f) == content.size();
  if ((std::fclose(f) != 0) || !written) ra::input_failure(file, "", "cannot be written: ", std::strerror(errno));
}

}  // namespace adventure
