// SPDX-License-Identifier: MIT
// Kinds pair, tabular, regression: losses on preference pairs with their gradients.
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <realign/policy/tabular.hpp>
#include <realign/preference/evaluate.hpp>

#include "condition.hpp"
#include "kinds.hpp"
#include "losses.hpp"

namespace golden {

namespace {

template <class T>
using rows = std::vector<std::vector<T>>;

// B preferred segments, then B rejected ones, and the pairs between them.
template <class T>
struct batch {
  rows<T> log_probs, reference, gradient;
  rows<unsigned char> mask;  // empty: every step exists
  std::vector<ra::preference_pair> pairs;
  ra::batch_workspace work;
  ra::evaluation result;

  std::size_t size() const { return log_probs.size() / 2; }

  void evaluate(const golden_case& c) {
    const std::string& name = c.names.back();
    std::vector<ra::segment<T>> segments;
    std::vector<ra::vector_view<T>> views;
    for (std::size_t k = 0; k < log_probs.size(); ++k) {
      gradient.emplace_back(log_probs[k].size(), T(0));
      segments.push_back({{log_probs[k].data(), log_probs[k].size()}});
      if (!reference.empty()) segments[k].reference = {reference.at(k).data(), reference[k].size()};
      if (!mask.empty()) segments[k].mask = {mask.at(k).data(), mask[k].size()};
    }
    for (auto& g : gradient) views.emplace_back(g.data(), g.size());
    const auto label = given(c.param(), "label");
    for (std::size_t i = 0; i < size(); ++i)
      pairs.push_back({i, size() + i,
                       !label                    ? 1.0
                       : label->raw().is_array() ? number((*label)[i])
                                                 : number(*label)});
    complete_pairs(name, c.param(), std::span<const ra::segment<T>>(segments), pairs);
    with_loss(name, c.param(), [&](const auto& loss) {
      result = ra::evaluate_pairs(loss, ra::preference_batch<T>{segments, pairs, views}, work);
    });
    if (result.status != ra::status::ok)
      throw std::runtime_error("status " + std::string(ra::to_string(result.status)));
  }
};

template <class T>
void append_rows(rows<T>& to, const ra::io::json_value& from) {
  for (auto& r : row_list<T>(from)) to.push_back(std::move(r));
}

void append_masks(rows<unsigned char>& to, const ra::io::json_value& from) {
  for (const auto& r : row_list<double>(from)) {
    to.emplace_back();
    for (const double x : r) to.back().push_back(x > 0 ? 1 : 0);
  }
}

}  // namespace

template <class T>
answers solve_pair(const golden_case& c, roundings&) {
  const auto in = c.in();
  batch<T> b;
  for (const char* side : {"pos", "neg"}) {
    const std::string s(side);
    append_rows(b.log_probs, in.at("logp_" + s));
    if (const auto ref = given(in, "ref_" + s)) append_rows(b.reference, *ref);
    if (const auto mask = given(in, "mask_" + s)) append_masks(b.mask, *mask);
  }
  b.evaluate(c);
  const std::span<const double> scores(b.work.scores());
  const std::span<const std::vector<T>> gradient(b.gradient);
  answers a;
  a.number("loss", b.result.loss);
  a.numbers("per_pair", b.work.per_pair());
  a.numbers("score_pos", scores.first(b.size()));
  a.numbers("score_neg", scores.last(b.size()));
  a.numbers("margin", b.work.margins());
  a.rows("grad_logp_pos", gradient.first(b.size()));
  a.rows("grad_logp_neg", gradient.last(b.size()));
  return a;
}

namespace {

using table_step = ra::step<std::size_t, std::size_t>;

// The steps of one side: state/action rows and how long each segment is.
struct side_steps {
  rows<double> states, actions;
  std::vector<double> lengths;

  side_steps(const ra::io::json_value& in, const std::string& side)
      : states(row_list<double>(in.at("state_" + side))),
        actions(row_list<double>(in.at("action_" + side))),
        lengths(row<double>(in.at("length_" + side))) {}
};

template <class T>
ra::tabular_policy<T> table_policy(const rows<T>& logits) {
  ra::tabular_policy<T> policy(logits.size(), logits.at(0).size());
  for (std::size_t s = 0; s < logits.size(); ++s)
    for (std::size_t a = 0; a < logits[s].size(); ++a) policy.row(s)[a] = logits[s][a];
  return policy;
}

}  // namespace

// Log-probabilities of steps and their derivatives are stored in T.
template <class T>
answers solve_tabular(const golden_case& c, roundings& r) {
  const auto in = c.in();
  const rows<T> logits = row_list<T>(in.at("logits"));
  const ra::tabular_policy<T> policy = table_policy(logits);

  std::vector<std::size_t> states(logits.size());
  for (std::size_t s = 0; s < states.size(); ++s) states[s] = s;
  std::vector<table_step> steps;
  std::vector<std::size_t> lengths;
  for (const char* side : {"pos", "neg"}) {
    const side_steps some(in, side);
    for (std::size_t i = 0; i < some.lengths.size(); ++i) {
      lengths.push_back(static_cast<std::size_t>(some.lengths[i]));
      for (std::size_t t = 0; t < lengths.back(); ++t)
        steps.push_back({&states.at(static_cast<std::size_t>(some.states.at(i).at(t))),
                         static_cast<std::size_t>(some.actions.at(i).at(t))});
    }
  }

  batch<T> b;
  typename ra::tabular_policy<T>::tape tape;
  const auto evaluate_into = [&](const ra::tabular_policy<T>& p, rows<T>& to) {
    std::vector<T> l(steps.size());
    p.log_probs(std::span<const table_step>(steps), tape, l);
    for (T& x : l) x = static_cast<T>(static_cast<double>(x) * r.next());
    auto from = l.begin();
    for (const std::size_t n : lengths) {
      to.emplace_back(from, from + static_cast<std::ptrdiff_t>(n));
      from += static_cast<std::ptrdiff_t>(n);
    }
  };
  if (const auto ref = given(in, "ref_logits"))
    evaluate_into(table_policy(row_list<T>(*ref)), b.reference);
  evaluate_into(policy, b.log_probs);
  b.evaluate(c);

  std::vector<T> dl, gradient(policy.parameters().size(), T(0));
  for (const auto& g : b.gradient)
    for (const T& x : g) dl.push_back(static_cast<T>(static_cast<double>(x) * r.next()));
  policy.backward(tape, std::span<const T>(dl), std::span<T>(gradient));
  answers a;
  a.number("loss", b.result.loss);
  for (std::size_t s = 0; s < logits.size(); ++s)
    a.numbers("grad_logits",
              std::span<const T>(gradient).subspan(s * logits[s].size(), logits[s].size()), {s});
  return a;
}

namespace {

// [pair][step][dimension]
template <class T>
std::vector<rows<T>> cube(const ra::io::json_value& v) {
  std::vector<rows<T>> out;
  for (std::size_t i = 0; i < v.size(); ++i) out.push_back(row_list<T>(v[i]));
  return out;
}

}  // namespace

// The potential of a step is -||action - mean||^2; its gradient in the mean is 2 (action - mean).
// Differences, potentials and their derivatives are stored in T.
template <class T>
answers solve_regression(const golden_case& c, roundings& r) {
  const auto in = c.in();
  std::vector<rows<T>> difference;  // action - mean, per segment
  batch<T> b;
  const auto store = [&](double x) { return static_cast<T>(x * r.next()); };
  for (const char* side : {"pos", "neg"}) {
    const auto actions = cube<T>(in.at("action_" + std::string(side)));
    const auto means = cube<T>(in.at("mean_" + std::string(side)));
    for (std::size_t i = 0; i < actions.size(); ++i) {
      difference.push_back(actions[i]);
      b.log_probs.emplace_back();
      for (std::size_t t = 0; t < actions[i].size(); ++t) {
        double square = 0;
        for (std::size_t k = 0; k < actions[i][t].size(); ++k) {
          T& d = difference.back()[t][k];
          d = store(static_cast<double>(d) - static_cast<double>(means.at(i).at(t).at(k)));
          square += static_cast<double>(d) * static_cast<double>(d);
        }
        b.log_probs.back().push_back(store(-square));
      }
    }
    if (const auto mask = given(in, "mask_" + std::string(side))) append_masks(b.mask, *mask);
  }
  b.evaluate(c);
  answers a;
  a.number("loss", b.result.loss);
  for (std::size_t k = 0; k < difference.size(); ++k) {
    for (std::size_t t = 0; t < difference[k].size(); ++t) {
      const double dl = static_cast<double>(store(static_cast<double>(b.gradient[k][t])));
      for (T& d : difference[k][t]) d = static_cast<T>(2 * static_cast<double>(d) * dl);
    }
    const bool first = k < b.size();
    a.rows(first ? "grad_mean_pos" : "grad_mean_neg", difference[k], {first ? k : k - b.size()});
  }
  return a;
}

template answers solve_pair<float>(const golden_case&, roundings&);
template answers solve_pair<double>(const golden_case&, roundings&);
template answers solve_tabular<float>(const golden_case&, roundings&);
template answers solve_tabular<double>(const golden_case&, roundings&);
template answers solve_regression<float>(const golden_case&, roundings&);
template answers solve_regression<double>(const golden_case&, roundings&);

}  // namespace golden
