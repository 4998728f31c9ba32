// SPDX-License-Identifier: MIT
#include <realign/decide/aligned_policy.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <thread>
#include <vector>

#include <realign/mix/mix.hpp>
#include <realign/scalarize/scalarize.hpp>

namespace ra = realign;

namespace {

struct room {
  std::size_t doors = 3;
  [[nodiscard]] std::size_t choice_count() const { return doors; }
};

const auto quick = [](const room&, auto out) {
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = -static_cast<float>(a);
};
const auto gentle = [](const room&, auto out) {
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = static_cast<float>(a) / 2;
};

}  // namespace

TEST_CASE("weights and limits belong to the call") {
  const ra::aligned_policy agent{ra::mix::geometric, quick, gentle};
  auto work = agent.workspace();
  const std::vector<float> harm{1, 0.5F, 0};
  const auto first = agent.decide(room{}, ra::weights{1, 0}, work);
  CHECK(first.probs[0] > first.probs[2]);
  const auto second = agent.decide(room{}, ra::weights{0, 1}, work);
  CHECK(second.probs[0] < second.probs[2]);
  const auto third = agent.decide(room{}, ra::weights{1, 0}, {ra::at_most(harm, 0.2)}, work);
  CHECK(third.status == ra::status::ok);
  CHECK(third.cost_values[0] <= 0.2 + 1e-12);
  CHECK(third.cost_values[0] == doctest::Approx(0.2));
}

TEST_CASE("the order of budgets is kept, shields aside") {
  const ra::aligned_policy agent{ra::mix::arithmetic, quick, gentle};
  auto work = agent.workspace();
  const std::vector<float> harm{1, 0.5F, 0};
  const std::vector<double> noise{0, 1, 2};
  const std::vector<unsigned char> locked{1, 0, 0};
  const auto d = agent.decide(room{}, ra::weights{0.5, 0.5},
                              {ra::at_most(harm, 0.4), ra::never(locked), ra::at_least(noise, 1.2)}, work);
  REQUIRE(d.status == ra::status::ok);
  CHECK(d.probs[0] == 0);
  REQUIRE(d.cost_values.size() == 2);
  CHECK(d.cost_values[1] >= 1.2 - 1e-9);
}

TEST_CASE("no limit can be relaxed: infeasible is said, with a proof") {
  const ra::aligned_policy agent{ra::mix::arithmetic, quick, gentle};
  auto work = agent.workspace();
  const std::vector<float> harm{1, 0.5F, 0.25F};
  for (const double w : {0.0, 0.3, 1.0}) {
    const auto d = agent.decide(room{}, ra::weights{w, 1 - w}, {ra::at_most(harm, 0.1)}, work);
    CHECK(d.status == ra::status::infeasible);
    CHECK(d.least_violation == doctest::Approx(0.15));
    REQUIRE(d.proof.size() == 1);
    CHECK(d.proof[0] == doctest::Approx(1));
    const auto relaxed =
        agent.decide(room{}, ra::weights{w, 1 - w}, {ra::at_most(harm, 0.1 + d.least_violation)}, work);
    CHECK(relaxed.status == ra::status::face);
    CHECK(relaxed.probs[2] == 1);
  }
  const std::vector<bool> unused;
  const std::vector<unsigned char> all{1, 1, 1};
  CHECK(agent.decide(room{}, ra::weights{0.5, 0.5}, {ra::never(all)}, work).status == ra::status::no_support);
}

TEST_CASE("each limit keeps its own side: at most, at least, exactly") {
  const ra::aligned_policy agent{ra::mix::arithmetic, quick, gentle};
  auto work = agent.workspace();
  const std::vector<float> first{1, 0, 0}, second{0, 1, 0}, third{0, 0, 1};
  const ra::weights w{0.5, 0.5};
  const auto free = agent.decide(room{}, w, work);
  const std::vector<float> p(free.probs.begin(), free.probs.end());
  const double low = 0.5 * static_cast<double>(p[0]), more = 0.5 * (1 + static_cast<double>(p[1]));
  CHECK(agent.decide(room{}, w, {ra::at_most(first, low)}, work).cost_values[0] == doctest::Approx(low));
  CHECK(agent.decide(room{}, w, {ra::at_least(second, more)}, work).cost_values[0] == doctest::Approx(more));
  const auto both = agent.decide(room{}, w, {ra::exactly(first, low), ra::at_least(second, more)}, work);
  REQUIRE(both.status == ra::status::ok);
  CHECK(both.cost_values[0] == doctest::Approx(low));
  CHECK(both.cost_values[1] == doctest::Approx(more));
  const auto exact = agent.decide(room{}, w, {ra::exactly(third, 0.9), ra::at_most(first, 0.9)}, work);
  CHECK(exact.cost_values[0] == doctest::Approx(0.9));
  CHECK(exact.multipliers[1] == 0.0);
}

TEST_CASE("one agent serves many threads") {
  const ra::aligned_policy agent{ra::maximize(ra::scalarize::nash{ra::scalarize::anchor::kind::worst}, {.beta = 0.2}),
                                 quick, gentle};
  const auto run = [&](double w, std::vector<float>& out) {
    auto work = agent.workspace();
    for (std::size_t i = 0; i < 200; ++i) {
      const auto d = agent.decide(room{2 + i % 5}, ra::weights{w, 1 - w}, work);
      out.assign(d.probs.begin(), d.probs.end());
    }
  };
  std::vector<float> alone_a, alone_b, a, b;
  run(0.2, alone_a);
  run(0.9, alone_b);
  std::thread other([&] { run(0.2, a); });
  run(0.9, b);
  other.join();
  CHECK(a == alone_a);
  CHECK(b == alone_b);
}

TEST_CASE("the number of choices comes from the state, a policy, or a limit") {
  const std::vector<double> row{1, 2, 3, 4};
  const auto bare = [](int, std::span<double> out) {
    for (double& o : out) o = 0;
  };
  const auto with_row = ra::make_aligned_policy<double>(ra::mix::arithmetic, bare, row);
  auto work = with_row.workspace();
  CHECK(with_row.decide(0, ra::weights{0.5, 0.5}, work).probs.size() == 4);
  const auto bare_only = ra::make_aligned_policy<double>(ra::mix::arithmetic, bare);
  CHECK_THROWS_WITH_AS((void)bare_only.decide(0, ra::weights{1.0}, work), doctest::Contains("number of choices"),
                       ra::contract_error);
  const std::vector<double> cost{0, 1};
  CHECK(bare_only.decide(0, ra::weights{1.0}, {ra::at_most(cost, 0.5)}, work).probs.size() == 2);
}

TEST_CASE("scales are respected") {
  const std::vector<double> p{0.2, 0.8};
  const std::vector<double> l{std::log(0.2), std::log(0.8)};
  const auto agent = ra::make_aligned_policy<double>(ra::mix::arithmetic, ra::as_probs(p), ra::as_log_probs(l));
  auto work = agent.workspace();
  const auto d = agent.decide(0, ra::weights{0.5, 0.5}, work);
  CHECK(d.probs[0] == doctest::Approx(0.2));
}

TEST_CASE("bad input is named") {
  const ra::aligned_policy agent{ra::mix::geometric, quick, gentle};
  auto work = agent.workspace();
  const std::vector<float> two{1, 2};
  CHECK_THROWS_WITH_AS((void)agent.decide(room{}, ra::weights{1.0}, work), doctest::Contains("weights"),
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((void)agent.decide(room{}, ra::weights{0.5, 0.5}, {ra::at_most(two, 1)}, work),
                       doctest::Contains("limit 0"), ra::contract_error);
  const std::vector<double> large{0, 1e39, 0};
  CHECK_THROWS_WITH_AS((void)agent.decide(room{}, ra::weights{0.5, 0.5}, {ra::at_most(large, 1e39)}, work),
                       doctest::Contains("costs within the range of the rows, got 1e+39 at choice 1 of limit 0"),
                       ra::contract_error);
  const auto broken = [](const room&, std::span<float> out) {
    for (float& o : out) o = ra::not_a_number<float>();
  };
  const ra::aligned_policy bad{ra::mix::arithmetic, quick, broken};
  CHECK_THROWS_WITH_AS((void)bad.decide(room{}, ra::weights{0.5, 0.5}, work), doctest::Contains("row 1"),
                       ra::contract_error);
}
