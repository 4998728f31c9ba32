// SPDX-License-Identifier: MIT
// Saves policies to safetensors files and loads them.
#ifndef REALIGN_NN_PARAMETERS_IO_HPP
#define REALIGN_NN_PARAMETERS_IO_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/io/safetensors.hpp>
#include <realign/nn/candidate_policy.hpp>
#include <realign/nn/gaussian_policy.hpp>
#include <realign/nn/mlp.hpp>
#include <realign/nn/mlp_policy.hpp>
#include <realign/policy/tabular.hpp>

namespace realign::inline v0 {

namespace detail {

/// How a type is laid out in a file: `write(p, out)` and `read(file)`.
template <class P>
struct parameters_layout;

inline constexpr std::size_t any = (std::numeric_limits<std::size_t>::max)();

/// A tensor of the given shape without NaN; `any` stands for any length.
template <scalar T>
io::tensor<T> checked_tensor(const io::safetensors_file& file, const std::string& name,
                             std::initializer_list<std::size_t> shape) {
  io::tensor<T> t = file.get<T>(name);
  const bool fits =
      std::equal(t.shape.begin(), t.shape.end(), shape.begin(), shape.end(),
                 [](std::size_t is, std::size_t wanted) { return wanted == any || is == wanted; });
  if (!fits) {
    const auto list = [](const auto& sizes) {
      std::string s;
      for (const std::size_t n : sizes)
        s += (s.empty() ? "" : " x ") + (n == any ? "any" : std::to_string(n));
      return s.empty() ? std::string("a single number") : s;
    };
    file.fail(name, "shape: expected ", list(shape), ", got ", list(t.shape));
  }
  for (std::size_t i = 0; i < t.values.size(); ++i)
    if (is_nan(t.values[i])) file.fail(name, "not a number at entry ", i);
  return t;
}

inline void expect_text(const io::safetensors_file& file, std::string_view key,
                        std::string_view expected) {
  const std::string& got = file.text(key);
  if (got != expected) file.fail("__metadata__", key, ": expected ", expected, ", got ", got);
}

inline std::string layer_name(std::size_t k, std::string_view part) {
  return "layer" + std::to_string(k) + "." + std::string(part);
}

/// Refuses tensors "layer..." of other layers than these: a gap in the numbers, or a name that is misspelt.
inline void expect_layers(const io::safetensors_file& file, std::size_t count) {
  std::vector<std::string> known;
  for (std::size_t k = 0; k < count; ++k)
    for (const std::string_view part : {"weight", "bias"}) known.push_back(layer_name(k, part));
  std::sort(known.begin(), known.end());
  for (const std::string& name : file.names())
    if (name.starts_with("layer") && !std::binary_search(known.begin(), known.end(), name))
      file.fail(name, "belongs to none of the layers 0 to ", count - 1);
}

/// layer<k>.weight (inputs x outputs), layer<k>.bias (outputs); the activation in the metadata. The
/// tail is the owner's.
template <scalar T, nn::activation A>
struct parameters_layout<nn::mlp<T, A>> {
  static void write(const nn::mlp<T, A>& net, io::safetensors_writer& out) {
    out.text("activation", std::string(A::name));
    for (std::size_t k = 0; k < net.layer_count(); ++k) {
      out.add(layer_name(k, "weight"), {net.widths()[k], net.widths()[k + 1]}, net.weight(k));
      out.add(layer_name(k, "bias"), {net.widths()[k + 1]}, net.bias(k));
    }
  }
  static nn::mlp<T, A> read(const io::safetensors_file& file) {
    // Saved as a network there is no such entry; other policies are more than their network.
    if (file.contains_text("policy")) expect_text(file, "policy", "mlp");
    return read_part(file);
  }
  /// The network of a policy. @param tailed  there are as many further parameters as outputs
  static nn::mlp<T, A> read_part(const io::safetensors_file& file, bool tailed = false) {
    expect_text(file, "activation", A::name);
    std::vector<io::tensor<T>> weights, biases;
    std::vector<std::size_t> widths;
    for (std::size_t k = 0; k == 0 || file.contains(layer_name(k, "weight")); ++k) {
      weights.push_back(
          checked_tensor<T>(file, layer_name(k, "weight"), {k == 0 ? any : widths[k], any}));
      const std::vector<std::size_t>& shape = weights[k].shape;
      if (shape[0] == 0 || shape[1] == 0)
        file.fail(layer_name(k, "weight"), "shape: a length of zero");
      biases.push_back(checked_tensor<T>(file, layer_name(k, "bias"), {shape[1]}));
      if (k == 0) widths.push_back(shape[0]);
      widths.push_back(shape[1]);
    }
    expect_layers(file, weights.size());
    nn::mlp<T, A> net(widths, tailed ? widths.back() : 0);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      std::copy(weights[k].values.begin(), weights[k].values.end(), net.weight(k).begin());
      std::copy(biases[k].values.begin(), biases[k].values.end(), net.bias(k).begin());
    }
    return net;
  }
};

template <scalar T, nn::activation A>
struct parameters_layout<mlp_policy<T, A>> {
  static void write(const mlp_policy<T, A>& p, io::safetensors_writer& out) {
    out.text("policy", "mlp");
    parameters_layout<nn::mlp<T, A>>::write(p.net(), out);
  }
  static mlp_policy<T, A> read(const io::safetensors_file& file) {
    expect_text(file, "policy", "mlp");
    return mlp_policy<T, A>(parameters_layout<nn::mlp<T, A>>::read_part(file));
  }
};

template <scalar T, nn::activation A>
struct parameters_layout<candidate_policy<T, A>> {
  static void write(const candidate_policy<T, A>& p, io::safetensors_writer& out) {
    out.text("policy", "candidate");
    parameters_layout<nn::mlp<T, A>>::write(p.net(), out);
  }
  static candidate_policy<T, A> read(const io::safetensors_file& file) {
    expect_text(file, "policy", "candidate");
    nn::mlp<T, A> net = parameters_layout<nn::mlp<T, A>>::read_part(file);
    if (net.outputs() != 1)
      file.fail(layer_name(net.layer_count() - 1, "weight"), "shape: expected one output, got ",
                net.outputs());
    return candidate_policy<T, A>(std::move(net));
  }
};

/// The network's tensors; log_std (d), or fixed_log_std (1, double) if it is not learned; options
/// in the metadata.
template <scalar T, nn::activation A>
struct parameters_layout<gaussian_policy<T, A>> {
  static void write(const gaussian_policy<T, A>& p, io::safetensors_writer& out) {
    const gaussian_options& o = p.options();
    out.text("policy", "gaussian");
    out.text("score", o.score == gaussian_score::log_density ? "log_density" : "squared_distance");
    out.text("std", o.learned_std ? "learned" : "fixed");
    out.text("mean", o.tanh_mean ? "tanh" : "plain");
    parameters_layout<nn::mlp<T, A>>::write(p.net(), out);
    if (!p.net().tail().empty())
      out.add("log_std", {p.dimension()}, p.net().tail());
    else
      out.add("fixed_log_std", {1}, std::span<const double>(&o.log_std, 1));
  }
  static gaussian_policy<T, A> read(const io::safetensors_file& file) {
    expect_text(file, "policy", "gaussian");
    gaussian_options o;
    o.score = choose(file, "score", "squared_distance", "log_density")
                  ? gaussian_score::squared_distance
                  : gaussian_score::log_density;
    o.learned_std = choose(file, "std", "learned", "fixed");
    o.tanh_mean = choose(file, "mean", "tanh", "plain");
    const bool tailed = o.learned_std && o.score == gaussian_score::log_density;
    if (!tailed) o.log_std = checked_tensor<double>(file, "fixed_log_std", {1}).values[0];
    if (!is_finite(o.log_std)) file.fail("fixed_log_std", "not finite");
    nn::mlp<T, A> net = parameters_layout<nn::mlp<T, A>>::read_part(file, tailed);
    if (tailed) {
      const io::tensor<T> log_std = checked_tensor<T>(file, "log_std", {net.outputs()});
      std::copy(log_std.values.begin(), log_std.values.end(), net.tail().begin());
    }
    return gaussian_policy<T, A>(std::move(net), o);
  }

 private:
  static bool choose(const io::safetensors_file& file, std::string_view key, std::string_view yes,
                     std::string_view no) {
    if (file.text(key) == yes) return true;
    expect_text(file, key, no);
    return false;
  }
};

/// choice_counts (states) and logits (their sum).
template <scalar T>
struct parameters_layout<tabular_policy<T>> {
  static void write(const tabular_policy<T>& p, io::safetensors_writer& out) {
    std::vector<T> counts(p.state_count());
    for (std::size_t s = 0; s < counts.size(); ++s) counts[s] = static_cast<T>(p.choice_count(s));
    out.text("policy", "tabular");
    out.add("choice_counts", {counts.size()}, std::span<const T>(counts));
    out.add("logits", {p.parameters().size()}, p.parameters());
  }
  static tabular_policy<T> read(const io::safetensors_file& file) {
    expect_text(file, "policy", "tabular");
    const io::tensor<T> logits = checked_tensor<T>(file, "logits", {any});
    std::vector<std::size_t> counts;
    std::size_t left = logits.values.size();
    for (const T& n : checked_tensor<T>(file, "choice_counts", {any}).values) {
      const bool whole = n >= T(1) && n <= static_cast<T>(left) && !(std::floor(n) < n);
      if (!whole)
        file.fail("choice_counts", "not a number of choices at entry ", counts.size(), ": ", n);
      counts.push_back(static_cast<std::size_t>(n));
      left -= counts.back();
    }
    if (left != 0 || counts.empty()) file.fail("logits", left, " of them belong to no state");
    tabular_policy<T> p{std::span<const std::size_t>(counts)};
    std::copy(logits.values.begin(), logits.values.end(), p.parameters().begin());
    return p;
  }
};

}  // namespace detail

/// Saves the parameters of a policy or of an `nn::mlp`, with what is needed to make it again, in
/// the safetensors format.
/// @throws input_error when the file cannot be written
template <class P>
void save(const P& policy, const std::string& file) {
  io::safetensors_writer out;
  detail::parameters_layout<P>::write(policy, out);
  out.write(file);
}

/// Loads what `save` has written: `load<mlp_policy<float>>("gentle.safetensors")`. The network of an
/// `mlp_policy` may be had as an `nn::mlp`, too.
/// @throws input_error naming file, tensor and field when it cannot be read or holds something
///         else: another kind of policy, activation, number type or shape, layers with a gap
///         between their numbers, NaN
template <class P>
[[nodiscard]] P load(const std::string& file) {
  return detail::parameters_layout<P>::read(io::safetensors_file(file));
}

}  // namespace realign::inline v0

#endif  // REALIGN_NN_PARAMETERS_IO_HPP
