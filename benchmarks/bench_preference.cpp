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

#include <realign/core/random.hpp>
#include <realign/nn/adam.hpp>
#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/policy/categorical.hpp>
#include <realign/preference/preference.hpp>
#include <realign/simd/log_sum_exp.hpp>

#include "harness.hpp"
#include "network_baselines.hpp"
#include "preference_baselines.hpp"

namespace bench {
namespace {

const realign::cpl library_loss{.alpha = cpl_alpha, .gamma = cpl_gamma, .lambda = cpl_lambda};

std::vector<std::size_t> random_actions(std::size_t n, std::size_t choices) {
  realign::random_generator random(n + choices);
  std::vector<std::size_t> actions(n);
  for (std::size_t& a : actions) a = realign::uniform_index(random, choices);
  return actions;
}

/// A loss and a gradient.
template <class T>
struct result {
  T loss = 0;
  std::vector<T> gradient;

  result() = default;
  explicit result(std::size_t n) : gradient(n) {}
};

/// Largest error of a gradient, in units of its largest entry.
template <class T, class W>
double gradient_error(std::span<const T> x, std::span<const W> expected) {
  W size = 0, worst = 0;
  for (const W e : expected) size = (std::max)(size, std::abs(e));
  if (x.size() != expected.size()) return std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!realign::is_finite(x[i])) return std::numeric_limits<double>::infinity();
    worst = (std::max)(worst, std::abs(static_cast<W>(x[i]) - expected[i]));
  }
  return static_cast<double>(worst / size);
}

template <class T, class W>
double result_error(const result<T>& found, const result<W>& expected) {
  return (std::max)(
      gradient_error(std::span<const T>(found.gradient), std::span<const W>(expected.gradient)),
      largest_error(std::span<const T>(&found.loss, 1), std::span<const W>(&expected.loss, 1)));
}

/// Segments of equal length over shared arrays of log-probabilities and their derivatives.
template <class T>
class library_batch {
 public:
  library_batch(std::size_t segments, std::size_t steps)
      : l_(segments * steps), dl_(segments * steps) {
    for (std::size_t k = 0; k < segments; ++k) {
      segments_.push_back({.log_probs = {l_.data() + k * steps, steps}});
      gradients_.push_back({dl_.data() + k * steps, steps});
    }
    for (std::size_t b = 0; b < segments / 2; ++b)
      pairs_.push_back({.preferred = b, .rejected = segments / 2 + b});
  }
  library_batch(const library_batch&) = delete;
  library_batch& operator=(const library_batch&) = delete;
  library_batch(library_batch&&) = default;
  library_batch& operator=(library_batch&&) = default;
  ~library_batch() = default;

  std::span<T> log_probs() { return l_; }
  std::span<T> gradient() { return dl_; }
  /// CPL on all pairs; the gradient is that in the steps.
  double evaluate() {
    std::fill(dl_.begin(), dl_.end(), T(0));
    const auto found = realign::evaluate_pairs(
        library_loss, realign::preference_batch<T>{segments_, pairs_, gradients_}, ws_);
    return succeeded(found.status) ? found.loss : std::numeric_limits<double>::quiet_NaN();
  }
  /// The same on a ranking.
  double evaluate(std::span<const double> ranks) {
    std::fill(dl_.begin(), dl_.end(), T(0));
    const auto found =
        realign::evaluate_group(library_loss.score(), library_loss.ranking(ranks),
                                realign::preference_batch<T>{segments_, {}, gradients_}, ws_);
    return succeeded(found.status) ? found.loss : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  std::vector<T> l_, dl_;
  std::vector<realign::segment<T>> segments_;
  std::vector<realign::vector_view<T>> gradients_;
  std::vector<realign::preference_pair> pairs_;
  realign::batch_workspace ws_;
};

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

/// Pairs of segments in which every step has a state of its own.
template <class T>
struct training_case {
  cpl_shape shape;
  net_shape net;
  net_input<T> input;  // one row per state, or one per choice
  std::vector<T> parameters;
  std::vector<std::size_t> actions;
};

/// Weights of the usual size, and biases.
template <class T>
std::vector<T> random_parameters(const net_shape& net) {
  std::vector<T> p = normals<T>(net.parameters(), 1.0, net.parameters());
  for (std::size_t k = 0; k < net.layers(); ++k) {
    const double scale =
        k == 0 && net.widths[0] > 1000 ? 1.0 : 1 / std::sqrt(static_cast<double>(net.widths[k]));
    for (std::size_t i = net.offset(k); i < net.offset(k + 1); ++i)
      p[i] = static_cast<T>(scale * static_cast<double>(p[i]));
  }
  return p;
}

/// States of 32 features, two hidden layers of 64, 16 actions.
template <class T>
training_case<T> mlp_case() {
  training_case<T> c{{32, 16, 16}, {{32, 64, 64, 16}}, {}, {}, {}};
  c.input = {c.shape.rows(), normals<T>(c.shape.rows() * 32, 1.0, 1)};
  c.parameters = random_parameters<T>(c.net);
  c.actions = random_actions(c.shape.rows(), c.shape.choices);
  return c;
}

/// Four choices of 40 entries among 4096 features, one hidden layer of 32.
template <class T>
training_case<T> candidate_case() {
  constexpr std::size_t entries = 40, dimension = 4096;
  training_case<T> c{{32, 8, 4}, {{dimension, 32, 1}}, {}, {}, {}};
  const std::size_t rows = c.shape.logits();
  realign::random_generator random(7);
  c.input = {rows, normals<T>(rows * entries, 1 / std::sqrt(40.0), 2)};
  for (std::size_t r = 0; r <= rows; ++r) c.input.offsets.push_back(static_cast<int>(r * entries));
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t e = 0; e < entries; ++e)
      c.input.indices.push_back(static_cast<int>(e * 100 + realign::uniform_index(random, 100)));
  c.parameters = random_parameters<T>(c.net);
  c.actions = random_actions(c.shape.rows(), c.shape.choices);
  return c;
}

/// The parameters, their gradient and Adam's memory.
template <class T>
struct training_state {
  std::vector<T> parameters, gradient, mean, square;
  std::size_t steps = 0;

  explicit training_state(const std::vector<T>& start)
      : parameters(start), gradient(start.size()), mean(start.size()), square(start.size()) {}
};

/// Plain loops or Eigen all the way.
template <class T, template <class> class Net, auto Cpl, auto Adam>
struct hand_written {
  const training_case<T>& c;
  Net<T> net;
  net_values<T> values;
  training_state<T> state;

  explicit hand_written(const training_case<T>& given)
      : c(given), net{c.net}, values(c.net, c.input.rows), state(c.parameters) {}

  T step() {
    const std::span<T> p(state.parameters), g(state.gradient);
    std::fill(g.begin(), g.end(), T(0));
    net.forward(p, c.input, values);
    const T loss = Cpl(c.shape, std::span<const T>(values.y.back()), c.actions,
                       std::span<T>(values.dy.back()));
    net.backward(p, c.input, values, g);
    Adam(++state.steps, std::span<const T>(g), std::span<T>(state.mean), std::span<T>(state.square),
         p);
    return loss;
  }
  [[nodiscard]] const std::vector<T>& gradient() const { return state.gradient; }
  [[nodiscard]] std::span<const T> parameters() const { return state.parameters; }
};
template <class T>
using loop_step = hand_written<T, loop::net, loop::cpl<T>, loop::adam<T>>;
template <class T>
using eigen_step = hand_written<T, eigen::net, eigen::cpl<T>, eigen::adam<T>>;

template <class T>
realign::nn::mlp<T> network_of(const training_case<T>& c) {
  realign::nn::mlp<T> net(c.net.widths);
  std::copy(c.parameters.begin(), c.parameters.end(), net.parameters().begin());
  return net;
}

template <class T>
std::vector<std::vector<T>> states_for(const training_case<T>& c, const realign::mlp_policy<T>&) {
  std::vector<std::vector<T>> states;
  const std::size_t width = c.net.widths[0];
  for (std::size_t r = 0; r < c.shape.rows(); ++r)
    states.emplace_back(&c.input.values[r * width], &c.input.values[r * width] + width);
  return states;
}
template <class T>
std::vector<realign::candidate_set<T>> states_for(const training_case<T>& c,
                                                  const realign::candidate_policy<T>&) {
  std::vector<realign::candidate_set<T>> states;
  for (std::size_t r = 0; r < c.shape.logits(); ++r) {
    if (r % c.shape.choices == 0) states.emplace_back(c.net.widths[0]);
    const auto begin = c.input.offsets[r], end = c.input.offsets[r + 1];
    states.back().add({{c.input.indices.begin() + begin, c.input.indices.begin() + end},
                       {c.input.values.begin() + begin, c.input.values.begin() + end}});
  }
  return states;
}

/// What the trainer does with a batch.
template <class T, class Policy>
class library_step {
 public:
  explicit library_step(const training_case<T>& c)
      : policy_(network_of(c)),
        states_(states_for(c, policy_)),
        batch_(2 * c.shape.pairs, c.shape.steps),
        gradient_(c.parameters.size()),
        adam_(c.parameters.size()) {
    for (std::size_t r = 0; r < states_.size(); ++r) steps_.push_back({&states_[r], c.actions[r]});
  }

  T step() {
    policy_.log_probs(std::span<const typename Policy::step_type>(steps_), tape_,
                      batch_.log_probs());
    const double loss = batch_.evaluate();
    std::fill(gradient_.begin(), gradient_.end(), T(0));
    policy_.backward(tape_, std::span<const T>(batch_.gradient()), std::span<T>(gradient_));
    const realign::status done =
        realign::nn::adam_step<T>({.learning_rate = adam_rate, .epsilon = adam_epsilon}, adam_,
                                  std::span<const T>(gradient_), policy_.parameters());
    return succeeded(done) ? static_cast<T>(loss) : std::numeric_limits<T>::quiet_NaN();
  }
  [[nodiscard]] const std::vector<T>& gradient() const { return gradient_; }
  [[nodiscard]] std::span<const T> parameters() const { return policy_.parameters(); }

 private:
  Policy policy_;
  std::vector<typename Policy::state_type> states_;
  std::vector<typename Policy::step_type> steps_;
  typename Policy::tape tape_ = {};
  library_batch<T> batch_;
  std::vector<T> gradient_;
  realign::nn::adam_state<T> adam_;
};

/// The first step: loss and gradient, and how far the parameters moved.
template <class W>
struct first_step {
  result<W> at_start;
  std::vector<W> move;
};

template <class T, class Step>
struct training_job {
  const training_case<T>& c;
  const first_step<wide<T>>& expected;
  double tolerance;
  Step step = Step(c);
  T loss = 0;
  double elements = static_cast<double>(c.shape.logits());  // logits
  double bytes = static_cast<double>((c.input.values.size() + 7 * c.parameters.size()) * sizeof(T));

  void run() { loss = step.step(); }
  [[nodiscard]] double error() const {
    std::vector<T> move(step.parameters().begin(), step.parameters().end());
    for (std::size_t i = 0; i < move.size(); ++i) move[i] -= c.parameters[i];
    // a float parameter holds only some digits of so small a move
    const double moved =
        gradient_error(std::span<const T>(move), std::span<const wide<T>>(expected.move));
    const double digits = std::is_same_v<T, float> ? 1e-2 : 1e-9;
    if (!(moved <= digits)) return moved;
    result<T> found;
    found.loss = loss;
    found.gradient = step.gradient();
    return result_error(found, expected.at_start);
  }
};

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
