// Probability distributions that link functions and information criteria need.
#pragma once

#include <cstdint>

namespace firesteel::ml {

// The standard normal distribution.
double normal_density(double x);
double normal_cumulative(double x);
// The x at which normal_cumulative is `probability`, in [0, 1].
double normal_quantile(double probability);

// Logarithms of probabilities.
double binomial_log_probability(int32_t trials, double probability, int32_t successes);
double poisson_log_probability(double mean, int32_t events);

}  // namespace firesteel::ml
