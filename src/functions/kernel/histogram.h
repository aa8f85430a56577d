// histogram_numeric: the streaming histogram of Spark's NumericHistogram (Ben-Haim and Tom-Tov).
#pragma once

#include <cstddef>
#include <vector>

#include "functions/kernel/java_random.h"

namespace firesteel::functions::kernel {

class NumericHistogram {
 public:
  struct Bin {
    double center;
    double height;
  };

  explicit NumericHistogram(size_t bin_count) : bin_count_(bin_count) {}
  void add(double value);
  // Ascending by center.
  const std::vector<Bin>& bins() const { return bins_; }

 private:
  void merge_closest();

  size_t bin_count_;
  std::vector<Bin> bins_;
  // Ties are broken by chance, from the seed that Spark uses.
  JavaRandom random_{31183};
};

}  // namespace firesteel::functions::kernel
