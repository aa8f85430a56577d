// Summaries of classifiers: metrics over the predictions of a dataset.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ml/binary_metrics.h"
#include "ml/instance_blocks.h"
#include "ml/model.h"
#include "ml/multiclass_metrics.h"

namespace firesteel::ml {

// Predictions as they are counted, by one thread.
class ClassificationTally {
 public:
  // Scores, which only binary predictions have, lie in `memory`.
  explicit ClassificationTally(bool binary, std::shared_ptr<RowMemory> memory = nullptr)
      : binary_(binary), scored_(RowAllocator<ScoredLabel>(std::move(memory))) {}
  // How many rows there will be, where that is known.
  void reserve(int64_t rows) {
    if (binary_) scored_.reserve(static_cast<size_t>(rows));
  }
  // `score` is the probability of class 1. There are no curves of a weight below zero.
  void add(double label, double weight, double prediction, double score) {
    metrics_.add(prediction, label, weight);
    if (!binary_) return;
    if (weight < 0) {
      negative_weight_ = weight;
    } else {
      scored_.emplace_back(score, label, weight);
    }
  }
  void merge(ClassificationTally other);
  bool binary() const { return binary_; }

 private:
  friend class ClassificationSummary;
  bool binary_;
  MulticlassMetrics metrics_;
  RowVector<ScoredLabel> scored_;
  double negative_weight_ = 0;  // one of those below zero
};

// The predictions of all rows; `add` puts those of a block into a tally, in several threads. It is the last pass over the
// blocks: each is given back for the scores that take its place.
ClassificationTally tally_blocks(InstanceBlocks& blocks, bool binary, const FitContext& context,
                                 const std::function<void(const InstanceBlock&, ClassificationTally&)>& add);

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
  double negative_weight_ = 0;  // below zero: the curves are refused for it
};

}  // namespace firesteel::ml
