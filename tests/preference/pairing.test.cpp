// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/core/random.hpp>
#include <realign/preference/pairing.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace ra = realign;

namespace {
const std::vector<double> values{3.0, 1.0, 3.0, 2.95};
}

TEST_CASE("the better segment is preferred; ties stay ties") {
  CHECK(ra::compare_by(values, 0, 1).preferred == 0);
  CHECK(ra::compare_by(values, 1, 0).preferred == 0);
  CHECK(ra::compare_by(values, 1, 0).label == 1.0);
  CHECK(ra::compare_by(values, 0, 2).label == 0.5);
  CHECK(ra::compare_by(values, 0, 3).label == 1.0);
  CHECK(ra::compare_by(values, 3, 0, 0.1).label == 0.5);
}

TEST_CASE("infinite values are compared, equal ones tie") {
  const double up = std::numeric_limits<double>::infinity();
  const std::vector<double> v{up, up, 0.0};
  CHECK(ra::compare_by(v, 0, 1).label == 0.5);
  CHECK(ra::compare_by(v, 2, 0).preferred == 0);
}

TEST_CASE("random pairs: two different segments, every one of them in turn, reproducible") {
  ra::random_generator g(7), same(7);
  const auto pairs = ra::random_pairs(values, 500, g);
  REQUIRE(pairs.size() == 500);
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for (const auto& p : pairs) {
    CHECK(p.preferred != p.rejected);
    CHECK(values[p.preferred] >= values[p.rejected]);
    CHECK(p.label == (values[p.preferred] > values[p.rejected] ? 1.0 : 0.5));
    seen.insert(std::minmax(p.preferred, p.rejected));
  }
  CHECK(seen.size() == 6);
  const auto again = ra::random_pairs(values, 500, same);
  CHECK(std::equal(pairs.begin(), pairs.end(), again.begin(), [](const auto& a, const auto& b) {
    return a.preferred == b.preferred && a.rejected == b.rejected && a.label == b.label;
  }));
}

TEST_CASE("random pairs of a hand stay in it") {
  ra::random_generator g(8);
  const std::vector<std::size_t> among{1, 3};
  for (const auto& p : ra::random_pairs(values, among, 50, g)) {
    CHECK(p.preferred == 3);
    CHECK(p.rejected == 1);
  }
}

TEST_CASE("every pair comes once") {
  const auto pairs = ra::every_pair(values);
  CHECK(pairs.size() == 6);
  CHECK(std::count_if(pairs.begin(), pairs.end(), [](const auto& p) { return p.label == 0.5; }) ==
        1);
  CHECK(ra::every_pair(std::vector<double>{1.0}).empty());
}

TEST_CASE("held-out segments are apart from the others") {
  ra::random_generator g(9);
  const auto split = ra::hold_out(10, 0.3, g);
  CHECK(split.train.size() == 7);
  CHECK(split.held_out.size() == 3);
  std::set<std::size_t> all(split.train.begin(), split.train.end());
  all.insert(split.held_out.begin(), split.held_out.end());
  CHECK(all.size() == 10);
  CHECK(*all.rbegin() == 9);
  CHECK(ra::hold_out(10, 0.0, g).held_out.empty());
  CHECK(ra::hold_out(10, 1.0, g).train.empty());
}

#if REALIGN_EXCEPTIONS
TEST_CASE("bad values are contract errors") {
  const double nan = ra::not_a_number<double>();
  const std::vector<double> bad{1.0, nan};
  ra::random_generator g;
  CHECK_THROWS_AS((void)ra::compare_by(bad, 0, 1), ra::contract_error);
  CHECK_THROWS_AS((void)ra::compare_by(values, 0, 4), ra::contract_error);
  CHECK_THROWS_AS((void)ra::compare_by(values, 0, 1, -1.0), ra::contract_error);
  CHECK_THROWS_AS((void)ra::random_pairs(std::vector<double>{1.0}, 1, g), ra::contract_error);
  CHECK_THROWS_AS((void)ra::hold_out(3, 1.5, g), ra::contract_error);
  const std::vector<std::size_t> twice{0, 2, 0}, out{0, 4};
  CHECK_THROWS_WITH_AS((void)ra::random_pairs(values, twice, 1, g),
                       "among: expected every segment once, got 0 again at place 2", ra::contract_error);
  CHECK_THROWS_AS((void)ra::every_pair(values, twice), ra::contract_error);
  CHECK_THROWS_AS((void)ra::random_pairs(values, out, 1, g), ra::contract_error);
  CHECK_THROWS_AS((void)ra::every_pair(values, out), ra::contract_error);
}
#endif
