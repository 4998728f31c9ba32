// SPDX-License-Identifier: MIT
// Rows of logits by libtorch's operators.
#include "rows.hpp"

#include <string>
#include <vector>

#include "torch.hpp"

namespace bench::libtorch {
namespace {

/// Tensors of all sets, and the weights.
template <class T>
struct inputs {
  std::vector<at::Tensor> logits;
  at::Tensor weights, log_weights;

  explicit inputs(const rows<T>& in) {
    for (std::size_t s = 0; s < in.sets; ++s)
      logits.push_back(see(in.row(s, 0), {in.count, in.choices}));
    if (in.weights.empty()) return;
    weights = see(in.weights.data(), {in.count}).to(options<T>().dtype());
    log_weights = weights.log().unsqueeze(1);
  }
};

/// @param operation  makes a tensor out of a tensor of logits and the inputs
template <auto Operation, class T>
action prepare(const rows<T>& problem) {
  return [in = inputs<T>(problem), keep = answer<T>(problem.out)](std::size_t set) mutable {
    const at::NoGradGuard no_tape;
    keep(Operation(in.logits[set], in.weights, in.log_weights));
  };
}

using tensor = const at::Tensor&;

constexpr auto log_sum_exp = [](tensor x, tensor, tensor) { return at::logsumexp(x[0], {0}); };
constexpr auto log_softmax = [](tensor x, tensor, tensor) { return at::log_softmax(x, 1); };
constexpr auto arithmetic_probs = [](tensor x, tensor w, tensor) {
  return at::matmul(w, at::softmax(x, 1));
};
// finite in the tails, as the library's
constexpr auto arithmetic_log_probs = [](tensor x, tensor, tensor log_w) {
  return at::logsumexp(at::log_softmax(x, 1) + log_w, {0});
};
constexpr auto arithmetic_log_probs_naive = [](tensor x, tensor w, tensor) {
  return at::matmul(w, at::softmax(x, 1)).log();
};
constexpr auto geometric_log_probs = [](tensor x, tensor w, tensor) {
  return at::log_softmax(at::matmul(w, x), 0);
};
constexpr auto geometric_log_z = [](tensor x, tensor w, tensor) {
  return at::logsumexp(at::matmul(w, x), {0});
};

template <auto Operation, class T>
action prepare_draw(const draws<T>& problem) {
  return [in = inputs<T>(problem), choice = problem.choice](std::size_t set) {
    const at::NoGradGuard no_tape;
    *choice = static_cast<std::size_t>(Operation(in.logits[set], in.weights));
  };
}

inline std::int64_t draw(tensor probs) { return at::multinomial(probs, 1).item<std::int64_t>(); }
constexpr auto draw_row = [](tensor x, tensor) { return draw(at::softmax(x[0], 0)); };
// first the policy, then its choice
constexpr auto draw_arithmetic = [](tensor x, tensor w) { return draw(at::softmax(x[draw(w)], 0)); };
constexpr auto draw_geometric = [](tensor x, tensor w) { return draw(at::softmax(at::matmul(w, x), 0)); };

/// The instruction set that its kernels picked.
std::string kernels() {
  const std::string config = at::show_config(), key = "CPU capability usage: ";
  const std::size_t at = config.find(key);
  if (at == std::string::npos) return "kernels unknown";
  return config.substr(at + key.size(), config.find('\n', at) - at - key.size());
}

template <class T>
void offer_all() {
  offer<rows<T>>("log_sum_exp", name, prepare<log_sum_exp, T>, infinities);
  offer<rows<T>>("log_softmax", name, prepare<log_softmax, T>, infinities);
  offer<rows<T>>("arithmetic_probs", name, prepare<arithmetic_probs, T>, infinities);
  offer<rows<T>>("arithmetic_log_probs", name, prepare<arithmetic_log_probs, T>, infinities);
  offer<rows<T>>("arithmetic_log_probs", "libtorch_naive", prepare<arithmetic_log_probs_naive, T>, infinities);
  offer<rows<T>>("geometric_log_probs", name, prepare<geometric_log_probs, T>, infinities);
  offer<rows<T>>("geometric_log_z", name, prepare<geometric_log_z, T>, infinities);
  offer<draws<T>>("draw_row", name, prepare_draw<draw_row, T>, infinities);
  offer<draws<T>>("draw_arithmetic", name, prepare_draw<draw_arithmetic, T>, infinities);
  offer<draws<T>>("draw_geometric", name, prepare_draw<draw_geometric, T>, infinities);
}

[[maybe_unused]] const bool offered = [] {
  offer_all<float>();
  offer_all<double>();
  at::set_num_threads(1);
  static const std::string about = TORCH_VERSION ", " + kernels() + ", one thread";
  note({name, about.c_str()});
  return true;
}();

}  // namespace
}  // namespace bench::libtorch
