// Finds buckets of about equal counts. Follows org.apache.spark.ml.feature.QuantileDiscretizer.
#include <arrow/api.h>

#include <cmath>
#include <limits>

#include "ml/bucketizer.h"
#include "ml/operators.h"
#include "ml/quantile_summary.h"
#include "ml/shared_params.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

const ParamTable& quantile_discretizer_params() {
  static const ParamTable table = extend(
      input_output_params(),
      {{"numBuckets", ValueType::kInt, Value(2), at_least(2)},
       {"numBucketsArray", ValueType::kInts},
       {"relativeError", ValueType::kDouble, Value(0.001), in_range(0, 1)},
       {"handleInvalid", ValueType::kString, Value("error"), one_of({"skip", "error", "keep"})}});
  return table;
}

// The outermost splits become infinite; equal ones are one.
std::vector<double> distinct_splits(std::vector<double> splits) {
  if (splits.empty()) splits.assign(2, 0.0);
  splits.front() = -std::numeric_limits<double>::infinity();
  splits.back() = std::numeric_limits<double>::infinity();
  std::vector<double> distinct;
  for (double split : splits) {
    split = split == 0.0 ? 0.0 : split;  // no negative zero
    if (distinct.empty() || distinct.back() != split) distinct.push_back(split);
  }
  return distinct;
}

int32_t bucket_count(const ParamMap& params, size_t column) {
  if (!params.is_set("numBucketsArray")) return params.integer("numBuckets");
  return std::get<std::vector<int32_t>>(params.get("numBucketsArray")).at(column);
}

class QuantileDiscretizer : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const auto pairs = column_pairs(params);
    std::vector<int> positions;
    std::vector<QuantileSummary> summaries;
    for (const ColumnPair& pair : pairs) {
      check_numeric_field(context.fields, pair.input);
      require(!has_field(context.fields, pair.output), "Output column " + pair.output + " already exists.");
      positions.push_back(find_position(context.fields, pair.input));
      summaries.emplace_back(params.number("relativeError"));
    }
    read(dataset, context, positions, summaries);
    std::vector<std::vector<double>> splits;
    for (size_t i = 0; i < pairs.size(); ++i) {
      summaries[i].finish();
      const int32_t buckets = bucket_count(params, i);
      std::vector<double> probabilities;
      for (int32_t k = 0; k <= buckets; ++k) probabilities.push_back(static_cast<double>(k) / buckets);
      splits.push_back(distinct_splits(summaries[i].query(probabilities)));
    }
    ParamMap fitted(bucketizer_params(), params.uid());
    for (const char* name : {"inputCol", "outputCol", "inputCols", "outputCols", "handleInvalid"}) {
      if (params.is_set(name)) fitted.set(name, params.get(name));
    }
    if (params.is_set("inputCols")) {
      fitted.set("splitsArray", splits);
    } else {
      fitted.set("splits", splits.at(0));
    }
    return make_bucketizer(std::move(fitted));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return input_names(params); }

 private:
  static void read(arrow::RecordBatchReader& dataset, FitContext& context, const std::vector<int>& positions,
                   std::vector<QuantileSummary>& summaries) {
    std::shared_ptr<arrow::RecordBatch> batch;
    int64_t rows = 0;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) return;
      for (size_t i = 0; i < positions.size(); ++i) {
        const NumberColumn numbers = read_numbers(*batch->column(positions[i]));
        for (int64_t row = 0; row < batch->num_rows(); ++row) {
          if (!numbers.is_null(row) && !std::isnan(numbers.values[row])) summaries[i].insert(numbers.values[row]);
        }
      }
      rows += batch->num_rows();
      context.report({.stage = "reading", .rows = rows});
    }
  }
};

}  // namespace

std::vector<Operator> quantile_discretizer_operators() {
  static const QuantileDiscretizer estimator;
  return {{.jvm_class = "org.apache.spark.ml.feature.QuantileDiscretizer",
           .kind = OperatorKind::kEstimator,
           .params = &quantile_discretizer_params(),
           .estimator = &estimator}};
}

}  // namespace firesteel::ml
