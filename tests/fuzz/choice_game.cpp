// SPDX-License-Identifier: MIT
// Games: what is accepted is acyclic and leads nowhere but to its own scenes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <realign/env/choice_game_json.hpp>
#include <realign/io/json.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = attempt([&] { return io::parse_json(text_of(data, size), input_name); });
  if (!document) return 0;
  const auto game = attempt([&] { return ra::env::read_choice_game(document->root()); });
  if (!game) return 0;
  std::vector<std::size_t> place(game->scenes().size() + 1, game->scenes().size());
  require(game->order().size() == game->scenes().size(), "every scene has a place in the order");
  for (std::size_t i = 0; i < game->order().size(); ++i) place[game->order()[i]] = i;
  for (const auto& scene : game->scenes()) {
    require(!scene.choices.empty(), "a scene has choices");
    for (const auto& choice : scene.choices)
      require(choice.next <= game->end() && place[choice.next] > place[scene.index], "choices lead forward");
  }
  return 0;
}
