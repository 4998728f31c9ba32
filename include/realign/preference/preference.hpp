// SPDX-License-Identifier: MIT
// Everything about learning from preferences.
#ifndef REALIGN_PREFERENCE_PREFERENCE_HPP
#define REALIGN_PREFERENCE_PREFERENCE_HPP

#include <realign/preference/aggregate.hpp>
#include <realign/preference/all_pairs.hpp>
#include <realign/preference/batch.hpp>
#include <realign/preference/bc.hpp>
#include <realign/preference/cost_model.hpp>
#include <realign/preference/cpl.hpp>
#include <realign/preference/cpo_relabel.hpp>
#include <realign/preference/cpl_io.hpp>
#include <realign/preference/cream.hpp>
#include <realign/preference/dataset.hpp>
#include <realign/preference/distillation.hpp>
#include <realign/preference/distribution.hpp>
#include <realign/preference/dpo.hpp>
#include <realign/preference/evaluate.hpp>
#include <realign/preference/fused.hpp>
#include <realign/preference/group.hpp>
#include <realign/preference/ipo.hpp>
#include <realign/preference/kto.hpp>
#include <realign/preference/labels.hpp>
#include <realign/preference/lagrangian.hpp>
#include <realign/preference/link.hpp>
#include <realign/preference/loss.hpp>
#include <realign/preference/modpo.hpp>
#include <realign/preference/nll.hpp>
#include <realign/preference/objective.hpp>
#include <realign/preference/pairing.hpp>
#include <realign/preference/pita.hpp>
#include <realign/preference/ranking.hpp>
#include <realign/preference/reward_model.hpp>
#include <realign/preference/sacpo.hpp>
#include <realign/preference/safe_train.hpp>
#include <realign/preference/safe_training.hpp>
#include <realign/preference/score.hpp>
#include <realign/preference/segment.hpp>
#include <realign/preference/shape.hpp>
#include <realign/preference/simpo.hpp>
#include <realign/preference/slic.hpp>
#include <realign/preference/train.hpp>
#include <realign/preference/train_objectives.hpp>
#include <realign/preference/training.hpp>

#endif  // REALIGN_PREFERENCE_PREFERENCE_HPP
