#include "ml/xgboost/early_stopping.h"

#include <algorithm>
#include <array>

#include "ml/params.h"

namespace firesteel::ml::xgboost {

bool EarlyStopping::is_maximized(std::string_view metric) {
  static constexpr std::array<std::string_view, 5> prefixes = {"auc", "aucpr", "pre", "map", "ndcg"};
  return metric != "mape" && std::any_of(prefixes.begin(), prefixes.end(),
                                         [&](std::string_view prefix) { return metric.starts_with(prefix); });
}

bool EarlyStopping::is_over(int round, const Score& score, Booster& booster) {
  const bool is_first = rounds_since_best_ < 0;
  const bool is_better = is_first || (is_maximized(score.metric) ? score.value > best_ : score.value < best_);
  if (!is_better) return ++rounds_since_best_ >= rounds_;
  best_ = score.value;
  rounds_since_best_ = 0;
  booster.set_attribute("best_score", to_json(Value(best_)));
  booster.set_attribute("best_iteration", std::to_string(first_round_ + round));
  return false;
}

}  // namespace firesteel::ml::xgboost
