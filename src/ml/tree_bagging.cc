#include "ml/tree_bagging.h"

#include <array>
#include <cmath>

#include "functions/kernel/xorshift.h"
#include "ml/context.h"

namespace firesteel::ml {

namespace {

// The generator WELL19937c of L'Ecuyer, Panneton and Matsumoto with the seeding of commons-math3,
// from which Spark draws its Poisson numbers.
class Well19937c {
 public:
  explicit Well19937c(int64_t seed) {
    state_[0] = static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32U);
    state_[1] = static_cast<uint32_t>(seed);
    for (size_t i = 2; i < kSize; ++i) {
      const auto before = static_cast<int64_t>(static_cast<int32_t>(state_[i - 2]));
      state_[i] = static_cast<uint32_t>(1812433253LL * (before ^ (before >> 30)) + static_cast<int64_t>(i));
    }
  }

  double next_double() {
    const uint64_t high = static_cast<uint64_t>(next(26)) << 26U;
    return static_cast<double>(high | next(26)) * 0x1.0p-52;
  }

 private:
  static constexpr size_t kSize = 624;

  uint32_t next(unsigned bits) {
    const size_t before = (index_ + kSize - 1) % kSize;
    const size_t second = (index_ + kSize - 2) % kSize;
    const uint32_t v0 = state_[index_];
    const uint32_t v1 = state_[(index_ + 70) % kSize];
    const uint32_t v2 = state_[(index_ + 179) % kSize];
    const uint32_t v3 = state_[(index_ + 449) % kSize];
    const uint32_t z0 = (0x80000000U & state_[before]) ^ (0x7FFFFFFFU & state_[second]);
    const uint32_t z1 = (v0 ^ (v0 << 25U)) ^ (v1 ^ (v1 >> 27U));
    const uint32_t z2 = (v2 >> 9U) ^ (v3 ^ (v3 >> 1U));
    const uint32_t z3 = z1 ^ z2;
    uint32_t z4 = z0 ^ (z1 ^ (z1 << 9U)) ^ (z2 ^ (z2 << 21U)) ^ (z3 ^ (z3 >> 21U));
    state_[index_] = z3;
    state_[before] = z4;
    state_[second] &= 0x80000000U;
    index_ = before;
    z4 ^= (z4 << 7U) & 0xe46e1700U;
    z4 ^= (z4 << 15U) & 0x9b868000U;
    return z4 >> (32U - bits);
  }

  std::array<uint32_t, kSize> state_{};
  size_t index_ = 0;
};

// Knuth's method, as commons-math3's PoissonDistribution for means below 40.
uint16_t draw_poisson(Well19937c& random, double mean) {
  const double bound = std::exp(-mean);
  uint16_t count = 0;
  double product = 1.0;
  while (count < 1000 * mean) {
    product *= random.next_double();
    if (product < bound) return count;
    ++count;
  }
  return count;
}

}  // namespace

RowVector<uint16_t> draw_row_counts(int64_t rows, int32_t trees, double rate, bool with_replacement, int64_t seed,
                                    int32_t slices, const std::shared_ptr<RowMemory>& memory) {
  RowVector<uint16_t> counts{RowAllocator<uint16_t>(memory)};
  if (!with_replacement && rate == 1.0) return counts;
  counts.resize(static_cast<size_t>(rows) * trees);
  int64_t row = 0;
  for (const int64_t end : slice_ends(rows, slices)) {
    ++seed;
    Well19937c poisson(seed);
    functions::kernel::XorShiftRandom uniform(seed);
    for (; row < end; ++row) {
      for (int32_t tree = 0; tree < trees; ++tree) {
        counts[static_cast<size_t>(tree) * rows + row] =
            with_replacement ? draw_poisson(poisson, rate) : static_cast<uint16_t>(uniform.next_double() < rate ? 1 : 0);
      }
    }
  }
  return counts;
}

}  // namespace firesteel::ml
