#include "ml/classification_summary.h"

#include <arrow/api.h>

#include "ml/model_table.h"
#include "ml/parallel.h"
#include "ml/persistence.h"
#include "ml/registry.h"
#include "ml/transform_failure.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr int kBins = 1000;

TableAttribute to_table(const std::vector<CurvePoint>& points, const std::string& x, const std::string& y) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const CurvePoint& point : points) {
    xs.push_back(point.x);
    ys.push_back(point.y);
  }
  TableAttribute result;
  for (const std::string& name : {x, y}) {
    result.fields.push_back({name, plan::Type::double_number(), false, ""});
  }
  result.table = arrow::Table::Make(
      arrow::schema({arrow::field(x, arrow::float64(), false), arrow::field(y, arrow::float64(), false)}),
      std::vector<std::shared_ptr<arrow::Array>>{make_doubles(xs), make_doubles(ys)});
  return result;
}

template <typename Metric>
std::vector<double> by_label(const MulticlassMetrics& metrics, const Metric& metric) {
  std::vector<double> result;
  for (const double label : metrics.labels()) result.push_back(metric(label));
  return result;
}

}  // namespace

void ClassificationTally::merge(ClassificationTally other) {
  metrics_.merge(other.metrics_);
  scored_.insert(scored_.end(), other.scored_.begin(), other.scored_.end());
  negative_weight_ = std::min(negative_weight_, other.negative_weight_);
}

ClassificationTally tally_blocks(InstanceBlocks& blocks, bool binary, const FitContext& context,
                                 const std::function<void(const InstanceBlock&, ClassificationTally&)>& add) {
  const int parts = std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())));
  std::vector<ClassificationTally> tallies(parts, ClassificationTally(binary, std::make_shared<RowMemory>(context)));
  const auto rows_of = [&](const BlockRange& range) {
    int64_t rows = 0;
    for (size_t b = range.begin; b < range.end; ++b) rows += blocks[b].rows;
    return rows;
  };
  for_each_part(parts, [&](int part) {
    const BlockRange range = block_range(blocks.size(), part, parts);
    // The first one takes up the others.
    tallies[part].reserve(part == 0 ? blocks.rows() : rows_of(range));
    for (size_t b = range.begin; b < range.end; ++b) {
      context.check_canceled();
      add(blocks[b], tallies[part]);
      blocks.forget(b);
    }
  });
  for (int part = 1; part < parts; ++part) tallies[0].merge(std::move(tallies[part]));
  return std::move(tallies[0]);
}

ClassificationSummary::ClassificationSummary(std::string class_name, ClassificationTally tally,
                                             ParamMap params, std::vector<double> objective_history)
    : class_name_(std::move(class_name)),
      params_(std::move(params)),
      objective_history_(std::move(objective_history)),
      metrics_(std::move(tally.metrics_)),
      negative_weight_(tally.negative_weight_) {
  metrics_.finish();
  if (tally.binary_) binary_.emplace(std::move(tally.scored_), kBins);
}

std::optional<Value> ClassificationSummary::column_name(const std::string& method) const {
  if (method == "scoreCol" && binary_) {
    return params_.text(params_.declares("probabilityCol") ? "probabilityCol" : "rawPredictionCol");
  }
  if (method == "weightCol") {
    if (!params_.declares("weightCol")) return std::string();
    return params_.is_set("weightCol") ? params_.text("weightCol") : std::string("weightCol");
  }
  for (const char* name : {"predictionCol", "labelCol", "probabilityCol", "featuresCol"}) {
    if (method == name && params_.declares(name)) return params_.text(name);
  }
  return std::nullopt;
}

std::optional<Value> ClassificationSummary::class_metric(const std::string& method, double beta) const {
  const MulticlassMetrics& m = metrics_;
  if (method == "labels") return m.labels();
  if (method == "accuracy") return m.accuracy();
  if (method == "weightedTruePositiveRate") return m.weighted_true_positive_rate();
  if (method == "weightedFalsePositiveRate") return m.weighted_false_positive_rate();
  if (method == "weightedPrecision") return m.weighted_precision();
  if (method == "weightedRecall") return m.weighted_recall();
  if (method == "weightedFMeasure") return m.weighted_f_measure(beta);
  if (method == "truePositiveRateByLabel" || method == "recallByLabel") {
    return by_label(m, [&](double label) { return m.true_positive_rate(label); });
  }
  if (method == "falsePositiveRateByLabel") {
    return by_label(m, [&](double label) { return m.false_positive_rate(label); });
  }
  if (method == "precisionByLabel") return by_label(m, [&](double label) { return m.precision(label); });
  if (method == "fMeasureByLabel") {
    return by_label(m, [&](double label) { return m.f_measure(label, beta); });
  }
  return std::nullopt;
}

std::optional<Attribute> ClassificationSummary::curve(const std::string& method, double beta) const {
  static const char* const curves[] = {"roc", "areaUnderROC", "pr", "fMeasureByThreshold", "precisionByThreshold", "recallByThreshold"};
  if (!binary_ || std::find(std::begin(curves), std::end(curves), method) == std::end(curves)) return std::nullopt;
  if (negative_weight_ < 0) throw_spark_exception("requirement failed: instance weight, " + java_double_text(negative_weight_) + " has to be >= 0.0");
  if (method == "roc") return to_table(binary_->roc(), "FPR", "TPR");
  if (method == "areaUnderROC") return Value(binary_->area_under_roc());
  if (method == "pr") return to_table(binary_->precision_recall(), "recall", "precision");
  if (method == "fMeasureByThreshold") {
    return to_table(binary_->f_measure_by_threshold(beta), "threshold", "F-Measure");
  }
  if (method == "precisionByThreshold") {
    return to_table(binary_->precision_by_threshold(), "threshold", "precision");
  }
  return to_table(binary_->recall_by_threshold(), "threshold", "recall");
}

Attribute ClassificationSummary::attribute(const std::shared_ptr<const Attributed>& /*self*/,
                                           const MethodCall& call) const {
  const bool has_beta = !call.arguments.empty() && std::holds_alternative<double>(call.arguments[0]);
  const double beta = has_beta ? std::get<double>(call.arguments[0]) : 1.0;
  if (const auto name = column_name(call.method)) return *name;
  if (const auto metric = class_metric(call.method, beta)) return *metric;
  if (const auto points = curve(call.method, beta)) return *points;
  if (!objective_history_.empty() && call.method == "objectiveHistory") return Value(objective_history_);
  if (!objective_history_.empty() && call.method == "totalIterations") {
    return Value(static_cast<int32_t>(objective_history_.size()) - 1);
  }
  if (call.method == "predictions") {
    if (const auto kept = model().get()) return PredictionsAttribute{kept, params_, kept->class_name()};
  }
  throw_no_attribute(*this, call.method);
}

int64_t ClassificationSummary::size_bytes() const {
  const int64_t cuts = binary_ ? binary_->size() : 0;
  const auto labels = static_cast<int64_t>(metrics_.labels().size());
  return static_cast<int64_t>(sizeof(*this)) + 24 * cuts + 8 * static_cast<int64_t>(objective_history_.size()) +
         64 * labels * labels;
}

void ClassificationSummary::write(const std::string& folder) const {
  write_metadata(folder, jvm_class(), params_);
  ModelTable table;
  table.add("objectiveHistory", objective_history_);
  table.add("confusion", metrics_.state());
  table.add("isBinary", binary_.has_value());
  table.add("negativeWeight", negative_weight_);
  table.add("cuts", binary_ ? binary_->state() : std::vector<double>());
  table.write(folder, "data");
}

std::shared_ptr<Summary> ClassificationSummary::read(const std::string& folder, const ParamTable& table) {
  const Metadata metadata = read_metadata(folder, "");
  const ModelRow row = read_model_row(folder, "data");
  ClassificationTally tally(false);
  const std::vector<double> confusion = row.numbers("confusion");
  for (size_t i = 0; i + 2 < confusion.size(); i += 3) {
    tally.add(confusion[i], confusion[i + 2], confusion[i + 1], 0.0);
  }
  auto summary = std::make_shared<ClassificationSummary>(simple_name(metadata.jvm_class), std::move(tally),
                                                         read_params(metadata, table), row.numbers("objectiveHistory"));
  summary->negative_weight_ = row.number("negativeWeight");
  if (row.flag("isBinary")) summary->binary_.emplace(row.numbers("cuts"));
  return summary;
}

}  // namespace firesteel::ml
