// SPDX-License-Identifier: MIT
// Turns files of the four schemas into cases.
#include "golden_case.hpp"

#include <set>
#include <utility>

namespace golden {

namespace ra = realign;
using ra::io::json_value;

double number(const json_value& v) {
  if (v.raw().is_number() || v.raw() == "inf" || v.raw() == "-inf" || v.raw() == "nan")
    return to_number(v.raw());
  return v.number();  // reports what came
}

std::optional<json_value> given(const json_value& v, std::string_view key) {
  auto member = v.find(key);
  if (member && member->raw().is_null()) member.reset();
  return member;
}

double number_or(const json_value& v, std::string_view key, double otherwise) {
  const auto member = given(v, key);
  return member ? number(*member) : otherwise;
}

namespace {

std::shared_ptr<const json> share(const json& v) { return std::make_shared<const json>(v); }

json member_or(const json& object, const char* key, json otherwise) {
  return object.contains(key) ? object.at(key) : std::move(otherwise);
}

// preference_losses.json
std::vector<golden_case> preference_cases(const std::string& file, const json_value& root) {
  const auto tolerance_of = [](const json_value& v) {
    return tolerance{v.at("absolute").number(), v.at("relative").number()};
  };
  const tolerance common = tolerance_of(root.at("tolerance"));
  std::vector<golden_case> cases;
  const json_value list = root.at("cases");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string id = list[i].at("id").text();
    const json_value c = list[i].placed(id);
    const std::string kind = c.at("kind").text(), loss = c.at("loss").text();
    const auto own = c.find("tolerance");
    cases.push_back({file,
                     id,
                     {kind + "/" + loss, kind, loss},
                     share(c.at("inputs").raw()),
                     member_or(c.raw(), "params", json::object()),
                     c.at("expected").raw(),
                     own ? tolerance_of(*own) : common,
                     false});
  }
  return cases;
}

// inference_time.json
std::vector<golden_case> inference_cases(const std::string& file, const json_value& root) {
  std::vector<golden_case> cases;
  root.at("sections").for_each_member([&](std::string_view section, const json_value& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string id = list[i].at("id").text();
      const json_value c = list[i].placed(id);
      const json_value tol = c.at("tol");
      cases.push_back({file,
                       id,
                       {std::string(section)},
                       share(c.at("in").raw()),
                       json::object(),
                       c.at("out").raw(),
                       {tol.at("abs").number(), tol.at("rel").number()},
                       true});
    }
  });
  return cases;
}

// decision_program.json: what is not an input is expected. Its README states the tolerances.
std::vector<golden_case> program_cases(const std::string& file, const json_value& root) {
  static const std::set<std::string, std::less<>> inputs = {
      "id",     "scalarization", "weights", "reference_point", "disagreement_point", "augmentation",
      "alpha",  "beta",          "note",    "log_prior",       "objectives",         "costs",
      "budgets"};
  std::vector<golden_case> cases;
  const json_value list = root.at("cases");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto name = list[i].find("id");
    const std::string id = name ? name->text() : "decision_program[" + std::to_string(i) + "]";
    const std::string f = list[i].placed(id).at("scalarization").text();
    golden_case c{file, id, {"decision_program/" + f, "decision_program", f}, share(list[i].raw())};
    list[i].for_each_member([&](std::string_view key, const json_value& v) {
      if (!inputs.contains(key)) c.expected[std::string(key)] = v.raw();
    });
    c.within = {1e-6, 0};
    cases.push_back(std::move(c));
  }
  return cases;
}

// envs.json: the common tolerance is relative 1e-8; the absolute part lets a zero be compared.
constexpr tolerance envs_tolerance{1e-12, 1e-8};

std::vector<golden_case> choice_game_cases(const std::string& file, const json_value& section) {
  std::vector<golden_case> cases;
  const auto input = share(section.raw());
  const auto add = [&](const std::string& part, const std::string& id, json params, json expected) {
    cases.push_back({file,
                     "choice_game/" + id,
                     {"choice_game/" + part, "choice_game"},
                     input,
                     std::move(params),
                     std::move(expected),
                     envs_tolerance,
                     false});
  };
  json rest = json::object();
  section.for_each_member([&](std::string_view key, const json_value& v) {
    if (key != "game" && key != "settings" && key != "table" && key != "curve")
      rest[std::string(key)] = v.raw();
  });
  if (!rest.empty()) add("scale", "scale", json::object(), rest);
  if (const auto table = section.find("table"))
    table->for_each_member([&](std::string_view player, const json_value& v) {
      add("table", "table/" + std::string(player), {{"player", std::string(player)}}, v.raw());
    });
  if (const auto curve = section.find("curve"))
    for (std::size_t i = 0; i < curve->size(); ++i) {
      json expected = (*curve)[i].raw();
      const double w = (*curve)[i].at("w").number();
      expected.erase("w");
      add("curve", "curve/" + to_text(w), {{"w", w}}, std::move(expected));
    }
  return cases;
}

// A section without its own reading: each element of an array, or the whole of an object, is a
// case.
std::vector<golden_case> other_cases(const std::string& file, const std::string& name,
                                     const json_value& section) {
  std::vector<golden_case> cases;
  const auto input = share(section.raw());
  const auto add = [&](const std::string& id, const json& v) {
    cases.push_back({file, id, {name}, input, json::object(), v, envs_tolerance, false});
  };
  if (!section.raw().is_array())
    add(name, section.raw());
  else
    for (std::size_t i = 0; i < section.size(); ++i)
      add(name + "[" + std::to_string(i) + "]", section[i].raw());
  return cases;
}

std::vector<golden_case> env_cases(const std::string& file, const json_value& root) {
  std::vector<golden_case> cases;
  root.for_each_member([&](std::string_view key, const json_value& section) {
    if (key == "schema" || key == "set") return;
    for (golden_case& c : key == "choice_game" ? choice_game_cases(file, section)
                                               : other_cases(file, std::string(key), section))
      cases.push_back(std::move(c));
  });
  return cases;
}

bool is_preference(const json& root) {
  const json& cases = root.at("cases");
  return member_or(root, "schema", nullptr) == "preference-losses" ||
         (cases.is_array() && !cases.empty() && cases[0].is_object() && cases[0].contains("kind"));
}

bool names_an_env_section(const json& root) {
  for (const char* name : {"fronts", "minecart", "hypervolume", "indicators", "cmdps", "off_policy",
                           "bounds", "step_mixture", "choice_game", "moral_games"})
    if (root.contains(name)) return true;
  return false;
}

}  // namespace

std::vector<golden_case> read_cases(const ra::io::json_document& document) {
  const json_value root = document.root();
  const json& raw = root.raw();
  if (raw.is_object()) {
    if (raw.contains("sections")) return inference_cases(document.file(), root);
    if (raw.contains("cases"))
      return is_preference(raw) ? preference_cases(document.file(), root)
                                : program_cases(document.file(), root);
    if (names_an_env_section(raw)) return env_cases(document.file(), root);
  }
  root.fail(
      "expected one of the four golden schemas: sections, cases, or sections of environments");
}

}  // namespace golden
