// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/bc.hpp>

#include "owned_batch.hpp"

namespace ra = realign;
using realign_tests::near;
using realign_tests::owned_batch;

static_assert(ra::objective<ra::mean_step_nll>);

TEST_CASE_TEMPLATE("the mean over all existing steps of all segments", T, float, double) {
  owned_batch<T> b;
  b.add({-1, -2, ra::not_a_number<T>()}, {}, {1, 1, 0});
  b.add({-6});
  ra::batch_workspace ws;
  const auto e = ra::evaluate_cloning(b.view(), ws);
  CHECK(e.status == ra::status::ok);
  CHECK(near<T>(e.loss, 3.0));
  CHECK(near<T>(b.added(0, 1), -1.0 / 3));
  CHECK(b.added(0, 2) == 0.0);
  CHECK(near<T>(b.added(1, 0), -1.0 / 3));
}

TEST_CASE("step gradients agree with central differences") {
  ra::random_generator g(31);
  ra::batch_workspace ws;
  auto b = realign_tests::random_batch<double>(g);
  realign_tests::check_step_gradients(
      b, [&](const auto& batch) { return ra::evaluate_cloning(batch, ws); });
}

TEST_CASE_TEMPLATE("an impossible action: infinite loss, finite gradient", T, float, double) {
  owned_batch<T> b;
  b.add({-1, ra::neg_infinity<T>()});
  ra::batch_workspace ws;
  const auto e = ra::evaluate_cloning(b.view(), ws);
  CHECK(e.status == ra::status::ok);
  CHECK(ra::is_pos_inf(e.loss));
  CHECK(b.added(0, 1) == -0.5);
}

TEST_CASE_TEMPLATE("no step is status empty, NaN is divergence", T, float, double) {
  ra::batch_workspace ws;
  owned_batch<T> none, bad;
  CHECK(ra::evaluate_cloning(none.view(), ws).status == ra::status::empty);
  none.add({-1}, {}, {0});
  CHECK(ra::evaluate_cloning(none.view(), ws).status == ra::status::empty);
  bad.add({ra::not_a_number<T>()});
  CHECK(ra::evaluate_cloning(bad.view(), ws).status == ra::status::diverged);
  CHECK(bad.gradients_untouched());
}
