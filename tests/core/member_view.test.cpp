// SPDX-License-Identifier: MIT
#include <realign/core/member_view.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <span>
#include <utility>
#include <vector>

#include <realign/core/weights.hpp>

namespace ra = realign;

namespace {

template <class T>
struct candidate {
  int token;
  T logit;
  T p;
};

template <class T>
struct scored : candidate<T> {
  T score;
};

}  // namespace

TEST_CASE_TEMPLATE("a member of an array of structs is a strided row", T, float, double) {
  std::vector<candidate<T>> all{{7, 1, 10}, {8, 2, 20}, {9, 3, 30}};
  const auto logits = ra::member_view(all, &candidate<T>::logit);
  static_assert(std::same_as<decltype(logits), const ra::vector_view<T>>);
  CHECK(logits.size() == 3);
  CHECK(logits.data() == &all[0].logit);
  CHECK(logits[2] == T(3));
  logits[1] = T(-2);
  CHECK(all[1].logit == T(-2));
  CHECK(all[1].p == T(20));
  CHECK(ra::member_view(all, &candidate<T>::p)[1] == T(20));
}

TEST_CASE_TEMPLATE("spans, arrays and const elements", T, float, double) {
  const std::array<candidate<T>, 2> all{{{0, 1, T(0.25)}, {1, 2, T(0.75)}}};
  const auto p = ra::member_view(all, &candidate<T>::p);
  static_assert(std::same_as<decltype(p), const ra::vector_view<const T>>);
  CHECK(ra::weights(p)[1] == 0.75);
  const std::span<const candidate<T>> last(&all[1], 1);
  CHECK(ra::member_view(last, &candidate<T>::logit)[0] == T(2));
  CHECK(ra::member_view(std::span<const candidate<T>>(), &candidate<T>::p).empty());
}

TEST_CASE_TEMPLATE("the member of a base steps over the whole element", T, float, double) {
  std::vector<scored<T>> all(3);
  all[2].logit = T(4);
  CHECK(ra::member_view(all, &scored<T>::logit)[2] == T(4));
}
