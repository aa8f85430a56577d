// Distribution functions of statistical tests.
#pragma once

#include <cstdint>

namespace firesteel::ml {

// Regularized incomplete beta function I_x(a, b), with `y` = 1 - x given exactly.
double incomplete_beta(double a, double b, double x, double y);

// P(X <= x). The degrees of freedom are positive; x below 0 has probability 0; NaN gives NaN.
double chi_square_cdf(double x, double degrees);
double f_cdf(double x, double numerator_degrees, double denominator_degrees);
double normal_cdf(double x, double mean, double standard_deviation);
// P(D_n < d) of the two-sided statistic of Kolmogorov and Smirnov of `count` values, by the exact
// method of Marsaglia, Tsang and Wang (2003) up to 140 values and the expansion of Pelz and Good
// beyond.
double kolmogorov_smirnov_cdf(double d, int64_t count);

}  // namespace firesteel::ml
