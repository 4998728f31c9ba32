// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/training.hpp>

namespace ra = realign;

TEST_CASE("options name the optimiser's parameters") {
  const ra::train_options options{
      .learning_rate = 0.5, .weight_decay = 0.1, .max_gradient_norm = 2.0, .warm_up_steps = 7};
  CHECK(options.optimiser().learning_rate == 0.5);
  CHECK(options.optimiser().weight_decay == 0.1);
  CHECK(options.optimiser().max_gradient_norm == 2.0);
  CHECK(options.optimiser().warm_up_steps == 7);
  CHECK_NOTHROW(options.validate());
  CHECK_NOTHROW(ra::train_options{}.validate());
}

#if REALIGN_EXCEPTIONS
TEST_CASE("options out of range are contract errors") {
  CHECK_THROWS_AS(ra::train_options{.batch_size = 0}.validate(), ra::contract_error);
  CHECK_THROWS_AS(ra::train_options{.learning_rate = 0.0}.validate(), ra::contract_error);
  CHECK_THROWS_AS(
      ra::train_options{.learning_rate = ra::not_a_number<double>()}.validate(),
      ra::contract_error);
  CHECK_THROWS_AS(ra::train_options{.weight_decay = -1.0}.validate(), ra::contract_error);
  CHECK_THROWS_AS(ra::train_options{.max_gradient_norm = -1.0}.validate(), ra::contract_error);
}
#endif
