// SPDX-License-Identifier: MIT
// Kind scalarize: values and supergradients.
#include <vector>

#include <realign/core/float_bits.hpp>

#include "kinds.hpp"
#include "scalarizations.hpp"

namespace golden {

void check_scalarize(const golden_case& c, const expectation& e) {
  const auto in = c.in();
  const std::vector<double> values = row<double>(in.at("values")),
                            w = row<double>(in.at("weights"));
  with_scalarization<false>(in.at("kind").text(), in.at("params"), [&](const auto& f) {
    const double value = ra::scalarize::value(f, values, w);
    if (const auto error = e.find("error")) {
      error->judged_by_caller();
      if (!ra::is_neg_inf(value)) error->differ("minus infinity", to_text(value));
      return;
    }
    e.at("value").number(value);
    // absent on a tie: the supergradient is then not unique
    if (const auto expected = e.find("grad")) {
      std::vector<double> gradient(values.size());
      ra::scalarize::gradient(f, values, w, gradient);
      expected->numbers(gradient);
    }
  });
}

}  // namespace golden
