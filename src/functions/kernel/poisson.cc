#include "functions/kernel/poisson.h"

#include <cmath>

#include "functions/kernel/java_random.h"

namespace firesteel::functions::kernel {

namespace {

// PartitionwiseSampledRDD: each partition takes the next number that the sample's seed gives.
int64_t seed_of_partition(int64_t seed, int32_t partition) {
  JavaRandom random(seed);
  int64_t drawn = random.next_long();
  for (int32_t i = 0; i < partition; ++i) drawn = random.next_long();
  return drawn;
}

}  // namespace

// AbstractWell.setSeed: the two words of the seed, the rest by a linear recurrence of Knuth's.
Well19937c::Well19937c(int64_t seed) {
  state_[0] = static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32);
  state_[1] = static_cast<uint32_t>(seed);
  for (int i = 2; i < kWords; ++i) {
    const int64_t before = static_cast<int32_t>(state_[static_cast<size_t>(i - 2)]);
    const auto mixed = static_cast<uint64_t>(before ^ (before >> 30));
    state_[static_cast<size_t>(i)] =
        static_cast<uint32_t>(1812433253ULL * mixed + static_cast<uint64_t>(i));
  }
}

int32_t Well19937c::next(int bits) {
  const auto at = [&](int distance) -> uint32_t& {
    return state_[static_cast<size_t>((index_ + distance) % kWords)];
  };
  uint32_t& current = at(0);
  uint32_t& before = at(kWords - 1);
  uint32_t& before_that = at(kWords - 2);
  const uint32_t z0 = (0x80000000U & before) ^ (0x7FFFFFFFU & before_that);
  const uint32_t z1 = (current ^ (current << 25)) ^ (at(70) ^ (at(70) >> 27));
  const uint32_t z2 = (at(179) >> 9) ^ (at(449) ^ (at(449) >> 1));
  const uint32_t z3 = z1 ^ z2;
  uint32_t z4 = z0 ^ (z1 ^ (z1 << 9)) ^ (z2 ^ (z2 << 21)) ^ (z3 ^ (z3 >> 21));
  current = z3;
  before = z4;
  before_that &= 0x80000000U;
  index_ = (index_ + kWords - 1) % kWords;
  z4 ^= (z4 << 7) & 0xe46e1700U;
  z4 ^= (z4 << 15) & 0x9b868000U;
  return static_cast<int32_t>(z4 >> (32 - bits));
}

double Well19937c::next_double() {
  const int64_t high = static_cast<int64_t>(next(26)) << 26;
  return static_cast<double>(high | next(26)) * 0x1.0p-52;
}

PoissonDraws::PoissonDraws(double mean, int64_t seed, int32_t partition)
    : mean_(mean), end_(std::exp(-mean)), generator_(seed_of_partition(seed, partition)) {}

// PoissonDistribution.nextPoisson for small means: uniform numbers are multiplied until e^-mean.
int64_t PoissonDraws::next() {
  int64_t count = 0;
  double product = 1;
  while (static_cast<double>(count) < 1000 * mean_) {
    product *= generator_.next_double();
    if (product < end_) return count;
    ++count;
  }
  return count;
}

}  // namespace firesteel::functions::kernel
