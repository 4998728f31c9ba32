// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/batch.hpp>

#include "owned_batch.hpp"

namespace ra = realign;

TEST_CASE("a workspace has one number per segment or pair") {
  ra::batch_workspace ws;
  ws.resize(5, 3);
  for (const auto x : {ws.scores(), ws.derivatives(), ws.likelihoods(), ws.coefficients()})
    CHECK(x.size() == 5);
  for (const auto x : {ws.per_pair(), ws.margins()}) CHECK(x.size() == 3);
}

TEST_CASE("an evaluation begins empty") {
  const ra::evaluation e;
  CHECK(e.status == ra::status::empty);
  CHECK(e.loss == 0.0);
}

#if REALIGN_EXCEPTIONS
TEST_CASE_TEMPLATE("batches are checked", T, float, double) {
  ra::random_generator g(3);
  auto b = realign_tests::random_batch<T>(g);
  CHECK_NOTHROW(ra::detail::check_batch(b.view(), true));
  auto view = b.view();
  view.gradients = view.gradients.first(2);
  CHECK_THROWS_AS(ra::detail::check_batch(view, false), ra::contract_error);
  b.gradients[1].pop_back();
  CHECK_THROWS_AS(ra::detail::check_batch(b.view(), false), ra::contract_error);
}
#endif
