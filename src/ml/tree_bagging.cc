#include "ml/tree_bagging.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "functions/kernel/xorshift.h"

namespace firesteel::ml {

namespace {

// The generator WELL19937c of L'Ecuyer, Panneton and Matsumoto with the seeding of commons-math3,
// from which Spark draws its Poisson numbers.
//
// The original keeps a ring of 624 words. Written as sequences, with z3 and z4 the words that step n
// leaves behind, a step needs z3 of 70, 179, 449, 622 and 623 steps before and z4 of the step before.
// All but the last are known for 70 steps in advance, so that only five short operations of a step
// wait for the step before. Four words fit a register: 68 are taken at a time.
class Well19937c {
 public:
  explicit Well19937c(int64_t seed) : words_(kSize + kBlock), outputs_(kBlock) {
    std::array<uint32_t, kSize> state{};
    state[0] = static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32U);
    state[1] = static_cast<uint32_t>(seed);
    for (size_t i = 2; i < kSize; ++i) {
      const auto before = static_cast<int64_t>(static_cast<int32_t>(state[i - 2]));
      state[i] = static_cast<uint32_t>(1812433253LL * (before ^ (before >> 30)) + static_cast<int64_t>(i));
    }
    // The ring is walked downwards: its word i was left i steps ago.
    for (size_t i = 1; i < kSize; ++i) words_[kBlock + kSize - i] = state[i];
    last_ = state[0];
  }

  // Appends the next numbers of [0, 1), a block of them.
  void append(std::vector<double>& numbers) {
    std::copy(words_.end() - kSize, words_.end(), words_.begin());
    uint32_t* z3 = words_.data() + kSize;
    for (size_t begin = 0; begin < kBlock; begin += kAhead, z3 += kAhead) step(z3, outputs_.data() + begin);
    for (uint32_t& output : outputs_) {
      output ^= (output << 7U) & 0xe46e1700U;
      output ^= (output << 15U) & 0x9b868000U;
    }
    numbers.reserve(numbers.size() + kBlock / 2);
    for (size_t i = 0; i < kBlock; i += 2) {
      // 26 bits each.
      const auto high = static_cast<double>(static_cast<int32_t>(outputs_[i] >> 6U));
      const auto low = static_cast<double>(static_cast<int32_t>(outputs_[i + 1] >> 6U));
      numbers.push_back(high * 0x1.0p-26 + low * 0x1.0p-52);
    }
  }

 private:
  static constexpr size_t kSize = 624;
  static constexpr size_t kAhead = 68;
  static constexpr size_t kBlock = 64 * kAhead;

  // The steps whose z3 begin at `z3`; writes z4 of each to `z4`.
  void step(uint32_t* z3, uint32_t* z4) {
    std::array<uint32_t, kAhead> first;   // of z1, without the step before
    std::array<uint32_t, kAhead> second;  // z2
    std::array<uint32_t, kAhead> rest;    // of z4, without what z1 gives
    const uint32_t* const past = z3;
    for (size_t i = 0; i < kAhead; ++i) {
      const uint32_t v1 = past[static_cast<std::ptrdiff_t>(i) - 70];
      const uint32_t v2 = past[static_cast<std::ptrdiff_t>(i) - 179];
      const uint32_t v3 = past[static_cast<std::ptrdiff_t>(i) - 449];
      const uint32_t z0 = (0x80000000U & past[static_cast<std::ptrdiff_t>(i) - 623]) ^
                          (0x7FFFFFFFU & past[static_cast<std::ptrdiff_t>(i) - 622]);
      const uint32_t z2 = (v2 >> 9U) ^ (v3 ^ (v3 >> 1U));
      first[i] = v1 ^ (v1 >> 27U);
      second[i] = z2;
      // z0 ^ (z1 ^ z1 << 9) ^ (z2 ^ z2 << 21) ^ (z3 ^ z3 >> 21), with z3 = z1 ^ z2.
      rest[i] = z0 ^ (z2 << 21U) ^ (z2 >> 21U);
    }
    uint32_t last = last_;
    for (size_t i = 0; i < kAhead; ++i) {
      const uint32_t z1 = (first[i] ^ last) ^ (last << 25U);
      z3[i] = z1 ^ second[i];
      last = (rest[i] ^ (z1 << 9U)) ^ (z1 >> 21U);
      z4[i] = last;
    }
    last_ = last;
  }

  std::vector<uint32_t> words_;    // z3 of the steps of this block, and of those before it
  std::vector<uint32_t> outputs_;  // of this block
  uint32_t last_ = 0;              // z4 of the last step
};

// Knuth's method, as commons-math3's PoissonDistribution for means below 40: how many numbers in a row
// until their product is below e^-mean. Where a draw begins is known only when the one before has ended,
// so that each would wait for multiplications and a branch without a pattern: instead the ends of the
// draws that begin at any number are found first, side by side.
class PoissonDraws {
 public:
  PoissonDraws(int64_t seed, double mean) : random_(seed), bound_(std::exp(-mean)), most_(1000 * mean) {}

  void draw(std::vector<uint16_t>& counts) {
    for (uint16_t& count : counts) {
      if (at_ >= lengths_.size()) refill();
      count = lengths_[at_];
      if (count == kShort || most_ < kShort) {
        count = draw_long();
      } else {
        at_ += count + size_t{1};
      }
    }
  }

 private:
  static constexpr uint16_t kShort = 3;

  void refill() {
    numbers_.erase(numbers_.begin(), numbers_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    random_.append(numbers_);
    lengths_.resize(numbers_.size() - kShort + 1);
    for (size_t i = 0; i < lengths_.size(); ++i) {
      const double first = numbers_[i];
      const double second = first * numbers_[i + 1];
      const double third = second * numbers_[i + 2];
      lengths_[i] = static_cast<uint8_t>((first >= bound_) + (second >= bound_) + (third >= bound_));
    }
  }

  // A draw of any length; the numbers of a mean near zero end it early.
  uint16_t draw_long() {
    uint16_t count = 0;
    double product = 1.0;
    while (count < most_) {
      if (at_ == numbers_.size()) random_.append(numbers_);
      product *= numbers_[at_++];
      if (product < bound_) return count;
      ++count;
    }
    return count;
  }

  Well19937c random_;
  double bound_;
  double most_;
  std::vector<double> numbers_;
  std::vector<uint8_t> lengths_;  // of the draws that begin at each number, up to kShort
  size_t at_ = 0;
};

constexpr int64_t kRowsAtOnce = 4096;

// Calls `draw(numbers)` for the numbers of the rows [begin, end), row by row, some rows at a time.
template <typename Draw>
void draw_slice(int64_t begin, int64_t end, int32_t trees, const FitContext& context, RowVector<uint16_t>& counts,
                const Draw& draw) {
  const size_t rows = counts.size() / trees;
  std::vector<uint16_t> drawn;
  for (; begin < end; begin += kRowsAtOnce) {
    context.check_canceled();
    const int64_t taken = std::min(kRowsAtOnce, end - begin);
    drawn.resize(static_cast<size_t>(taken) * trees);
    draw(drawn);
    for (int32_t tree = 0; tree < trees; ++tree) {
      uint16_t* to = counts.data() + static_cast<size_t>(tree) * rows + begin;
      for (int64_t row = 0; row < taken; ++row) to[row] = drawn[row * trees + tree];
    }
  }
}

}  // namespace

RowVector<uint16_t> draw_row_counts(int64_t rows, int32_t trees, double rate, bool with_replacement, int64_t seed,
                                    const FitContext& context, const std::shared_ptr<RowMemory>& memory) {
  RowVector<uint16_t> counts{RowAllocator<uint16_t>(memory)};
  if (!with_replacement && rate == 1.0) return counts;
  counts.resize(static_cast<size_t>(rows) * trees);
  int64_t begin = 0;
  for (const int64_t end : slice_ends(rows, context.slices)) {
    ++seed;  // Spark's seed of each partition in turn
    if (with_replacement) {
      PoissonDraws poisson(seed, rate);
      draw_slice(begin, end, trees, context, counts, [&](std::vector<uint16_t>& drawn) { poisson.draw(drawn); });
    } else {
      functions::kernel::XorShiftRandom uniform(seed);
      draw_slice(begin, end, trees, context, counts, [&](std::vector<uint16_t>& drawn) {
        for (uint16_t& count : drawn) count = static_cast<uint16_t>(uniform.next_double() < rate ? 1 : 0);
      });
    }
    begin = end;
  }
  return counts;
}

int32_t features_per_node(const std::string& strategy, int32_t trees, int32_t features, bool classification) {
  std::string name = strategy;
  if (name == "auto") name = trees == 1 ? "all" : classification ? "sqrt" : "onethird";
  if (name == "all") return features;
  if (name == "sqrt") return static_cast<int32_t>(std::ceil(std::sqrt(features)));
  if (name == "log2") return std::max(1, static_cast<int32_t>(std::ceil(std::log(features) / std::log(2.0))));
  if (name == "onethird") return static_cast<int32_t>(std::ceil(features / 3.0));
  if (name.find_first_not_of("0123456789") == std::string::npos && name.size() < 10) return std::min(features, std::stoi(name));
  return static_cast<int32_t>(std::ceil(std::strtod(name.c_str(), nullptr) * features));
}

// By a reservoir.
std::vector<int32_t> draw_features(int32_t features, int32_t wanted, int64_t seed) {
  std::vector<int32_t> reservoir(wanted);
  for (int32_t i = 0; i < wanted; ++i) reservoir[i] = i;
  functions::kernel::XorShiftRandom random(seed);
  for (int32_t i = wanted; i < features; ++i) {
    const auto place = static_cast<int64_t>(random.next_double() * (i + 1));
    if (place < wanted) reservoir[place] = i;
  }
  return reservoir;
}

}  // namespace firesteel::ml
