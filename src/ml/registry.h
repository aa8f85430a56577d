// Every ML operator by its JVM class name. One row per operator, defined beside its code.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ml/estimator.h"
#include "ml/evaluator.h"
#include "ml/model.h"
#include "ml/params.h"
#include "ml/transformer.h"

namespace firesteel::ml {

enum class OperatorKind { kEstimator, kTransformer, kEvaluator, kModel };

// Exactly the member that fits `kind` is set.
struct Operator {
  std::string_view jvm_class;  // "org.apache.spark.ml.feature.StringIndexer"
  OperatorKind kind = OperatorKind::kEstimator;
  const ParamTable* params = nullptr;
  const Estimator* estimator = nullptr;
  const Transformer* transformer = nullptr;
  const Evaluator* evaluator = nullptr;
  // Reads a model from `folder` in Spark's layout.
  std::function<std::shared_ptr<const Model>(const std::string& folder)> read_model = nullptr;
};

// The row of `jvm_class`; throws UNSUPPORTED_FEATURE.ML_OPERATOR naming the class.
const Operator& find_operator(std::string_view jvm_class);
// All rows, sorted by class name.
const std::vector<Operator>& operators();
// "LogisticRegression" of "org.apache.spark.ml.classification.LogisticRegression".
std::string simple_name(std::string_view jvm_class);

}  // namespace firesteel::ml
