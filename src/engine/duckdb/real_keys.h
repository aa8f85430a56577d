// Floating point as a grouping key.
#pragma once

#include <string>

#include "plan/type.h"

namespace firesteel::engine {

// The value with 0.0 for every -0.0 in it, as Spark's NormalizeFloatingNumbers gives keys back; the same text where the
// type holds no floating point.
std::string with_positive_zeros(const plan::Type& type, const std::string& sql);

}  // namespace firesteel::engine
