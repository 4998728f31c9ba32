// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <realign/preference/dataset.hpp>

#include <cstddef>

namespace ra = realign;

TEST_CASE("segments are numbered in order; a view sees what is owned") {
  const std::size_t states[] = {0, 1};
  ra::preference_data<std::size_t> data;
  CHECK(data.add({{&states[0], 1}}) == 0);
  CHECK(data.add({{&states[1], 0}, {&states[0], 0}}) == 1);
  data.pairs = {{0, 1}};
  data.held_out = {{1, 0}};
  const ra::preference_view<std::size_t> view = data;
  CHECK(view.segments.size() == 2);
  CHECK(view.segments[1][0].state == &states[1]);
  CHECK(view.pairs[0].rejected == 1);
  CHECK(view.held_out[0].preferred == 1);
  CHECK_NOTHROW(view.validate());
}

TEST_CASE("one set of segments carries several sets of labels") {
  const std::size_t state = 0;
  ra::preference_data<std::size_t> data;
  data.add({{&state, 0}});
  data.add({{&state, 1}});
  const std::vector<ra::preference_pair> by_points{{0, 1}}, by_harm{{1, 0}};
  const ra::preference_view<std::size_t> points{data.segments, by_points},
      harm{data.segments, by_harm};
  CHECK(points.segments.data() == harm.segments.data());
  CHECK(points.pairs[0].preferred != harm.pairs[0].preferred);
}

#if REALIGN_EXCEPTIONS
TEST_CASE("bad data are contract errors") {
  const std::size_t state = 0;
  ra::preference_data<std::size_t> data;
  data.add({{&state, 0}});
  const auto validate = [&] { ra::preference_view<std::size_t>(data).validate(); };
  data.pairs = {{0, 1}};
  CHECK_THROWS_AS(validate(), ra::contract_error);
  data.pairs = {};
  data.held_out = {{0, 0, 2.0, 0.0}};
  CHECK_THROWS_AS(validate(), ra::contract_error);
  data.held_out = {};
  data.add({{&state, 0}, {nullptr, 0}});
  CHECK_THROWS_WITH_AS(validate(),
                       "segments: expected a state for every step, got none at step 1 of segment 1",
                       ra::contract_error);
}
#endif
