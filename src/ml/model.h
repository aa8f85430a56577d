// Fitted models and their summaries.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ml/context.h"
#include "ml/params.h"
#include "ml/transformer.h"

namespace arrow {
class RecordBatchReader;
class Table;
}  // namespace arrow

namespace firesteel::ml {

class Model;
class Attributed;

// A DataFrame-valued attribute whose rows are known (`roc`, `pr`, `fMeasureByThreshold`).
struct TableAttribute {
  Fields fields;
  std::shared_ptr<arrow::Table> table;
};

// A DataFrame-valued attribute that is the fitted (or evaluated) dataset seen through the model
// (`predictions`) or a projection of it (`residuals`): the caller holds the dataset's relation.
struct PredictionsAttribute {
  std::shared_ptr<const Model> model;
  // Parameters with which the model transforms.
  ParamMap params;
  // "predictions" for all columns, "residuals" for one column of that name: labelCol - predictionCol.
  std::string name = "predictions";
};

using Attribute = std::variant<Value, TableAttribute, PredictionsAttribute,
                               std::shared_ptr<const Attributed>, std::vector<std::shared_ptr<const Model>>>;

// One step of a chained fetch.
struct MethodCall {
  std::string method;
  std::vector<Value> arguments = {};
};

// A thing whose attributes a client fetches by the name of the JVM method. Immutable, shared.
class Attributed {
 public:
  virtual ~Attributed() = default;
  // Simple JVM class name, as "LogisticRegressionModel" or "LogisticRegressionTrainingSummaryImpl".
  virtual std::string class_name() const = 0;
  // `self` is this object, for attributes that refer back to it. Throws UNSUPPORTED_FEATURE.
  // ML_ATTRIBUTE for a method that the object has not.
  virtual Attribute attribute(const std::shared_ptr<const Attributed>& self,
                              const MethodCall& call) const = 0;
  virtual int64_t size_bytes() const = 0;
};

// Follows a chain such as summary → accuracy. Every step but the last must give an Attributed.
Attribute fetch(std::shared_ptr<const Attributed> object, const std::vector<MethodCall>& calls);
[[noreturn]] void throw_no_attribute(const Attributed& object, const std::string& method);

class Model : public Attributed, public Transformer {
 public:
  // Parameters as they were at the fit (or in the file); calls pass their own.
  virtual const ParamMap& params() const = 0;
  // Full JVM class name, "org.apache.spark.ml.classification.LogisticRegressionModel".
  virtual std::string jvm_class() const = 0;
  // Null if the model has none (it was loaded from a file).
  virtual std::shared_ptr<const Attributed> summary() const { return nullptr; }
  // Summary over another dataset; throws UNSUPPORTED_FEATURE.ML_ATTRIBUTE where Spark has none.
  virtual std::shared_ptr<const Attributed> evaluate(const ParamMap& params,
                                                     arrow::RecordBatchReader& dataset,
                                                     FitContext& context) const;
  // Writes Spark's layout below `folder`, which exists and is empty. `params` are those to store.
  virtual void write(const std::string& folder, const ParamMap& params) const = 0;
};

}  // namespace firesteel::ml
