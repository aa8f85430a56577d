// Columns of numbers into the numbers of buckets; Bucketizer is also what QuantileDiscretizer fits.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"
#include "ml/params.h"

namespace firesteel::ml {

inline constexpr const char* kBucketizerClass = "org.apache.spark.ml.feature.Bucketizer";

const ParamTable& bucketizer_params();
// A Bucketizer with `params` of bucketizer_params(), as a fitted thing.
std::shared_ptr<const Model> make_bucketizer(ParamMap params);

}  // namespace firesteel::ml
