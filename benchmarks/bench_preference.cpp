// SPDX-License-Identifier: MIT
// Preference losses with their gradients, and whole steps of training.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <realign/policy/categorical.hpp>
#include <realign/preference/preference.hpp>

#include "preference_data.hpp"
#include "training_step.hpp"

namespace bench {
namespace {

namespace library {

using bench::library::cpl_loss;
using bench::library::pairs_of;
using bench::library::training_step;

/// From logits to their derivatives in one call.
template <class T>
action cpl(const cpl_batch<T>& in) {
  const auto work = std::make_shared<realign::categorical_workspace<T>>();
  return [in, work](std::size_t) {
    const std::size_t rows = in.shape.rows() / 2, n = in.shape.choices;
    const auto side = [&](std::size_t k) {
      return realign::categorical_side<T>{.logits = {in.logits + k * rows * n, rows, n},
                                          .actions = {in.actions + k * rows, rows},
                                          .d_logits = {in.gradient + k * rows * n, rows, n},
                                          .accumulates = false};
    };
    *in.loss = static_cast<T>(
        realign::evaluate_categorical(cpl_loss, in.shape.pairs, in.shape.steps, side(0), side(1), *work).loss);
  };
}

/// The tape that trainable policies use: groups steps by state, and keeps its own logits.
template <class T>
struct tape_cpl {
  explicit tape_cpl(const cpl_batch<T>& batch) : in(batch), states(in.shape.rows()), pairs(in.shape) {
    for (std::size_t r = 0; r < states.size(); ++r) steps.push_back({&states[r], in.actions[r]});
  }
  void operator()() {
    tape.begin(steps, [&](std::size_t) { return in.shape.choices; });
    std::copy(in.logits, in.logits + in.shape.logits(), tape.logits().begin());
    tape.log_probs(pairs.log_probs());
    *in.loss = static_cast<T>(pairs.evaluate());
    const std::span<const T> d = tape.d_logits(pairs.derivatives());
    std::copy(d.begin(), d.end(), in.gradient);
  }

  cpl_batch<T> in;
  std::vector<std::size_t> states;
  std::vector<realign::step<std::size_t, std::size_t>> steps;
  realign::categorical_tape<std::size_t, T> tape = {};
  pairs_of<T> pairs;
};
template <class T>
action cpl_by_tape(const cpl_batch<T>& in) {
  return [cpl = std::make_shared<tape_cpl<T>>(in)](std::size_t) { (*cpl)(); };
}

template <class T>
action all_pairs(const ranking<T>& in) {
  std::vector<realign::segment<T>> segments;
  std::vector<realign::vector_view<T>> gradients;
  for (std::size_t k = 0; k < in.segments; ++k) {
    segments.push_back({.log_probs = {in.log_probs + k * in.steps, in.steps}});
    gradients.push_back({in.gradient + k * in.steps, in.steps});
  }
  return [in, segments, gradients, work = realign::batch_workspace{}](std::size_t) mutable {
    std::fill(in.gradient, in.gradient + in.segments * in.steps, T(0));  // derivatives are added
    const realign::preference_batch<T> batch{segments, {}, gradients};
    *in.loss = static_cast<T>(realign::evaluate_group(cpl_loss.score(), cpl_loss.ranking(in.ranks), batch, work).loss);
  };
}

template <class T, class Policy>
action step(const training<T>& in) {
  return [step = std::make_shared<training_step<T, Policy>>(in)](std::size_t) { step->step(); };
}

}  // namespace library

template <class T>
description describe(const char* kernel, const std::string& name, double numbers) {
  const bool single = sizeof(T) == sizeof(float);
  return {.kernel = kernel,
          .name = name + "_" + type_name<T>,
          .elements = numbers,
          .tolerance = single ? 2e-6 : 1e-14,
          .loose = single ? 1e-4 : 1e-12};
}

template <class T>
void add_cpl(const cpl_shape& shape) {
  const double numbers = static_cast<double>(shape.logits());
  description d = describe<T>("cpl",
                              "B" + std::to_string(shape.pairs) + "_T" + std::to_string(shape.steps) + "_A" +
                                  std::to_string(shape.choices),
                              numbers);
  const double row = numbers * sizeof(T);
  d.bytes = 2 * row;
  // a pair's logits stay near while its loss is found; a logarithm per row
  if (sizeof(T) == sizeof(float))
    d.passes = {{.read = row, .written = row, .working_set = 2 * row,
                 .exps = numbers + static_cast<double>(shape.rows())}};
  const auto data = add_all<cpl_data<T>>(d, library::cpl<T>, [=] { return std::make_unique<cpl_data<T>>(shape); });
  add(d, "realign_tape", data, library::cpl_by_tape<T>, d.tolerance);
}

template <class T>
void add_ranking(std::size_t segments) {
  const double pairs = static_cast<double>(segments * (segments - 1)) / 2;
  description d = describe<T>("all_pairs", "K" + std::to_string(segments), pairs);
  d.bytes = 2.0 * static_cast<double>(segments * ranking_data<T>::steps * sizeof(T));
  add_all<ranking_data<T>>(d, library::all_pairs<T>, [=] { return std::make_unique<ranking_data<T>>(segments); });
}

template <class T>
void add_step(const char* kernel, preparation<training<T>> library, training_inputs<T> (*make)()) {
  const training_inputs<T> in = make();
  const std::string name = "B" + std::to_string(in.pairs.pairs) + "_T" + std::to_string(in.pairs.steps) + "_A" +
                           std::to_string(in.pairs.choices);
  description d = describe<T>(kernel, name, static_cast<double>(in.pairs.logits()));
  d.bytes = static_cast<double>((in.values.size() + 7 * in.net.parameters()) * sizeof(T));
  d.tolerance = d.loose;
  add_all<training_data<T>>(d, library, [=] { return std::make_unique<training_data<T>>(make); });
}

template <class T>
void add_type() {
  for (const std::size_t segments : {16U, 64U, 256U}) add_ranking<T>(segments);
  add_step<T>("step_mlp", library::step<T, realign::mlp_policy<T>>, training_inputs<T>::mlp);
  add_step<T>("step_candidate", library::step<T, realign::candidate_policy<T>>, training_inputs<T>::candidate);
}

}  // namespace

void register_cases() {
  for (const cpl_shape& shape : {cpl_shape{64, 64, 4}, {256, 16, 32}, {16, 128, 1024}}) add_cpl<float>(shape);
  add_cpl<double>({64, 64, 4});
  add_cpl<double>({256, 16, 32});
  add_type<float>();
  add_type<double>();
}

}  // namespace bench
