#include "functions/kernel/hyperloglog.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace firesteel::functions::kernel {

namespace {

constexpr int kLeastBits = 4;
constexpr double kMostBits = 25;
constexpr int kMostCorrectedBits = 18;

// Up to these estimates linear counting is the better one, for 4 to 18 bits.
constexpr double kThresholds[] = {10,   20,   40,    80,    220,   400,    900,   1800,
                                  3100, 6500, 15500, 20000, 50000, 120000, 350000};

double alpha(int bits, double count) {
  switch (bits) {
    case 4: return 0.673;
    case 5: return 0.697;
    case 6: return 0.709;
    default: return 0.7213 / (1.0 + 1.079 / count);
  }
}

// The mean bias of the six measured estimates nearest to this one.
double bias(int bits, double estimate) {
  constexpr size_t kNearest = 6;
  const auto table = measured_estimates(bits);
  auto distance = [&](size_t i) {
    const double difference = estimate - table[i].estimate;
    return difference * difference;
  };
  const auto nearest = static_cast<size_t>(
      std::lower_bound(table.begin(), table.end(), estimate,
                       [](const MeasuredEstimate& row, double value) { return row.estimate < value; }) -
      table.begin());
  size_t low = nearest + 1 > kNearest ? nearest + 1 - kNearest : 0;
  size_t high = std::min(low + kNearest, table.size());
  while (high < table.size() && distance(high) < distance(low)) {
    ++low;
    ++high;
  }
  double sum = 0;
  for (size_t i = low; i < high; ++i) sum += table[i].estimate - table[i].count;
  return sum / static_cast<double>(high - low);
}

}  // namespace

int hyperloglog_bits(double relative_deviation) {
  // The analyzer refuses what lies outside; no value may make the registers outgrow the memory.
  const double bits = std::ceil(2.0 * std::log(1.106 / relative_deviation) / std::log(2.0));
  return bits >= kLeastBits && bits <= kMostBits ? static_cast<int>(bits) : kLeastBits;
}

void HyperLogLog::add(uint64_t hash) {
  const uint64_t rest = (hash << bits_) | (uint64_t{1} << (bits_ - 1));
  auto& slot = registers_[hash >> (64 - bits_)];
  slot = std::max(slot, static_cast<uint8_t>(std::countl_zero(rest) + 1));
}

void HyperLogLog::merge(const HyperLogLog& other) {
  for (size_t i = 0; i < registers_.size(); ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
}

int64_t HyperLogLog::estimate() const {
  const auto m = static_cast<double>(registers_.size());
  double sum = 0;
  double zeros = 0;
  for (uint8_t value : registers_) {
    sum += 1.0 / static_cast<double>(uint64_t{1} << value);
    zeros += value == 0;
  }
  const bool is_corrected = bits_ >= kLeastBits && bits_ <= kMostCorrectedBits;
  const double raw = alpha(bits_, m) * m * m / sum;
  if (zeros > 0) {
    const double linear = m * std::log(m / zeros);
    if ((is_corrected && linear <= kThresholds[bits_ - kLeastBits]) || raw <= 2.5 * m) {
      return static_cast<int64_t>(std::floor(linear + 0.5));
    }
  }
  const double result = is_corrected && raw < 5 * m ? raw - bias(bits_, raw) : raw;
  return static_cast<int64_t>(std::floor(result + 0.5));
}

}  // namespace firesteel::functions::kernel
