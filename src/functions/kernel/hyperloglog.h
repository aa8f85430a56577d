// The number of distinct values, estimated as Spark's HyperLogLogPlusPlusHelper does: HyperLogLog with
// the corrections of Heule, Nunkesser and Hall ("HyperLogLog in Practice", 2013), without the sparse form.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace firesteel::functions::kernel {

// The bits of a hash that choose the register for a relative standard deviation.
int hyperloglog_bits(double relative_deviation);

class HyperLogLog {
 public:
  explicit HyperLogLog(int bits) : bits_(bits), registers_(size_t{1} << bits) {}

  void add(uint64_t hash);
  void merge(const HyperLogLog& other);
  int64_t estimate() const;

 private:
  int bits_;
  std::vector<uint8_t> registers_;
};

// What the uncorrected algorithm was measured to estimate, on average, for a number of values: the
// tables of the paper's appendix, for 4 to 18 bits, sorted by estimate.
struct MeasuredEstimate {
  int32_t count;
  double estimate;
};
std::span<const MeasuredEstimate> measured_estimates(int bits);

}  // namespace firesteel::functions::kernel
