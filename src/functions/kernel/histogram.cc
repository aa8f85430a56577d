#include "functions/kernel/histogram.h"

#include <algorithm>

namespace firesteel::functions::kernel {

void NumericHistogram::add(double value) {
  const auto place = std::lower_bound(bins_.begin(), bins_.end(), value,
                                      [](const Bin& bin, double v) { return bin.center < v; });
  if (place != bins_.end() && place->center == value) {
    place->height += 1;
    return;
  }
  bins_.insert(place, {value, 1});
  if (bins_.size() > bin_count_) merge_closest();
}

void NumericHistogram::merge_closest() {
  size_t closest = 0;
  double smallest = bins_[1].center - bins_[0].center;
  int ties = 1;
  for (size_t i = 1; i + 1 < bins_.size(); ++i) {
    const double difference = bins_[i + 1].center - bins_[i].center;
    if (difference < smallest) {
      smallest = difference;
      closest = i;
      ties = 1;
    } else if (difference == smallest && random_.next_double() <= 1.0 / ++ties) {
      closest = i;
    }
  }
  Bin& left = bins_[closest];
  const Bin& right = bins_[closest + 1];
  const double height = left.height + right.height;
  left.center *= left.height / height;
  left.center += right.center / height * right.height;
  left.height = height;
  bins_.erase(bins_.begin() + static_cast<std::ptrdiff_t>(closest) + 1);
}

}  // namespace firesteel::functions::kernel
