// Summaries of generalized linear models: goodness of fit and the statistics of the coefficients.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ml/generalized_linear_model.h"

namespace firesteel::ml {

// What only a training knows.
struct GeneralizedLinearTraining {
  // Diagonal of the inverse of AᵀWA in the last iteration, the intercept last; {0} if there is
  // none.
  std::vector<double> inverse_diagonal;
  int32_t iterations = 0;
  // Names of the features, for the text of the summary.
  std::vector<std::string> feature_names;
};

class GeneralizedLinearSummary : public Summary {
 public:
  // Of the predictions of `model`, with `params`, for the rows of `blocks`.
  GeneralizedLinearSummary(const GeneralizedLinearModel& model, ParamMap params,
                           const InstanceBlocks& blocks, const FitContext& context,
                           std::optional<GeneralizedLinearTraining> training = std::nullopt);

  std::string jvm_class() const override {
    return "org.apache.spark.ml.regression." + class_name();
  }
  std::string class_name() const override {
    return training_ ? "GeneralizedLinearRegressionTrainingSummary"
                     : "GeneralizedLinearRegressionSummary";
  }
  Attribute attribute(const std::shared_ptr<const Attributed>& self,
                      const MethodCall& call) const override;
  int64_t size_bytes() const override;
  void write(const std::string& folder) const override;
  // What write() wrote for a summary of `model`.
  static std::shared_ptr<Summary> read(const std::string& folder,
                                       const GeneralizedLinearModel& model);

 private:
  GeneralizedLinearSummary(const GeneralizedLinearModel& model, ParamMap params);

  // Sums over the rows.
  struct Sums {
    int64_t rows = 0;
    double weight = 0;
    double deviance = 0;
    double pearson = 0;          // squared residuals over the variance
    double response = 0;         // response less margin offset
    double log_weight = 0;       // logarithms of the weights
    double log_probability = 0;  // of binomial and Poisson responses
    double log_response = 0;     // of gamma responses, weighted
    double ratio = 0;            // of gamma: response / mean + log(mean), weighted
    void add(const FamilyAndLink& family, double response, double mean, double offset,
             double weight_of_row);
    void merge(const Sums& other);
    // Every sum but the rows, to write and read them.
    std::vector<double*> numbers();
  };
  Sums sum_rows(const GeneralizedLinearModel& model, const InstanceBlocks& blocks,
                const FitContext& context) const;
  double compute_null_deviance(const InstanceBlocks& blocks, const FitContext& context) const;

  std::optional<Value> fit_metric(const std::string& method) const;
  std::optional<Value> training_attribute(const std::string& method) const;
  int64_t rank() const { return static_cast<int64_t>(estimates_.size()); }
  int64_t degrees_of_freedom() const { return sums_.rows - rank(); }
  bool has_known_dispersion() const;
  double dispersion() const;
  double akaike_information() const;
  void require_normal_solver(const std::string& what) const;
  std::vector<double> standard_errors() const;
  std::vector<double> t_values() const;
  std::vector<double> p_values() const;
  std::string to_text() const;

  ParamMap params_;
  FamilyAndLink family_;
  std::vector<double> estimates_;  // coefficients, and the intercept if it was fitted
  Sums sums_;
  double null_deviance_ = 0;
  std::optional<GeneralizedLinearTraining> training_;
};

}  // namespace firesteel::ml
