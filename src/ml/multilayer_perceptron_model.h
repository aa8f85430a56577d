// The fitted multilayer perceptron classifier.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/classification_summary.h"
#include "ml/feed_forward_network.h"
#include "ml/instance_blocks.h"
#include "ml/model.h"

namespace firesteel::ml {

inline constexpr const char* kPerceptronClass = "org.apache.spark.ml.classification.MultilayerPerceptronClassifier";
inline constexpr const char* kPerceptronModelClass =
    "org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel";

const ParamTable& multilayer_perceptron_params();

// Calls `visit(first_row, labels, rows)` for chunks of the rows of `blocks[block]` after their features
// were written to the inputs of `pass`.
template <typename Visit>
void for_each_chunk(const InstanceBlocks& blocks, size_t block, NetworkPass& pass, const Visit& visit) {
  const InstanceBlock view = blocks[block];
  const auto width = static_cast<size_t>(blocks.features());
  const std::vector<int32_t>& dense_columns = blocks.dense_columns();
  const bool is_all_dense = dense_columns.size() == width;
  for (int32_t first = 0; first < view.rows; first += pass.rows_max()) {
    const int32_t rows = std::min(pass.rows_max(), view.rows - first);
    double* row = pass.inputs().data();
    for (int32_t r = first; r < first + rows; ++r, row += width) {
      const double* dense = view.dense + static_cast<size_t>(r) * view.dense_width;
      if (is_all_dense) {
        std::copy_n(dense, width, row);
        continue;
      }
      std::fill_n(row, width, 0.0);
      for (int32_t d = 0; d < view.dense_width; ++d) row[dense_columns[d]] = dense[d];
      for (int32_t k = view.offsets[r]; k < view.offsets[r + 1]; ++k) {
        // Entries without values count repeated indices.
        row[view.indices[k]] += view.values == nullptr ? 1.0 : view.values[k];
      }
    }
    visit(first, view.labels + first, rows);
  }
}

class MultilayerPerceptronModel : public Model {
 public:
  // `params` hold the layers; `weights` are as many as they need.
  MultilayerPerceptronModel(ParamMap params, std::vector<double> weights);

  std::string class_name() const override { return "MultilayerPerceptronClassificationModel"; }
  std::string jvm_class() const override { return kPerceptronModelClass; }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& self, const MethodCall& call) const override;
  int64_t size_bytes() const override;
  std::shared_ptr<const Summary> summary() const override { return summary_; }
  void set_summary(std::shared_ptr<const Summary> summary) override { summary_ = std::move(summary); }
  std::shared_ptr<Summary> read_summary(const std::string& folder) const override;
  std::shared_ptr<const Summary> evaluate(const std::shared_ptr<const Model>& self, const ParamMap& params,
                                          arrow::RecordBatchReader& dataset, FitContext& context) const override;
  void write(const std::string& folder, const ParamMap& params) const override;

  Fields transform_schema(const Fields& input, const ParamMap& params) const override;
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override;
  std::vector<std::string> input_columns(const ParamMap& params) const override;

  // Predictions of the training data.
  ClassificationTally tally(const InstanceBlocks& blocks, const FitContext& context) const;

 private:
  Value predict_one(const MethodCall& call) const;

  ParamMap params_;
  FeedForwardNetwork network_;
  std::vector<double> weights_;
  std::shared_ptr<const Summary> summary_;
};

std::shared_ptr<const Model> read_multilayer_perceptron_model(const std::string& folder);

}  // namespace firesteel::ml
