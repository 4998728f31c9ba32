// SPDX-License-Identifier: MIT
// Every combination rule, and draws from them.
#ifndef REALIGN_MIX_MIX_HPP
#define REALIGN_MIX_MIX_HPP

#include <realign/mix/arithmetic.hpp>
#include <realign/mix/batch.hpp>
#include <realign/mix/divergence_tilt.hpp>
#include <realign/mix/f_divergence.hpp>
#include <realign/mix/geometric.hpp>
#include <realign/mix/outcome.hpp>
#include <realign/mix/power_mean.hpp>
#include <realign/mix/sample.hpp>
#include <realign/mix/workspace.hpp>

#endif  // REALIGN_MIX_MIX_HPP
