#include "functions/kernel/count_min_sketch.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/error.h"
#include "functions/kernel/java_random.h"
#include "functions/kernel/murmur3.h"

namespace firesteel::functions::kernel {

namespace {

constexpr int32_t kVersion = 1;
constexpr int64_t kPrime = std::numeric_limits<int32_t>::max();
constexpr double kMaxCells = 64.0 * 1024 * 1024;

template <typename T>
void put(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift & 0xFF);
}

}  // namespace

CountMinSketch::CountMinSketch(double eps, double confidence, int32_t seed) {
  const double depth = std::ceil(-std::log(1 - confidence) / std::log(2.0));
  const double width = std::ceil(2 / eps);
  if (!(depth * width <= kMaxCells)) {
    throw_unsupported("FUNCTION", "count_min_sketch of more than 67108864 counters");
  }
  width_ = static_cast<int32_t>(width);
  JavaRandom random(seed);
  for (int i = 0; i < static_cast<int>(depth); ++i)
    multipliers_.push_back(random.next_int(std::numeric_limits<int32_t>::max()));
  table_.resize(multipliers_.size() * static_cast<size_t>(width_));
}

void CountMinSketch::add(int64_t value) {
  for (size_t row = 0; row < multipliers_.size(); ++row) {
    // Multiplied as Java does, without heeding overflow.
    auto hash = static_cast<int64_t>(static_cast<uint64_t>(multipliers_[row]) *
                                     static_cast<uint64_t>(value));
    hash = static_cast<int64_t>(static_cast<uint64_t>(hash) + static_cast<uint64_t>(hash >> 32)) &
           kPrime;
    ++cell(row, static_cast<int32_t>(hash) % width_);
  }
  ++total_;
}

void CountMinSketch::add(std::string_view bytes) {
  const int32_t first = murmur3_hash_bytes(bytes, 0);
  const int32_t second = murmur3_hash_bytes(bytes, first);
  for (size_t row = 0; row < multipliers_.size(); ++row) {
    const auto mixed = static_cast<int32_t>(
        static_cast<uint32_t>(first) + static_cast<uint32_t>(row) * static_cast<uint32_t>(second));
    ++cell(row, std::abs(mixed % width_));
  }
  ++total_;
}

void CountMinSketch::merge(const CountMinSketch& other) {
  for (size_t i = 0; i < table_.size(); ++i) table_[i] += other.table_[i];
  total_ += other.total_;
}

std::string CountMinSketch::bytes() const {
  std::string out;
  put(out, kVersion);
  put(out, total_);
  put(out, static_cast<int32_t>(multipliers_.size()));
  put(out, width_);
  for (const int64_t one : multipliers_) put(out, one);
  for (const int64_t one : table_) put(out, one);
  return out;
}

}  // namespace firesteel::functions::kernel
