// SPDX-License-Identifier: MIT
#include <realign/nn/parameters_io.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace ra = realign;
namespace nn = realign::nn;
namespace io = realign::io;

namespace {
/// A file name of its own for each test, removed at the end.
struct scratch_file {
  explicit scratch_file(const std::string& name)
      : path((std::filesystem::temp_directory_path() / ("realign_" + name + ".safetensors"))
                 .string()) {}
  ~scratch_file() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  std::string path;
};

template <class P, class Q>
bool same_parameters(const P& a, const Q& b) {
  return std::equal(a.parameters().begin(), a.parameters().end(), b.parameters().begin(),
                    b.parameters().end());
}
template <class P>
P round_trip(const P& p) {
  const scratch_file file("round_trip");
  ra::save(p, file.path);
  return ra::load<P>(file.path);
}
}  // namespace

TEST_CASE_TEMPLATE("networks and policies survive a round trip to the last bit", T, float, double) {
  nn::mlp<T, nn::relu> net({3, 5, 4, 2});
  net.initialize(ra::random_generator(1));
  CHECK(same_parameters(net, round_trip(net)));

  const ra::mlp_policy<T> mlp({3, 8, 2}, 2);
  const auto mlp_again = round_trip(mlp);
  CHECK(same_parameters(mlp, mlp_again));
  std::vector<T> a(2), b(2);
  mlp.logits(std::vector<T>{1, 2, 3}, a);
  mlp_again.logits(std::vector<T>{1, 2, 3}, b);
  CHECK(a == b);

  const ra::candidate_policy<T> candidate(100, {6}, 3);
  CHECK(same_parameters(candidate, round_trip(candidate)));
  const ra::candidate_policy<T> linear(100, {}, 3);
  CHECK(same_parameters(linear, round_trip(linear)));

  ra::tabular_policy<T> table(std::vector<std::size_t>{2, 1, 3});
  for (std::size_t i = 0; i < 6; ++i)
    table.parameters()[i] = static_cast<T>(0.1 * static_cast<double>(i));
  table.row(2)[1] = ra::neg_infinity<T>();
  const auto table_again = round_trip(table);
  CHECK(same_parameters(table, table_again));
  CHECK(table_again.choice_count(2) == 3);
}

TEST_CASE_TEMPLATE("every Gaussian variant survives", T, float, double) {
  for (const auto score : {ra::gaussian_score::log_density, ra::gaussian_score::squared_distance})
    for (const bool learned : {true, false})
      for (const bool squashed : {true, false}) {
        const ra::gaussian_options o{
            .score = score, .learned_std = learned, .log_std = 0.1, .tanh_mean = squashed};
        const ra::gaussian_policy<T> policy({2, 4, 3}, 7, o);
        const auto again = round_trip(policy);
        CHECK(same_parameters(policy, again));
        CHECK(again.options().score == score);
        CHECK(again.options().tanh_mean == squashed);
        CHECK(again.log_std(2) == policy.log_std(2));
      }
}

TEST_CASE("files that hold something else are refused") {
  const scratch_file file("other");
  const auto refused = [&]<class P>(const P*, const char* message) {
    CHECK_THROWS_WITH_AS((void)ra::load<P>(file.path), doctest::Contains(message), ra::input_error);
  };
  const ra::mlp_policy<float>* mlp = nullptr;
  ra::save(ra::mlp_policy<float>({2, 3, 2}, 1), file.path);
  (void)ra::load<ra::mlp_policy<float>>(file.path);
  refused(static_cast<ra::mlp_policy<double>*>(nullptr),
          "layer0.weight: dtype: expected F64, got F32");
  refused(static_cast<ra::mlp_policy<float, nn::relu>*>(nullptr),
          "activation: expected relu, got tanh");
  refused(static_cast<ra::candidate_policy<float>*>(nullptr),
          "policy: expected candidate, got mlp");
  refused(static_cast<ra::tabular_policy<float>*>(nullptr), "policy: expected tabular, got mlp");

  const auto write = [&](const std::vector<std::size_t>& w0, const std::vector<std::size_t>& b0,
                         float fill) {
    io::safetensors_writer out;
    out.text("policy", "mlp");
    out.text("activation", "tanh");
    const auto add = [&](const std::string& name, const std::vector<std::size_t>& shape) {
      std::size_t count = 1;
      for (const std::size_t n : shape) count *= n;
      const std::vector<float> values(count, fill);
      out.add(name, shape, std::span<const float>(values));
    };
    add("layer0.weight", w0);
    add("layer0.bias", b0);
    add("layer1.weight", {3, 2});
    add("layer1.bias", {2});
    out.write(file.path);
  };
  write({2, 3}, {3}, 1);
  (void)ra::load<ra::mlp_policy<float>>(file.path);
  write({2, 4}, {4}, 1);
  refused(mlp, "layer1.weight: shape: expected 4 x any, got 3 x 2");
  write({2, 3}, {2}, 1);
  refused(mlp, "layer0.bias: shape: expected 3, got 2");
  write({6}, {3}, 1);
  refused(mlp, "layer0.weight: shape: expected any x any, got 6");
  write({0, 3}, {3}, 1);
  refused(mlp, "layer0.weight: shape: a length of zero");
  write({2, 3}, {3}, ra::not_a_number<float>());
  refused(mlp, "layer0.weight: not a number at entry 0");
  std::filesystem::resize_file(file.path, std::filesystem::file_size(file.path) - 1);
  refused(mlp, file.path.c_str());
}

TEST_CASE("a tensor of a layer is never left out") {
  const scratch_file file("layers");
  nn::mlp<float> net({2, 3, 4, 2});
  net.initialize(ra::random_generator(1));
  const auto write = [&](const std::vector<std::size_t>& layers, const std::string& more = "") {
    io::safetensors_writer out;
    out.text("activation", "tanh");
    for (const std::size_t k : layers) {
      const std::string name = "layer" + std::to_string(k);
      out.add(name + ".weight", {net.widths()[k], net.widths()[k + 1]}, std::span<const float>(net.weight(k)));
      out.add(name + ".bias", {net.widths()[k + 1]}, std::span<const float>(net.bias(k)));
    }
    const std::vector<float> one{1};
    if (!more.empty()) out.add(more, {1}, std::span<const float>(one));
    out.write(file.path);
  };
  const auto refused = [&](const char* message) {
    CHECK_THROWS_WITH_AS((void)ra::load<nn::mlp<float>>(file.path), doctest::Contains(message), ra::input_error);
  };
  write({0, 1, 2});
  CHECK(same_parameters(net, ra::load<nn::mlp<float>>(file.path)));
  write({0, 2});
  refused("layer2.bias: belongs to none of the layers 0 to 0");
  write({0, 1, 2}, "layer3.bias");
  refused("layer3.bias: belongs to none of the layers 0 to 2");
  write({0, 1, 2}, "layer01.weight");
  refused("layer01.weight: belongs to none of the layers 0 to 2");
  write({0, 1, 2}, "step");  // other tensors are others' business
  CHECK(same_parameters(net, ra::load<nn::mlp<float>>(file.path)));
}

TEST_CASE_TEMPLATE("a policy that is more than its network is not read as a network", T, float, double) {
  const scratch_file file("more_than_network");
  const auto refused = [&](const std::string& kind) {
    CHECK_THROWS_WITH_AS((void)ra::load<nn::mlp<T>>(file.path),
                         doctest::Contains(("policy: expected mlp, got " + kind).c_str()), ra::input_error);
  };
  ra::save(ra::gaussian_policy<T>({2, 3, 1}, 1), file.path);
  refused("gaussian");
  ra::save(ra::candidate_policy<T>(4, {3}, 1), file.path);
  refused("candidate");
  ra::save(ra::tabular_policy<T>(2, 2), file.path);
  refused("tabular");
  const ra::mlp_policy<T> policy({2, 3, 2}, 1);
  ra::save(policy, file.path);
  CHECK(same_parameters(policy, ra::load<nn::mlp<T>>(file.path)));
}

TEST_CASE("tables whose counts do not fit are refused") {
  const scratch_file file("table");
  const auto write = [&](const std::vector<double>& counts) {
    io::safetensors_writer out;
    out.text("policy", "tabular");
    out.add("choice_counts", {counts.size()}, std::span<const double>(counts));
    const std::vector<double> logits(5, 0.0);
    out.add("logits", {5}, std::span<const double>(logits));
    out.write(file.path);
  };
  write({2, 3});
  CHECK(ra::load<ra::tabular_policy<double>>(file.path).state_count() == 2);
  for (const auto& counts :
       std::vector<std::vector<double>>{{2}, {2, 4}, {2.5, 2.5}, {5, 0}, {-1, 6}, {1e300}, {}}) {
    write(counts);
    CHECK_THROWS_AS((void)ra::load<ra::tabular_policy<double>>(file.path), ra::input_error);
  }
}
