// SPDX-License-Identifier: MIT
// Policies that were made in Python decide in C++, under a budget, and agree with numpy: from_numpy [FOLDER]
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <realign/realign.hpp>

#include "torch_mlp.hpp"

namespace {

namespace ra = realign;

// export.py has the same.
const ra::weights user{0.6, 0.4};  // fast, careful
constexpr double budget = 0.2;     // on the expected wear

// Rows of float against numpy's double: roundings of logits below 10 go through a softmax; a price divides them by the
// variance of the wear.
constexpr double probs_tolerance = 1e-6;
constexpr double price_tolerance = 1e-5;

struct situation {
  std::size_t number;
  std::span<const float> seen;
};

/// An array of two axes from a file of numpy.
struct table {
  ra::io::npy_array<float> array;

  explicit table(const std::string& file) : array(ra::io::read_npy<float>(file)) {
    if (array.shape.size() != 2) ra::input_failure(file, "header", "shape: expected 2 axes, got ", array.shape.size());
  }
  [[nodiscard]] std::size_t rows() const { return array.shape[0]; }
  [[nodiscard]] std::size_t columns() const { return array.shape[1]; }
  [[nodiscard]] std::span<const float> row(std::size_t i) const {
    return std::span<const float>(array.values).subspan(i * array.shape[1], array.shape[1]);
  }
};

void copy(std::span<const float> from, std::span<float> to) {
  ra::expects(from.size() == to.size(), "fast", "a logit for every choice", from.size(), " for ", to.size());
  std::copy(from.begin(), from.end(), to.begin());
}

void print(std::size_t number, const ra::decision<float>& d) {
  std::printf("situation %zu: %s", number, std::string(ra::to_string(d.status)).c_str());
  if (d.status == ra::status::infeasible) {
    std::printf("; every choice wears at least %.4f more than the budget (proof %g)\n", d.least_violation, d.proof[0]);
    return;
  }
  for (const float p : d.probs) std::printf(" %.4f", static_cast<double>(p));
  std::printf("; wear %.4f of %g at the price %.4f, gap %.1e, excess %.1e\n", d.cost_values[0], budget,
              d.multipliers[0], d.gap, d.excess);
}

/// What numpy found, and how far the decisions are from it.
struct comparison {
  ra::io::tensor<double> probs, price, least_violation;
  double probs_error = 0, price_error = 0;
  bool same_verdicts = true;

  comparison(const ra::io::safetensors_file& file, const table& wear)
      : probs(file.get<double>("probs")),
        price(file.get<double>("price")),
        least_violation(file.get<double>("least_violation")) {
    if (probs.shape != wear.array.shape || price.values.size() != wear.rows() ||
        least_violation.values.size() != wear.rows())
      file.fail("probs", "numbers for other situations");
  }

  void add(std::size_t number, const ra::decision<float>& d) {
    const double violation = least_violation.values[number];
    same_verdicts = same_verdicts && ra::succeeded(d.status) == !(violation > 0);
    if (!ra::succeeded(d.status)) {
      probs_error = (std::max)(probs_error, std::fabs(d.least_violation - violation));
      return;
    }
    const double* const p = probs.values.data() + number * d.probs.size();
    for (std::size_t a = 0; a < d.probs.size(); ++a)
      probs_error = (std::max)(probs_error, std::fabs(static_cast<double>(d.probs[a]) - p[a]));
    const double expected = price.values[number];
    price_error = (std::max)(price_error, std::fabs(d.multipliers[0] - expected) / (1 + expected));
  }
  [[nodiscard]] bool agrees() const {
    return same_verdicts && probs_error < probs_tolerance && price_error < price_tolerance;
  }
};

int run(const std::string& folder) {
  const table observations(folder + "/observations.npy"), logits(folder + "/fast.npy"), wear(folder + "/wear.npy");
  if (observations.rows() != wear.rows() || logits.rows() != wear.rows())
    ra::input_failure(folder, "", "the files are about ", observations.rows(), ", ", logits.rows(), " and ",
                      wear.rows(), " situations");
  const auto network = from_numpy::read_torch_mlp(folder + "/careful.safetensors");
  const std::size_t inputs = network.net().inputs(), outputs = network.net().outputs();
  if (logits.columns() != wear.columns() || outputs != wear.columns() || inputs != observations.columns())
    ra::input_failure(folder, "", "the files are about ", wear.columns(), ", ", logits.columns(), " and ", outputs,
                      " choices, or the network reads ", inputs, " of ", observations.columns(), " numbers");
  comparison numpy(ra::io::safetensors_file(folder + "/expected.safetensors"), wear);

  const auto fast = [&](const situation& s, std::span<float> out) { copy(logits.row(s.number), out); };
  const auto careful = [&](const situation& s, std::span<float> out) { network.logits(s.seen, out); };
  const ra::aligned_policy agent{ra::mix::geometric, fast, careful};
  auto work = agent.workspace();

  for (std::size_t s = 0; s < wear.rows(); ++s) {
    const auto d = agent.decide(situation{s, observations.row(s)}, user, {ra::at_most(wear.row(s), budget)}, work);
    print(s, d);
    numpy.add(s, d);
  }
  std::printf("numpy %s: probabilities within %.1e, prices within %.1e\n", numpy.agrees() ? "agrees" : "disagrees",
              numpy.probs_error, numpy.price_error);
  return numpy.agrees() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 || (argc > 1 && argv[1][0] == '-')) {
    std::fprintf(stderr, "usage: from_numpy [FOLDER]\n");
    return 2;
  }
  try {
    return run(argc > 1 ? argv[1] : REALIGN_EXAMPLES_DATA "/from_numpy");
  } catch (const ra::input_error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
