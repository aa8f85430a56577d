// Follows org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel.
#include "ml/multilayer_perceptron_model.h"

#include <arrow/api.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "ml/column_metadata.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/parallel.h"
#include "ml/persistence.h"
#include "ml/transform_failure.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr const char* kOtherSize = "requirement failed: A & B Dimension mismatch!";

std::vector<int32_t> layers_of(const ParamMap& params) { return std::get<std::vector<int32_t>>(params.get("layers")); }

int32_t highest_of(const double* values, int32_t count) {
  return static_cast<int32_t>(std::max_element(values, values + count) - values);
}

// Raw predictions, probabilities and predictions of the rows of a batch.
struct Predictions {
  std::vector<double> raw;
  std::vector<double> probability;
  std::vector<double> prediction;
};

class Predictor {
 public:
  Predictor(FeedForwardNetwork network, std::vector<double> weights, const ParamMap& params)
      : network_(std::move(network)), weights_(std::move(weights)) {
    if (!params.is_set("thresholds")) return;
    thresholds_ = params.numbers("thresholds");
    require(thresholds_.size() == static_cast<size_t>(network_.classes()),
            "MultilayerPerceptronClassificationModel.transform() called with non-matching numClasses and "
            "thresholds.length. numClasses=" + std::to_string(network_.classes()) + ", but thresholds has length " +
                std::to_string(thresholds_.size()));
  }

  Predictions predict(const VectorColumn& vectors) const {
    Predictions all;
    const int64_t total = vectors.length();
    const int32_t classes = network_.classes();
    all.raw.reserve(total * classes);
    NetworkPass pass(network_);
    for (int64_t first = 0; first < total; first += pass.rows_max()) {
      const auto rows = static_cast<int32_t>(std::min<int64_t>(pass.rows_max(), total - first));
      for (int32_t r = 0; r < rows; ++r) fill(vectors, first + r, pass.inputs().data() + static_cast<size_t>(r) * network_.features());
      const double* raw = pass.forward(weights_.data(), rows);
      all.raw.insert(all.raw.end(), raw, raw + static_cast<size_t>(rows) * classes);
    }
    all.probability = all.raw;
    for (int64_t row = 0; row < total; ++row) {
      double* probability = all.probability.data() + row * classes;
      softmax(probability, classes);
      all.prediction.push_back(class_of(all.raw.data() + row * classes, probability));
    }
    return all;
  }

 private:
  void fill(const VectorColumn& vectors, int64_t row, double* inputs) const {
    const std::string vector = vector_type().sql_type().simple_string();
    const char* function = "ProbabilisticClassificationModel";
    if (vectors.is_null(row)) throw_failed_transform_because(function, vector, vector, "java.lang.NullPointerException");
    const VectorView view = vectors[row];
    if (view.size != network_.features()) {
      throw_failed_transform_because(function, vector, vector, std::string("java.lang.IllegalArgumentException: ") + kOtherSize);
    }
    if (view.indices == nullptr) {
      std::copy_n(view.values, view.size, inputs);
      return;
    }
    std::fill_n(inputs, view.size, 0.0);
    for (int32_t i = 0; i < view.count; ++i) inputs[view.indices[i]] = view.values[i];
  }

  // ProbabilisticClassificationModel.probability2prediction.
  double class_of(const double* raw, const double* probability) const {
    if (thresholds_.empty()) return highest_of(raw, network_.classes());
    double highest = -std::numeric_limits<double>::infinity();
    int32_t best = 0;
    for (int32_t k = 0; k < network_.classes(); ++k) {
      const double scaled = probability[k] / thresholds_[k];
      if (!(scaled > highest)) continue;
      highest = scaled;
      best = k;
    }
    return best;
  }

  FeedForwardNetwork network_;
  std::vector<double> weights_;
  std::vector<double> thresholds_;
};

class PerceptronTransform : public BatchTransform {
 public:
  PerceptronTransform(Predictor predictor, int32_t classes, int position, const ParamMap& params)
      : predictor_(std::move(predictor)),
        classes_(classes),
        position_(position),
        raw_name_(params.text("rawPredictionCol")),
        probability_name_(params.text("probabilityCol")),
        prediction_name_(params.text("predictionCol")) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    Predictions all = predictor_.predict(VectorColumn(batch->column(position_)));
    auto result = batch;
    const auto add = [&](const std::string& name, std::vector<double> values) {
      if (name.empty()) return;
      VectorColumnBuilder builder;
      builder.append_dense_rows(std::move(values), classes_);
      result = append_column(result, name, builder.finish());
    };
    add(raw_name_, std::move(all.raw));
    add(probability_name_, std::move(all.probability));
    if (prediction_name_.empty()) return result;
    return append_column(result, prediction_name_, make_doubles(std::move(all.prediction)));
  }

 private:
  Predictor predictor_;
  int32_t classes_;
  int position_;
  std::string raw_name_;
  std::string probability_name_;
  std::string prediction_name_;
};

}  // namespace

MultilayerPerceptronModel::MultilayerPerceptronModel(ParamMap params, std::vector<double> weights)
    : params_(std::move(params)), network_(layers_of(params_)), weights_(std::move(weights)) {
  require(weights_.size() == network_.weight_count(),
          "Expected weight vector of size " + std::to_string(network_.weight_count()) + " but got size " +
              std::to_string(weights_.size()) + ".");
}

Value MultilayerPerceptronModel::predict_one(const MethodCall& call) const {
  require(call.arguments.size() == 1 && std::holds_alternative<Vector>(call.arguments[0]), call.method + " takes one vector");
  const auto& vector = std::get<Vector>(call.arguments[0]);
  if (vector.size != network_.features()) throw_illegal_argument(kOtherSize);
  VectorColumnBuilder builder;
  builder.append(vector);
  const Predictions one = Predictor(network_, weights_, params_).predict(VectorColumn(builder.finish()));
  if (call.method == "predict") return one.prediction[0];
  return Vector::dense(call.method == "predictRaw" ? one.raw : one.probability);
}

Attribute MultilayerPerceptronModel::attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "weights") return Value(Vector::dense(weights_));
  if (method == "numClasses") return Value(network_.classes());
  if (method == "numFeatures") return Value(network_.features());
  if (method == "hasSummary") return Value(summary_ != nullptr);
  if (method == "toString") {
    return Value(model_text(*this, ", numLayers=" + std::to_string(network_.sizes().size()) + ", numClasses=" +
                                       std::to_string(network_.classes()) + ", numFeatures=" +
                                       std::to_string(network_.features())));
  }
  if (method == "summary") {
    if (!summary_) throw_spark_exception("No training summary available for this MultilayerPerceptronClassificationModel");
    return summary_;
  }
  if (method == "predict" || method == "predictRaw" || method == "predictProbability") return predict_one(call);
  throw_no_attribute(*this, method);
}

int64_t MultilayerPerceptronModel::size_bytes() const {
  return static_cast<int64_t>(sizeof(*this) + 8 * weights_.size()) + (summary_ ? summary_->size_bytes() : 0);
}

Fields MultilayerPerceptronModel::transform_schema(const Fields& input, const ParamMap& params) const {
  check_vector_field(input, params.text("featuresCol"));
  VectorAttributes vector;
  vector.size = network_.classes();
  const std::string metadata = to_metadata(vector);
  const ColumnAttribute nominal{ColumnAttribute::Kind::kNominal, "", {}, network_.classes()};
  Fields output = append_field(input, {params.text("rawPredictionCol"), vector_type(), true, metadata});
  output = append_field(output, {params.text("probabilityCol"), vector_type(), true, metadata});
  return append_field(output, {params.text("predictionCol"), plan::Type::double_number(), false, to_metadata(nominal)});
}

std::unique_ptr<BatchTransform> MultilayerPerceptronModel::bind(const Fields& input, const ParamMap& params) const {
  return std::make_unique<PerceptronTransform>(Predictor(network_, weights_, params), network_.classes(),
                                               find_position(input, params.text("featuresCol")), params);
}

std::vector<std::string> MultilayerPerceptronModel::input_columns(const ParamMap& params) const {
  return {params.text("featuresCol")};
}

ClassificationTally MultilayerPerceptronModel::tally(const InstanceBlocks& blocks, const FitContext& context) const {
  const int parts = std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())));
  std::vector<ClassificationTally> tallies(parts, ClassificationTally(false));
  for_each_part(parts, [&](int part) {
    NetworkPass pass(network_);
    const BlockRange range = block_range(blocks.size(), part, parts);
    for (size_t b = range.begin; b < range.end; ++b) {
      context.check_canceled();
      for_each_chunk(blocks, b, pass, [&](int32_t /*first*/, const double* labels, int32_t rows) {
        const double* raw = pass.forward(weights_.data(), rows);
        for (int32_t row = 0; row < rows; ++row) {
          const double* scores = raw + static_cast<size_t>(row) * network_.classes();
          tallies[part].add(labels[row], 1.0, highest_of(scores, network_.classes()), 0.0);
        }
      });
      blocks.release(b);
    }
  });
  for (int part = 1; part < parts; ++part) tallies[0].merge(std::move(tallies[part]));
  return std::move(tallies[0]);
}

std::shared_ptr<const Summary> MultilayerPerceptronModel::evaluate(const std::shared_ptr<const Model>& self,
 const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const {
  ParamMap named = params;
  if (params.text("predictionCol").empty()) named.set("predictionCol", "prediction_" + random_uid("summary"));
  check_vector_field(context.fields, named.text("featuresCol"));
  const Predictor predictor(network_, weights_, named);
  const int features_at = find_position(context.fields, named.text("featuresCol"));
  const int label_at = find_position(context.fields, named.text("labelCol"));
  ClassificationTally tally(false);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const Predictions all = predictor.predict(VectorColumn(batch->column(features_at)));
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    for (int64_t row = 0; row < batch->num_rows(); ++row) tally.add(labels.values[row], 1.0, all.prediction[row], 0.0);
  }
  auto summary = std::make_shared<ClassificationSummary>("MultilayerPerceptronClassificationSummaryImpl", std::move(tally),
                                                         named, std::vector<double>());
  summary->model().keep(self);
  return summary;
}

std::shared_ptr<Summary> MultilayerPerceptronModel::read_summary(const std::string& folder) const {
  return ClassificationSummary::read(folder, params_.table());
}

void MultilayerPerceptronModel::write(const std::string& folder, const ParamMap& params) const {
  write_metadata(folder, jvm_class(), params);
  ModelTable table;
  table.add("weights", Vector::dense(weights_));
  table.write(folder, "data");
}

std::shared_ptr<const Model> read_multilayer_perceptron_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kPerceptronModelClass);
  const ModelRow row = read_model_row(folder, "data");
  ParamMap params = read_params(metadata, multilayer_perceptron_params());
  // Spark 2 kept the layers beside the weights.
  if (row.has("layers")) params.set("layers", row.integers("layers"));
  return std::make_shared<MultilayerPerceptronModel>(std::move(params), row.vector("weights").to_array());
}

}  // namespace firesteel::ml
