// SPDX-License-Identifier: MIT
// realign_golden [--only KIND[,KIND...]] [--float] FILE...
//
// Checks every case of files with golden values. Exit status: 0 when all passed, 1 when a case
// failed, was of an unknown kind, or a file was unreadable or held no case, 2 on bad usage.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/io/json.hpp>

#include "golden_case.hpp"
#include "kinds.hpp"

namespace {

using golden::golden_case;

constexpr const char* usage =
    "usage: realign_golden [--only KIND[,KIND...]] [--float] FILE...\n"
    "  --only   check these kinds and count the rest as skipped; a kind is a kind, a loss, "
    "kind/loss,\n"
    "           a section, or a scalarization\n"
    "  --float  check what the library computes in float, within the rounding of the inputs\n";

struct options {
  std::set<std::string> only;
  bool in_float = false;
  std::vector<std::string> files;
};

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "realign_golden: %s\n%s", why.c_str(), usage);
  std::exit(2);
}

void add_kinds(std::string_view list, std::set<std::string>& to) {
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view name = list.substr(0, comma);
    if (name.empty()) refuse("--only: a kind is empty");
    to.emplace(name);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

options parse(int argc, char** argv) {
  options o;
  for (int i = 1; i < argc; ++i) {
    const std::string_view a = argv[i];
    if (a == "--help") {
      std::fputs(usage, stdout);
      std::exit(0);
    }
    if (a == "--only") {
      if (++i == argc) refuse("--only needs a list of kinds");
      add_kinds(argv[i], o.only);
    } else if (a.starts_with("--only=")) {
      add_kinds(a.substr(7), o.only);
    } else if (a == "--float") {
      o.in_float = true;
    } else if (a.starts_with("-")) {
      refuse("unknown option " + std::string(a));
    } else {
      o.files.emplace_back(a);
    }
  }
  if (o.files.empty()) refuse("no file given");
  return o;
}

class run {
 public:
  explicit run(options o) : options_(std::move(o)) {}

  int operator()() {
    for (const std::string& file : options_.files) check_file(file);
    for (const std::string& name : options_.only)
      if (!met_.contains(name) && !is_known(name))
        refuse("--only: no kind and no case is called " + name);
    if (passed_ + failed_ == 0) complain("nothing was checked");
    std::printf("%zu passed, %zu failed", passed_, failed_);
    if (skipped_ > 0) std::printf(", %zu skipped", skipped_);
    std::printf("\n");
    return failed_ > 0 || broken_ ? 1 : 0;
  }

 private:
  void complain(const std::string& what) {
    broken_ = true;
    std::printf("FAIL %s\n", what.c_str());
  }

  void check_file(const std::string& file) {
    try {
      const auto document = realign::io::read_json(file);
      const std::vector<golden_case> cases = golden::read_cases(document);
      if (cases.empty()) complain(file + ": holds no case");
      for (const golden_case& c : cases) check_case(c);
    } catch (const std::exception& e) {
      complain(e.what());
    }
  }

  void check_case(const golden_case& c) {
    met_.insert(c.names.begin(), c.names.end());
    if (!is_wanted(c)) {
      ++skipped_;
      return;
    }
    const golden::kind* kind = golden::find_kind(c);
    if (!kind) {
      ++failed_;
      std::printf("FAIL %s: unknown kind %s\n", c.id.c_str(), c.names.front().c_str());
      return;
    }
    const golden::checker check = options_.in_float ? kind->in_float : kind->in_double;
    if (!check) {
      ++skipped_;
      return;
    }
    golden::findings found;
    try {
      check(c, {c.expected, c.within, c.null_is_free, found});
      found.complain_of_unseen(c.expected);
    } catch (const std::exception& e) {
      found.differ("", "an answer", e.what());
    }
    for (const golden::difference& d : found.differences())
      std::printf("FAIL %s: %s%sexpected %s, got %s\n", c.id.c_str(), d.field.c_str(),
                  d.field.empty() ? "" : ": ", d.expected.c_str(), d.got.c_str());
    ++(found.differences().empty() ? passed_ : failed_);
  }

  bool is_wanted(const golden_case& c) const {
    if (options_.only.empty()) return true;
    for (const std::string& name : c.names)
      if (options_.only.contains(name)) return true;
    return false;
  }

  static bool is_known(std::string_view name) {
    for (const golden::kind& k : golden::kinds()) {
      const std::size_t slash = k.name.find('/');
      if (k.name == name || (slash != std::string_view::npos &&
                             (k.name.substr(0, slash) == name || k.name.substr(slash + 1) == name)))
        return true;
    }
    return false;
  }

  options options_;
  std::set<std::string> met_;
  std::size_t passed_ = 0, failed_ = 0, skipped_ = 0;
  bool broken_ = false;
};

}  // namespace

int main(int argc, char** argv) { return run(parse(argc, argv))(); }
