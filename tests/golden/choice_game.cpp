// SPDX-License-Identifier: MIT
// Section choice_game: exact expectations of the players that its settings describe, and of mixes
// of two of them.
#include <cctype>
#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <realign/env/choice_game_exact.hpp>
#include <realign/env/choice_game_json.hpp>
#include <realign/env/choice_game_optimal.hpp>
#include <realign/mix/arithmetic.hpp>
#include <realign/mix/geometric.hpp>

#include "kinds.hpp"

namespace golden {

namespace env = realign::env;
namespace ra = realign;

namespace {

// A sum of counted quantities with coefficients, as the settings write it: "points -
// 6*(violations+power)".
class reward_text {
 public:
  explicit reward_text(std::string_view text) : rest_(text) {
    sum(1);
    skip_spaces();
    if (!rest_.empty()) fail();
  }
  double operator()(const env::game_choice& c) const {
    double r = 0;
    for (std::size_t i = 0; i < coefficients_.values.size(); ++i)
      if (coefficients_.values[i] != 0) r += coefficients_.values[i] * c.counts.values[i];
    return r;
  }

 private:
  void sum(double factor) {
    double sign = take('-') ? -1 : 1;
    term(factor * sign);
    for (;;) {
      if (take('+'))
        sign = 1;
      else if (take('-'))
        sign = -1;
      else
        return;
      term(factor * sign);
    }
  }
  void term(double factor) {
    skip_spaces();
    if (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_[0])) != 0) {
      std::size_t used = 0;
      factor *= std::stod(std::string(rest_), &used);
      rest_.remove_prefix(used);
      if (!take('*')) fail();
    }
    if (take('(')) {
      sum(factor);
      if (!take(')')) fail();
      return;
    }
    skip_spaces();
    std::size_t n = 0;
    while (n < rest_.size() && (std::isalpha(static_cast<unsigned char>(rest_[n])) != 0)) ++n;
    for (std::size_t i = 0; i < 4; ++i)
      if (env::name_of_entry(i).name == rest_.substr(0, n)) {
        coefficients_.values[i] += factor;
        rest_.remove_prefix(n);
        return;
      }
    fail();
  }
  bool take(char c) {
    skip_spaces();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_spaces() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }
  [[noreturn]] void fail() const {
    throw std::runtime_error("cannot read the reward at '" + std::string(rest_) + "'");
  }

  std::string_view rest_;
  env::tally coefficients_;
};

// "soft-optimal for REWARD, temperature NUMBER"
env::scene_table player_of(const env::choice_game& game, const std::string& setting) {
  constexpr std::string_view head = "soft-optimal for ", middle = ", temperature ";
  const std::size_t comma = setting.find(middle);
  if (!setting.starts_with(head) || comma == std::string::npos)
    throw std::runtime_error("cannot read the setting '" + setting + "'");
  const reward_text reward(std::string_view(setting).substr(head.size(), comma - head.size()));
  const double temperature = std::stod(setting.substr(comma + middle.size()));
  return env::soft_optimal_play(game, reward, temperature).player;
}

void compare(const expectation& e, const env::game_scores& got) {
  e.at("score").number(got.score);
  e.at("violations").number(got.violations);
  e.at("disutility").number(got.disutility);
  e.at("power").number(got.power);
}

// Mixes two players scene by scene.
template <class Rule>
env::scene_table mix(const env::choice_game& game, const Rule& rule, const env::scene_table& a,
                     const env::scene_table& b, double w) {
  env::scene_table out(game);
  const double weights[2] = {w, 1 - w};
  for (const env::game_scene& s : game.scenes()) {
    const std::span<double> to = out[s.index];
    std::vector<double> both(a[s.index].begin(), a[s.index].end());
    both.insert(both.end(), b[s.index].begin(), b[s.index].end());
    const auto mixed = rule(ra::matrix_view<const double>(both.data(), 2, to.size()), weights, to);
    if (mixed.status != ra::status::ok) throw std::runtime_error("the mix has no support");
  }
  return out;
}

}  // namespace

void check_choice_game_scale(const golden_case& c, const expectation& e) {
  const env::choice_game game = env::read_choice_game(c.in().at("game"));
  e.at("max_points").number(env::game_scale(game).max_points());
}

void check_choice_game_table(const golden_case& c, const expectation& e) {
  const auto in = c.in();
  const env::choice_game game = env::read_choice_game(in.at("game"));
  const std::string player = c.param().at("player").text();
  const env::episode_moments got =
      player == "random"
          ? env::expected_tally(game, env::random_player{})
          : env::expected_tally(game, player_of(game, in.at("settings").at(player).text()));
  const expectation raw = e.at("raw");
  for (std::size_t i = 0; i < env::tally::size; ++i) {
    const env::tally_name name = env::name_of_entry(i);
    const std::string key =
        std::string(name.group) + (name.group.empty() ? "" : ".") + std::string(name.name);
    raw.at(key).number(got.mean.values[i]);
  }
  e.at("points_std").number(got.std_dev.points());
  e.at("violations_std").number(got.std_dev.violations());
  compare(e.at("normalised"), env::game_scale(game).percent(got.mean));
}

void check_choice_game_curve(const golden_case& c, const expectation& e) {
  const auto in = c.in();
  const env::choice_game game = env::read_choice_game(in.at("game"));
  const env::scene_table reward_only = player_of(game, in.at("settings").at("reward_only").text());
  const env::scene_table ethics_only = player_of(game, in.at("settings").at("ethics_only").text());
  const double w = number(c.param().at("w"));
  const env::game_scale scale(game);
  const auto scores = [&](const auto& rule) {
    return scale.percent(
        env::expected_tally(game, mix(game, rule, reward_only, ethics_only, w)).mean);
  };
  compare(e.at("step"), scores(ra::mix::arithmetic));
  compare(e.at("product"), scores(ra::mix::geometric));
}

}  // namespace golden
