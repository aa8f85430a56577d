#include "ml/xgboost/prediction.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace firesteel::ml::xgboost {

namespace {

// Features that are laid side by side at a time.
constexpr int64_t kElementsTogether = int64_t{1} << 22;

// Columns that grow by chunks of rows.
struct Results {
  std::vector<double> raw;
  std::vector<double> predictions;
  std::vector<double> probabilities;
  std::vector<double> contributions;
};

std::shared_ptr<arrow::Array> vectors(std::vector<double> values, int64_t size) {
  VectorColumnBuilder builder;
  builder.append_dense_rows(std::move(values), static_cast<int32_t>(size));
  return builder.finish();
}

// Lists of `length` elements each of `items`.
std::shared_ptr<arrow::Array> lists(std::shared_ptr<arrow::Array> items, int64_t rows, int64_t length) {
  std::vector<int32_t> offsets(static_cast<size_t>(rows) + 1);
  for (size_t row = 0; row < offsets.size(); ++row) offsets[row] = static_cast<int32_t>(static_cast<int64_t>(row) * length);
  const auto type = arrow::list(arrow::field("element", items->type()));
  return std::make_shared<arrow::ListArray>(type, rows, arrow::Buffer::FromVector(std::move(offsets)), std::move(items));
}

// As xgboost.spark: sigmoid or softmax of the margins in 32 bits, and the class with the highest
// probability.
void classify(const float* margins, int64_t rows, int32_t outputs, Results* results) {
  std::vector<float> probabilities(static_cast<size_t>(std::max(2, outputs)));
  for (int64_t row = 0; row < rows; ++row, margins += outputs) {
    if (outputs == 1) {
      const float margin = margins[0];
      probabilities[1] = 1.0F / (1.0F + std::exp(-margin));
      probabilities[0] = 1.0F - probabilities[1];
      results->raw.push_back(-margin);
      results->raw.push_back(margin);
    } else {
      const float highest = *std::max_element(margins, margins + outputs);
      float sum = 0;
      for (int32_t c = 0; c < outputs; ++c) sum += probabilities[c] = std::exp(margins[c] - highest);
      for (float& probability : probabilities) probability /= sum;
      results->raw.insert(results->raw.end(), margins, margins + outputs);
    }
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    results->predictions.push_back(static_cast<double>(best - probabilities.begin()));
    results->probabilities.insert(results->probabilities.end(), probabilities.begin(), probabilities.end());
  }
}

class Prediction : public BatchTransform {
 public:
  explicit Prediction(PredictionPlan plan) : plan_(std::move(plan)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const int64_t rows = batch->num_rows();
    const FeatureBatch features(plan_.source, *batch);
    std::vector<float> margins;
    if (plan_.margin_position >= 0) margins = read_floats(*batch->column(plan_.margin_position));
    for (int64_t row = 0; row < rows; ++row) check_row(features, margins, row);
    Results results;
    const int64_t together = std::max<int64_t>(1, kElementsTogether / std::max(1, plan_.features));
    std::vector<float> dense;
    for (int64_t begin = 0; begin < rows; begin += together) {
      const int64_t end = std::min(rows, begin + together);
      dense.resize(static_cast<size_t>((end - begin) * plan_.features));
      features.write_rows(begin, end, plan_.features, dense.data());
      predict(dense.data(), end - begin, margins.empty() ? nullptr : margins.data() + begin, &results);
    }
    return with_columns(batch, std::move(results));
  }

 private:
  void check_row(const FeatureBatch& features, const std::vector<float>& margins, int64_t row) const {
    const int32_t width = features.width(row);
    if (width != plan_.features) {
      require(false, "The features of a row have " + std::to_string(width) + " elements where those of " + plan_.model +
                         " have " + std::to_string(plan_.features) + ".");
    }
    if (!margins.empty() && std::isnan(margins[row])) throw_user_raised("Base margins MUST NOT be Null or NaN");
  }

  void predict(const float* dense, int64_t rows, const float* margins, Results* results) const {
    PredictOptions options = plan_.options;
    options.is_margin = plan_.kind == Kind::kClassifier;
    const Predictions predictions = plan_.booster->predict(dense, rows, plan_.features, margins, options);
    if (plan_.kind == Kind::kClassifier) {
      classify(predictions.values, rows, plan_.outputs, results);
    } else {
      results->predictions.insert(results->predictions.end(), predictions.values, predictions.values + rows);
    }
    if (plan_.contributions_column.empty()) return;
    const Predictions parts = plan_.booster->contributions(dense, rows, plan_.features, margins, plan_.options);
    results->contributions.insert(results->contributions.end(), parts.values, parts.values + rows * parts.width);
  }

  std::shared_ptr<arrow::RecordBatch> with_columns(const std::shared_ptr<arrow::RecordBatch>& batch, Results results) const {
    const int64_t rows = batch->num_rows();
    auto output = batch;
    const auto add = [&](const std::string& name, auto make) {
      if (!name.empty()) output = append_column(output, name, make());
    };
    const int64_t classes = std::max(2, plan_.outputs);
    add(plan_.raw_column, [&] { return vectors(std::move(results.raw), classes); });
    add(plan_.prediction_column, [&] { return make_doubles(std::move(results.predictions)); });
    add(plan_.probability_column, [&] { return vectors(std::move(results.probabilities), classes); });
    const int64_t parts = plan_.features + 1;
    if (!plan_.contributions_column.empty() && rows * plan_.outputs * parts > std::numeric_limits<int32_t>::max()) {
      throw_spark_exception("The contributions of " + std::to_string(rows) + " rows do not fit into one batch.");
    }
    add(plan_.contributions_column, [&]() -> std::shared_ptr<arrow::Array> {
      if (plan_.kind != Kind::kClassifier) return vectors(std::move(results.contributions), parts);
      return lists(lists(make_doubles(std::move(results.contributions)), rows * plan_.outputs, parts), rows, plan_.outputs);
    });
    return output;
  }

  PredictionPlan plan_;
};

}  // namespace

std::unique_ptr<BatchTransform> make_prediction(PredictionPlan plan) { return std::make_unique<Prediction>(std::move(plan)); }

}  // namespace firesteel::ml::xgboost
