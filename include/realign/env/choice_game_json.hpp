// SPDX-License-Identifier: MIT
// Loads text games from JSON files.
//
//   {"start": 0, "terminal": 2, "n_nodes": 2, "nodes": [
//     {"id": 0, "text": "...", "choices": [
//       {"text": "...", "next": 1, "points": 5, "annotation": {
//          "utility": {"self": {"-3": 0, ..., "3": 0}, "others": {"-3": 0, ..., "3": 0}},
//          "physical": {"watts": 250}, "money": {"dollars": 1000},
//          "social": {"influence": {"0": 1, "1": 0, "2": 0}},
//          "morality": {"killing": 0, ..., "other": 0}}}]}]}
//
// Ids are whole numbers; `terminal` is the id that ends the game; `n_nodes`, when there, must be the number of
// nodes. Other members of a node or a choice are ignored; in an annotation, and in its parts, they are refused.
#ifndef REALIGN_ENV_CHOICE_GAME_JSON_HPP
#define REALIGN_ENV_CHOICE_GAME_JSON_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/env/choice_annotation.hpp>
#include <realign/env/choice_game.hpp>
#include <realign/io/json.hpp>

namespace realign::inline v0::env {

namespace detail {

inline constexpr std::array<std::string_view, 7> utility_grades = {"-3", "-2", "-1", "0", "1", "2", "3"};
inline constexpr std::array<std::string_view, 3> influence_grades = {"0", "1", "2"};

[[nodiscard]] inline double read_finite(const io::json_value& v) {
  const double x = v.number();
  if (!is_finite(x)) v.fail("expected a finite number, got ", x);
  return x;
}

/// Refuses members of other names.
inline void expect_names(const io::json_value& v, std::span<const std::string_view> names, std::string_view what) {
  v.for_each_member([&](std::string_view key, const io::json_value& member) {
    for (const std::string_view name : names)
      if (name == key) return;
    member.fail("no such ", what);
  });
}

/// Reads one share per name; every name must be there, and no other.
inline void read_shares(const io::json_value& v, std::span<const std::string_view> names, std::span<double> out) {
  expect_names(v, names, "category");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const io::json_value share = v.at(names[i]);
    out[i] = read_finite(share);
    if (out[i] < 0 || out[i] > 1) share.fail("expected a share from 0 to 1, got ", out[i]);
  }
}

[[nodiscard]] inline choice_annotation read_annotation(const io::json_value& v) {
  using names = std::initializer_list<std::string_view>;
  const auto known = [](const io::json_value& object, const names& expected) {
    expect_names(object, {expected.begin(), expected.size()}, "part of an annotation");
    return object;
  };
  known(v, {"utility", "physical", "money", "social", "morality"});
  const io::json_value utility = known(v.at("utility"), {"self", "others"});
  choice_annotation a;
  read_shares(utility.at("self"), utility_grades, a.utility_self);
  read_shares(utility.at("others"), utility_grades, a.utility_others);
  read_shares(known(v.at("social"), {"influence"}).at("influence"), influence_grades, a.influence);
  read_shares(v.at("morality"), morality_names, a.morality);
  a.watts = read_finite(known(v.at("physical"), {"watts"}).at("watts"));
  a.dollars = read_finite(known(v.at("money"), {"dollars"}).at("dollars"));
  return a;
}

/// Ids of a game file and the indices they stand for.
using scene_ids = std::map<std::int64_t, std::size_t>;

[[nodiscard]] inline std::string place_of(std::int64_t scene) { return "scene " + std::to_string(scene); }
[[nodiscard]] inline std::string place_of(std::int64_t scene, std::size_t choice) {
  return place_of(scene) + ", choice " + std::to_string(choice);
}

[[nodiscard]] inline game_choice read_choice(const io::json_value& v, const scene_ids& ids) {
  game_choice c;
  c.text = v.at("text").text();
  const std::int64_t next = v.at("next").integer();
  const auto found = ids.find(next);
  if (found == ids.end()) v.at("next").fail("leads to scene ", next, ", which is not in the game");
  c.next = found->second;
  c.annotation = read_annotation(v.at("annotation"));
  c.counts = count_harms(read_finite(v.at("points")), c.annotation);
  return c;
}

/// Gives each node an index in the order of the file, and the terminal the one after the last.
[[nodiscard]] inline scene_ids read_ids(const io::json_value& root) {
  const io::json_value nodes = root.at("nodes");
  if (nodes.size() == 0) nodes.fail("expected at least one scene, got none");
  scene_ids ids;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const io::json_value id = nodes[i].placed("node " + std::to_string(i)).at("id");
    if (!ids.try_emplace(id.integer(), i).second) id.fail(id.integer(), " is the id of an earlier scene too");
  }
  const io::json_value terminal = root.at("terminal");
  if (!ids.try_emplace(terminal.integer(), nodes.size()).second)
    terminal.fail(terminal.integer(), " is the id of a scene");
  if (const auto count = root.find("n_nodes"); count && count->index() != nodes.size())
    count->fail("expected the number of nodes, ", nodes.size(), ", got ", count->index());
  return ids;
}

}  // namespace detail

/// Reads a game out of a parsed file.
///
/// @param root  the game object; errors carry the file it came from
/// @throws input_error naming file, scene, choice and field: a missing or mistyped field, an unknown category, a
///   share outside [0, 1], a scene without choices, a `next` outside the game, a cycle, an id used twice
[[nodiscard]] inline choice_game read_choice_game(const io::json_value& root) {
  const detail::scene_ids ids = detail::read_ids(root);
  const io::json_value nodes = root.at("nodes");
  std::vector<game_scene> scenes(nodes.size());
  const auto place = [&](const game_fault& f) {
    const std::int64_t id = scenes[f.scene].id;
    return f.choice ? detail::place_of(id, *f.choice) : detail::place_of(id);
  };
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const std::int64_t id = nodes[i].at("id").integer();
    const io::json_value node = nodes[i].placed(detail::place_of(id));
    const io::json_value choices = node.at("choices");
    scenes[i].id = id;
    scenes[i].text = node.at("text").text();
    for (std::size_t c = 0; c < choices.size(); ++c)
      scenes[i].choices.push_back(detail::read_choice(choices[c].placed(detail::place_of(id, c)), ids));
  }
  std::vector<std::size_t> order;
  if (const auto fault = choice_game::sort(scenes, order))
    root.placed(place(*fault)).fail(fault->field, ": ", fault->what);

  const io::json_value start = root.at("start");
  const auto first = ids.find(start.integer());
  if (first == ids.end() || first->second == scenes.size())
    start.fail("expected the id of a scene, got ", start.integer());
  return {std::move(scenes), first->second};
}

/// Loads a game file; see `read_choice_game`.
[[nodiscard]] inline choice_game load_choice_game(const std::string& file) {
  const io::json_document document = io::read_json(file);
  return read_choice_game(document.root());
}

}  // namespace realign::inline v0::env

#endif  // REALIGN_ENV_CHOICE_GAME_JSON_HPP
