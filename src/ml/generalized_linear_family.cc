#include "ml/generalized_linear_family.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/text.h"
#include "ml/distributions.h"

namespace firesteel::ml {

namespace {

using Family = FamilyAndLink::Family;
using Link = FamilyAndLink::Link;

constexpr double kEpsilon = 1e-16;
// Keeps means of counts off zero.
constexpr double kTweedieDelta = 0.1;

const std::map<std::string, Family>& family_names() {
  static const std::map<std::string, Family> names = {{"gaussian", Family::kGaussian},
                                                      {"binomial", Family::kBinomial},
                                                      {"poisson", Family::kPoisson},
                                                      {"gamma", Family::kGamma},
                                                      {"tweedie", Family::kTweedie}};
  return names;
}

Link link_named(const std::string& name) {
  static const std::map<std::string, Link> names = {
      {"identity", Link::kIdentity}, {"log", Link::kLog},
      {"inverse", Link::kInverse},   {"logit", Link::kLogit},
      {"probit", Link::kProbit},     {"cloglog", Link::kComplementaryLogLog},
      {"sqrt", Link::kSquareRoot}};
  return names.at(name);
}

bool family_has_link(Family family, Link link) {
  switch (family) {
    case Family::kGaussian:
      return link == Link::kIdentity || link == Link::kLog || link == Link::kInverse;
    case Family::kBinomial:
      return link == Link::kLogit || link == Link::kProbit || link == Link::kComplementaryLogLog;
    case Family::kPoisson:
      return link == Link::kLog || link == Link::kIdentity || link == Link::kSquareRoot;
    case Family::kGamma:
      return link == Link::kInverse || link == Link::kIdentity || link == Link::kLog;
    case Family::kTweedie:
      return true;
  }
  return false;
}

Link default_link(Family family) {
  switch (family) {
    case Family::kGaussian:
      return Link::kIdentity;
    case Family::kBinomial:
      return Link::kLogit;
    case Family::kPoisson:
      return Link::kLog;
    case Family::kGamma:
      return Link::kInverse;
    case Family::kTweedie:
      return Link::kPower;
  }
  return Link::kIdentity;
}

Link link_of_power(double power) {
  if (power == 0.0) return Link::kLog;
  if (power == 1.0) return Link::kIdentity;
  if (power == -1.0) return Link::kInverse;
  if (power == 0.5) return Link::kSquareRoot;
  return Link::kPower;
}

double response_log_ratio(double response, double mean) {
  return response == 0 ? 0.0 : response * std::log(response / mean);
}

double power_difference(double response, double mean, double power) {
  return power == 0 ? std::log(response / mean)
                    : (std::pow(response, power) - std::pow(mean, power)) / power;
}

}  // namespace

FamilyAndLink::FamilyAndLink(const ParamMap& params) {
  family_ = family_names().at(lower_case(params.text("family")));
  const bool is_tweedie = family_ == Family::kTweedie;
  if (is_tweedie) {
    variance_power_ = params.number("variancePower");
    if (variance_power_ == 0.0) family_ = Family::kGaussian;
    if (variance_power_ == 1.0) family_ = Family::kPoisson;
    if (variance_power_ == 2.0) family_ = Family::kGamma;
  }
  link_ = default_link(family_);
  link_power_ = 1.0 - variance_power_;
  if (is_tweedie && params.is_set("linkPower")) {
    link_power_ = params.number("linkPower");
    link_ = link_of_power(link_power_);
  } else if (!is_tweedie && params.is_set("link")) {
    link_ = link_named(lower_case(params.text("link")));
    require(family_has_link(family_, link_),
            "Generalized Linear Regression with " + params.text("family") +
                " family does not support " + params.text("link") + " link function.");
  }
}

std::string FamilyAndLink::family_name() const {
  for (const auto& [name, family] : family_names()) {
    if (family == family_) return name;
  }
  return {};
}

double FamilyAndLink::initial_mean(double response, double weight) const {
  const auto check = [response](bool holds, const char* family, const char* range) {
    if (holds) return;
    // Raised inside a task.
    throw_spark_exception(std::string("requirement failed: The response variable of ") + family +
                          " family should be " + range + ", but got " + java_double_text(response));
  };
  switch (family_) {
    case Family::kGaussian:
      return response;
    case Family::kBinomial: {
      const double mean = (weight * response + 0.5) / (weight + 1.0);
      if (mean > 0.0 && mean < 1.0) return mean;
      throw_spark_exception(
          "requirement failed: The response variable of Binomial familyshould be in range (0, 1), "
          "but got " +
          java_double_text(mean));
    }
    case Family::kPoisson:
      check(response >= 0.0, "Poisson", "non-negative");
      return std::max(response, kTweedieDelta);
    case Family::kGamma:
      check(response > 0.0, "Gamma", "positive");
      return response;
    case Family::kTweedie: {
      const std::string name = "tweedie(" + java_double_text(variance_power_) + ")";
      if (variance_power_ >= 1.0 && variance_power_ < 2.0)
        check(response >= 0.0, name.c_str(), "non-negative");
      if (variance_power_ >= 2.0) check(response > 0.0, name.c_str(), "positive");
      return response == 0 ? kTweedieDelta : response;
    }
  }
  return response;
}

double FamilyAndLink::variance(double mean) const {
  switch (family_) {
    case Family::kGaussian:
      return 1.0;
    case Family::kBinomial:
      return mean * (1.0 - mean);
    case Family::kPoisson:
      return mean;
    case Family::kGamma:
      return mean * mean;
    case Family::kTweedie:
      return std::pow(mean, variance_power_);
  }
  return 1.0;
}

double FamilyAndLink::deviance(double response, double mean, double weight) const {
  switch (family_) {
    case Family::kGaussian:
      return weight * (response - mean) * (response - mean);
    case Family::kBinomial:
      return 2.0 * weight *
             (response_log_ratio(response, mean) + response_log_ratio(1.0 - response, 1.0 - mean));
    case Family::kPoisson:
      return 2.0 * weight * (response_log_ratio(response, mean) - (response - mean));
    case Family::kGamma:
      return -2.0 * weight * (std::log(response / mean) - (response - mean) / mean);
    case Family::kTweedie: {
      const bool has_zeros = variance_power_ >= 1.0 && variance_power_ < 2.0;
      const double positive = has_zeros ? std::max(response, kTweedieDelta) : response;
      return 2.0 * weight *
             (response * power_difference(positive, mean, 1.0 - variance_power_) -
              power_difference(response, mean, 2.0 - variance_power_));
    }
  }
  return 0.0;
}

double FamilyAndLink::project(double mean) const {
  constexpr double kMost = std::numeric_limits<double>::max();
  switch (family_) {
    case Family::kGaussian:
      if (std::isinf(mean)) return mean < 0 ? -kMost : kMost;
      return mean;
    case Family::kBinomial:
      if (mean < kEpsilon) return kEpsilon;
      return mean > 1.0 - kEpsilon ? 1.0 - kEpsilon : mean;
    case Family::kPoisson:
    case Family::kGamma:
    case Family::kTweedie:
      if (mean < kEpsilon) return kEpsilon;
      return std::isinf(mean) ? kMost : mean;
  }
  return mean;
}

double FamilyAndLink::link(double mean) const {
  switch (link_) {
    case Link::kIdentity:
      return mean;
    case Link::kLog:
      return std::log(mean);
    case Link::kInverse:
      return 1.0 / mean;
    case Link::kLogit:
      return std::log(mean / (1.0 - mean));
    case Link::kProbit:
      return normal_quantile(mean);
    case Link::kComplementaryLogLog:
      return std::log(-std::log1p(-mean));
    case Link::kSquareRoot:
      return std::sqrt(mean);
    case Link::kPower:
      return link_power_ == 0.0 ? std::log(mean) : std::pow(mean, link_power_);
  }
  return mean;
}

double FamilyAndLink::link_derivative(double mean) const {
  switch (link_) {
    case Link::kIdentity:
      return 1.0;
    case Link::kLog:
      return 1.0 / mean;
    case Link::kInverse:
      return -1.0 / (mean * mean);
    case Link::kLogit:
      return 1.0 / (mean * (1.0 - mean));
    case Link::kProbit:
      return 1.0 / normal_density(normal_quantile(mean));
    case Link::kComplementaryLogLog:
      return 1.0 / ((mean - 1.0) * std::log1p(-mean));
    case Link::kSquareRoot:
      return 1.0 / (2.0 * std::sqrt(mean));
    case Link::kPower:
      return link_power_ == 0.0 ? 1.0 / mean : link_power_ * std::pow(mean, link_power_ - 1.0);
  }
  return 1.0;
}

double FamilyAndLink::inverse_link(double margin) const {
  switch (link_) {
    case Link::kIdentity:
      return margin;
    case Link::kLog:
      return std::exp(margin);
    case Link::kInverse:
      return 1.0 / margin;
    case Link::kLogit:
      return 1.0 / (1.0 + std::exp(-margin));
    case Link::kProbit:
      return normal_cumulative(margin);
    case Link::kComplementaryLogLog:
      return 1.0 - std::exp(-std::exp(margin));
    case Link::kSquareRoot:
      return margin * margin;
    case Link::kPower:
      return link_power_ == 0.0 ? std::exp(margin) : std::pow(margin, 1.0 / link_power_);
  }
  return margin;
}

}  // namespace firesteel::ml
