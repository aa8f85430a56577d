// How often Spark's sample with replacement takes each row: PoissonSampler over commons-math's
// PoissonDistribution and its generator Well19937c. Not thread-safe, copyable.
#pragma once

#include <array>
#include <cstdint>

namespace firesteel::functions::kernel {

// org.apache.commons.math3.random.Well19937c.
class Well19937c {
 public:
  explicit Well19937c(int64_t seed);

  // The next 1 to 32 bits.
  int32_t next(int bits);
  // Uniform in [0, 1).
  double next_double();

 private:
  static constexpr int kWords = 624;
  std::array<uint32_t, kWords> state_;
  int index_ = 0;
};

// Means from here on are drawn by another algorithm, which is not here.
inline constexpr double kPoissonMeanEnd = 40;

// The draws of one partition of a sample. `mean` is below kPoissonMeanEnd.
class PoissonDraws {
 public:
  PoissonDraws(double mean, int64_t seed, int32_t partition);

  int64_t next();

 private:
  double mean_;
  double end_;  // e^-mean
  Well19937c generator_;
};

}  // namespace firesteel::functions::kernel
