// SPDX-License-Identifier: MIT
#include <realign/env/choice_game.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "small_game.hpp"

using namespace realign;
using small_game::choice;
using small_game::scene;

namespace {

std::string refusal(std::vector<env::game_scene> scenes, std::size_t start = 0) {
  try {
    (void)env::choice_game(std::move(scenes), start);
  } catch (const contract_error& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a game knows its scenes, its end and its width") {
  const env::choice_game game = small_game::diamond();
  CHECK(game.scenes().size() == 3);
  CHECK(game.end() == 3);
  CHECK(game.start().id == 100);
  CHECK(game.widest() == 2);
  CHECK(game.scene(1).choice_count() == 2);
  CHECK(game.scene(2).index == 2);
}

TEST_CASE("the order puts every scene before all it leads to") {
  random_generator g(3);
  for (int trial = 0; trial < 20; ++trial) {
    const env::choice_game game = small_game::layered(6, 5, g);
    std::vector<std::size_t> position(game.scenes().size(), game.end());
    for (std::size_t k = 0; k < game.order().size(); ++k) position[game.order()[k]] = k;
    for (const env::game_scene& s : game.scenes()) {
      REQUIRE(position[s.index] < game.end());
      for (const env::game_choice& c : s.choices)
        if (c.next != game.end()) CHECK(position[s.index] < position[c.next]);
    }
  }
}

TEST_CASE("games that cannot be played are refused") {
  CHECK(refusal({}).find("at least one") != std::string::npos);
  CHECK(refusal({scene({choice(1, 0)})}, 1).find("start: ") == 0);
  CHECK(refusal({scene({}, 9)}).find("scene 9") != std::string::npos);
  CHECK(refusal({scene({choice(2, 0)}, 9)}).find("outside the game") != std::string::npos);
  CHECK(refusal({scene({choice(1, 0)}, 9)}) == "accepted");
}

TEST_CASE("a cycle is named by its scenes alone") {
  // 5 leads into 6 -> 7 -> 8 -> 6
  const std::string said = refusal({scene({choice(1, 0), choice(4, 0)}, 5), scene({choice(2, 0)}, 6),
                                    scene({choice(4, 0), choice(3, 0)}, 7), scene({choice(1, 0)}, 8)});
  CHECK(said.find("6 -> 7 -> 8 -> 6") != std::string::npos);
  CHECK(said.find("5 ->") == std::string::npos);
  CHECK(refusal({scene({choice(0, 0)}, 4)}).find("4 -> 4") != std::string::npos);
  // a cycle that cannot be reached is one all the same
  CHECK(refusal({scene({choice(3, 0)}, 1), scene({choice(2, 0)}, 2), scene({choice(1, 0)}, 3)}).find("2 -> 3 -> 2") !=
        std::string::npos);
}

TEST_CASE("a long chain does not need a deep stack") {
  std::vector<env::game_scene> chain;
  for (std::size_t i = 0; i < 200000; ++i) chain.push_back(scene({choice(i + 1, 0)}, static_cast<std::int64_t>(i)));
  const env::choice_game game(std::move(chain), 0);
  CHECK(game.order().front() == 0);
  CHECK(game.order().back() == 199999);
}
