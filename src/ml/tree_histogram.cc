#include "ml/tree_histogram.h"

#include <algorithm>
#include <cstring>

namespace firesteel::ml {

namespace {

typedef double Entry __attribute__((vector_size(32)));  // of a regression's histogram

template <typename Bin>
struct Arguments {
  const HistogramRows& rows;
  const Bin* bins;
  int64_t stride;
  const HistogramTarget* targets;
  size_t target_count;
  int32_t classes;
  double* histograms;
  double* totals;
};

// Rows that lie this far ahead are fetched: those of a deep node are strewn over memory.
constexpr int64_t kRowsAhead = 16;

// Row by row: neighbours often fall into one bin of a feature, and each sum would wait for the one before.
template <typename Bin>
[[gnu::always_inline]] inline void add_regression(const Arguments<Bin>& a) {
  const HistogramTarget* const targets = a.targets;
  const size_t target_count = a.target_count;
  double* const histograms = a.histograms;
  Entry total{};
  if (a.totals != nullptr) std::memcpy(&total, a.totals, sizeof(total));
  for (int64_t i = 0; i < a.rows.count; ++i) {
    const Bin* bins = a.bins + a.rows.rows[i] * a.stride;
    if (i + kRowsAhead < a.rows.count) __builtin_prefetch(a.bins + a.rows.rows[i + kRowsAhead] * a.stride);
    Entry value;
    std::memcpy(&value, a.rows.values[i].data(), sizeof(value));
    total += value;
    for (size_t t = 0; t < target_count; ++t) {
      double* to = histograms + targets[t].offset + static_cast<size_t>(bins[targets[t].feature]) * 4;
      Entry sum;
      std::memcpy(&sum, to, sizeof(sum));
      sum += value;
      std::memcpy(to, &sum, sizeof(sum));
    }
  }
  if (a.totals != nullptr) std::memcpy(a.totals, &total, sizeof(total));
}

template <typename Bin>
[[gnu::always_inline]] inline void add_classification(const Arguments<Bin>& a) {
  const HistogramTarget* const targets = a.targets;
  const size_t target_count = a.target_count;
  const auto classes = static_cast<size_t>(a.classes);
  double* const histograms = a.histograms;
  for (int64_t i = 0; i < a.rows.count; ++i) {
    const Bin* bins = a.bins + a.rows.rows[i] * a.stride;
    if (i + kRowsAhead < a.rows.count) __builtin_prefetch(a.bins + a.rows.rows[i + kRowsAhead] * a.stride);
    const double weight = a.rows.values[i][0];
    const double count = a.rows.values[i][3];
    const int32_t label = a.rows.label[i];
    if (a.totals != nullptr) {
      a.totals[label] += weight;
      a.totals[classes] += count;
    }
    for (size_t t = 0; t < target_count; ++t) {
      double* to = histograms + targets[t].offset + bins[targets[t].feature] * (classes + 1);
      to[label] += weight;
      to[classes] += count;
    }
  }
}

// The same code compiled for every x86-64 and for those with AVX2; sums of lanes are the same in both.
#define FIRESTEEL_HISTOGRAM(bin)                                                                        \
  void regression_plain(const Arguments<bin>& a) { add_regression(a); }                                 \
  __attribute__((target("avx2"))) void regression_wide(const Arguments<bin>& a) { add_regression(a); }

FIRESTEEL_HISTOGRAM(uint8_t)
FIRESTEEL_HISTOGRAM(uint16_t)
#undef FIRESTEEL_HISTOGRAM

template <typename Bin>
void add(const Arguments<Bin>& a) {
  static const bool wide = __builtin_cpu_supports("avx2");
  if (a.classes > 0) {
    add_classification(a);
  } else if (wide) {
    regression_wide(a);
  } else {
    regression_plain(a);
  }
}

}  // namespace

void AlignedNumbers::assign_zeros(size_t size) {
  if (size > capacity_) {
    numbers_.reset(static_cast<double*>(::operator new[](size * sizeof(double), std::align_val_t{64})));
    capacity_ = size;
  }
  std::fill_n(numbers_.get(), size, 0.0);
}

void add_to_histograms(const HistogramRows& rows, const uint8_t* bins, int64_t stride,
                       const std::vector<HistogramTarget>& targets, int32_t classes, double* histograms, double* totals) {
  add(Arguments<uint8_t>{rows, bins, stride, targets.data(), targets.size(), classes, histograms, totals});
}

void add_to_histograms(const HistogramRows& rows, const uint16_t* bins, int64_t stride,
                       const std::vector<HistogramTarget>& targets, int32_t classes, double* histograms, double* totals) {
  add(Arguments<uint16_t>{rows, bins, stride, targets.data(), targets.size(), classes, histograms, totals});
}

}  // namespace firesteel::ml
