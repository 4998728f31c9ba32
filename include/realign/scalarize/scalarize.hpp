// SPDX-License-Identifier: MIT
// Every scalarization.
#ifndef REALIGN_SCALARIZE_SCALARIZE_HPP
#define REALIGN_SCALARIZE_SCALARIZE_HPP

#include <realign/scalarize/alpha_fair.hpp>
#include <realign/scalarize/chebyshev.hpp>
#include <realign/scalarize/linear.hpp>
#include <realign/scalarize/mean.hpp>
#include <realign/scalarize/scalarization.hpp>
#include <realign/scalarize/softmin.hpp>

#endif  // REALIGN_SCALARIZE_SCALARIZE_HPP
