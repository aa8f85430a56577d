#include "ml/logistic_loss.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace firesteel::ml {

namespace {

struct KernelArguments {
  InstanceBlock block;
  int classes = 0;
  int stride = 0;
  const double* weights = nullptr;
  const double* offsets = nullptr;
  double* gradient = nullptr;
  double* multiplier_sum = nullptr;
};

using Kernel = double (*)(const KernelArguments&);

// Turns margins into w * (softmax - one-hot) and returns the row's loss.
inline double softmax_row(double* margins, int classes, int label, double weight) {
  double highest = margins[0];
  for (int k = 1; k < classes; ++k) highest = std::max(highest, margins[k]);
  const double of_label = margins[label] - highest;
  double sum = 0;
  for (int k = 0; k < classes; ++k) {
    margins[k] = std::exp(margins[k] - highest);
    sum += margins[k];
  }
  const double scale = weight / sum;
  for (int k = 0; k < classes; ++k) margins[k] *= scale;
  margins[label] -= weight;
  return weight * (std::log(sum) - of_label);
}

// The classes of a row side by side, in vectors that fill a register of AVX2: wider ones the compiler takes apart through memory.
template <int Stride>
struct Lanes {
  static constexpr int kWidth = Stride < 4 ? Stride : 4;
  static constexpr int kParts = Stride / kWidth;
  typedef double Part __attribute__((vector_size(kWidth * 8)));
  typedef int64_t Bits __attribute__((vector_size(kWidth * 8)));

  Part parts[kParts];

  [[gnu::always_inline]] static Lanes load(const double* from) {
    Lanes lanes;
    for (int i = 0; i < kParts; ++i) std::memcpy(&lanes.parts[i], from + i * kWidth, sizeof(Part));
    return lanes;
  }
  [[gnu::always_inline]] void store(double* to) const {
    for (int i = 0; i < kParts; ++i) std::memcpy(to + i * kWidth, &parts[i], sizeof(Part));
  }
  [[gnu::always_inline]] void add(const Lanes& other) {
    for (int i = 0; i < kParts; ++i) parts[i] += other.parts[i];
  }
  [[gnu::always_inline]] void add_product(double factor, const Lanes& other) {
    for (int i = 0; i < kParts; ++i) parts[i] += factor * other.parts[i];
  }
};

// values[i] = e^(values[i] - highest) for values up to `highest`, to within two units in the last place; 0 below -700. Splits x into
// k ln 2 + r with |r| <= ln 2 / 2 and sums the series of e^r.
template <int Stride>
[[gnu::always_inline]] inline void exp_part(typename Lanes<Stride>::Part& values, double highest) {
  using Part = typename Lanes<Stride>::Part;
  using Bits = typename Lanes<Stride>::Bits;
  // Adding it rounds to a whole number, which then stands in the low bits.
  constexpr double kRound = 6755399441055744.0;
  constexpr double kInverseLog2 = 1.4426950408889634074;
  constexpr double kLog2High = 6.93147180369123816490e-01;
  constexpr double kLog2Low = 1.90821492927058770002e-10;
  Part x = values - highest;
  x = x < -700.0 ? Part{} - 700.0 : x;
  const Part rounded = x * kInverseLog2 + kRound;
  const Part k = rounded - kRound;
  const Part r = (x - k * kLog2High) - k * kLog2Low;
  Part sum = Part{} + 1.0 / 6227020800.0;
  sum = sum * r + 1.0 / 479001600.0;
  sum = sum * r + 1.0 / 39916800.0;
  sum = sum * r + 1.0 / 3628800.0;
  sum = sum * r + 1.0 / 362880.0;
  sum = sum * r + 1.0 / 40320.0;
  sum = sum * r + 1.0 / 5040.0;
  sum = sum * r + 1.0 / 720.0;
  sum = sum * r + 1.0 / 120.0;
  sum = sum * r + 1.0 / 24.0;
  sum = sum * r + 1.0 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  Bits exponent;
  Bits result;
  std::memcpy(&exponent, &rounded, sizeof(exponent));
  std::memcpy(&result, &sum, sizeof(result));
  result += exponent << 52;
  std::memcpy(&values, &result, sizeof(result));
}

template <int Stride>
[[gnu::always_inline]] inline void exp_lanes(double* values, double highest) {
  Lanes<Stride> lanes = Lanes<Stride>::load(values);
  for (auto& part : lanes.parts) exp_part<Stride>(part, highest);
  lanes.store(values);
}

// Sum of logarithms of numbers between 1 and 2^32, taking one logarithm for many of them.
class LogarithmSum {
 public:
  void add(double value) {
    product_ *= value;
    if (product_ > 1e250) flush();
  }
  double finish() {
    flush();
    return sum_;
  }

 private:
  void flush() {
    sum_ += std::log(product_);
    product_ = 1.0;
  }
  double product_ = 1.0;
  double sum_ = 0.0;
};

// Rows whose margins, exponentials and gradients are computed together: a row's own additions wait
// for each other, those of several rows do not.
constexpr int kRowsTogether = 4;

// Margins of `Rows` rows side by side, the classes of a row as one vector of `Stride` lanes.
template <int Stride, int Rows>
[[gnu::always_inline]] inline void add_margins(const KernelArguments& a, int32_t first, double* margins) {
  using Row = Lanes<Stride>;
  const InstanceBlock& block = a.block;
  const int32_t width = block.dense_width;
  const double* dense = block.dense + static_cast<int64_t>(first) * width;
  Row sums[Rows];
  for (Row& sum : sums) sum = Row::load(a.offsets);
  for (int32_t d = 0; d < width; ++d) {
    const Row weight = Row::load(a.weights + d * Stride);
    for (int r = 0; r < Rows; ++r) sums[r].add_product(dense[r * width + d], weight);
  }
  for (int r = 0; r < Rows; ++r) {
    const int32_t end = block.offsets[first + r + 1];
    Row other{};  // every second entry
    int32_t k = block.offsets[first + r];
    const auto add = [&](Row& sum, int32_t at) __attribute__((always_inline)) {
      const Row weight = Row::load(a.weights + static_cast<int64_t>(block.indices[at]) * Stride);
      if (block.values == nullptr) {
        sum.add(weight);
      } else {
        sum.add_product(block.values[at], weight);
      }
    };
    for (; k + 1 < end; k += 2) {
      add(sums[r], k);
      add(other, k + 1);
    }
    if (k < end) add(sums[r], k);
    sums[r].add(other);
    sums[r].store(margins + r * Stride);
  }
}

template <int Stride, int Rows>
[[gnu::always_inline]] inline void add_gradient(const KernelArguments& a, int32_t first, const double* multipliers) {
  using Row = Lanes<Stride>;
  const InstanceBlock& block = a.block;
  const int32_t width = block.dense_width;
  const double* dense = block.dense + static_cast<int64_t>(first) * width;
  double* const gradient = a.gradient;
  Row rows[Rows];
  for (int r = 0; r < Rows; ++r) rows[r] = Row::load(multipliers + r * Stride);
  for (int32_t d = 0; d < width; ++d) {
    Row sum = Row::load(gradient + d * Stride);
    for (int r = 0; r < Rows; ++r) sum.add_product(dense[r * width + d], rows[r]);
    sum.store(gradient + d * Stride);
  }
  for (int r = 0; r < Rows; ++r) {
    const int32_t end = block.offsets[first + r + 1];
    const int32_t* const indices = block.indices;
    const double* const values = block.values;
    for (int32_t k = block.offsets[first + r]; k < end; ++k) {
      double* to = gradient + static_cast<int64_t>(indices[k]) * Stride;
      Row sum = Row::load(to);
      if (values == nullptr) {
        sum.add(rows[r]);
      } else {
        sum.add_product(values[k], rows[r]);
      }
      sum.store(to);
    }
  }
}

template <int Stride, int Rows>
[[gnu::always_inline]] inline double multinomial_rows(const KernelArguments& a, int32_t first, LogarithmSum& logarithms) {
  const InstanceBlock& block = a.block;
  double margins[Rows * Stride];
  double highest[Rows];
  double sums[Rows];
  double loss = 0;
  add_margins<Stride, Rows>(a, first, margins);
  for (int r = 0; r < Rows; ++r) {
    const double* row = margins + r * Stride;
    highest[r] = row[0];
    for (int k = 1; k < Stride; ++k) highest[r] = row[k] > highest[r] ? row[k] : highest[r];
    loss += block.weights[first + r] * (highest[r] - row[static_cast<int>(block.labels[first + r])]);
  }
  for (int r = 0; r < Rows; ++r) exp_lanes<Stride>(margins + r * Stride, highest[r]);
  for (int r = 0; r < Rows; ++r) {
    double* row = margins + r * Stride;
    // Lanes beyond the classes have an offset far below all others, yet their share is not quite 0.
    for (int k = a.classes; k < Stride; ++k) row[k] = 0.0;
    sums[r] = row[0];
    for (int k = 1; k < Stride; ++k) sums[r] += row[k];
  }
  for (int r = 0; r < Rows; ++r) {
    double* row = margins + r * Stride;
    const double weight = block.weights[first + r];
    const double scale = weight / sums[r];
    for (int k = 0; k < Stride; ++k) row[k] *= scale;
    row[static_cast<int>(block.labels[first + r])] -= weight;
    if (weight == 1.0) {
      logarithms.add(sums[r]);
    } else {
      loss += weight * std::log(sums[r]);
    }
    Lanes<Stride> total = Lanes<Stride>::load(a.multiplier_sum);
    total.add(Lanes<Stride>::load(row));
    total.store(a.multiplier_sum);
  }
  add_gradient<Stride, Rows>(a, first, margins);
  return loss;
}

template <int Stride>
[[gnu::always_inline]] inline double multinomial_block(const KernelArguments& a) {
  LogarithmSum logarithms;
  double loss = 0;
  int32_t row = 0;
  for (; row + kRowsTogether <= a.block.rows; row += kRowsTogether) {
    loss += multinomial_rows<Stride, kRowsTogether>(a, row, logarithms);
  }
  for (; row < a.block.rows; ++row) loss += multinomial_rows<Stride, 1>(a, row, logarithms);
  return loss + logarithms.finish();
}

// Any number of classes.
[[gnu::always_inline]] inline double multinomial_block_wide(const KernelArguments& a) {
  const InstanceBlock& block = a.block;
  const int stride = a.stride;
  std::vector<double> margins(stride);
  double loss = 0;
  const auto add = [&](double* to, const double* from, double factor) {
    for (int k = 0; k < stride; ++k) to[k] += factor * from[k];
  };
  for (int32_t row = 0; row < block.rows; ++row) {
    const double* dense = block.dense + static_cast<int64_t>(row) * block.dense_width;
    const int32_t begin = block.offsets[row];
    const int32_t end = block.offsets[row + 1];
    std::copy(a.offsets, a.offsets + stride, margins.begin());
    for (int32_t d = 0; d < block.dense_width; ++d) {
      add(margins.data(), a.weights + static_cast<int64_t>(d) * stride, dense[d]);
    }
    for (int32_t k = begin; k < end; ++k) {
      add(margins.data(), a.weights + static_cast<int64_t>(block.indices[k]) * stride,
          block.values == nullptr ? 1.0 : block.values[k]);
    }
    loss += softmax_row(margins.data(), a.classes, static_cast<int>(block.labels[row]), block.weights[row]);
    std::fill(margins.begin() + a.classes, margins.end(), 0.0);
    add(a.multiplier_sum, margins.data(), 1.0);
    for (int32_t d = 0; d < block.dense_width; ++d) {
      add(a.gradient + static_cast<int64_t>(d) * stride, margins.data(), dense[d]);
    }
    for (int32_t k = begin; k < end; ++k) {
      add(a.gradient + static_cast<int64_t>(block.indices[k]) * stride, margins.data(),
          block.values == nullptr ? 1.0 : block.values[k]);
    }
  }
  return loss;
}

inline double log1p_exp(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

[[gnu::always_inline]] inline double binomial_block(const KernelArguments& a) {
  const InstanceBlock& block = a.block;
  double loss = 0;
  double multiplier_sum = 0;
  for (int32_t row = 0; row < block.rows; ++row) {
    const double* dense = block.dense + static_cast<int64_t>(row) * block.dense_width;
    const int32_t begin = block.offsets[row];
    const int32_t end = block.offsets[row + 1];
    double margin = a.offsets[0];
    for (int32_t d = 0; d < block.dense_width; ++d) margin += dense[d] * a.weights[d];
    if (block.values == nullptr) {
      for (int32_t k = begin; k < end; ++k) margin += a.weights[block.indices[k]];
    } else {
      for (int32_t k = begin; k < end; ++k) margin += block.values[k] * a.weights[block.indices[k]];
    }
    const double label = block.labels[row];
    const double weight = block.weights[row];
    const double multiplier = weight * (1.0 / (1.0 + std::exp(-margin)) - label);
    loss += weight * (log1p_exp(-margin) + (label > 0 ? 0.0 : margin));
    multiplier_sum += multiplier;
    for (int32_t d = 0; d < block.dense_width; ++d) a.gradient[d] += dense[d] * multiplier;
    if (block.values == nullptr) {
      for (int32_t k = begin; k < end; ++k) a.gradient[block.indices[k]] += multiplier;
    } else {
      for (int32_t k = begin; k < end; ++k) a.gradient[block.indices[k]] += block.values[k] * multiplier;
    }
  }
  a.multiplier_sum[0] += multiplier_sum;
  return loss;
}

// The same code compiled for every x86-64 and for those with AVX2 and FMA.
#define FIRESTEEL_KERNEL(name, call)                                                         \
  double name##_plain(const KernelArguments& a) { return call(a); }                          \
  __attribute__((target("avx2,fma"))) double name##_wide(const KernelArguments& a) { return call(a); }

FIRESTEEL_KERNEL(multinomial2, multinomial_block<2>)
FIRESTEEL_KERNEL(multinomial4, multinomial_block<4>)
FIRESTEEL_KERNEL(multinomial8, multinomial_block<8>)
FIRESTEEL_KERNEL(multinomial_any, multinomial_block_wide)
FIRESTEEL_KERNEL(binomial, binomial_block)
#undef FIRESTEEL_KERNEL

Kernel choose_kernel(bool multinomial, int stride) {
  static const bool wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!multinomial) return wide ? binomial_wide : binomial_plain;
  switch (stride) {
    case 2: return wide ? multinomial2_wide : multinomial2_plain;
    case 4: return wide ? multinomial4_wide : multinomial4_plain;
    case 8: return wide ? multinomial8_wide : multinomial8_plain;
    default: return wide ? multinomial_any_wide : multinomial_any_plain;
  }
}

int stride_of(const LogisticProblem& problem) {
  if (!problem.multinomial) return 1;
  for (const int stride : {2, 4, 8}) {
    if (problem.sets <= stride) return stride;
  }
  return (problem.sets + 3) / 4 * 4;
}

}  // namespace

LogisticLoss::LogisticLoss(const InstanceBlocks& blocks, const LogisticProblem& problem,
                           const FitContext& context)
    : blocks_(blocks),
      problem_(problem),
      context_(context),
      runner_(std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())))),
      stride_(stride_of(problem)),
      weights_(static_cast<size_t>(problem.slots() + 1) * stride_),
      offsets_(stride_),
      partials_(runner_.parts()) {}

void LogisticLoss::prepare(const std::vector<double>& x) {
  const int sets = problem_.sets;
  const int32_t slots = problem_.slots();
  std::fill(weights_.begin(), weights_.end(), 0.0);
  std::fill(offsets_.begin(), offsets_.end(), 0.0);
  for (int32_t slot = 0; slot < slots; ++slot) {
    for (int k = 0; k < sets; ++k) {
      const double coefficient = x[static_cast<size_t>(slot) * sets + k];
      weights_[static_cast<size_t>(slot) * stride_ + k] = coefficient * problem_.inverse_deviation[slot];
      if (problem_.intercept) offsets_[k] -= coefficient * problem_.scaled_mean[slot];
    }
  }
  if (problem_.intercept) {
    for (int k = 0; k < sets; ++k) offsets_[k] += x[static_cast<size_t>(slots) * sets + k];
  }
  // Lanes without a class must not be the highest margin.
  for (int k = sets; k < stride_; ++k) offsets_[k] = -std::numeric_limits<double>::max() / 4;
}

double LogisticLoss::collect(const std::vector<double>& x, std::vector<double>& gradient) const {
  const int sets = problem_.sets;
  const int32_t slots = problem_.slots();
  const double scale = 1.0 / problem_.weight_sum;
  double loss = 0;
  std::vector<double> multiplier(sets, 0.0);
  for (const Partial& partial : partials_) {
    loss += partial.loss;
    for (int k = 0; k < sets; ++k) multiplier[k] += partial.multiplier[k];
  }
  loss *= scale;
  for (int32_t slot = 0; slot < slots; ++slot) {
    for (int k = 0; k < sets; ++k) {
      double sum = 0;
      for (const Partial& partial : partials_) sum += partial.gradient[static_cast<size_t>(slot) * stride_ + k];
      sum *= problem_.inverse_deviation[slot];
      if (problem_.intercept) sum -= multiplier[k] * problem_.scaled_mean[slot];
      const size_t at = static_cast<size_t>(slot) * sets + k;
      gradient[at] = sum * scale + problem_.l2[slot] * x[at];
      loss += 0.5 * problem_.l2[slot] * x[at] * x[at];
    }
  }
  if (problem_.intercept) {
    for (int k = 0; k < sets; ++k) gradient[static_cast<size_t>(slots) * sets + k] = multiplier[k] * scale;
  }
  return loss;
}

double LogisticLoss::operator()(const std::vector<double>& x, std::vector<double>& gradient) {
  prepare(x);
  const Kernel kernel = choose_kernel(problem_.multinomial, stride_);
  runner_.run([&](int part) {
    Partial& partial = partials_[part];
    partial.gradient.assign(weights_.size(), 0.0);
    partial.multiplier.assign(stride_, 0.0);
    partial.loss = 0;
    const BlockRange range = block_range(blocks_.size(), part, runner_.parts());
    for (size_t b = range.begin; b < range.end; ++b) {
      context_.check_canceled();
      partial.loss += kernel({blocks_[b], problem_.sets, stride_, weights_.data(), offsets_.data(),
                              partial.gradient.data(), partial.multiplier.data()});
      blocks_.release(b);
    }
  });
  return collect(x, gradient);
}

}  // namespace firesteel::ml
