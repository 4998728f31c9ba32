// SPDX-License-Identifier: MIT
// Little games for the tests: a hand-made diamond and random layered graphs.
#ifndef REALIGN_TESTS_ENV_SMALL_GAME_HPP
#define REALIGN_TESTS_ENV_SMALL_GAME_HPP

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <realign/core/random.hpp>
#include <realign/env/choice_game.hpp>

namespace small_game {

using namespace realign;

inline env::game_choice choice(std::size_t next, double points, double killing = 0, double others_bad = 0,
                               double dollars = 0) {
  env::game_choice c;
  c.text = "to " + std::to_string(next);
  c.next = next;
  c.annotation.morality[0] = killing;
  c.annotation.utility_others[0] = others_bad;
  c.annotation.dollars = dollars;
  c.counts = env::count_harms(points, c.annotation);
  return c;
}

inline env::game_scene scene(std::vector<env::game_choice> choices, std::int64_t id = 0) {
  env::game_scene s;
  s.id = id;
  s.text = "scene " + std::to_string(id);
  s.choices = std::move(choices);
  return s;
}

/// 0 -> 1 or 2; both -> the end. Killing pays 10 in scene 0; scene 1 pays 1 or 3 (the latter harms others).
inline env::choice_game diamond() {
  std::vector<env::game_scene> scenes;
  scenes.push_back(scene({choice(1, 2), choice(2, 10, 1)}, 100));
  scenes.push_back(scene({choice(3, 1), choice(3, 3, 0, 0.9)}, 101));
  scenes.push_back(scene({choice(3, 0), choice(3, 4, 1, 0, 200000)}, 102));
  return {std::move(scenes), 0};
}

/// `layers` layers of `width` scenes with 1 to 4 choices into the next layer, counts drawn at random; stored so
/// that the order of storage is no topological order.
inline env::choice_game layered(std::size_t layers, std::size_t width, random_generator& g) {
  const std::size_t n = layers * width;
  const auto place = [&](std::size_t layer, std::size_t i) { return n - 1 - (layer * width + i); };
  std::vector<env::game_scene> scenes(n);
  for (std::size_t layer = 0; layer < layers; ++layer)
    for (std::size_t i = 0; i < width; ++i) {
      std::vector<env::game_choice> choices;
      for (std::size_t c = 1 + uniform_index(g, 4); c > 0; --c) {
        const std::size_t next = layer + 1 == layers ? n : place(layer + 1, uniform_index(g, width));
        choices.push_back(choice(next, 5 * uniform(g), uniform(g), uniform(g), 200000 * uniform(g)));
      }
      scenes[place(layer, i)] = scene(std::move(choices), static_cast<std::int64_t>(layer * 100 + i));
    }
  return {std::move(scenes), place(0, 0)};
}

}  // namespace small_game

#endif  // REALIGN_TESTS_ENV_SMALL_GAME_HPP
