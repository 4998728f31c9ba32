// SPDX-License-Identifier: MIT
// Policies out of safetensors files: refused, or the same after saving.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <realign/nn/parameters_io.hpp>

#include "fuzz.hpp"

using namespace realign_fuzz;
namespace io = ra::io;

namespace {

template <class T>
void check(const io::safetensors_file& file) {
  using layout = ra::detail::parameters_layout<T>;  // what `load` and `save` do, without the file
  const auto policy = attempt([&] { return layout::read(file); });
  if (!policy) return;
  for (const auto& x : policy->parameters()) require(!ra::is_nan(x), "no parameter is NaN");
  io::safetensors_writer writer;
  layout::write(*policy, writer);
  std::string why;
  const auto again = attempt([&] { return layout::read(io::safetensors_file(writer.bytes(), input_name)); }, why);
  require(again.has_value(), "what is saved can be loaded", why);
  require(same_bits(policy->parameters(), again->parameters()), "parameters survive saving");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = attempt([&] { return io::safetensors_file(std::string(text_of(data, size)), input_name); });
  if (!file) return 0;
  check<ra::nn::mlp<float>>(*file);
  check<ra::nn::mlp<double, ra::nn::relu>>(*file);
  check<ra::mlp_policy<float>>(*file);
  check<ra::candidate_policy<float>>(*file);
  check<ra::gaussian_policy<float>>(*file);
  check<ra::gaussian_policy<double>>(*file);
  check<ra::tabular_policy<float>>(*file);
  check<ra::tabular_policy<double>>(*file);
  return 0;
}
