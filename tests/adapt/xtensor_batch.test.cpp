// SPDX-License-Identifier: MIT
#include <realign/adapt/xtensor_batch.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <realign/preference/cpl.hpp>
#include <realign/preference/evaluate.hpp>

namespace ra = realign;

namespace {

template <class T>
ra::segment<T> of(const std::vector<T>& log_probs) {
  return {.log_probs = std::span<const T>(log_probs)};
}

/// Three segments of 2, 0 and 1 steps with two features and one action dimension.
template <class T>
struct recorded {
  std::vector<std::vector<T>> states{{1, 2}, {3, 4}, {5, 6}};
  std::vector<T> actions{T(0.5), T(-0.5), T(0.25)};
  std::vector<ra::recorded_segment<std::vector<T>, std::span<const T>>> segments{
      {at(0), at(1)}, {}, {at(2)}};

  ra::step<std::vector<T>, std::span<const T>> at(std::size_t i) const {
    return {&states[i], std::span<const T>(actions).subspan(i, 1)};
  }
  auto view() const {
    return std::span<const ra::recorded_segment<std::vector<T>, std::span<const T>>>(segments);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("an array of a file becomes a tensor", T, float, double) {
  const ra::io::npy_array<T> a{{2, 3}, {1, 2, 3, 4, 5, 6}};
  const auto x = ra::adapt::to_xtensor<2>(a);
  CHECK(x.shape(0) == 2);
  CHECK(x(1, 0) == T(4));
}

TEST_CASE_TEMPLATE("ragged segments are padded, and come back as views", T, float, double) {
  const std::vector<T> a{-1, -2, -3}, b{-4}, r{T(-0.5), -1, -1}, q{-2};
  std::vector<ra::segment<T>> segments{of(a), of(b)};
  segments[0].reference = std::span<const T>(r);
  segments[1].reference = std::span<const T>(q);
  const auto batch = ra::adapt::to_xtensor<T>(std::span<const ra::segment<T>>(segments));
  CHECK(batch.log_probs.shape(0) == 2);
  CHECK(batch.log_probs.shape(1) == 3);
  CHECK(batch.log_probs(0, 2) == T(-3));
  CHECK(batch.log_probs(1, 1) == T(0));
  CHECK(batch.reference(0, 0) == T(-0.5));
  CHECK(batch.mask(1, 0) == 1);
  CHECK(batch.mask(1, 1) == 0);
  const auto back = ra::adapt::to_segments(batch);
  CHECK(back[1].steps() == 1);
  CHECK(back[0].log_probs.data() == &batch.log_probs(0, 0));
  const std::vector<ra::preference_pair> pairs{{0, 1}};
  for (const ra::cpl& loss :
       {ra::cpl{.alpha = 0.7, .gamma = 0.9}, ra::cpl{.alpha = 0.7, .reference = true}}) {
    ra::batch_workspace workspace;
    const auto ragged =
        ra::evaluate_pairs(loss, ra::preference_batch<T>{segments, pairs}, workspace);
    const auto padded = ra::evaluate_pairs(loss, ra::preference_batch<T>{back, pairs}, workspace);
    CHECK(padded.loss == ragged.loss);
  }
}

TEST_CASE_TEMPLATE("what lies under a mask does not get into the tensor", T, float, double) {
  const std::vector<T> a{ra::not_a_number<T>(), -2};
  const std::vector<unsigned char> mask{0, 1};
  std::vector<ra::segment<T>> segments{of(a)};
  segments[0].mask = std::span<const unsigned char>(mask);
  const auto batch = ra::adapt::to_xtensor<T>(std::span<const ra::segment<T>>(segments));
  CHECK(batch.log_probs(0, 0) == T(0));
  CHECK(batch.log_probs(0, 1) == T(-2));
  CHECK(batch.mask(0, 0) == 0);
  CHECK(batch.reference.size() == 0);
}

TEST_CASE_TEMPLATE("recorded segments of continuous control", T, float, double) {
  const recorded<T> it;
  const std::vector<std::size_t> chosen{2, 0, 1};
  const auto batch = ra::adapt::to_xtensor<T>(it.view(), std::span<const std::size_t>(chosen));
  CHECK(batch.obs.shape() == std::array<std::size_t, 3>{3, 2, 2});
  CHECK(batch.action.shape() == std::array<std::size_t, 3>{3, 2, 1});
  CHECK(batch.obs(0, 0, 1) == T(6));
  CHECK(batch.obs(0, 1, 1) == T(0));
  CHECK(batch.obs(1, 1, 0) == T(3));
  CHECK(batch.action(1, 1, 0) == T(-0.5));
  CHECK(batch.mask(0, 0) == 1);
  CHECK(batch.mask(0, 1) == 0);
  CHECK(batch.mask(1, 1) == 1);
  CHECK(batch.mask(2, 0) == 0);
}

TEST_CASE_TEMPLATE("both sides of pairs with their labels", T, float, double) {
  const recorded<T> it;
  const std::vector<ra::preference_pair> pairs{{0, 2, 0.5, 0.0}, {2, 1}};
  const auto batch =
      ra::adapt::to_xtensor<T>(it.view(), std::span<const ra::preference_pair>(pairs));
  CHECK(batch.label(0) == T(0.5));
  CHECK(batch.label(1) == T(1));
  CHECK(batch.preferred.obs(0, 1, 1) == T(4));
  CHECK(batch.preferred.obs(1, 0, 0) == T(5));
  CHECK(batch.rejected.obs(0, 0, 0) == T(5));
  CHECK(batch.rejected.mask.shape() == std::array<std::size_t, 2>{2, 1});
  CHECK(batch.rejected.mask(1, 0) == 0);
}

TEST_CASE("nothing gives empty tensors") {
  const auto steps = ra::adapt::to_xtensor<double>(std::span<const ra::segment<double>>());
  CHECK(steps.log_probs.size() == 0);
  CHECK(ra::adapt::to_segments(steps).empty());
  const recorded<double> it;
  CHECK(ra::adapt::to_xtensor<double>(it.view(), std::span<const std::size_t>()).obs.size() == 0);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("what does not fit is wrong use") {
  const std::vector<double> a{-1, -2}, b{-4};
  std::vector<ra::segment<double>> segments{of(a), of(b)};
  segments[0].reference = std::span<const double>(a);
  const auto convert = [&] {
    (void)ra::adapt::to_xtensor<double>(std::span<const ra::segment<double>>(segments));
  };
  CHECK_THROWS_AS(convert(), ra::contract_error);
  segments[0].reference = std::span<const double>(b);
  CHECK_THROWS_AS(convert(), ra::contract_error);
  CHECK_THROWS_AS((void)ra::adapt::to_xtensor<3>(ra::io::npy_array<double>{{2}, {1, 2}}),
                  ra::contract_error);
  recorded<double> it;
  const std::vector<std::size_t> outside{3}, all{0, 2};
  CHECK_THROWS_AS(
      (void)ra::adapt::to_xtensor<double>(it.view(), std::span<const std::size_t>(outside)),
      ra::contract_error);
  it.states[2].push_back(7);
  CHECK_THROWS_AS((void)ra::adapt::to_xtensor<double>(it.view(), std::span<const std::size_t>(all)),
                  ra::contract_error);
  auto steps =
      ra::adapt::to_xtensor<double>(std::span<const ra::segment<double>>(segments).last(1));
  steps.log_probs.resize(std::array<std::size_t, 2>{2, 1});
  CHECK_THROWS_AS((void)ra::adapt::to_segments(steps), ra::contract_error);
}
#endif
