// Families of distributions and link functions of generalized linear models.
// Follows the families and links inside org.apache.spark.ml.regression.GeneralizedLinearRegression.
#pragma once

#include <string>

#include "ml/params.h"

namespace firesteel::ml {

// A family with one of its links. A value; all functions are pure.
class FamilyAndLink {
 public:
  enum class Family { kGaussian, kBinomial, kPoisson, kGamma, kTweedie };
  enum class Link {
    kIdentity,
    kLog,
    kInverse,
    kLogit,
    kProbit,
    kComplementaryLogLog,
    kSquareRoot,
    kPower
  };

  // From `family`, `link`, `variancePower` and `linkPower`. Throws Spark's error for a link that
  // the family does not have.
  explicit FamilyAndLink(const ParamMap& params);

  Family family() const { return family_; }
  bool is_plain_least_squares() const {
    return family_ == Family::kGaussian && link_ == Link::kIdentity;
  }
  // "gaussian", "tweedie", …; the special cases of a Tweedie family have their own names.
  std::string family_name() const;

  // The mean from which the iteration starts; throws Spark's error for a response that the family
  // does not have.
  double initial_mean(double response, double weight) const;
  double variance(double mean) const;
  double deviance(double response, double mean, double weight) const;

  double link(double mean) const;
  double link_derivative(double mean) const;
  double inverse_link(double margin) const;
  // The same within the family's range of means.
  double margin_of(double mean) const { return link(project(mean)); }
  double mean_of(double margin) const { return project(inverse_link(margin)); }

 private:
  double project(double mean) const;

  Family family_ = Family::kGaussian;
  Link link_ = Link::kIdentity;
  double variance_power_ = 0;  // of kTweedie
  double link_power_ = 1;      // of kPower
};

}  // namespace firesteel::ml
