// SPDX-License-Identifier: MIT
// All headers of realign::core: what needs nothing but the standard library.
#ifndef REALIGN_CORE_HPP
#define REALIGN_CORE_HPP

#include <realign/core/aligned.hpp>
#include <realign/core/contract.hpp>
#include <realign/core/cube_view.hpp>
#include <realign/core/executor.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/core/half.hpp>
#include <realign/core/libm.hpp>
#include <realign/core/member_view.hpp>
#include <realign/core/random.hpp>
#include <realign/core/status.hpp>
#include <realign/core/version.hpp>
#include <realign/core/view.hpp>
#include <realign/core/weights.hpp>

#include <realign/simd/activation.hpp>
#include <realign/simd/cells.hpp>
#include <realign/simd/choice_reference.hpp>
#include <realign/simd/discount.hpp>
#include <realign/simd/divergence_mix.hpp>
#include <realign/simd/divergence_reference.hpp>
#include <realign/simd/draw.hpp>
#include <realign/simd/gemm.hpp>
#include <realign/simd/gemm_reference.hpp>
#include <realign/simd/gemv.hpp>
#include <realign/simd/isa.hpp>
#include <realign/simd/log_sum_exp.hpp>
#include <realign/simd/math.hpp>
#include <realign/simd/math_reference.hpp>
#include <realign/simd/mean_reference.hpp>
#include <realign/simd/mix.hpp>
#include <realign/simd/power_mix.hpp>
#include <realign/simd/reference.hpp>
#include <realign/simd/rows.hpp>
#include <realign/simd/softmax_rows.hpp>
#include <realign/simd/support.hpp>
#include <realign/simd/tilt.hpp>
#include <realign/simd/top_k.hpp>

#include <realign/policy/advantage.hpp>
#include <realign/policy/categorical.hpp>
#include <realign/policy/policy.hpp>
#include <realign/policy/scale.hpp>
#include <realign/policy/step_groups.hpp>
#include <realign/policy/tabular.hpp>
#include <realign/policy/tabular_values.hpp>
#include <realign/policy/trainable.hpp>

#include <realign/scalarize/scalarize.hpp>

#include <realign/mix/mix.hpp>

#endif  // REALIGN_CORE_HPP
