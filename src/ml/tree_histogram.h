// Sums of labels by bin: what the splits of a node are chosen from.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace firesteel::ml {

// Numbers that begin a line of the cache.
class AlignedNumbers {
 public:
  // `size` zeros, in the memory held so far where that is enough.
  void assign_zeros(size_t size);
  double* data() const { return numbers_.get(); }

 private:
  struct Free {
    void operator()(double* numbers) const { ::operator delete[](numbers, std::align_val_t{64}); }
  };
  std::unique_ptr<double[], Free> numbers_;
  size_t capacity_ = 0;
};

// What some rows add to a histogram, read once for all features.
struct HistogramRows {
  static constexpr int64_t kRows = 256;
  std::array<int32_t, kRows> rows;
  alignas(32) std::array<std::array<double, 4>, kRows> values;  // of a regression: weight, weight × label, weight × label², count
  std::array<int32_t, kRows> label;                             // of a classification, with its weight and count in `values`
  int64_t count = 0;
};

// The histogram of a feature begins at `offset` of a node's numbers and has `width` of them per bin: a
// regression's four, or the weights by class and the count.
struct HistogramTarget {
  int32_t feature = 0;
  size_t offset = 0;
};

// Adds rows in their order to the histograms of all targets, and to `totals` where that is not null.
// `bins` has `stride` bins per row. `classes` is 0 for a regression.
void add_to_histograms(const HistogramRows& rows, const uint8_t* bins, int64_t stride,
                       const std::vector<HistogramTarget>& targets, int32_t classes, double* histograms, double* totals);
void add_to_histograms(const HistogramRows& rows, const uint16_t* bins, int64_t stride,
                       const std::vector<HistogramTarget>& targets, int32_t classes, double* histograms, double* totals);

}  // namespace firesteel::ml
