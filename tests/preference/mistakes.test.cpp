// SPDX-License-Identifier: MIT
// Mistakes that others have made with these losses, each under its name.
#include <doctest/doctest.h>

#include <realign/preference/all_pairs.hpp>
#include <realign/preference/cpo_relabel.hpp>
#include <realign/preference/evaluate.hpp>

#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

#include "every_loss.hpp"

namespace ra = realign;
using realign_tests::for_each_loss;
using realign_tests::near;
using realign_tests::owned_batch;
using realign_tests::random_batch;

namespace {

template <class T>
owned_batch<T> two_segments(std::vector<T> first, std::vector<T> second) {
  owned_batch<T> b;
  b.add(first, std::vector<T>(first.size(), T(-1)));
  b.add(second, std::vector<T>(second.size(), T(-1)));
  b.pairs = {{0, 1}};
  return b;
}

template <class Loss>
constexpr bool smooths = requires(Loss loss) { loss.epsilon; };

template <class Loss, class T>
double loss_of(const Loss& loss, owned_batch<T>& b) {
  ra::batch_workspace ws;
  return ra::evaluate_pairs(loss, b.view(), ws).loss;
}

}  // namespace

TEST_CASE_TEMPLATE("mask multiplied, 0 * inf = NaN", T, float, double) {
  const T garbage[] = {ra::not_a_number<T>(), ra::neg_infinity<T>(),
                       ra::pos_infinity<T>(), std::numeric_limits<T>::max()};
  ra::batch_workspace ws;
  for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    for (const T& x : garbage) {
      ra::random_generator g(80);
      auto b = random_batch<T>(g);
      auto clean = b;
      for (std::size_t k = 0; k < b.masks.size(); ++k)
        for (std::size_t t = 0; t < b.masks[k].size(); ++t)
          if (b.masks[k][t] == 0) b.log_probs[k][t] = b.reference[k][t] = x;
      CHECK(ra::evaluate_pairs(loss, b.view(), ws).loss ==
            ra::evaluate_pairs(loss, clean.view(), ws).loss);
      for (std::size_t k = 0; k < b.masks.size(); ++k)
        for (std::size_t t = 0; t < b.masks[k].size(); ++t) {
          CHECK(b.gradients[k][t] == clean.gradients[k][t]);
          if (b.masks[k][t] == 0) CHECK(b.added(k, t) == 0.0);
        }
    }
  });
}

TEST_CASE_TEMPLATE("division by empty mask", T, float, double) {
  ra::batch_workspace ws;
  for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    owned_batch<T> b;
    b.add({T(-1), T(-2)}, {T(-1), T(-1)}, {1, 1});
    b.add({T(-1), T(-2)}, {T(-1), T(-1)}, {0, 0});
    b.pairs = {{0, 1}};
    const auto e = ra::evaluate_pairs(loss, b.view(), ws);
    CHECK(e.status == ra::status::ok);
    CHECK(ra::is_finite(e.loss));
    CHECK(e.empty == 1);
    CHECK(ws.scores()[1] == 0.0);
    CHECK(b.added(1, 0) == 0.0);
  });
}

TEST_CASE_TEMPLATE("log-likelihood normalised twice", T, float, double) {
  // A segment twice as long with the same steps has the same mean, and twice the sum.
  auto brief = two_segments<T>({-1, -2}, {-2, -3});
  auto twice = two_segments<T>({-1, -2, -1, -2}, {-2, -3, -2, -3});
  CHECK(near<T>(loss_of(ra::simpo{}, brief), loss_of(ra::simpo{}, twice)));
  const ra::nll each{
      .weight = 1.0, .data = ra::sides::preferred, .mean = ra::nll_mean::segment_steps};
  struct {
    ra::nll term;
    ra::score score() const { return {ra::potential::log_prob, ra::reduction::mean, 1.0}; }
    ra::pairwise<ra::link::square> objective(const ra::preference_pair&) const { return {{1.0}}; }
    ra::nll regulariser() const { return term; }
  } const with_nll{each};
  CHECK(near<T>(loss_of(with_nll, brief), 0.0 + 1.5));  // mean margin 1 hits the target; NLL 3 / 2
  CHECK(near<T>(loss_of(with_nll, twice), 0.0 + 1.5));
}

TEST_CASE("loss name dropped, default used") {
  // The loss is a type: no two share a value, and IPO has no default for what tells its forms
  // apart.
  ra::random_generator g(81);
  auto b = random_batch<double>(g);
  realign_tests::decorate(b.pairs, g);
  std::vector<double> seen;
  for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    const double x = loss_of(loss, b);
    for (const double& y : seen) {
      const bool twin = std::string(name) == "f_dpo reverse KL";  // this one is DPO
      if (!twin) CHECK(x != y);
    }
    seen.push_back(x);
  });
  static_assert(!std::default_initializable<ra::ipo>);
}

TEST_CASE_TEMPLATE("smoothing parameter accepted and ignored", T, float, double) {
  auto b = two_segments<T>({-1, -2}, {-2, -3});
  const double h = 0.5 * 2;  // beta D
  CHECK(near<T>(loss_of(ra::cdpo{0.5, 0.1}, b), std::log1p(std::exp(-h)) + 0.1 * h));
  CHECK(near<T>(loss_of(ra::robust_dpo{0.5, 0.1}, b), std::log1p(std::exp(-h)) - 0.125 * h));
  CHECK(near<T>(loss_of(ra::cream{0.5, 0.9}, b), std::log1p(std::exp(-h)) + 0.1 * h));
  const double m = 2.0 - 1.0;  // beta (mean difference) - gamma
  CHECK(near<T>(loss_of(ra::simpo{2.0, 0.5, 0.2}, b), std::log1p(std::exp(-m)) + 0.2 * m));
  static_assert(smooths<ra::cdpo> && !smooths<ra::dpo>);
}

TEST_CASE_TEMPLATE("sums instead of means after a refactor (IPO) and back", T, float, double) {
  auto b = two_segments<T>({T(-0.5), T(-0.5)}, {T(-1.5), T(-1.5)});
  CHECK(near<T>(loss_of(ra::ipo(ra::reduction::sum, 0.25), b), 0.0));
  CHECK(near<T>(loss_of(ra::ipo(ra::reduction::mean, 0.25), b), 1.0));
}

TEST_CASE("zero-loss entries removed from the mean") {
  const std::vector<double> s{0.0, 1.0, 40.0}, ranks{0, 1, 2};
  std::vector<double> ds(3, 0.0);
  CHECK(ra::all_pairs<>{ranks}(s, ds) == doctest::Approx(std::log1p(std::exp(-1.0)) / 3));
  auto b = two_segments<float>({-1}, {-2});
  b.add({-900}, {-1});
  b.pairs = {{0, 1}, {0, 2}};
  CHECK(loss_of(ra::dpo{1.0}, b) == doctest::Approx(std::log1p(std::exp(-1.0)) / 2));
}

TEST_CASE("ties ordered by sort") {
  const std::vector<double> tied{1.0, 1.0};
  for (const auto& s : {std::vector<double>{0.0, 3.0}, std::vector<double>{3.0, 0.0}}) {
    std::vector<double> ds(2, 0.0);
    CHECK(ra::all_pairs<>{tied}(s, ds) == 0.0);
    CHECK(ds[0] == 0.0);
  }
  CHECK(ra::compare_by(tied, 0, 1).label == 0.5);
  CHECK(ra::strict_pairs(tied).empty());
  const std::vector<double> now{1, 1, 2}, one{0, 1, 2}, other{1, 0, 2};
  CHECK(ra::kendall_tau(now, one) == ra::kendall_tau(now, other));
}

TEST_CASE_TEMPLATE("0 * inf in the unused label direction", T, float, double) {
  ra::batch_workspace ws;
  const auto check = [&](const auto& loss) {
    auto b = two_segments<T>({-1, -1}, {-1, ra::neg_infinity<T>()});
    const auto e = ra::evaluate_pairs(loss, b.view(), ws);
    CHECK(e.status == ra::status::ok);
    CHECK(e.loss == 0.0);
    CHECK(b.gradients_untouched());
    auto recoverable = two_segments<T>({-1, ra::neg_infinity<T>()}, {-1, -1});
    const auto up = ra::evaluate_pairs(loss, recoverable.view(), ws);
    CHECK(up.status == ra::status::ok);
    CHECK(ra::is_pos_inf(up.loss));
    CHECK(recoverable.added(0, 1) < 0);
    CHECK(ra::is_finite(recoverable.gradients[0][1]));
  };
  check(ra::cpl{});
  check(ra::dpo{});
  check(ra::hinge{});
  check(ra::cream{0.1, 1.0});
  check(ra::simpo{});
  check(ra::alpha_dpo{});
  check(ra::modpo{});
  check(ra::bounded_modpo{0.1, 0.5});
  check(ra::f_dpo<ra::shape::reverse_kl>{});
}

TEST_CASE("running moments: zero start, no floor, updated in evaluation") {
  ra::running_moments m(0.9);
  const std::vector<double> batch{1.0, 3.0}, one{5.0}, same{2.0, 2.0};
  m.update(batch);
  CHECK(m.mean() == doctest::Approx(2.0));  // 0.2 with the mistake
  CHECK(m.raw_mean() == doctest::Approx(0.2));
  CHECK(m.deviation() == doctest::Approx(std::sqrt(2.0)));
  m.update(one);  // a batch of one has no deviation; the mean moves
  CHECK(m.deviation() == doctest::Approx(std::sqrt(2.0)));
  CHECK(m.mean() > 2.0);
  ra::running_moments flat(0.0, 1, 1e-3);
  flat.update(same);
  CHECK(flat.deviation() == 1e-3);

  ra::random_generator g(82);
  auto b = random_batch<double>(g);
  const ra::alpha_dpo loss = ra::alpha_dpo{}.with(m);
  const double first = loss_of(loss, b);
  for (int n = 0; n < 5; ++n) CHECK(loss_of(loss, b) == first);
  CHECK(loss.mean == m.mean());
}

TEST_CASE_TEMPLATE("batch size used for sequence length", T, float, double) {
  for (const std::size_t copies : {1U, 3U, 7U}) {
    owned_batch<T> b;
    for (std::size_t k = 0; k < copies; ++k) {
      b.add({-1, -2, -3}, {-1, -1, -1});
      b.add({-4, -2}, {-1, -1});
      b.pairs.push_back({2 * k, 2 * k + 1});
    }
    CHECK(near<T>(loss_of(ra::simpo{1.0, 0.0}, b), std::log1p(std::exp(-1.0))));
    CHECK(near<T>(loss_of(ra::ipo(ra::reduction::mean, 0.5), b), 0.0));
  }
}

TEST_CASE("relabelling: precedence, and/or idiom, misspelt token") {
  // the sign encloses the whole distance: the closest answer wins, not the lowest
  const std::vector<ra::rating_condition> exact{{.target = 4.0}};
  const auto value = [&](double rating) {
    return ra::conditioned_value(std::span(&rating, 1), exact);
  };
  CHECK(value(4) == 0.0);  // an exact match is 0, not the raw rating
  CHECK(value(5) == -1.0);
  CHECK(value(1) == -3.0);
  // conditions belong to objectives by position, so there is no name to misspell
  const std::vector<double> ratings{2.0, 5.0};
  CHECK(ra::conditioned_value(ratings, std::vector<ra::rating_condition>{{}, {.target = 3.0}}) ==
        0.0);
  CHECK(ra::conditioned_value(ratings, std::vector<ra::rating_condition>{{.target = 3.0}, {}}) ==
        4.0);
}

TEST_CASE("skipped items shift a zipped list") {
  // The rate lives in the pair's label, so leaving pairs out leaves the others alone.
  auto all = two_segments<double>({-1, -2}, {-2, -3});
  all.add({-3}, {-1});
  all.pairs = {{0, 1, ra::consistent_label(1.0, 0.9)},
               {0, 2, ra::consistent_label(1.0, 0.6)},
               {1, 2, ra::consistent_label(1.0, 0.7)}};
  ra::batch_workspace ws;
  CHECK(ra::succeeded(ra::evaluate_pairs(ra::dpo{}, all.view(), ws).status));
  const double third = ws.per_pair()[2];
  all.pairs.erase(all.pairs.begin() + 1);
  CHECK(ra::succeeded(ra::evaluate_pairs(ra::dpo{}, all.view(), ws).status));
  CHECK(ws.per_pair()[1] == third);
  all.pairs = {{1, 2}};
  CHECK(loss_of(ra::cream{0.1, 0.7}, all) == doctest::Approx(third));
}

TEST_CASE("sign of cost confused") {
  // Higher cost means less safe: both the order and the verdicts push the unsafe one up.
  owned_batch<double> b;
  b.add({0.0});
  b.add({0.0});
  b.pairs = {ra::cost_pair(0, 1, ra::verdict::unsafe, ra::verdict::safe)};
  ra::batch_workspace ws;
  CHECK(ra::evaluate_pairs(ra::safe_rlhf_cost{}, b.view(), ws).loss ==
        doctest::Approx(3 * std::log(2.0)));
  CHECK(b.added(0, 0) == doctest::Approx(-1.0));
  CHECK(b.added(1, 0) == doctest::Approx(1.0));
  static_assert(static_cast<int>(ra::verdict::unsafe) == 1);
}

TEST_CASE_TEMPLATE("margin multiplied by beta twice in a metric", T, float, double) {
  auto b = two_segments<T>({-1, -2}, {-2, -3});
  ra::batch_workspace ws;
  const auto e = ra::evaluate_pairs(ra::dpo{0.25}, b.view(), ws);
  CHECK(near<T>(e.margin, 0.5));
  CHECK(near<T>(ws.margins()[0], 0.5));
}

TEST_CASE_TEMPLATE("alpha on the wrong term after a paper revision", T, float, double) {
  // The weight belongs to the likelihood, never to the preference term.
  auto b = two_segments<T>({-1, -2}, {-2, -3});
  const double alone = loss_of(ra::dpo{0.5}, b);
  for (const double weight : {0.1, 1.0, 3.0}) {
    CHECK(near<T>(loss_of(ra::dpo_nll{0.5, weight}, b) - alone, weight * 1.5, 4));
    CHECK(near<T>(loss_of(ra::rpo{0.5, weight}, b) - alone, weight * 0.5 * 3, 4));
  }
}

TEST_CASE("double precision unsupported in one divergence branch") {
  ra::random_generator g(83);
  for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    auto b = random_batch<double>(g);
    owned_batch<float> f;
    for (std::size_t k = 0; k < b.log_probs.size(); ++k)
      f.add({b.log_probs[k].begin(), b.log_probs[k].end()},
            {b.reference[k].begin(), b.reference[k].end()}, b.masks[k]);
    f.pairs = b.pairs;
    CHECK(near<float>(loss_of(loss, b), loss_of(loss, f), 8));
  });
  auto far = two_segments<double>({-800}, {-1});  // beyond the range of float exponentials
  CHECK(loss_of(ra::f_dpo<ra::shape::jensen_shannon>{1.0}, far) ==
        doctest::Approx(799 - std::log(2.0)));
}

TEST_CASE_TEMPLATE("metrics summed over padding", T, float, double) {
  ra::batch_workspace ws;
  auto plain = two_segments<T>({-1, -2}, {-2, -3});
  owned_batch<T> padded;
  padded.add({-1, -2, 9}, {-1, -1, 5}, {1, 1, 0});
  padded.add({-2, -3, 7}, {-1, -1, 5}, {1, 1, 0});
  padded.pairs = plain.pairs;
  for_each_loss([&](const char* name, const auto& loss) {
    CAPTURE(name);
    const auto a = ra::evaluate_pairs(loss, plain.view(), ws);
    const std::vector<double> scores(ws.scores().begin(), ws.scores().end());
    const auto b = ra::evaluate_pairs(loss, padded.view(), ws);
    CHECK(a.accuracy == b.accuracy);
    CHECK(a.margin == b.margin);
    CHECK(scores[0] == ws.scores()[0]);
  });
}
