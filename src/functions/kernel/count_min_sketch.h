// org.apache.spark.util.sketch.CountMinSketch: how often values came, at least, in a table of
// bounded size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

class CountMinSketch {
 public:
  // `eps` is the relative error and `confidence` how probably it holds; both have been checked.
  CountMinSketch(double eps, double confidence, int32_t seed);

  void add(int64_t value);
  void add(std::string_view bytes);
  void merge(const CountMinSketch& other);  // of the same shape
  std::string bytes() const;

 private:
  int64_t& cell(size_t row, int32_t column) {
    return table_[row * static_cast<size_t>(width_) + static_cast<size_t>(column)];
  }

  int32_t width_;
  int64_t total_ = 0;
  std::vector<int64_t> multipliers_;  // one a row
  std::vector<int64_t> table_;
};

}  // namespace firesteel::functions::kernel
