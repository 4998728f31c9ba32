// SPDX-License-Identifier: MIT
// Everything about learning from preferences.
#ifndef REALIGN_PREFERENCE_PREFERENCE_HPP
#define REALIGN_PREFERENCE_PREFERENCE_HPP

#include <realign/preference/all_pairs.hpp>
#include <realign/preference/bc.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/pairing.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>
#include <realign/preference/train.hpp>
#include <realign/preference/training.hpp>

#endif  // REALIGN_PREFERENCE_PREFERENCE_HPP
