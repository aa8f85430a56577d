// Isotonic regression of one feature by pooling adjacent violators.
// Follows org.apache.spark.ml.regression.IsotonicRegression and the class of the same name in
// mllib.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/estimator.h"
#include "ml/instance_blocks.h"
#include "ml/model_table.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/row_memory.h"
#include "ml/shared_params.h"
#include "ml/transform_failure.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.regression.IsotonicRegressionModel";

const ParamTable& isotonic_params() {
  static const ParamTable table =
      extend(predictor_params(), {{"weightCol", ValueType::kString},
                                  {"isotonic", ValueType::kBool, Value(true)},
                                  {"featureIndex", ValueType::kInt, Value(0), at_least(0)}});
  return table;
}

void check_features(const Fields& fields, const ParamMap& params) {
  const FieldType type = field_type(find_field(fields, params.text("featuresCol")).type);
  if (type != FieldType::kDouble && type != FieldType::kVector)
    throw_illegal_argument("requirement failed");
}

// The feature of a row, of a column of numbers or of vectors.
class FeatureColumn {
 public:
  FeatureColumn(const Field& field, const std::shared_ptr<arrow::Array>& array, int32_t index)
      : index_(index) {
    if (field_type(field.type) == FieldType::kVector) {
      vectors_.emplace(array);
    } else {
      numbers_ = read_numbers(*array);
    }
  }

  bool is_null(int64_t row) const {
    return vectors_ ? vectors_->is_null(row) : numbers_.is_null(row);
  }
  // Of a vector all elements count, as in Spark.
  void check_finite(int64_t row) const {
    if (!vectors_) return;
    const VectorView view = (*vectors_)[row];
    const auto is_finite = [](double value) { return std::isfinite(value); };
    if (std::all_of(view.values, view.values + view.count, is_finite)) return;
    throw_user_raised("Vector values MUST NOT be NaN or Infinity, but got " + view.to_vector().to_string());
  }
  double operator[](int64_t row) const {
    if (!vectors_) return numbers_.values[row];
    const VectorView view = (*vectors_)[row];
    if (index_ >= view.size)
      throw_spark_exception("index " + std::to_string(index_) + " out of range of the features");
    if (view.indices == nullptr) return view.values[index_];
    const auto* found = std::lower_bound(view.indices, view.indices + view.count, index_);
    return found != view.indices + view.count && *found == index_
               ? view.values[found - view.indices]
               : 0.0;
  }

 private:
  int32_t index_;
  std::optional<VectorColumn> vectors_;
  NumberColumn numbers_;
};

struct Point {
  double label = 0;
  double feature = 0;
  double weight = 0;
  int64_t place = 0;  // among the rows: sums of equal features are taken in that order
};
using Points = RowVector<Point>;

// Points of one feature value become one with their mean label; the result ascends by feature.
// The sums are in place of the points: there may be more points than memory.
Points make_unique(Points points) {
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return a.feature < b.feature || (a.feature == b.feature && a.place < b.place);
  });
  size_t made = 0;
  for (size_t begin = 0; begin < points.size();) {
    size_t end = begin;
    Point sum{0, points[begin].feature, 0};
    for (; end < points.size() && points[end].feature == sum.feature; ++end) {
      sum.label += points[end].label * points[end].weight;
      sum.weight += points[end].weight;
    }
    if (sum.weight > 0.0) points[made++] = {sum.label / sum.weight, sum.feature, sum.weight, 0};
    begin = end;
  }
  points.resize(made);
  return points;
}

// Neighbours whose means do not ascend are merged; a block of several points is its two ends.
Points pool_adjacent_violators(const Points& points) {
  struct Block {
    double weight;
    double weighted_label;
    double begin;
    double end;
    double mean() const { return weighted_label / weight; }
  };
  RowVector<Block> blocks{RowAllocator<Block>(points.get_allocator())};
  for (const Point& point : points) {
    blocks.push_back({point.weight, point.weight * point.label, point.feature, point.feature});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() >= blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().weight += last.weight;
      blocks.back().weighted_label += last.weighted_label;
      blocks.back().end = last.end;
    }
  }
  Points result{points.get_allocator()};
  for (const Block& block : blocks) {
    result.push_back({block.mean(), block.begin, block.weight, 0});
    if (block.end > block.begin) result.push_back({block.mean(), block.end, block.weight, 0});
  }
  return result;
}

// Linear between the boundaries, constant beyond them.
double interpolate(const std::vector<double>& boundaries, const std::vector<double>& predictions,
                   double feature) {
  // A model of rows without weight has no boundary.
  if (boundaries.empty()) throw_spark_exception("Index 0 out of bounds for length 0");
  const auto above = std::lower_bound(boundaries.begin(), boundaries.end(), feature);
  if (above == boundaries.end()) return predictions.back();
  const auto at = static_cast<size_t>(above - boundaries.begin());
  if (*above == feature || at == 0) return predictions[at];
  const double x = boundaries[at - 1];
  const double y = predictions[at - 1];
  return y + (predictions[at] - y) * (feature - x) / (boundaries[at] - x);
}

class IsotonicTransform : public BatchTransform {
 public:
  IsotonicTransform(std::vector<double> boundaries, std::vector<double> predictions,
                    const Fields& input, const ParamMap& params)
      : boundaries_(std::move(boundaries)),
        predictions_(std::move(predictions)),
        position_(find_position(input, params.text("featuresCol"))),
        field_(input[position_]),
        index_(params.integer("featureIndex")),
        output_(params.text("predictionCol")) {}

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    if (output_.empty()) return batch;
    const FeatureColumn features(field_, batch->column(position_), index_);
    std::vector<double> results(batch->num_rows());
    std::vector<uint8_t> valid(results.size(), 1);
    const bool takes_vectors = field_type(field_.type) == FieldType::kVector;
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      if (takes_vectors && features.is_null(row)) throw_failed("java.lang.NullPointerException: the vector is null");
      if (boundaries_.empty()) throw_failed("java.lang.ArrayIndexOutOfBoundsException: Index 0 out of bounds for length 0");
      valid[row] = !features.is_null(row);
      if (valid[row] != 0) results[row] = interpolate(boundaries_, predictions_, features[row]);
    }
    return append_column(batch, output_, make_doubles(std::move(results), valid));
  }

 private:
  [[noreturn]] void throw_failed(const std::string& reason) const {
    const plan::Type& type = field_.type;
    const std::string features = type.is(plan::TypeKind::kUdt) ? type.sql_type().simple_string() : type.simple_string();
    throw_failed_transform_because("IsotonicRegressionModel", features, "double", reason);
  }

  std::vector<double> boundaries_;
  std::vector<double> predictions_;
  int position_;
  Field field_;
  int32_t index_;
  std::string output_;
};

class IsotonicModel : public Model {
 public:
  IsotonicModel(ParamMap params, std::vector<double> boundaries, std::vector<double> predictions,
                bool isotonic)
      : params_(std::move(params)),
        boundaries_(std::move(boundaries)),
        predictions_(std::move(predictions)),
        isotonic_(isotonic) {}

  std::string class_name() const override { return "IsotonicRegressionModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }

  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    if (call.method == "boundaries") return Value(Vector::dense(boundaries_));
    if (call.method == "predictions") return Value(Vector::dense(predictions_));
    if (call.method == "numFeatures") return Value(int32_t{1});
    if (call.method == "toString")
      return Value("IsotonicRegressionModel: uid=" + params_.uid() + ", numFeatures=1");
    if (call.method == "predict") {
      require(call.arguments.size() == 1 && std::holds_alternative<double>(call.arguments[0]),
              "predict takes a number");
      return Value(interpolate(boundaries_, predictions_, std::get<double>(call.arguments[0])));
    }
    throw_no_attribute(*this, call.method);
  }

  int64_t size_bytes() const override {
    return static_cast<int64_t>(sizeof(*this) + 8 * (boundaries_.size() + predictions_.size()));
  }

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    ModelTable table;
    table.add("boundaries", boundaries_);
    table.add("predictions", predictions_);
    table.add("isotonic", isotonic_);
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    check_features(input, params);
    return append_field(input, {params.text("predictionCol"), plan::Type::double_number(), true,
                                to_metadata(ColumnAttribute())});
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    return std::make_unique<IsotonicTransform>(boundaries_, predictions_, input, params);
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("featuresCol")};
  }

 private:
  ParamMap params_;
  std::vector<double> boundaries_;
  std::vector<double> predictions_;
  bool isotonic_;
};

std::shared_ptr<const Model> read_isotonic_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<IsotonicModel>(read_params(metadata, isotonic_params()),
                                         row.numbers("boundaries"), row.numbers("predictions"),
                                         row.flag("isotonic"));
}

class IsotonicRegression : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check_numeric_field(context.fields, params.text("labelCol"));
    const std::string weight = params.text_or_empty("weightCol");
    if (!weight.empty()) check_numeric_field(context.fields, weight);
    check_features(context.fields, params);
    require(!has_field(context.fields, params.text("predictionCol")),
            "Column " + params.text("predictionCol") + " already exists.");
    const bool isotonic = params.flag("isotonic");
    Points points = read_points(params, weight, isotonic ? 1.0 : -1.0, dataset, context);
    points = pool_adjacent_violators(make_unique(std::move(points)));
    std::vector<double> boundaries;
    std::vector<double> predictions;
    for (const Point& point : points) {
      boundaries.push_back(point.feature);
      predictions.push_back(isotonic ? point.label : -point.label);
    }
    return std::make_shared<IsotonicModel>(params, std::move(boundaries), std::move(predictions),
                                           isotonic);
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> columns = {params.text("labelCol"), params.text("featuresCol")};
    if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty())
      columns.push_back(weight);
    return columns;
  }

 private:
  static Points read_points(const ParamMap& params, const std::string& weight_name, double sign,
                            arrow::RecordBatchReader& dataset, FitContext& context) {
    const int label_at = find_position(context.fields, params.text("labelCol"));
    const int features_at = find_position(context.fields, params.text("featuresCol"));
    const int weight_at = weight_name.empty() ? -1 : find_position(context.fields, weight_name);
    Points points{RowAllocator<Point>(std::make_shared<RowMemory>(context))};
    std::shared_ptr<arrow::RecordBatch> batch;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      const NumberColumn labels = read_numbers(*batch->column(label_at));
      const FeatureColumn features(context.fields[features_at], batch->column(features_at),
                                   params.integer("featureIndex"));
      NumberColumn weights;
      if (weight_at >= 0) weights = read_numbers(*batch->column(weight_at));
      for (int64_t row = 0; row < batch->num_rows(); ++row) {
        check_label(labels.values[row], labels.is_null(row), LabelCheck::kNumber);
        if (weight_at >= 0) check_weight(weights.values[row], weights.is_null(row));
        if (features.is_null(row)) throw_user_raised("Features MUST NOT be Null or NaN");
        features.check_finite(row);
        const double feature = features[row];
        if (std::isnan(feature)) throw_user_raised("Features MUST NOT be Null or NaN");
        if (std::isinf(feature))
          throw_user_raised("Features MUST NOT be Infinity, but got " + java_double_text(feature));
        points.push_back({sign * labels.values[row], feature, weight_at >= 0 ? weights.values[row] : 1.0,
                          static_cast<int64_t>(points.size())});
      }
      context.report({.stage = "reading", .rows = static_cast<int64_t>(points.size())});
    }
    return points;
  }
};

}  // namespace

std::vector<Operator> isotonic_regression_operators() {
  static const IsotonicRegression estimator;
  return {{.jvm_class = "org.apache.spark.ml.regression.IsotonicRegression",
           .kind = OperatorKind::kEstimator,
           .params = &isotonic_params(),
           .estimator = &estimator},
          {.jvm_class = kModelClass,
           .kind = OperatorKind::kModel,
           .params = &isotonic_params(),
           .read_model = read_isotonic_model}};
}

}  // namespace firesteel::ml
