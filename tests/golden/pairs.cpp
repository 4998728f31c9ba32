// SPDX-License-Identifier: MIT
// Kinds pair, tabular, regression: losses on preference pairs with their gradients.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <realign/policy/tabular.hpp>
#include <realign/preference/evaluate.hpp>

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

  void set_pairs(const std::string& loss, const ra::io::json_value& p) {
    const std::vector<double> gap = gaps(loss, p);
    const auto label = given(p, "label");
    for (std::size_t i = 0; i < size(); ++i) {
      const double y = !label ? 1 : label->raw().is_array() ? number((*label)[i]) : number(*label);
      pairs.push_back({i, size() + i, y, gap.empty() ? 0.0 : gap.at(i)});
    }
  }

  template <class Loss>
  void evaluate(const Loss& loss) {
    std::vector<ra::segment<T>> segments;
    std::vector<ra::vector_view<T>> views;
    for (std::size_t k = 0; k < log_probs.size(); ++k) {
      gradient.emplace_back(log_probs[k].size(), T(0));
      segments.push_back({{log_probs[k].data(), log_probs[k].size()}});
      if (!reference.empty()) segments[k].reference = {reference.at(k).data(), reference[k].size()};
      if (!mask.empty()) segments[k].mask = {mask.at(k).data(), mask[k].size()};
    }
    for (auto& g : gradient) views.emplace_back(g.data(), g.size());
    result = ra::evaluate_pairs(loss, ra::preference_batch<T>{segments, pairs, views}, work);
    if (result.status != ra::status::ok)
      throw std::runtime_error("status " + std::string(ra::to_string(result.status)));
  }

  // sum over the steps that exist of |log_prob| + |reference|, largest over the segments
  double largest_sum() const {
    double largest = 0;
    for (std::size_t k = 0; k < log_probs.size(); ++k) {
      double sum = 0;
      for (std::size_t t = 0; t < log_probs[k].size(); ++t) {
        if (!mask.empty() && mask[k][t] == 0) continue;
        if (ra::is_finite(log_probs[k][t])) sum += std::fabs(static_cast<double>(log_probs[k][t]));
        if (!reference.empty()) sum += std::fabs(static_cast<double>(reference[k][t]));
      }
      largest = (std::max)(largest, sum);
    }
    return largest;
  }
};

// Float inputs are off by 2^-24 of their size, sums are carried in double. With S the largest sum
// of |scaled inputs| a score is off by 2^-24 S and a margin by twice that. A loss moves with the
// slope of its convex link, which is steepest at the ends of the margins that are possible; its
// slope moves at most twice as fast as the margin.
template <class T>
struct rounding {
  double score = 0, loss = 0, gradient = 0;

  template <class Loss>
  rounding(const batch<T>& b, const Loss& loss_) {
    if constexpr (sizeof(T) == sizeof(double)) return;
    const double unit = 0x1p-22;
    const ra::score map = loss_.score();
    const ra::nll reg = ra::detail::regulariser_of(loss_);
    const double sum = (std::max)(map.scale(), 1e-3) * b.largest_sum();
    double steepest = 1, gap = 0;
    for (const ra::preference_pair& p : b.pairs) gap = (std::max)(gap, std::fabs(p.gap));
    const auto o = loss_.objective(b.pairs.at(0));
    for (const double side : {-1.0, 1.0})
      steepest = (std::max)(steepest, std::fabs(o.link(side * (2 * sum + gap + o.offset)).slope));
    score = unit * (1 + sum);
    loss = steepest * score + unit * reg.weight * (1 + b.largest_sum());
    gradient = 2 * map.scale() * score + unit * (reg.weight + map.scale() * steepest);
  }
};

template <class T>
expectation field(const expectation& e, std::string_view key, double rounded) {
  return e.at(key).at_least_within({rounded, 0});
}

template <class T>
void compare_gradients(const expectation& e, const std::string& name, const batch<T>& b,
                       double rounded) {
  const std::span<const std::vector<T>> all(b.gradient);
  field<T>(e, name + "_pos", rounded).rows(all.first(b.size()));
  field<T>(e, name + "_neg", rounded).rows(all.last(b.size()));
}

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
void check_pair(const golden_case& c, const expectation& e) {
  const std::string& name = c.names.back();
  const auto in = c.in();
  batch<T> b;
  for (const char* side : {"pos", "neg"}) {
    const std::string s(side);
    append_rows(b.log_probs, in.at("logp_" + s));
    if (const auto ref = given(in, "ref_" + s)) append_rows(b.reference, *ref);
    if (const auto mask = given(in, "mask_" + s)) append_masks(b.mask, *mask);
  }
  b.set_pairs(name, c.param());
  with_loss(name, c.param(), [&](const auto& loss) {
    b.evaluate(loss);
    const rounding<T> r(b, loss);
    const std::span<const double> scores(b.work.scores());
    field<T>(e, "loss", r.loss).number(b.result.loss);
    field<T>(e, "per_pair", r.loss).numbers(b.work.per_pair());
    field<T>(e, "score_pos", r.score).numbers(scores.first(b.size()));
    field<T>(e, "score_neg", r.score).numbers(scores.last(b.size()));
    field<T>(e, "margin", 2 * r.score).numbers(b.work.margins());
    compare_gradients(e, "grad_logp", b, r.gradient);
  });
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

template <class T>
void check_tabular(const golden_case& c, const expectation& e) {
  const std::string& name = c.names.back();
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
    auto from = l.begin();
    for (const std::size_t n : lengths) {
      to.emplace_back(from, from + static_cast<std::ptrdiff_t>(n));
      from += static_cast<std::ptrdiff_t>(n);
    }
  };
  if (const auto ref = given(in, "ref_logits"))
    evaluate_into(table_policy(row_list<T>(*ref)), b.reference);
  evaluate_into(policy, b.log_probs);
  b.set_pairs(name, c.param());
  with_loss(name, c.param(), [&](const auto& loss) {
    b.evaluate(loss);
    const rounding<T> r(b, loss);
    std::vector<T> dl, gradient(policy.parameters().size(), T(0));
    for (const auto& g : b.gradient) dl.insert(dl.end(), g.begin(), g.end());
    policy.backward(tape, std::span<const T>(dl), std::span<T>(gradient));
    rows<T> by_state;
    for (std::size_t s = 0; s < logits.size(); ++s)
      by_state.emplace_back(
          gradient.begin() + static_cast<std::ptrdiff_t>(s * logits[s].size()),
          gradient.begin() + static_cast<std::ptrdiff_t>((s + 1) * logits[s].size()));
    field<T>(e, "loss", r.loss).number(b.result.loss);
    // a logit meets every step of its state
    const double meetings = static_cast<double>(steps.size());
    field<T>(e, "grad_logits", r.gradient * meetings)
        .rows(std::span<const std::vector<T>>(by_state));
  });
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
template <class T>
void check_regression(const golden_case& c, const expectation& e) {
  const std::string& name = c.names.back();
  const auto in = c.in();
  std::vector<rows<T>> difference;  // action - mean, per segment
  batch<T> b;
  for (const char* side : {"pos", "neg"}) {
    const auto actions = cube<T>(in.at("action_" + std::string(side)));
    const auto means = cube<T>(in.at("mean_" + std::string(side)));
    for (std::size_t i = 0; i < actions.size(); ++i) {
      difference.push_back(actions[i]);
      b.log_probs.emplace_back();
      for (std::size_t t = 0; t < actions[i].size(); ++t) {
        double square = 0;
        for (std::size_t d = 0; d < actions[i][t].size(); ++d) {
          difference.back()[t][d] -= means.at(i).at(t).at(d);
          square += static_cast<double>(difference.back()[t][d]) *
                    static_cast<double>(difference.back()[t][d]);
        }
        b.log_probs.back().push_back(static_cast<T>(-square));
      }
    }
    if (const auto mask = given(in, "mask_" + std::string(side))) append_masks(b.mask, *mask);
  }
  b.set_pairs(name, c.param());
  with_loss(name, c.param(), [&](const auto& loss) {
    b.evaluate(loss);
    const rounding<T> r(b, loss);
    double longest = 1;
    for (std::size_t k = 0; k < difference.size(); ++k)
      for (std::size_t t = 0; t < difference[k].size(); ++t)
        for (T& d : difference[k][t]) {
          longest = (std::max)(longest, std::fabs(static_cast<double>(d)));
          d = static_cast<T>(2 * static_cast<double>(d) * static_cast<double>(b.gradient[k][t]));
        }
    field<T>(e, "loss", r.loss).number(b.result.loss);
    for (std::size_t k = 0; k < difference.size(); ++k) {
      const bool first = k < b.size();
      field<T>(e, first ? "grad_mean_pos" : "grad_mean_neg",
               2 * longest * r.gradient)[first ? k : k - b.size()]
          .rows(std::span<const std::vector<T>>(difference[k]));
    }
  });
}

template void check_pair<float>(const golden_case&, const expectation&);
template void check_pair<double>(const golden_case&, const expectation&);
template void check_tabular<float>(const golden_case&, const expectation&);
template void check_tabular<double>(const golden_case&, const expectation&);
template void check_regression<float>(const golden_case&, const expectation&);
template void check_regression<double>(const golden_case&, const expectation&);

}  // namespace golden
