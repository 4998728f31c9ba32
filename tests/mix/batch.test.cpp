// SPDX-License-Identifier: MIT
#include <realign/mix/batch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <realign/core/random.hpp>
#include "../simd/every_isa.hpp"
#include "../simd/half_rows.hpp"

namespace ra = realign;

namespace {

/// Ranges of three states, the last ones first.
struct by_threes {
  template <class Body>
  void operator()(std::size_t count, const Body& body) const {
    for (std::size_t k = (count + 2) / 3; k-- > 0;) body(3 * k, 3 * k + 3 < count ? 3 * k + 3 : count);
  }
};

template <class T>
struct problem {
  std::size_t states, policies, choices;
  std::vector<T> logits = {};
  std::vector<double> weights = {};
  std::vector<unsigned char> allowed = {};  // states x choices, or none

  problem(std::size_t b, std::size_t n, std::size_t a, double scale, ra::random_generator& g)
      : states(b), policies(n), choices(a) {
    for (std::size_t i = 0; i < b * n * a; ++i) logits.push_back(static_cast<T>(scale * ra::normal(g)));
    for (std::size_t i = 0; i < b * n; ++i) weights.push_back(std::fabs(ra::normal(g)));
  }
  ra::cube_view<const T> rows() const { return {logits.data(), states, policies, choices}; }
  ra::matrix_view<const double> w() const { return {weights.data(), states, policies}; }
  /// Every state keeps a choice that all policies make, its second or its only one.
  void mask(ra::random_generator& g) {
    for (std::size_t i = 0; i < states * choices; ++i)
      allowed.push_back(i % choices == (choices > 1 ? 1U : 0U) || ra::uniform(g) < 0.5 ? 1 : 0);
  }
  /// Log-normalisers, and logs before a mask, are of this size when they are rounded.
  double rounded() const {
    double size = 0;
    for (const T x : logits)
      if (ra::is_finite(x)) size = (std::max)(size, std::fabs(static_cast<double>(x)));
    return size;
  }
  ra::mask_view mask_of(std::size_t s) const {
    return allowed.empty() ? ra::mask_view{} : ra::mask_view(allowed).subspan(s * choices, choices);
  }
  template <class Rule, class Out, class Executor = ra::serial>
  ra::status mix(const Rule& rule, const Out& out, const Executor& ex = {}) const {
    if (allowed.empty()) return ra::mix::batch(rule, rows(), w(), out, ex).status;
    return ra::mix::batch(rule, rows(), w(), out, ra::matrix_view<const unsigned char>(allowed.data(), states, choices), ex)
        .status;
  }
};

template <class T>
void check_close(const std::vector<T>& x, const std::vector<T>& y, double tolerance, double rounded) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (ra::is_neg_inf(y[i])) {
      CHECK(ra::is_neg_inf(x[i]));
      continue;
    }
    const double at = static_cast<double>(y[i]);
    CHECK(std::fabs(static_cast<double>(x[i]) - at) <= tolerance * (1 + std::fabs(at) + rounded / 4));
  }
}

/// The batch against its states one by one in plain scalar code.
template <class Rule, class T>
void check_batch(const Rule& rule, const problem<T>& q) {
  const std::size_t size = q.states * q.choices;
  std::vector<T> p(size), logs(size), expected_p(size), expected_logs(size), again(size);
  const ra::simd::isa now = ra::simd::active();
  ra::simd::force(ra::simd::isa::portable);
  for (std::size_t s = 0; s < q.states; ++s) {
    const auto w = std::span<const double>(q.weights).subspan(s * q.policies, q.policies);
    const ra::vector_view<T> to_p(expected_p.data() + s * q.choices, q.choices);
    const ra::vector_view<T> to_logs(expected_logs.data() + s * q.choices, q.choices);
    CHECK(rule(q.rows()[s], w, ra::as_probs(to_p), q.mask_of(s)).status == ra::status::ok);
    CHECK(rule(q.rows()[s], w, to_logs, q.mask_of(s)).status == ra::status::ok);
  }
  ra::simd::force(now);
  const ra::matrix_view<T> to_p(p.data(), q.states, q.choices), to_logs(logs.data(), q.states, q.choices);
  CHECK(q.mix(rule, ra::as_probs(to_p)) == ra::status::ok);
  CHECK(q.mix(rule, to_logs, by_threes{}) == ra::status::ok);
  const double tolerance = 16 * static_cast<double>(std::numeric_limits<T>::epsilon());
  check_close(p, expected_p, tolerance, q.rounded());
  check_close(logs, expected_logs, 4 * tolerance, q.rounded());
  CHECK(q.mix(rule, ra::matrix_view<T>(again.data(), q.states, q.choices)) == ra::status::ok);
  CHECK(again == logs);  // however it is cut
}

}  // namespace

TEST_CASE_TEMPLATE("a batch is its states, for every number of policies and choices", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(5);
    for (const std::size_t policies : {1U, 2U, 3U, 4U, 5U, 8U, 16U, 19U})
      for (const std::size_t choices : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 16U, 33U, 200U}) {
        CAPTURE(policies);
        CAPTURE(choices);
        problem<T> q(7, policies, choices, 2.0, g);
        check_batch(ra::mix::arithmetic, q);
        check_batch(ra::mix::geometric, q);
        q.mask(g);
        check_batch(ra::mix::arithmetic, q);
        check_batch(ra::mix::geometric, q);
      }
  });
}

TEST_CASE_TEMPLATE("a batch takes care of extreme logits, masks and policies of weight zero", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(6);
    for (const std::size_t choices : {2U, 3U, 4U, 6U, 8U, 20U})
      for (const double scale : {30.0, 1e4}) {
        problem<T> q(9, 5, choices, scale, g);
        for (std::size_t s = 0; s < 9; ++s) {
          q.logits[(s * 5 + s % 5) * choices] = ra::neg_infinity<T>();
          q.weights[s * 5 + (s + 1) % 5] = 0;  // its row may hold anything
          q.logits[(s * 5 + (s + 1) % 5) * choices + 1] = s % 2 == 0 ? ra::not_a_number<T>() : ra::pos_infinity<T>();
        }
        check_batch(ra::mix::arithmetic, q);
        check_batch(ra::mix::geometric, q);
        q.mask(g);
        check_batch(ra::mix::arithmetic, q);
        check_batch(ra::mix::geometric, q);
      }
  });
}

TEST_CASE_TEMPLATE("a batch of many policies of which few have weight", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(11);
    for (const std::size_t choices : {1U, 4U, 9U, 40U}) {
      problem<T> q(5, 40, choices, 2.0, g);
      for (std::size_t i = 0; i < q.weights.size(); ++i)
        if (i % 40 % 3 != 0) q.weights[i] = 0;
      check_batch(ra::mix::arithmetic, q);
      check_batch(ra::mix::geometric, q);
      q.mask(g);
      check_batch(ra::mix::arithmetic, q);
      check_batch(ra::mix::geometric, q);
    }
  });
}

TEST_CASE_TEMPLATE("a batch may be written into columns", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(12);
    for (const std::size_t choices : {2U, 4U, 30U}) {
      const problem<T> q(6, 3, choices, 2.0, g);
      std::vector<T> rows(6 * choices), columns(6 * choices);
      const auto check = [&](const auto& rule) {
        CHECK(q.mix(rule, ra::matrix_view<T>(rows.data(), 6, choices)) == ra::status::ok);
        CHECK(q.mix(rule, ra::matrix_view<T>(columns.data(), 6, choices, 1, 6)) == ra::status::ok);
        std::vector<T> turned(6 * choices);
        for (std::size_t s = 0; s < 6; ++s)
          for (std::size_t a = 0; a < choices; ++a) turned[s * choices + a] = columns[a * 6 + s];
        check_close(turned, rows, 32 * static_cast<double>(std::numeric_limits<T>::epsilon()), q.rounded());
      };
      check(ra::mix::arithmetic);
      check(ra::mix::geometric);
    }
  });
}

TEST_CASE_TEMPLATE("weights may be the same for all states", T, float, double) {
  ra::random_generator g(7);
  const problem<T> q(6, 4, 4, 1.0, g);
  std::vector<double> repeated;
  for (std::size_t s = 0; s < 6; ++s) repeated.insert(repeated.end(), q.weights.begin(), q.weights.begin() + 4);
  std::vector<T> one(24), all(24);
  CHECK(ra::mix::batch(ra::mix::arithmetic, q.rows(), std::span<const double>(q.weights).first(4),
                       ra::as_probs(ra::matrix_view<T>(one.data(), 6, 4)))
            .status == ra::status::ok);
  CHECK(ra::mix::batch(ra::mix::arithmetic, q.rows(), ra::matrix_view<const double>(repeated.data(), 6, 4),
                       ra::as_probs(ra::matrix_view<T>(all.data(), 6, 4)))
            .status == ra::status::ok);
  CHECK(one == all);
  // one row that is seen again and again
  CHECK(ra::mix::batch(ra::mix::arithmetic, q.rows(), ra::matrix_view<const double>(q.weights.data(), 6, 4, 0, 1),
                       ra::as_probs(ra::matrix_view<T>(all.data(), 6, 4)))
            .status == ra::status::ok);
  CHECK(one == all);
  CHECK(ra::mix::batch(ra::mix::geometric, q.rows(), std::span<const double>(q.weights).first(4),
                       ra::matrix_view<T>(one.data(), 6, 4))
            .status == ra::status::ok);
}

TEST_CASE_TEMPLATE("a state without a choice becomes NaN and is named; the others are written", T, float, double) {
  realign_tests::on_every_isa([] {
    for (const std::size_t choices : {1U, 3U, 4U, 40U})
      for (const std::size_t fault : {0U, 3U, 6U}) {
        ra::random_generator g(8);
        problem<T> q(7, 2, choices, 1.0, g);
        std::vector<T> good(7 * choices), out(7 * choices);
        const auto to = [&](std::vector<T>& x) { return ra::as_probs(ra::matrix_view<T>(x.data(), 7, choices)); };
        CHECK(ra::mix::batch(ra::mix::arithmetic, q.rows(), q.w(), to(good)).status == ra::status::ok);
        for (std::size_t a = 0; a < choices; ++a) q.logits[2 * fault * choices + a] = ra::neg_infinity<T>();
        const ra::mix::batch_outcome found = ra::mix::batch(ra::mix::arithmetic, q.rows(), q.w(), to(out));
        CHECK(found.status == ra::status::no_support);
        CHECK(found.at == fault);
        for (std::size_t s = 0; s < 7; ++s)
          for (std::size_t a = 0; a < choices; ++a) {
            if (s == fault)
              CHECK(ra::is_nan(out[s * choices + a]));
            else
              CHECK(out[s * choices + a] == good[s * choices + a]);
          }
        CHECK(ra::mix::batch(ra::mix::geometric, q.rows(), q.w(), to(out)).at == fault);
      }
  });
}

TEST_CASE_TEMPLATE("of several states without a choice the first is named", T, float, double) {
  const T never = ra::neg_infinity<T>();
  const std::vector<T> logits{0, 1, never, never, 2, 1, never, never, 1, 0};  // five states of one policy
  const ra::cube_view<const T> rows(logits.data(), 5, 1, 2);
  std::vector<T> out(10);
  const ra::matrix_view<T> to(out.data(), 5, 2);
  const auto check = [&](const ra::mix::batch_outcome& found) {
    CHECK(found.status == ra::status::no_support);
    CHECK(found.at == 1);
    for (const std::size_t s : {0U, 2U, 4U}) CHECK(ra::is_finite(out[2 * s]));
    for (const std::size_t s : {1U, 3U}) CHECK(ra::is_nan(out[2 * s]));
  };
  const std::vector<double> w{1}, c{-1};
  check(ra::mix::batch(ra::mix::arithmetic, rows, std::span<const double>(w), to));
  check(ra::mix::batch(ra::mix::geometric, rows, std::span<const double>(w), to));
  // under a negative coefficient states are mixed one by one; here a mask leaves two of them nothing
  const std::vector<T> finite(10, T(1));
  const std::vector<unsigned char> masks{1, 1, 0, 0, 1, 1, 0, 0, 1, 1};
  check(ra::mix::batch(ra::mix::geometric, ra::cube_view<const T>(finite.data(), 5, 1, 2), std::span<const double>(c), to,
                       ra::matrix_view<const unsigned char>(masks.data(), 5, 2)));
}

TEST_CASE_TEMPLATE("a state is done again without the rows of weight zero, and with those of negative ones", T, float, double) {
  std::vector<T> logits(3 * 4, T(0)), out(4);
  for (std::size_t a = 0; a < 4; ++a) logits[a] = ra::neg_infinity<T>();  // no support
  logits[4] = ra::not_a_number<T>();
  const auto run = [&](double second) {
    const std::vector<double> c{0.5, second, 1};
    return ra::mix::batch(ra::mix::geometric, ra::cube_view<const T>(logits.data(), 1, 3, 4), std::span<const double>(c),
                          ra::matrix_view<T>(out.data(), 1, 4));
  };
  CHECK(run(0).status == ra::status::no_support);
  CHECK_THROWS_WITH_AS((void)run(-0.5), doctest::Contains("row 1 of state 0"), ra::contract_error);
}

TEST_CASE_TEMPLATE("a mask may be the same for all states, and may leave a state nothing", T, float, double) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(10);
    for (const std::size_t choices : {3U, 4U, 8U, 40U}) {
      problem<T> q(5, 4, choices, 1.0, g);
      const auto run = [&](const auto& rule, const auto& masks) {
        std::vector<T> out(5 * choices);
        const auto found = ra::mix::batch(rule, q.rows(), q.w(), ra::as_probs(ra::matrix_view<T>(out.data(), 5, choices)), masks);
        return std::pair(found, out);
      };
      std::vector<unsigned char> one(choices, 1), each;
      one[0] = 0;
      for (std::size_t s = 0; s < 5; ++s) each.insert(each.end(), one.begin(), one.end());
      const ra::matrix_view<const unsigned char> of_each(each.data(), 5, choices);
      CHECK(run(ra::mix::arithmetic, ra::mask_view(one)).second == run(ra::mix::arithmetic, of_each).second);
      CHECK(run(ra::mix::geometric, ra::mask_view(one)).second == run(ra::mix::geometric, of_each).second);
      for (std::size_t a = 0; a < choices; ++a) each[3 * choices + a] = 0;
      for (const auto& [found, out] : {run(ra::mix::arithmetic, of_each), run(ra::mix::geometric, of_each)}) {
        CHECK(found.status == ra::status::no_support);
        CHECK(found.at == 3);
        for (std::size_t a = 0; a < choices; ++a) CHECK(ra::is_nan(out[3 * choices + a]));
        CHECK(out[4 * choices] == T(0));
        CHECK(out[4 * choices + 1] > T(0));
      }
    }
  });
}

TEST_CASE("bad logits name state and row, bad shapes and weights their argument") {
  ra::random_generator g(9);
  problem<float> q(3, 2, 4, 1.0, g);
  std::vector<float> out(12);
  const ra::matrix_view<float> to(out.data(), 3, 4);
  const auto complaint = [&](auto&& call) {
    try {
      (void)call();
    } catch (const ra::contract_error& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  q.logits[2 * 4 + 5] = ra::not_a_number<float>();
  for (const bool product : {false, true}) {
    const std::string said = complaint([&] {
      return product ? ra::mix::batch(ra::mix::geometric, q.rows(), q.w(), to)
                     : ra::mix::batch(ra::mix::arithmetic, q.rows(), q.w(), to);
    });
    CHECK(said.find("row 1 of state 1") != std::string::npos);
  }
  for (const auto& wrong : {ra::matrix_view<float>(out.data(), 4, 3), ra::matrix_view<float>(out.data(), 2, 4),
                            ra::matrix_view<float>(out.data(), 3, 3)})
    CHECK(complaint([&] { return ra::mix::batch(ra::mix::arithmetic, q.rows(), q.w(), wrong); }).find("out: ") == 0);
  CHECK(complaint([&] {
          return ra::mix::batch(ra::mix::arithmetic, q.rows(), std::span<const double>(q.weights).first(3), to);
        }).find("weights: ") == 0);
  CHECK(complaint([&] {
          return ra::mix::batch(ra::mix::arithmetic, q.rows(), ra::matrix_view<const double>(q.weights.data(), 2, 2), to);
        }).find("weights: ") == 0);
  CHECK(complaint([&] {
          return ra::mix::batch(ra::mix::arithmetic, ra::cube_view<const float>(q.logits.data(), 3, 0, 4), std::vector<double>{}, to);
        }).find("rows: ") == 0);
  const std::vector<unsigned char> bytes(12, 1);
  CHECK(complaint([&] { return ra::mix::batch(ra::mix::arithmetic, q.rows(), q.w(), to, ra::mask_view(bytes)); }).find("allowed: ") == 0);
  CHECK(complaint([&] {
          return ra::mix::batch(ra::mix::arithmetic, q.rows(), q.w(), to, ra::matrix_view<const unsigned char>(bytes.data(), 2, 4));
        }).find("allowed: ") == 0);
  // rows that are not contiguous: steps of two between two weights, and rows that run backwards
  const std::vector<double> apart(12, 0.5);
  for (const auto& wrong : {ra::matrix_view<const double>(apart.data(), 3, 2, 4, 2),
                            ra::matrix_view<const double>(apart.data() + 4, 3, 2, -2, 1)})
    CHECK(complaint([&] { return ra::mix::batch(ra::mix::arithmetic, q.rows(), wrong, to); }).find("weights: expected contiguous") == 0);
  q.weights[3] = -1;
  CHECK(complaint([&] { return ra::mix::batch(ra::mix::arithmetic, q.rows(), q.w(), to); }).find("weights: ") == 0);
  CHECK(complaint([&] {
          return ra::mix::batch(ra::mix::arithmetic, q.rows(), std::span<const double>(q.weights).subspan(2, 2), to);
        }).find("weights: ") == 0);
  q.weights[3] = ra::not_a_number<double>();
  CHECK(complaint([&] { return ra::mix::batch(ra::mix::geometric, q.rows(), q.w(), to); }).find("coefficients: ") == 0);
}

TEST_CASE_TEMPLATE("a weight that rows of T round to zero does not hide its row", T, float, double) {
  realign_tests::on_every_isa([] {
    std::vector<T> logits(16, T(0)), out(4);
    const std::vector<double> w{sizeof(T) == 4 ? 1e-132 : 1e-309, 0.25, 0.25, 0.5};
    const ra::cube_view<const T> rows(logits.data(), 1, 4, 4);
    const ra::matrix_view<T> to(out.data(), 1, 4);
    CHECK(ra::mix::batch(ra::mix::arithmetic, rows, std::span<const double>(w), ra::as_probs(to)).status == ra::status::ok);
    CHECK(static_cast<double>(out[3]) == doctest::Approx(0.25));
    const volatile double least = w[0];  // zero where -ffast-math has denormals flushed
    if (!(least > 0)) return;
    logits[2] = ra::not_a_number<T>();
    CHECK_THROWS_AS((void)ra::mix::batch(ra::mix::arithmetic, rows, std::span<const double>(w), ra::as_probs(to)),
                    ra::contract_error);
    CHECK_THROWS_AS((void)ra::mix::arithmetic(rows[0], std::span<const double>(w), ra::as_probs(to.row(0))), ra::contract_error);
  });
}

TEST_CASE("an empty batch is fine") {
  const std::vector<double> w{0.5, 0.5};
  CHECK(ra::mix::batch(ra::mix::arithmetic, ra::cube_view<const float>(nullptr, 0, 2, 4), std::span<const double>(w),
                       ra::matrix_view<float>(nullptr, 0, 4))
            .status == ra::status::ok);
}

namespace {

/// A batch of rows, and the same states one by one.
template <class Rule, class T>
void check_states(const Rule& rule, ra::cube_view<const T> rows, const std::vector<double>& w,
                  const std::vector<unsigned char>& allowed, std::vector<float>& logs) {
  const std::size_t n = rows.cols(), numbers = rows.depth() * n;
  std::vector<float> p(numbers), one(n);
  logs.assign(numbers, 7.0F);
  const ra::matrix_view<float> to_logs(logs.data(), rows.depth(), n), to_p(p.data(), rows.depth(), n);
  const auto outcome = ra::mix::batch(rule, rows, std::span<const double>(w), to_logs, ra::mask_view(allowed), by_threes{});
  CHECK(ra::mix::batch(rule, rows, std::span<const double>(w), ra::as_probs(to_p), ra::mask_view(allowed)).status ==
        outcome.status);
  bool sound = true;
  const auto check = [&](std::size_t s, const auto& got, const auto& out) {
    const bool ok = rule(rows[s], w, out, allowed).status == ra::status::ok;
    if (!ok) one.assign(n, ra::not_a_number<float>());
    CHECK(realign_tests::close(std::vector<float>(&got(s, 0), &got(s, 0) + n), one));
    if (!ok && sound) CHECK(outcome.at == s);
    sound = sound && ok;
  };
  for (std::size_t s = 0; s < rows.depth(); ++s) {
    check(s, to_logs, ra::vector_view<float>(one.data(), n));
    check(s, to_p, ra::as_probs(ra::vector_view<float>(one.data(), n)));
  }
  CHECK((outcome.status == ra::status::ok) == sound);
}

}  // namespace

TEST_CASE_TEMPLATE("states of 16 bits are mixed as the rule mixes them, and as their floats", H, ra::float16,
                   ra::bfloat16) {
  realign_tests::on_every_isa([] {
    ra::random_generator g(15);
    for (const std::size_t policies : {1U, 3U, 5U, 17U})
      for (const std::size_t choices : {1U, 2U, 4U, 5U, 8U, 9U, 33U, 300U}) {
        CAPTURE(policies);
        CAPTURE(choices);
        std::vector<float> numbers = realign_tests::some_logits(g, 7 * policies, choices, 4.0);
        for (std::size_t a = 0; a < policies * choices; ++a)  // a state without a choice
          numbers[4 * policies * choices + a] = ra::neg_infinity<float>();
        const realign_tests::half_rows<H> x(numbers, 7 * policies, 1);
        const ra::cube_view<const H> halves(x.halves().data(), 7, policies, choices);
        const ra::cube_view<const float> wide(x.floats().data(), 7, policies, choices);
        const std::vector<double> w(policies, 1.0 / static_cast<double>(policies));
        const auto check = [&](const auto& rule, const std::vector<unsigned char>& allowed) {
          std::vector<float> got, expected;
          check_states(rule, halves, w, allowed, got);
          check_states(rule, wide, w, allowed, expected);
          CHECK(realign_tests::close(got, expected));
        };
        for (const auto& allowed : {std::vector<unsigned char>{}, realign_tests::some_mask(g, choices)}) {
          check(ra::mix::arithmetic, allowed);
          check(ra::mix::geometric, allowed);
        }
      }
  });
}

TEST_CASE_TEMPLATE("a bad number of 16 bits is refused with its state and row", H, ra::float16, ra::bfloat16) {
  for (const float bad : {ra::not_a_number<float>(), ra::pos_infinity<float>()}) {
    std::vector<float> numbers(3 * 2 * 4, 1.0F), out(3 * 4);
    numbers[(1 * 2 + 1) * 4 + 2] = bad;
    const realign_tests::half_rows<H> x(numbers, 6);
    const ra::cube_view<const H> rows(x.halves().data(), 3, 2, 4);
    const std::vector<double> w{0.5, 0.5};
    CHECK_THROWS_WITH_AS((void)ra::mix::batch(ra::mix::arithmetic, rows, std::span<const double>(w),
                                              ra::matrix_view<float>(out.data(), 3, 4)),
                         doctest::Contains("in row 1 of state 1"), ra::contract_error);
  }
}

TEST_CASE_TEMPLATE("rows that could be written to are read", T, float, double) {
  std::vector<T> logits{0, 1, 2, 0, 1, 1, 0, 0}, out(4), expected(4);
  std::vector<unsigned char> one{1, 0};
  const std::vector<double> w{0.5, 0.5};
  const ra::cube_view<T> rows(logits.data(), 2, 2, 2);
  const ra::matrix_view<T> to(out.data(), 2, 2), right(expected.data(), 2, 2);
  CHECK(ra::mix::batch(ra::mix::arithmetic, rows, w, to).status == ra::status::ok);
  CHECK(ra::mix::batch(ra::mix::arithmetic, ra::cube_view<const T>(rows), w, right).status == ra::status::ok);
  CHECK(out == expected);
  CHECK(ra::mix::batch(ra::mix::geometric, rows, w, ra::as_probs(to), one, by_threes{}).status == ra::status::ok);
  CHECK(out == std::vector<T>{1, 0, 1, 0});
  std::vector<ra::float16> half(8);
  std::vector<float> mixed(4);
  CHECK(ra::mix::batch(ra::mix::geometric, ra::cube_view<ra::float16>(half.data(), 2, 2, 2), w,
                       ra::as_probs(ra::matrix_view<float>(mixed.data(), 2, 2)))
            .status == ra::status::ok);
  CHECK(mixed[3] == doctest::Approx(0.5));
}

TEST_CASE_TEMPLATE("masks that leave choices too unlikely for their type", T, float, double) {
  const T huge = (std::numeric_limits<T>::max)();
  realign_tests::on_every_isa([&] {
    for (const std::size_t choices : {2U, 4U, 5U, 40U}) {
      CAPTURE(choices);
      std::vector<T> logits(3 * 2 * choices, -huge), out(3 * choices);
      for (std::size_t i = 0; i < 6; ++i) logits[i * choices] = huge;
      std::vector<unsigned char> allowed(choices, 0);
      allowed[1] = 1;
      const std::vector<double> w{0.5, 0.5};
      CHECK(ra::mix::batch(ra::mix::arithmetic, ra::cube_view<T>(logits.data(), 3, 2, choices), w,
                           ra::as_probs(ra::matrix_view<T>(out.data(), 3, choices)), allowed)
                .status == ra::status::ok);
      for (std::size_t s = 0; s < 3; ++s) {
        CHECK(out[s * choices] == T(0));
        CHECK(out[s * choices + 1] == T(1));
      }
    }
  });
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("an output in the rows is refused", T, float, double) {
  std::vector<T> x(40, T(0));
  const std::vector<double> w{0.5, 0.5};
  const auto run = [&](std::size_t first, std::ptrdiff_t step) {
    (void)ra::mix::batch(ra::mix::geometric, ra::cube_view<const T>(x.data(), 2, 2, 3), w,
                         ra::matrix_view<T>(x.data() + first, 2, 3, step, 1));
  };
  CHECK_THROWS_WITH_AS(run(9, 3), "out: expected numbers apart from the rows, got some of them for state 0", ra::contract_error);
  CHECK_THROWS_AS(run(0, 6), ra::contract_error);
  CHECK_NOTHROW(run(12, 3));
}

TEST_CASE_TEMPLATE("a bad weight of one state names the state", T, float, double) {
  const std::vector<T> x(12, T(0));
  std::vector<T> out(6);
  std::vector<double> w{0.5, 0.5, 0.5, 0.5, ra::not_a_number<double>(), 0.5};
  const ra::cube_view<const T> rows(x.data(), 3, 2, 2);
  const ra::matrix_view<T> to(out.data(), 3, 2);
  const ra::matrix_view<const double> each(w.data(), 3, 2);
  CHECK_THROWS_WITH_AS((void)ra::mix::batch(ra::mix::arithmetic, rows, each, to), doctest::Contains("at index 0 of state 2"),
                       ra::contract_error);
  CHECK_THROWS_WITH_AS((void)ra::mix::batch(ra::mix::geometric, rows, each, to), doctest::Contains("at index 0 of state 2"),
                       ra::contract_error);
  w[1] = -1;
  CHECK_THROWS_WITH_AS((void)ra::mix::batch(ra::mix::arithmetic, rows, std::span<const double>(w).first(2), to),
                       "weights: expected finite entries >= 0, got -1 at index 1", ra::contract_error);
}

TEST_CASE_TEMPLATE("a bad number at a masked choice is read by the rule with normalisers", T, float, double) {
  const T nan = ra::not_a_number<T>();
  const std::vector<T> x{0, 1, nan, 0, 1, 2};
  std::vector<T> out(3);
  const std::vector<unsigned char> allowed{1, 1, 0};
  const ra::cube_view<const T> rows(x.data(), 1, 2, 3);
  const ra::matrix_view<T> to(out.data(), 1, 3);
  for (const auto& c : {std::vector<double>{0.5, 0.5}, std::vector<double>{1.5, -0.5}})
    CHECK(ra::mix::batch(ra::mix::geometric, rows, c, to, allowed).status == ra::status::ok);
  CHECK_THROWS_WITH_AS((void)ra::mix::batch(ra::mix::arithmetic, rows, std::vector<double>{0.5, 0.5}, to, allowed),
                       doctest::Contains("row 0 of state 0"), ra::contract_error);
}
#endif
