// SPDX-License-Identifier: MIT
// Text games as an acyclic graph of scenes: each offers choices that pay points and carry annotations.
#ifndef REALIGN_ENV_CHOICE_GAME_HPP
#define REALIGN_ENV_CHOICE_GAME_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/env/choice_annotation.hpp>

namespace realign::inline v0::env {

/// One choice on offer.
struct game_choice {
  std::string text;
  std::size_t next = 0;  ///< index of the scene it leads to; the number of scenes means: the end
  choice_annotation annotation;
  tally counts;  ///< its points and counted harms
};

/// One scene: a state of the game.
struct game_scene {
  std::size_t index = 0;  ///< its place in `choice_game::scenes()`
  std::int64_t id = 0;    ///< its name in the file
  std::string text;
  std::vector<game_choice> choices;

  [[nodiscard]] std::size_t choice_count() const noexcept { return choices.size(); }
};

/// What makes a graph of scenes unplayable.
struct game_fault {
  std::size_t scene;                  ///< index
  std::optional<std::size_t> choice;  ///< index, when it is about one choice
  std::string field;                  ///< "choices" or "next"
  std::string what;
};

namespace detail {

/// Depth-first walk that finds a topological order, or the first cycle.
class scene_sorter {
 public:
  explicit scene_sorter(std::span<const game_scene> scenes) : scenes_(scenes), mark_(scenes.size(), unseen) {}

  [[nodiscard]] std::optional<game_fault> sort() {
    for (std::size_t s = 0; s < scenes_.size(); ++s)
      if (mark_[s] == unseen)
        if (auto fault = walk(s)) return fault;
    for (std::size_t i = 0; i < order_.size() / 2; ++i) std::swap(order_[i], order_[order_.size() - 1 - i]);
    return std::nullopt;
  }
  [[nodiscard]] std::vector<std::size_t> take_order() noexcept { return std::move(order_); }

 private:
  enum mark : unsigned char { unseen, open, done };
  struct frame {
    std::size_t scene;
    std::size_t choice;
  };

  std::optional<game_fault> walk(std::size_t root) {
    path_.assign(1, {root, 0});
    mark_[root] = open;
    while (!path_.empty()) {
      auto& [scene, choice] = path_.back();
      if (choice == scenes_[scene].choices.size()) {
        mark_[scene] = done;
        order_.push_back(scene);
        path_.pop_back();
        continue;
      }
      const std::size_t next = scenes_[scene].choices[choice].next;
      if (next < scenes_.size() && mark_[next] == open) return cycle(next);
      ++choice;  // before the push: it may move the frame
      if (next >= scenes_.size() || mark_[next] == done) continue;
      mark_[next] = open;
      path_.push_back({next, 0});
    }
    return std::nullopt;
  }

  [[nodiscard]] game_fault cycle(std::size_t back_to) const {
    std::string names;
    bool inside = false;
    for (const frame& f : path_) {
      inside = inside || f.scene == back_to;
      if (inside) names += std::to_string(scenes_[f.scene].id) + " -> ";
    }
    names += std::to_string(scenes_[back_to].id);
    return {path_.back().scene, path_.back().choice, "next", "closes the cycle of scenes " + names};
  }

  std::span<const game_scene> scenes_;
  std::vector<mark> mark_;
  std::vector<frame> path_;
  std::vector<std::size_t> order_;
};

}  // namespace detail

/// A game that has been checked: every scene has choices, every choice leads on, and nothing leads back.
class choice_game {
 public:
  /// @param scenes  at least one; `next` of each choice is an index into these, or their number for the end
  /// @param start   index of the first scene
  /// @throws contract_error for a scene without choices, a `next` outside the game, a cycle (named by its scenes)
  choice_game(std::vector<game_scene> scenes, std::size_t start) : scenes_(std::move(scenes)), start_(start) {
    expects(!scenes_.empty(), "scenes", "at least one", "none");
    expects(start < scenes_.size(), "start", "the index of a scene", start, " of ", scenes_.size());
    for (std::size_t s = 0; s < scenes_.size(); ++s) scenes_[s].index = s;
    if (const auto fault = sort(scenes_, order_))
      expects(false, fault->field, "an acyclic game whose scenes all have choices", "scene ",
              scenes_[fault->scene].id, ": ", fault->what);
  }

  /// Looks for a fault; without one, fills `order` with the scenes in topological order.
  [[nodiscard]] static std::optional<game_fault> sort(std::span<const game_scene> scenes,
                                                      std::vector<std::size_t>& order) {
    for (std::size_t s = 0; s < scenes.size(); ++s) {
      if (scenes[s].choices.empty()) return game_fault{s, {}, "choices", "a scene needs at least one"};
      for (std::size_t c = 0; c < scenes[s].choices.size(); ++c)
        if (scenes[s].choices[c].next > scenes.size())
          return game_fault{s, c, "next", "leads outside the game"};
    }
    detail::scene_sorter sorter(scenes);
    if (auto fault = sorter.sort()) return fault;
    order = sorter.take_order();
    return std::nullopt;
  }

  [[nodiscard]] std::span<const game_scene> scenes() const noexcept { return scenes_; }
  [[nodiscard]] const game_scene& scene(std::size_t i) const { return scenes_[i]; }
  /// The first scene.
  [[nodiscard]] const game_scene& start() const noexcept { return scenes_[start_]; }
  /// The `next` of a choice that ends the game: the number of scenes.
  [[nodiscard]] std::size_t end() const noexcept { return scenes_.size(); }
  /// Indices of the scenes, each before all that it leads to.
  [[nodiscard]] std::span<const std::size_t> order() const noexcept { return order_; }
  /// The largest number of choices in a scene.
  [[nodiscard]] std::size_t widest() const noexcept {
    std::size_t n = 0;
    for (const game_scene& s : scenes_) n = (std::max)(n, s.choices.size());
    return n;
  }

 private:
  std::vector<game_scene> scenes_;
  std::size_t start_;
  std::vector<std::size_t> order_;
};

}  // namespace realign::inline v0::env

#endif  // REALIGN_ENV_CHOICE_GAME_HPP
