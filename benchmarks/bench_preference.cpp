// SPDX-License-Identifier: MIT
// Preference losses with their gradients, and steps of training, beside plain loops and Eigen.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/policy/categorical.hpp>
#include <realign/preference/preference.hpp>
#include <realign/simd/log_sum_exp.hpp>

#include "harness.hpp"
#include "preference_baselines.hpp"
#include "preference_cases.hpp"
#include "training_step.hpp"

namespace bench {
namespace {

// ---- CPL on logits ----

/// The row kernels and the loss.
template <class T>
struct kernel_cpl {
  library_batch<T> batch;
  std::vector<double> log_z;

  explicit kernel_cpl(const cpl_shape& shape, std::span<const std::size_t>)
      : batch(2 * shape.pairs, shape.steps), log_z(shape.rows()) {}

  T operator()(const cpl_shape& shape, std::span<const T> logits,
               std::span<const std::size_t> actions, std::span<T> gradient) {
    const std::size_t n = shape.choices;
    for (std::size_t r = 0; r < shape.rows(); ++r) {
      log_z[r] =
          realign::simd::log_sum_exp(realign::vector_view<const T>(logits.data() + r * n, n));
      batch.log_probs()[r] =
          static_cast<T>(static_cast<double>(logits[r * n + actions[r]]) - log_z[r]);
    }
    const double loss = batch.evaluate();
    for (std::size_t r = 0; r < shape.rows(); ++r) {
      const realign::vector_view<T> out(gradient.data() + r * n, n);
      realign::simd::exponentiate_logits({logits.data() + r * n, n}, log_z[r], {}, out);
      const T d = batch.gradient()[r];
      for (std::size_t a = 0; a < n; ++a) out[a] *= -d;
      out[actions[r]] += d;
    }
    return static_cast<T>(loss);
  }
};

/// The tape that trainable policies use: groups steps by state, and keeps its own logits.
template <class T>
struct tape_cpl {
  std::vector<std::size_t> states;
  std::vector<realign::step<std::size_t, std::size_t>> steps;
  realign::categorical_tape<std::size_t, T> tape = {};
  library_batch<T> batch;

  explicit tape_cpl(const cpl_shape& shape, std::span<const std::size_t> actions)
      : states(shape.rows()), batch(2 * shape.pairs, shape.steps) {
    for (std::size_t r = 0; r < states.size(); ++r) steps.push_back({&states[r], actions[r]});
  }

  T operator()(const cpl_shape& shape, std::span<const T> logits, std::span<const std::size_t>,
               std::span<T> gradient) {
    tape.begin(steps, [&](std::size_t) { return shape.choices; });
    std::copy(logits.begin(), logits.end(), tape.logits().begin());
    tape.log_probs(batch.log_probs());
    const double loss = batch.evaluate();
    const std::span<const T> d = tape.d_logits(batch.gradient());
    std::copy(d.begin(), d.end(), gradient.begin());
    return static_cast<T>(loss);
  }
};

template <class T>
struct loop_cpl {
  loop_cpl(const cpl_shape&, std::span<const std::size_t>) {}
  T operator()(const cpl_shape& shape, std::span<const T> logits,
               std::span<const std::size_t> actions, std::span<T> gradient) {
    return loop::cpl(shape, logits, actions, gradient);
  }
};
template <class T>
struct eigen_cpl {
  eigen_cpl(const cpl_shape&, std::span<const std::size_t>) {}
  T operator()(const cpl_shape& shape, std::span<const T> logits,
               std::span<const std::size_t> actions, std::span<T> gradient) {
    return eigen::cpl(shape, logits, actions, gradient);
  }
};

template <class T, class F>
struct cpl_job {
  cpl_shape shape;
  const std::vector<T>& logits;
  const std::vector<std::size_t>& actions;
  const result<wide<T>>& expected;
  double tolerance;
  F f = F(shape, actions);
  result<T> found = result<T>(shape.logits());
  double elements = static_cast<double>(shape.logits());
  double bytes = 2 * elements * sizeof(T);

  void run() {
    found.loss = f(shape, std::span<const T>(logits), actions, std::span<T>(found.gradient));
  }
  [[nodiscard]] double error() const { return result_error(found, expected); }
};

template <class T>
void add_cpl(const cpl_shape& shape) {
  const std::string key = "B" + std::to_string(shape.pairs) + "_T" + std::to_string(shape.steps) +
                          "_A" + std::to_string(shape.choices);
  const std::string name = std::string("cpl/") + type_name<T> + "/" + key;
  const auto contender = [=]<class F>(const std::string& who, double tolerance) {
    add(name + "/" + who, [=] {
      const auto& logits = cached<std::vector<T>>(
          name, [&] { return normals<T>(shape.logits(), 2.0, shape.choices); });
      const auto& actions = cached<std::vector<std::size_t>>(
          key, [&] { return random_actions(shape.rows(), shape.choices); });
      const auto& expected = cached<result<wide<T>>>(name, [&] {
        result<wide<T>> r(shape.logits());
        const std::vector<wide<T>> w = converted<wide<T>>(logits);
        r.loss =
            loop::cpl(shape, std::span<const wide<T>>(w), actions, std::span<wide<T>>(r.gradient));
        return r;
      });
      return cpl_job<T, F>{shape, logits, actions, expected, tolerance};
    });
  };
  const bool single = std::is_same_v<T, float>;
  contender.template operator()<kernel_cpl<T>>("realign", single ? 1e-6 : 1e-14);
  contender.template operator()<tape_cpl<T>>("realign_tape", single ? 1e-6 : 1e-14);
  contender.template operator()<loop_cpl<T>>("loop", single ? 1e-4 : 1e-12);
  contender.template operator()<eigen_cpl<T>>("eigen", single ? 1e-4 : 1e-12);
}

// ---- all pairs of a ranking ----

inline constexpr std::size_t ranking_steps = 16;

template <class T, int Who>  // 0: realign, 1: loop, 2: Eigen
struct ranking_job {
  std::size_t segments;
  const std::vector<T>& log_probs;
  const std::vector<double>& ranks;
  const result<wide<T>>& expected;
  double tolerance;
  library_batch<T> batch = library_batch<T>(segments, ranking_steps);
  result<T> found = result<T>(log_probs.size());
  std::vector<T> scores = std::vector<T>(segments), slopes = std::vector<T>(segments);
  double elements = static_cast<double>(segments * (segments - 1)) / 2;  // pairs
  double bytes = 2.0 * static_cast<double>(log_probs.size() * sizeof(T));

  void run() {
    const std::span<const T> l(log_probs);
    const std::span<T> g(found.gradient);
    if constexpr (Who == 1) {
      found.loss = loop::all_pairs(segments, ranking_steps, l, ranks, g, std::span<T>(scores),
                                   std::span<T>(slopes));
    } else if constexpr (Who == 2) {
      found.loss = eigen::all_pairs(segments, ranking_steps, l, ranks, g, std::span<T>(scores),
                                    std::span<T>(slopes));
    } else {
      std::copy(l.begin(), l.end(), batch.log_probs().begin());
      found.loss = static_cast<T>(batch.evaluate(ranks));
      std::copy(batch.gradient().begin(), batch.gradient().end(), g.begin());
    }
  }
  [[nodiscard]] double error() const { return result_error(found, expected); }
};

template <class T>
void add_ranking(std::size_t segments) {
  const std::string name =
      std::string("all_pairs/") + type_name<T> + "/K" + std::to_string(segments);
  const auto contender = [=]<int Who>(std::integral_constant<int, Who>, const std::string& who,
                                      double tolerance) {
    add(name + "/" + who, [=] {
      const std::size_t n = segments * ranking_steps;
      const auto& l = cached<std::vector<T>>(name, [&] {
        std::vector<T> x = normals<T>(n, 1.0, segments);
        for (T& v : x) v = -std::abs(v);
        return x;
      });
      const auto& ranks = cached<std::vector<double>>(
          std::to_string(segments), [&] { return normals<double>(segments, 1.0, 3); });
      const auto& expected = cached<result<wide<T>>>(name, [&] {
        using W = wide<T>;
        result<W> r(n);
        const std::vector<W> w = converted<W>(l);
        std::vector<W> scores(segments), slopes(segments);
        r.loss =
            loop::all_pairs(segments, ranking_steps, std::span<const W>(w), ranks,
                            std::span<W>(r.gradient), std::span<W>(scores), std::span<W>(slopes));
        return r;
      });
      return ranking_job<T, Who>{segments, l, ranks, expected, tolerance};
    });
  };
  const bool single = std::is_same_v<T, float>;
  contender(std::integral_constant<int, 0>{}, "realign", single ? 1e-6 : 1e-14);
  contender(std::integral_constant<int, 1>{}, "loop", single ? 1e-4 : 1e-12);
  contender(std::integral_constant<int, 2>{}, "eigen", single ? 1e-4 : 1e-12);
}

// ---- one step of training: forward, CPL, backward, Adam ----

template <class T, class Policy>
void add_step(const std::string& kind, training_case<T> (*make)()) {
  const std::string name = kind + "/" + type_name<T>;
  const auto contender = [=]<class Step>(const std::string& who) {
    add(name + "/" + who, [=] {
      const auto& c = cached<training_case<T>>(name, [=] { return make(); });
      const auto& expected = cached<first_step<wide<T>>>(name, [&] {
        using W = wide<T>;
        const training_case<W> w{
            c.shape,
            c.net,
            {c.input.rows, converted<W>(c.input.values), c.input.offsets, c.input.indices},
            converted<W>(c.parameters),
            c.actions};
        loop_step<W> reference(w);
        first_step<W> r;
        r.at_start.loss = reference.step();
        r.at_start.gradient = reference.gradient();
        for (std::size_t i = 0; i < w.parameters.size(); ++i)
          r.move.push_back(reference.parameters()[i] - w.parameters[i]);
        return r;
      });
      return training_job<T, Step>{c, expected, std::is_same_v<T, float> ? 1e-4 : 1e-12};
    });
  };
  contender.template operator()<library_step<T, Policy>>("realign");
  contender.template operator()<loop_step<T>>("loop");
  contender.template operator()<eigen_step<T>>("eigen");
}

template <class T>
void add_type() {
  for (const cpl_shape& shape :
       {cpl_shape{64, 64, 4}, cpl_shape{256, 16, 32}, cpl_shape{16, 128, 1024}})
    add_cpl<T>(shape);
  for (const std::size_t segments : {16U, 64U, 256U}) add_ranking<T>(segments);
  add_step<T, realign::mlp_policy<T>>("step_mlp", mlp_case<T>);
  add_step<T, realign::candidate_policy<T>>("step_candidate", candidate_case<T>);
}

}  // namespace

void register_cases() {
  add_type<float>();
  add_type<double>();
}

}  // namespace bench
