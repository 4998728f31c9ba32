// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/all_pairs.hpp>

#include <cmath>
#include <vector>

namespace ra = realign;

static_assert(ra::objective<ra::all_pairs<>>);
static_assert(ra::objective<ra::all_pairs<ra::link::square>>);

namespace {
struct golden {
  double lambda;
  std::vector<double> ranks;
  double loss;
  std::vector<double> gradient;
};
const std::vector<double> scores{-1.5918753057504598, 0.040774159861988936, -0.3337605178117126,
                                 -0.6050016198843629};
}  // namespace

TEST_CASE("the worse score counts in full unless another weight is asked for") {
  CHECK(ra::all_pairs<>{}.lambda == 1.0);
  CHECK(ra::all_pairs<>{}.ranks.empty());
}

TEST_CASE("golden values") {
  const golden cases[] = {
      {1.0,
       {2, 1, 0, 3},
       1.0107869806583456,
       {-0.2239506081378861, 0.1808574066738183, 0.2922574527210075, -0.24916425125693975}},
      {0.5,
       {2, 1, 0, 3},
       1.103587807003607,
       {-0.23560671641476433, 0.04905200869269722, 0.15518364372018617, -0.2852774851516338}},
      {0.75,
       {1, 0, 1, 0},
       1.1863658662663727,
       {-0.398117151723673, 0.2672295837991599, -0.26503228974994486, 0.23013249730605354}}};
  for (const golden& c : cases) {
    std::vector<double> ds(4, 0.0);
    CHECK(ra::all_pairs<>{c.ranks, c.lambda}(scores, ds) == doctest::Approx(c.loss).epsilon(1e-12));
    for (std::size_t k = 0; k < 4; ++k)
      CHECK(ds[k] == doctest::Approx(c.gradient[k]).epsilon(1e-12));
  }
}

TEST_CASE("zero-loss entries removed from the mean: every pair counts") {
  const std::vector<double> s{0.0, 1.0, 40.0}, ranks{0, 1, 2};
  std::vector<double> ds(3, 0.0);
  const double loss = ra::all_pairs<>{ranks}(s, ds);
  CHECK(loss == doctest::Approx(std::log1p(std::exp(-1.0)) / 3));
  CHECK(loss == doctest::Approx(0.104).epsilon(0.01));  // 0.313 with the mistake
}

TEST_CASE("ties ordered by sort: equal ranks are skipped, whatever the order") {
  const std::vector<double> tied{1.0, 1.0};
  for (const auto& s : {std::vector<double>{0.0, 3.0}, std::vector<double>{3.0, 0.0}}) {
    std::vector<double> ds(2, 0.0);
    CHECK(ra::all_pairs<>{tied}(s, ds) == 0.0);
    CHECK(ds == std::vector<double>{0.0, 0.0});
    CHECK(ra::all_pairs<>{tied}.count() == 0);
  }
}

TEST_CASE("two items are one pair, and derivatives sum to zero for lambda 1") {
  const std::vector<double> s{0.3, -0.4}, ranks{5, 9};
  std::vector<double> ds(2, 0.0);
  CHECK(ra::all_pairs<>{ranks, 1.0}(s, ds) == doctest::Approx(std::log1p(std::exp(0.7))));
  CHECK(ds[0] + ds[1] == doctest::Approx(0.0));
  std::vector<double> all(4, 0.0);
  const std::vector<double> order{2, 1, 0, 3};
  ra::all_pairs<>{order, 1.0}(scores, all);
  CHECK(std::fabs(all[0] + all[1] + all[2] + all[3]) < 1e-15);
}

TEST_CASE("derivatives with another link, weighted and accumulated") {
  const std::vector<double> ranks{2, 1, 1, 3};
  const ra::all_pairs<ra::link::square> o{ranks, 0.7, {0.5}};
  std::vector<double> s = scores, ds(4, 1.0), ignored(4);
  o(s, ds, 3.0);
  for (std::size_t k = 0; k < 4; ++k) {
    const double held = s[k], h = 1e-5;
    s[k] = held + h;
    const double above = o(s, ignored);
    s[k] = held - h;
    const double below = o(s, ignored);
    s[k] = held;
    CHECK(ds[k] == doctest::Approx(1 + 3 * (above - below) / (2 * h)).epsilon(1e-6));
  }
}

#if REALIGN_EXCEPTIONS
TEST_CASE("ranks that do not fit are contract errors") {
  const double nan = ra::not_a_number<double>();
  const std::vector<double> s{1, 2}, few{1}, bad{1, nan};
  std::vector<double> ds(2);
  CHECK_THROWS_AS(ra::all_pairs<>{few}(s, ds), ra::contract_error);
  CHECK_THROWS_AS(ra::all_pairs<>{bad}(s, ds), ra::contract_error);
}
#endif
