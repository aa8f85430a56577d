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

// A DataFrame-valued attribute that is the fitted (or evaluated) dataset seen through a model
// (`predictions`) or a column computed of it (`residuals`): the caller holds the dataset's relation.
struct PredictionsAttribute {
  std::shared_ptr<const Transformer> transformer;
  // Parameters with which it transforms.
  ParamMap params;
  // How plans show the transform.
  std::string title;
  // "predictions" for all columns, "residuals" for one column of that name: labelCol - predictionCol;
  // otherwise the one column of that name that the transformer adds.
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
  // Full JVM class name, "org.apache.spark.ml.classification.LogisticRegressionModel".
  virtual std::string jvm_class() const = 0;
  // `self` is this object, for attributes that refer back to it. Throws CONNECT_ML.
  // ATTRIBUTE_NOT_ALLOWED for a method that the object has not.
  virtual Attribute attribute(const std::shared_ptr<const Attributed>& self,
                              const MethodCall& call) const = 0;
  virtual int64_t size_bytes() const = 0;
};

// Follows a chain such as summary → accuracy. Every step but the last must give an Attributed.
Attribute fetch(std::shared_ptr<const Attributed> object, const std::vector<MethodCall>& calls);
[[noreturn]] void throw_no_attribute(const Attributed& object, const std::string& method);

// The model that a summary belongs to.
class SummaryModel {
 public:
  // A training's summary is part of its model and must not keep it alive.
  void watch(const std::weak_ptr<const Model>& model) { watched_ = model; }
  // An evaluation's summary needs its model.
  void keep(const std::shared_ptr<const Model>& model) {
    kept_ = model;
    watched_ = model;
  }
  // Null if the model is gone.
  std::shared_ptr<const Model> get() const { return watched_.lock(); }

 private:
  std::weak_ptr<const Model> watched_;
  std::shared_ptr<const Model> kept_;
};

// What is known of a model's predictions for a dataset.
class Summary : public Attributed {
 public:
  SummaryModel& model() { return model_; }
  const SummaryModel& model() const { return model_; }
  // Writes it below `folder`, for Model::read_summary.
  virtual void write(const std::string& folder) const = 0;

 private:
  SummaryModel model_;
};

class Model : public Attributed, public Transformer {
 public:
  // Parameters as they were at the fit (or in the file); calls pass their own.
  virtual const ParamMap& params() const = 0;
  // Null if the model has none (it was loaded from a file).
  virtual std::shared_ptr<const Summary> summary() const { return nullptr; }
  // Called before the model is shared.
  virtual void set_summary(std::shared_ptr<const Summary> /*summary*/) {}
  // The summary that was written to `folder`; its model is for the caller to set.
  virtual std::shared_ptr<Summary> read_summary(const std::string& folder) const;
  // Summary over another dataset, which keeps `self` (this model) alive; throws CONNECT_ML.
  // ATTRIBUTE_NOT_ALLOWED where Spark has none.
  virtual std::shared_ptr<const Summary> evaluate(const std::shared_ptr<const Model>& self, const ParamMap& params,
                                                     arrow::RecordBatchReader& dataset, FitContext& context) const;
  // Writes Spark's layout below `folder`, which exists and is empty. `params` are those to store.
  virtual void write(const std::string& folder, const ParamMap& params) const = 0;
};

}  // namespace firesteel::ml
