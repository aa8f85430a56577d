// SparkXGBClassifier, SparkXGBRegressor and SparkXGBRanker. Follow the classes of the same names in
// xgboost.spark and, for the rounds, xgboost.train.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/logging.h"
#include "ml/instance_blocks.h"
#include "ml/operators.h"
#include "ml/xgboost/early_stopping.h"
#include "ml/xgboost/ensemble_check.h"
#include "ml/xgboost/library.h"
#include "ml/xgboost/model.h"

namespace firesteel::ml::xgboost {

namespace {

// Positions of the columns of a dataset; -1 where there is none.
struct Positions {
  FeatureSource features;
  int label = -1;
  int weight = -1;
  int margin = -1;
  int validation = -1;
  int query = -1;
};

int number_position(const Fields& fields, const std::string& name) {
  if (name.empty()) return -1;
  check_numeric_field(fields, name);
  return find_position(fields, name);
}

Positions positions_of(const Fields& fields, const ParamMap& params, Kind kind) {
  Positions at;
  at.features = FeatureSource::of(fields, params, false);
  if (params.flag("enable_sparse_data_optim") && at.features.form != FeatureSource::Form::kVector) {
    throw_illegal_argument(
        "If enable_sparse_data_optim is True, the feature column values must be `pyspark.ml.linalg.Vector` type.");
  }
  at.label = number_position(fields, params.text("labelCol"));
  at.weight = number_position(fields, params.text_or_empty("weightCol"));
  at.margin = number_position(fields, params.text_or_empty("base_margin_col"));
  if (kind == Kind::kRanker) {
    at.query = number_position(fields, params.text("qid_col"));
    const FieldType type = field_type(fields[at.query].type);
    require(type != FieldType::kFloat && type != FieldType::kDouble && type != FieldType::kDecimal,
            "Column " + params.text("qid_col") + " of query ids must be of an integral type but was actually of type " +
                fields[at.query].type.simple_string() + ".");
  }
  if (const std::string name = params.text_or_empty("validationIndicatorCol"); !name.empty()) {
    at.validation = find_position(fields, name);
    require(field_type(fields[at.validation].type) == FieldType::kBoolean,
            "The validation indicator must be boolean type, but column " + name + " is of type " +
                fields[at.validation].type.simple_string() + ".");
  }
  return at;
}

template <typename ArrayType>
std::vector<int64_t> whole_numbers(const arrow::Array& array) {
  const auto* values = static_cast<const ArrayType&>(array).raw_values();
  return {values, values + array.length()};
}

std::vector<int64_t> read_queries(const arrow::Array& array) {
  if (array.null_count() > 0) throw_user_raised("Query ids MUST NOT be Null");
  switch (array.type_id()) {
    case arrow::Type::INT8: return whole_numbers<arrow::Int8Array>(array);
    case arrow::Type::INT16: return whole_numbers<arrow::Int16Array>(array);
    case arrow::Type::INT32: return whole_numbers<arrow::Int32Array>(array);
    case arrow::Type::INT64: return whole_numbers<arrow::Int64Array>(array);
    default: throw_illegal_argument("A column of whole numbers was expected, but got " + array.type()->ToString());
  }
}

// Reads a dataset into rows to train on and rows to validate with.
class DatasetReader {
 public:
  DatasetReader(const ParamMap& params, Kind kind, FitContext& context)
      : kind_(kind), at_(positions_of(context.fields, params, kind)), context_(context), missing_(static_cast<float>(params.number("missing"))) {
    parts_.has_weights = at_.weight >= 0;
    parts_.has_margins = at_.margin >= 0;
    parts_.has_queries = at_.query >= 0;
  }

  void read(arrow::RecordBatchReader& dataset) {
    std::shared_ptr<arrow::RecordBatch> batch;
    int64_t rows = 0;
    while (true) {
      context_.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      if (batch->num_rows() == 0) continue;
      add(*batch);
      context_.report({.stage = "reading", .rows = rows += batch->num_rows()});
    }
    if (!training || training->rows() == 0) throw_spark_exception("XGBoost needs at least one row to train on, but the dataset has none.");
    training->finish();
    if (at_.validation < 0) return;
    if (validation->rows() == 0) throw_spark_exception("XGBoost needs at least one row to validate with, but the validation indicator is never true.");
    validation->finish();
  }

  // Of a classifier.
  int count_classes() const {
    const auto classes = static_cast<int>(labels_.size());
    const int highest_allowed = std::max(2, classes) - 1;
    if (*labels_.rbegin() > static_cast<float>(highest_allowed)) {
      throw_user_raised("Labels MUST be the integers from 0 to the number of classes without gaps, but got " +
                        java_double_text(*labels_.rbegin()) + " among " + std::to_string(classes) + " distinct labels");
    }
    return classes;
  }
  const FeatureSource& source() const { return at_.features; }

  std::unique_ptr<TrainingRows> training;
  std::unique_ptr<TrainingRows> validation;  // null: there is no indicator

 private:
  void add(const arrow::RecordBatch& batch) {
    const FeatureBatch features(at_.features, batch);
    if (!training) begin(features);
    const RowNumbers numbers = read_numbers_of(batch);
    if (at_.validation < 0) {
      training->add(features, numbers, 0, batch.num_rows(), width_);
      return;
    }
    const auto& marks = static_cast<const arrow::BooleanArray&>(*batch.column(at_.validation));
    if (marks.null_count() > 0) throw_user_raised("Validation indicators MUST NOT be Null");
    for (int64_t begin = 0; begin < batch.num_rows();) {
      int64_t end = begin + 1;
      while (end < batch.num_rows() && marks.Value(end) == marks.Value(begin)) ++end;
      (marks.Value(begin) ? validation : training)->add(features, numbers, begin, end, width_);
      begin = end;
    }
  }

  void begin(const FeatureBatch& features) {
    width_ = features.width(0);
    require(width_ > 0, "XGBoost needs at least one feature.");
    // A zero that is missing need not be kept.
    parts_.is_sparse = missing_ == 0.0F && features.is_sparse(0);
    training = std::make_unique<TrainingRows>(parts_, missing_, context_);
    if (at_.validation >= 0) validation = std::make_unique<TrainingRows>(parts_, missing_, context_);
  }

  RowNumbers read_numbers_of(const arrow::RecordBatch& batch) {
    RowNumbers numbers;
    const NumberColumn labels = read_numbers(*batch.column(at_.label));
    const LabelCheck label_check = kind_ == Kind::kClassifier ? LabelCheck::kClass : LabelCheck::kNumber;
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      check_label(labels.values[row], labels.is_null(row), label_check);
      numbers.labels.push_back(static_cast<float>(labels.values[row]));
      if (kind_ == Kind::kClassifier && (labels_.empty() || numbers.labels.back() != last_label_)) {
        labels_.insert(last_label_ = numbers.labels.back());
      }
    }
    if (at_.weight >= 0) {
      const NumberColumn weights = read_numbers(*batch.column(at_.weight));
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        check_weight(weights.values[row], weights.is_null(row));
        numbers.weights.push_back(static_cast<float>(weights.values[row]));
      }
    }
    if (at_.margin >= 0) {
      numbers.margins = read_floats(*batch.column(at_.margin));
      const auto is_no_number = [](float margin) { return std::isnan(margin); };
      if (std::any_of(numbers.margins.begin(), numbers.margins.end(), is_no_number)) {
        throw_user_raised("Base margins MUST NOT be Null or NaN");
      }
    }
    if (at_.query >= 0) numbers.queries = read_queries(*batch.column(at_.query));
    return numbers;
  }

  Kind kind_;
  Positions at_;
  FitContext& context_;
  float missing_;
  RowParts parts_;
  int32_t width_ = 0;
  std::set<float> labels_;
  float last_label_ = 0;
};

// Feature names and types as xgboost.spark gives them to XGBoost: columns of a list have the names of
// the columns.
MatrixOptions matrix_options(const ParamMap& params, const FitContext& context, const FeatureSource& source, int32_t width) {
  MatrixOptions options;
  options.missing = static_cast<float>(params.number("missing"));
  options.threads = context.threads;
  if (params.is_set("max_bin")) options.bins_max = params.integer("max_bin");
  if (source.form == FeatureSource::Form::kColumns) {
    for (const int position : source.positions) {
      const FieldType type = field_type(context.fields[position].type);
      options.feature_names.push_back(context.fields[position].name);
      options.feature_types.emplace_back(type == FieldType::kFloat || type == FieldType::kDouble ? "float" : "int");
    }
  }
  if (params.is_set("feature_names")) options.feature_names = params.texts("feature_names");
  if (params.is_set("feature_types")) options.feature_types = params.texts("feature_types");
  if (params.is_set("feature_weights")) {
    for (const double weight : params.numbers("feature_weights")) options.feature_weights.push_back(static_cast<float>(weight));
  }
  const auto check_count = [&](const char* name, size_t count) {
    require(count == 0 || count == static_cast<size_t>(width),
            std::string(name) + " has " + std::to_string(count) + " elements, but there are " + std::to_string(width) + " features.");
  };
  check_count("feature_names", options.feature_names.size());
  check_count("feature_types", options.feature_types.size());
  check_count("feature_weights", options.feature_weights.size());
  return options;
}

void check_device(const ParamMap& params) {
  if (device_of(params) == "cpu" || has_cuda()) return;
  throw_unsupported("ML_PARAM", "device=" + params.text("device") + ": this server's XGBoost " + version() +
                                    " was built without CUDA; FIRESTEEL_XGBOOST_LIBRARY names one that was");
}

// Sets the parameters and has XGBoost check them. Those that it does not use are an error, except for
// the estimators' own ones, of which some go unused beside others.
void configure(Booster& booster, const BoosterParams& settings, const ParamMap& params) {
  LogCapture log;
  for (const auto& [name, value] : settings) booster.set(name, value);
  booster.set("validate_parameters", "true");
  booster.set("device", device_of(params));
  const nlohmann::json config = nlohmann::json::parse(booster.configure(), nullptr, false);
  for (const std::string& name : log.unused_parameters()) {
    if (!is_declared(name)) throw_illegal_argument("Unknown param '" + name + "': XGBoost does not use it.");
    log_warning("xgboost parameter without effect", {{"parameter", name}});
  }
  if (device_of(params) == "cpu") return;
  const auto device = config.value(nlohmann::json::json_pointer("/learner/generic_param/device"), std::string("cpu"));
  if (device.starts_with("cpu")) throw_unsupported("ML_PARAM", "device=" + params.text("device") + ": no GPU was found");
}

// What cannot be right for any dataset is refused before one is read.
void check_settings(const BoosterParams& settings, const ParamMap& params) {
  Booster probe;
  BoosterParams all = settings;
  all.emplace_back("num_feature", "1");
  configure(probe, all, params);
}

class XgboostEstimator : public Estimator {
 public:
  explicit XgboostEstimator(Kind kind) : kind_(kind) {}

  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check_params(params, kind_);
    api();
    check_device(params);
    BoosterParams settings = booster_params(params);
    if (params.text_or_empty("xgb_model").empty()) {
      check_settings(settings, params);
    } else {
      check_ensemble(params.text("xgb_model"));
    }
    DatasetReader reader(params, kind_, context);
    reader.read(dataset);
    MatrixOptions options = matrix_options(params, context, reader.source(), reader.training->width());
    if (kind_ == Kind::kClassifier) {
      const int classes = reader.count_classes();
      settings.emplace_back("objective", classes > 2 ? "multi:softprob" : "binary:logistic");
      if (classes > 2) {
        settings.emplace_back("num_class", std::to_string(classes));
        options.outputs = classes;
        require(!reader.training->parts().has_margins, "base_margin_col gives one number per row, but there are " +
                                                           std::to_string(classes) + " classes.");
      }
    }
    settings.emplace_back("nthread", std::to_string(context.threads));
    const bool is_binned = params.text_or_empty("tree_method") != "approx";
    const auto make = [&](std::unique_ptr<TrainingRows>& rows, const Matrix* reference) {
      Matrix matrix = is_binned ? Matrix::quantile(*rows, reference, options, context) : Matrix::values(*rows, options, context);
      rows.reset();
      return matrix;
    };
    const Matrix training = make(reader.training, nullptr);
    std::optional<Matrix> validation;
    if (reader.validation) validation.emplace(make(reader.validation, &training));
    return train(params, settings, options, training, validation ? &*validation : nullptr, context);
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> names = params.texts("features_cols");
    if (names.empty()) names.push_back(params.text("featuresCol"));
    names.push_back(params.text("labelCol"));
    for (const char* name : {"weightCol", "base_margin_col", "validationIndicatorCol", "qid_col"}) {
      if (params.declares(name) && !params.text_or_empty(name).empty()) names.push_back(params.text(name));
    }
    return names;
  }

 private:
  std::shared_ptr<const Model> train(const ParamMap& params, const BoosterParams& settings, const MatrixOptions& options,
                                     const Matrix& training, const Matrix* validation, FitContext& context) const {
    std::vector<std::pair<std::string, const Matrix*>> evaluated = {{"training", &training}};
    if (validation != nullptr) evaluated.emplace_back("validation", validation);
    std::vector<const Matrix*> matrices;
    for (const auto& [name, matrix] : evaluated) matrices.push_back(matrix);
    Booster booster(matrices);
    if (!options.feature_names.empty()) booster.set_texts("feature_name", options.feature_names);
    if (!options.feature_types.empty()) booster.set_texts("feature_type", options.feature_types);
    if (!params.text_or_empty("xgb_model").empty()) booster.load(params.text("xgb_model"));
    configure(booster, settings, params);
    LogCapture quiet;
    const int rounds = params.integer("n_estimators");
    ScoreHistory history;
    std::optional<EarlyStopping> stopping;
    if (params.is_set("early_stopping_rounds")) stopping.emplace(params.integer("early_stopping_rounds"), booster.rounds());
    for (int round = 0; round < rounds; ++round) {
      context.check_canceled();
      booster.update(round, training);
      const std::vector<Score> scores = booster.evaluate(round, evaluated);
      for (const Score& score : scores) history[score.matrix][score.metric].push_back(score.value);
      context.report({.stage = "iteration", .iteration = round + 1, .iterations_max = rounds,
                      .objective = scores.empty() ? 0 : scores.back().value});
      if (stopping && !scores.empty() && stopping->is_over(round, scores.back(), booster)) break;
    }
    context.check_canceled();
    return std::make_shared<XgboostModel>(kind_, params, booster.bytes("ubj"), std::move(history));
  }

  Kind kind_;
};

}  // namespace

}  // namespace firesteel::ml::xgboost

namespace firesteel::ml {

std::vector<Operator> xgboost_operators() {
  static const std::vector<std::unique_ptr<const Estimator>> estimators = [] {
    std::vector<std::unique_ptr<const Estimator>> all;
    for (int k = 0; k < 3; ++k) all.push_back(std::make_unique<xgboost::XgboostEstimator>(static_cast<xgboost::Kind>(k)));
    return all;
  }();
  std::vector<Operator> rows;
  for (int k = 0; k < 3; ++k) {
    const auto kind = static_cast<xgboost::Kind>(k);
    rows.push_back({.jvm_class = xgboost::estimator_class(kind), .kind = OperatorKind::kEstimator,
                    .params = &xgboost::param_table(kind), .estimator = estimators[static_cast<size_t>(k)].get()});
    rows.push_back({.jvm_class = xgboost::model_class(kind), .kind = OperatorKind::kModel, .params = &xgboost::param_table(kind),
                    .read_model = [kind](const std::string& folder) { return xgboost::read_model(kind, folder); }});
  }
  return rows;
}

}  // namespace firesteel::ml
