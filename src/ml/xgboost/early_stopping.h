// When to stop because the last metric of the last matrix does not get better. Follows
// xgboost.callback.EarlyStopping.
#pragma once

#include <string_view>

#include "ml/xgboost/booster.h"

namespace firesteel::ml::xgboost {

class EarlyStopping {
 public:
  // Stops after `rounds` rounds that are not better. `first_round` rounds were there before.
  EarlyStopping(int rounds, int first_round) : rounds_(rounds), first_round_(first_round) {}

  // Takes the score of `round` and keeps the best round in the booster's attributes.
  bool is_over(int round, const Score& score, Booster& booster);

  // True for the metrics of which more is better.
  static bool is_maximized(std::string_view metric);

 private:
  int rounds_;
  int first_round_;
  int rounds_since_best_ = -1;  // before the first score
  double best_ = 0;
};

}  // namespace firesteel::ml::xgboost
