// Summaries of classifiers: metrics over the predictions of a dataset.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/binary_metrics.h"
#include "ml/model.h"
#include "ml/multiclass_metrics.h"

namespace firesteel::ml {

// Predictions as they are counted, by one thread.
class ClassificationTally {
 public:
  explicit ClassificationTally(bool binary) : binary_(binary) {}
  // `score` is the probability of class 1.
  void add(double label, double weight, double prediction, double score) {
    metrics_.add(prediction, label, weight);
    if (binary_) scored_.push_back({score, label, weight});
  }
  void merge(ClassificationTally&& other);
  bool binary() const { return binary_; }

 private:
  friend class ClassificationSummary;
  bool binary_;
  MulticlassMetrics metrics_;
  std::vector<ScoredLabel> scored_;
};

class ClassificationSummary : public Summary {
 public:
  // An empty objective history means a summary of an evaluation, not of a training. `class_name` is
  // the simple one.
  ClassificationSummary(std::string class_name, ClassificationTally tally, ParamMap params,
                        std::vector<double> objective_history);

  std::string class_name() const override { return class_name_; }
  std::string jvm_class() const override { return "org.apache.spark.ml.classification." + class_name_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& self, const MethodCall& call) const override;
  int64_t size_bytes() const override;
  void write(const std::string& folder) const override;
  // What write() wrote; `table` declares the model's parameters.
  static std::shared_ptr<Summary> read(const std::string& folder, const ParamTable& table);

 private:
  std::optional<Value> column_name(const std::string& method) const;
  std::optional<Value> class_metric(const std::string& method, double beta) const;
  std::optional<Attribute> curve(const std::string& method, double beta) const;

  std::string class_name_;
  ParamMap params_;
  std::vector<double> objective_history_;
  MulticlassMetrics metrics_;
  std::optional<BinaryMetrics> binary_;
};

}  // namespace firesteel::ml
