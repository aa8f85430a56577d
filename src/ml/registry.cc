#include "ml/registry.h"

#include <algorithm>

#include "base/error.h"
#include "ml/operators.h"

namespace firesteel::ml {

const std::vector<Operator>& operators() {
  static const std::vector<Operator> rows = [] {
    std::vector<Operator> all;
    for (const auto& contribute : {
             evaluator_operators,
             feature_hasher_operators,
             linear_regression_operators,
             logistic_regression_operators,
             one_hot_encoder_operators,
             standard_scaler_operators,
             string_indexer_operators,
             vector_assembler_operators,
         }) {
      for (Operator& row : contribute()) all.push_back(std::move(row));
    }
    std::sort(all.begin(), all.end(),
              [](const Operator& a, const Operator& b) { return a.jvm_class < b.jvm_class; });
    return all;
  }();
  return rows;
}

const Operator& find_operator(std::string_view jvm_class) {
  const auto& rows = operators();
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), jvm_class,
      [](const Operator& row, std::string_view wanted) { return row.jvm_class < wanted; });
  if (found == rows.end() || found->jvm_class != jvm_class) {
    throw_unsupported("ML_OPERATOR", std::string(jvm_class));
  }
  return *found;
}

std::string simple_name(std::string_view jvm_class) {
  return std::string(jvm_class.substr(jvm_class.rfind('.') + 1));
}

}  // namespace firesteel::ml
