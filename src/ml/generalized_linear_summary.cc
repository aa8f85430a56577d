#include "ml/generalized_linear_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "base/text.h"
#include "ml/distributions.h"
#include "ml/generalized_linear_residuals.h"
#include "ml/model_table.h"
#include "ml/parallel.h"
#include "ml/persistence.h"
#include "ml/student_t.h"

namespace firesteel::ml {

namespace {

[[noreturn]] void throw_unsupported_operation(const std::string& message) {
  throw SparkError("_LEGACY_ERROR_ML_UNSUPPORTED_OPERATION", {{"message", message}});
}

bool has_offset(const ParamMap& params) { return !params.text_or_empty("offsetCol").empty(); }

// Right-aligned columns under their names, a blank between them.
std::string align(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += (i > 0 ? " " : "") + std::string(widths[i] - row[i].size(), ' ') + row[i];
    }
    text += "\n";
  }
  return text;
}

std::string pad_left(const std::string& text, size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

}  // namespace

void GeneralizedLinearSummary::Sums::add(const FamilyAndLink& family, double y, double mean,
                                         double offset, double weight_of_row) {
  using Family = FamilyAndLink::Family;
  ++rows;
  weight += weight_of_row;
  deviance += family.deviance(y, mean, weight_of_row);
  pearson += (y - mean) * (y - mean) * weight_of_row / family.variance(mean);
  response += (y - offset) * weight_of_row;
  if (family.family() == Family::kGaussian) log_weight += std::log(weight_of_row);
  if (family.family() == Family::kBinomial) {
    // Weights are numbers of trials.
    const auto trials = static_cast<int32_t>(std::floor(weight_of_row + 0.5));
    const auto successes = static_cast<int32_t>(std::floor(y * weight_of_row + 0.5));
    if (trials != 0) log_probability += binomial_log_probability(trials, mean, successes);
  }
  if (family.family() == Family::kPoisson) {
    log_probability += weight_of_row * poisson_log_probability(mean, static_cast<int32_t>(y));
  }
  if (family.family() == Family::kGamma) {
    log_response += weight_of_row * std::log(y);
    ratio += weight_of_row * (y / mean + std::log(mean));
  }
}

void GeneralizedLinearSummary::Sums::merge(const Sums& other) {
  rows += other.rows;
  Sums theirs = other;
  const std::vector<double*> to = numbers();
  const std::vector<double*> from = theirs.numbers();
  for (size_t i = 0; i < to.size(); ++i) *to[i] += *from[i];
}

std::vector<double*> GeneralizedLinearSummary::Sums::numbers() {
  return {&weight,     &deviance,        &pearson,      &response,
          &log_weight, &log_probability, &log_response, &ratio};
}

GeneralizedLinearSummary::GeneralizedLinearSummary(const GeneralizedLinearModel& model,
                                                   ParamMap params)
    : params_(std::move(params)), family_(params_), estimates_(model.coefficients().to_array()) {
  if (params_.flag("fitIntercept")) estimates_.push_back(model.intercept());
}

GeneralizedLinearSummary::GeneralizedLinearSummary(
    const GeneralizedLinearModel& model, ParamMap params, const InstanceBlocks& blocks,
    const FitContext& context, std::optional<GeneralizedLinearTraining> training)
    : GeneralizedLinearSummary(model, std::move(params)) {
  training_ = std::move(training);
  sums_ = sum_rows(model, blocks, context);
  null_deviance_ = compute_null_deviance(blocks, context);
}

GeneralizedLinearSummary::Sums GeneralizedLinearSummary::sum_rows(
    const GeneralizedLinearModel& model, const InstanceBlocks& blocks,
    const FitContext& context) const {
  const std::vector<double> coefficients = model.coefficients().to_array();
  require(blocks.rows() == 0 || static_cast<size_t>(blocks.features()) == coefficients.size(),
          "BLAS.dot(x: Vector, y:Vector) was given Vectors with non-matching sizes: x.size = " +
              std::to_string(blocks.features()) +
              ", y.size = " + std::to_string(coefficients.size()));
  const int parts = std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())));
  std::vector<Sums> partial(parts);
  for_each_part(parts, [&](int part) {
    Sums& sums = partial[part];
    std::vector<double> margins;
    const BlockRange range = block_range(blocks.size(), part, parts);
    for (size_t b = range.begin; b < range.end; ++b) {
      context.check_canceled();
      const InstanceBlock block = blocks[b];
      compute_margins(block, blocks.dense_columns(), coefficients, model.intercept(), margins);
      for (int32_t row = 0; row < block.rows; ++row) {
        const double y = block.labels[row];
        const double weight = block.weights[row];
        const double offset = block.margin_offsets != nullptr ? block.margin_offsets[row] : 0.0;
        const double mean = family_.mean_of(margins[row] + offset);
        sums.add(family_, y, mean, offset, weight);
      }
      blocks.release(b);
    }
  });
  for (int part = 1; part < parts; ++part) partial[0].merge(partial[part]);
  return partial[0];
}

namespace {

// Calls `use(label, weight, offset)` for every row, in order.
template <typename Use>
void for_each_label(const InstanceBlocks& blocks, const FitContext& context, const Use& use) {
  for (size_t b = 0; b < blocks.size(); ++b) {
    context.check_canceled();
    const InstanceBlock block = blocks[b];
    for (int32_t row = 0; row < block.rows; ++row) {
      use(block.labels[row], block.weights[row],
          block.margin_offsets != nullptr ? block.margin_offsets[row] : 0.0);
    }
    blocks.release(b);
  }
}

// The intercept of a model without features, by iteratively reweighted least squares.
double fit_intercept_alone(const FamilyAndLink& family, const ParamMap& params,
                           const InstanceBlocks& blocks, const FitContext& context) {
  double sum = 0;
  double weight_sum = 0;
  for_each_label(blocks, context, [&](double y, double weight, double offset) {
    sum += weight * (family.margin_of(family.initial_mean(y, weight)) - offset);
    weight_sum += weight;
  });
  double intercept = sum / weight_sum;
  for (int32_t iteration = 0; iteration < params.integer("maxIter"); ++iteration) {
    sum = weight_sum = 0;
    for_each_label(blocks, context, [&](double y, double weight, double offset) {
      const double mean = family.mean_of(intercept + offset);
      const double slope = family.link_derivative(mean);
      const double working_weight = weight / (slope * slope * family.variance(mean));
      sum += working_weight * (intercept + (y - mean) * slope);
      weight_sum += working_weight;
    });
    const double before = intercept;
    intercept = sum / weight_sum;
    if (std::abs(intercept - before) < params.number("tol")) break;
  }
  return intercept;
}

}  // namespace

double GeneralizedLinearSummary::compute_null_deviance(const InstanceBlocks& blocks,
                                                       const FitContext& context) const {
  double intercept = 0;
  if (params_.flag("fitIntercept")) {
    intercept = has_offset(params_) && !family_.is_plain_least_squares()
                    ? fit_intercept_alone(family_, params_, blocks, context)
                    : family_.link(sums_.response / sums_.weight);
  }
  double deviance = 0;
  for_each_label(blocks, context, [&](double y, double weight, double offset) {
    deviance += family_.deviance(y, family_.inverse_link(intercept + offset), weight);
  });
  return deviance;
}

// Spark goes by the parameter, so a Tweedie family of power 1 has an estimated dispersion.
bool GeneralizedLinearSummary::has_known_dispersion() const {
  const std::string family = lower_case(params_.text("family"));
  return family == "binomial" || family == "poisson";
}

double GeneralizedLinearSummary::dispersion() const {
  return has_known_dispersion() ? 1.0 : sums_.pearson / static_cast<double>(degrees_of_freedom());
}

double GeneralizedLinearSummary::akaike_information() const {
  using Family = FamilyAndLink::Family;
  const double rank_term = 2.0 * static_cast<double>(rank());
  switch (family_.family()) {
    case Family::kGaussian: {
      const auto rows = static_cast<double>(sums_.rows);
      return rows * (std::log(sums_.deviance / rows * 2.0 * std::numbers::pi) + 1.0) + 2.0 -
             sums_.log_weight + rank_term;
    }
    case Family::kBinomial:
    case Family::kPoisson:
      return -2.0 * sums_.log_probability + rank_term;
    case Family::kGamma: {
      // Densities with shape 1 / d and scale mean * d.
      const double d = sums_.deviance / sums_.weight;
      const double log_density = (1.0 / d - 1.0) * sums_.log_response - sums_.ratio / d -
                                 sums_.weight * (std::log(d) / d + std::lgamma(1.0 / d));
      return -2.0 * log_density + 2.0 + rank_term;
    }
    case Family::kTweedie:
      break;
  }
  throw_unsupported_operation("No AIC available for the tweedie family");
}

void GeneralizedLinearSummary::require_normal_solver(const std::string& what) const {
  const std::vector<double>& diagonal = training_->inverse_diagonal;
  if (diagonal.size() == 1 && diagonal[0] == 0.0) {
    throw_unsupported_operation("No " + what +
                                " available for this GeneralizedLinearRegressionModel");
  }
}

std::vector<double> GeneralizedLinearSummary::standard_errors() const {
  require_normal_solver("Std. Error of coefficients");
  std::vector<double> errors;
  for (const double entry : training_->inverse_diagonal)
    errors.push_back(std::sqrt(entry * dispersion()));
  return errors;
}

std::vector<double> GeneralizedLinearSummary::t_values() const {
  require_normal_solver("t-statistic");
  std::vector<double> values = standard_errors();
  for (size_t i = 0; i < values.size(); ++i) values[i] = estimates_[i] / values[i];
  return values;
}

std::vector<double> GeneralizedLinearSummary::p_values() const {
  require_normal_solver("p-value");
  std::vector<double> values = t_values();
  const auto degrees = static_cast<double>(degrees_of_freedom());
  for (double& value : values) {
    value = has_known_dispersion() ? 2.0 * (1.0 - normal_cumulative(std::abs(value)))
                                   : student_t_two_sided(std::abs(value), degrees);
  }
  return values;
}

std::optional<Value> GeneralizedLinearSummary::fit_metric(const std::string& method) const {
  if (method == "predictionCol") return params_.text("predictionCol");
  if (method == "numInstances") return sums_.rows;
  if (method == "rank") return rank();
  if (method == "degreesOfFreedom" || method == "residualDegreeOfFreedom")
    return degrees_of_freedom();
  if (method == "residualDegreeOfFreedomNull")
    return sums_.rows - (params_.flag("fitIntercept") ? 1 : 0);
  if (method == "nullDeviance") return null_deviance_;
  if (method == "deviance") return sums_.deviance;
  if (method == "dispersion") return dispersion();
  if (method == "aic") return akaike_information();
  return std::nullopt;
}

std::optional<Value> GeneralizedLinearSummary::training_attribute(const std::string& method) const {
  if (!training_) return std::nullopt;
  if (method == "numIterations") return training_->iterations;
  if (method == "solver") return params_.text("solver");
  if (method == "coefficientStandardErrors") return standard_errors();
  if (method == "tValues") return t_values();
  if (method == "pValues") return p_values();
  if (method == "toString") return to_text();
  return std::nullopt;
}

std::string GeneralizedLinearSummary::to_text() const {
  require_normal_solver("summary");
  const std::vector<double> errors = standard_errors();
  const std::vector<double> t = t_values();
  const std::vector<double> p = p_values();
  std::vector<std::vector<std::string>> rows = {
      {"Feature", "Estimate", "Std Error", "T Value", "P Value"}};
  const bool has_intercept = params_.flag("fitIntercept");
  const size_t features = estimates_.size() - (has_intercept ? 1 : 0);
  const auto add = [&](const std::string& name, size_t i) {
    std::vector<std::string> row = {name, round_half_up(estimates_[i], 4),
                                    round_half_up(errors[i], 4), round_half_up(t[i], 4),
                                    round_half_up(p[i], 4)};
    for (std::string& cell : row) {
      if (cell.size() > 20) cell.replace(17, std::string::npos, "...");
    }
    rows.push_back(std::move(row));
  };
  if (has_intercept) add("(Intercept)", features);
  for (size_t i = 0; i < features; ++i) add(training_->feature_names[i], i);
  const std::string degrees = std::to_string(degrees_of_freedom()) + " degrees of freedom";
  const std::string null_line =
      "Null deviance: " + round_half_up(null_deviance_, 4) + " on " + degrees;
  const std::string residual_line =
      "Residual deviance: " + round_half_up(sums_.deviance, 4) + " on " + degrees;
  const size_t width = std::max(null_line.size(), residual_line.size());
  std::string text = "Coefficients:\n" + align(rows) + "\n(Dispersion parameter for " +
                     family_.family_name() + " family taken to be " +
                     round_half_up(dispersion(), 4) + ")\n" + pad_left(null_line, width) + "\n" +
                     pad_left(residual_line, width);
  if (family_.family() != FamilyAndLink::Family::kTweedie)
    text += "\nAIC: " + round_half_up(akaike_information(), 4);
  return text;
}

Attribute GeneralizedLinearSummary::attribute(const std::shared_ptr<const Attributed>& /*self*/,
                                              const MethodCall& call) const {
  if (const auto value = fit_metric(call.method)) return *value;
  if (const auto value = training_attribute(call.method)) return *value;
  const auto kept = model().get();
  if (kept && call.method == "predictions")
    return PredictionsAttribute{kept, params_, kept->class_name()};
  if (kept && call.method == "residuals") {
    const bool has_type =
        !call.arguments.empty() && std::holds_alternative<std::string>(call.arguments[0]);
    const std::string type = has_type ? std::get<std::string>(call.arguments[0]) : "deviance";
    return generalized_linear_residuals(kept, params_, type);
  }
  throw_no_attribute(*this, call.method);
}

int64_t GeneralizedLinearSummary::size_bytes() const {
  int64_t bytes = static_cast<int64_t>(sizeof(*this)) + 8 * rank();
  if (training_) {
    bytes += 8 * static_cast<int64_t>(training_->inverse_diagonal.size());
    for (const std::string& name : training_->feature_names)
      bytes += static_cast<int64_t>(name.size());
  }
  return bytes;
}

void GeneralizedLinearSummary::write(const std::string& folder) const {
  write_metadata(folder, jvm_class(), params_);
  Sums sums = sums_;
  std::vector<double> numbers;
  for (const double* number : sums.numbers()) numbers.push_back(*number);
  ModelTable table;
  table.add("rows", sums.rows);
  table.add("sums", numbers);
  table.add("nullDeviance", null_deviance_);
  table.add("isTraining", training_.has_value());
  const GeneralizedLinearTraining training = training_.value_or(GeneralizedLinearTraining());
  table.add("inverseDiagonal", training.inverse_diagonal);
  table.add("iterations", training.iterations);
  table.add("featureNames", training.feature_names);
  table.write(folder, "data");
}

std::shared_ptr<Summary> GeneralizedLinearSummary::read(const std::string& folder,
                                                        const GeneralizedLinearModel& model) {
  const ModelRow row = read_model_row(folder, "data");
  const std::shared_ptr<GeneralizedLinearSummary> summary(new GeneralizedLinearSummary(
      model, read_params(read_metadata(folder, ""), model.params().table())));
  summary->sums_.rows = row.long_integer("rows");
  const std::vector<double> sums = row.numbers("sums");
  const std::vector<double*> numbers = summary->sums_.numbers();
  for (size_t i = 0; i < numbers.size(); ++i) *numbers[i] = sums.at(i);
  summary->null_deviance_ = row.number("nullDeviance");
  if (row.flag("isTraining")) {
    summary->training_ = GeneralizedLinearTraining{
        row.numbers("inverseDiagonal"), row.integer("iterations"), row.texts("featureNames")};
  }
  return summary;
}

}  // namespace firesteel::ml
