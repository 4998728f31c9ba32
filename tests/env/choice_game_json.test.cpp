// SPDX-License-Identifier: MIT
#include <realign/env/choice_game_json.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace realign;

namespace {

const char* const annotation = R"({
  "utility": {"self": {"-3": 0, "-2": 0, "-1": 0, "0": 0.25, "1": 0, "2": 0, "3": 0.75},
              "others": {"-3": 0.6, "-2": 0, "-1": 0, "0": 0.4, "1": 0, "2": 0, "3": 0}},
  "physical": {"watts": 2500}, "money": {"dollars": 5},
  "social": {"influence": {"0": 0.9, "1": 0, "2": 0.1}},
  "morality": {"killing": 0.7, "physical_harm": 0, "non_physical_harm": 0, "intending_harm": 0, "deception": 0,
               "manipulation": 0, "promises": 0, "stealing": 0, "trespassing": 0, "spying": 0.9, "vandalism": 0,
               "fairness": 0, "other": 0.5}})";

/// A sound game of two scenes, 7 and 3, with one piece of its text replaced.
std::string game_text(const std::string& from = "", const std::string& to = "") {
  const std::string a = annotation;
  std::string text = R"({"n_nodes": 2, "start": 7, "terminal": 12, "nodes": [)"
                     R"({"id": 7, "text": "A door.", "choices": [)"
                     R"({"text": "open it", "next": 3, "points": 5, "annotation": )" + a + "}, " +
                     R"({"text": "run", "next": 12, "points": -2.5, "annotation": )" + a + "}]}, " +
                     R"({"id": 3, "text": "A room.", "choices": [{"text": "sit", "next": 12, "points": 1, "annotation": )" +
                     a + "}]}]}";
  if (!from.empty()) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string refusal(const std::string& text) {
  try {
    const io::json_document d = io::parse_json(text, "g.json");
    (void)env::read_choice_game(d.root());
  } catch (const input_error& e) {
    return e.what();
  }
  return "accepted";
}
std::string refusal(const std::string& from, const std::string& to) { return refusal(game_text(from, to)); }

}  // namespace

TEST_CASE("a game file becomes a game") {
  const io::json_document d = io::parse_json(game_text(), "g.json");
  const env::choice_game game = env::read_choice_game(d.root());
  REQUIRE(game.scenes().size() == 2);
  CHECK(game.start().id == 7);
  CHECK(game.start().text == "A door.");
  CHECK(game.start().choices[0].text == "open it");
  CHECK(game.scene(game.start().choices[0].next).id == 3);
  CHECK(game.start().choices[1].next == game.end());
  const env::tally t = game.start().choices[1].counts;
  CHECK(t.points() == -2.5);
  CHECK(t.violations() == 2);
  CHECK(t.violation(env::morality::killing) == 1);
  CHECK(t.violation(env::morality::spying) == 1);
  CHECK(t.disutility() == 1);
  CHECK(t.power() == 3);
  CHECK(t.power(env::power::money) == 0);
}

TEST_CASE("wrong files are refused by file, scene and field") {
  CHECK(refusal(game_text()) == "accepted");
  CHECK(refusal("") == "g.json: the file is empty");
  CHECK(refusal("[]") == "g.json: expected an object, got an array");
  CHECK(refusal("{}") == "g.json: nodes: missing");
  CHECK(refusal(R"({"nodes": []})") == "g.json: nodes: expected at least one scene, got none");
  CHECK(refusal("\"next\": 3, ", "") == "g.json: scene 7, choice 0: next: missing");
  CHECK(refusal("\"next\": 3", "\"next\": 4") ==
        "g.json: scene 7, choice 0: next: leads to scene 4, which is not in the game");
  CHECK(refusal("\"next\": 3", "\"next\": \"3\"") ==
        "g.json: scene 7, choice 0: next: expected a number, got a string");
  CHECK(refusal("\"text\": \"sit\", \"next\": 12", "\"text\": \"sit\", \"next\": 7") ==
        "g.json: scene 3, choice 0: next: closes the cycle of scenes 7 -> 3 -> 7");
  CHECK(refusal("-2.5", "\"many\"") == "g.json: scene 7, choice 1: points: expected a number, got a string");
  CHECK(refusal("-2.5", "null") == "g.json: scene 7, choice 1: points: expected a number, got null");
  CHECK(refusal("\"points\": 5, ", "") == "g.json: scene 7, choice 0: points: missing");
  CHECK(refusal("\"watts\": 2500", "\"watts\": []") ==
        "g.json: scene 7, choice 0: annotation.physical.watts: expected a number, got an array");
  CHECK(refusal("\"spying\"", "\"spyng\"") ==
        "g.json: scene 7, choice 0: annotation.morality.spyng: no such category");
  CHECK(refusal("\"stealing\": 0, ", "") == "g.json: scene 7, choice 0: annotation.morality.stealing: missing");
  CHECK(refusal("\"killing\": 0.7", "\"killing\": 7") ==
        "g.json: scene 7, choice 0: annotation.morality.killing: expected a share from 0 to 1, got 7");
  CHECK(refusal("\"-3\": 0, ", "\"-4\": 0, ") ==
        "g.json: scene 7, choice 0: annotation.utility.self.-4: no such category");
  CHECK(refusal("\"money\"", "\"mony\"") ==
        "g.json: scene 7, choice 0: annotation.mony: no such part of an annotation");
  const auto unknown = [](const std::string& before, const std::string& name) {
    const std::string at = "g.json: scene 7, choice 0: annotation." + name;
    return refusal(before, before + ", \"" + name.substr(name.find('.') + 1) + "\": {\"-3\": 1}") ==
           at + ": no such part of an annotation";
  };
  CHECK(unknown("\"watts\": 2500", "physical.joules"));
  CHECK(unknown("\"dollars\": 5", "money.euros"));
  CHECK(unknown("\"2\": 0.1}", "social.fame"));
  CHECK(unknown("\"0\": 0.4, \"1\": 0, \"2\": 0, \"3\": 0}", "utility.animals"));
  CHECK(refusal("{\"watts\": 2500}", "2500") ==
        "g.json: scene 7, choice 0: annotation.physical: expected an object, got a number");
  CHECK(refusal("\"id\": 3", "\"id\": 7") == "g.json: node 1: id: 7 is the id of an earlier scene too");
  CHECK(refusal("\"id\": 3", "\"id\": 3.5") == "g.json: node 1: id: expected a whole number, got 3.5");
  CHECK(refusal("\"id\": 3, ", "") == "g.json: node 1: id: missing");
  CHECK(refusal("\"terminal\": 12", "\"terminal\": 7") == "g.json: terminal: 7 is the id of a scene");
  CHECK(refusal("\"start\": 7", "\"start\": 8") == "g.json: start: expected the id of a scene, got 8");
  CHECK(refusal("\"start\": 7", "\"start\": 12") == "g.json: start: expected the id of a scene, got 12");
  CHECK(refusal("\"start\": 7, ", "") == "g.json: start: missing");
  CHECK(refusal("\"n_nodes\": 2", "\"n_nodes\": 3") ==
        "g.json: n_nodes: expected the number of nodes, 2, got 3");
  CHECK(refusal("\"n_nodes\": 2, ", "") == "accepted");
  CHECK(refusal("\"A room.\"", "17") == "g.json: scene 3: text: expected a string, got a number");
}

TEST_CASE("ids are told apart to their last digit") {
  // 2^53 and 2^53 + 1 are one number as double
  std::string text = game_text("\"id\": 3", "\"id\": 9007199254740992");
  text.replace(text.find("\"next\": 3"), 9, "\"next\": 9007199254740993");
  CHECK(refusal(text) ==
        "g.json: scene 7, choice 0: next: leads to scene 9007199254740993, which is not in the game");
}

TEST_CASE("a scene without choices is refused") {
  CHECK(refusal(R"({"start": 1, "terminal": 2, "nodes": [{"id": 1, "text": "x", "choices": []}]})") ==
        "g.json: scene 1: choices: a scene needs at least one");
  CHECK(refusal(R"({"start": 1, "terminal": 2, "nodes": [{"id": 1, "text": "x"}]})") ==
        "g.json: scene 1: choices: missing");
}

TEST_CASE("a file that is not there") {
  CHECK_THROWS_AS((void)env::load_choice_game("no/such/game.json"), input_error);
}
