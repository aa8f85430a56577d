// What the rows of the sketches share. Only the concept files of sketches include this header.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/row.h"

namespace firesteel::functions {

// Arguments from `first` on are constants of an aggregate: `texts` reads them when a call is
// lowered and raises Spark's error for what they must not be.
struct SketchParameters {
  size_t first = 1;
  std::vector<std::string> (*texts)(const plan::FunctionCall& call) = nullptr;
};

// The kernels have the rows' names.
Function sketch_scalar(std::string_view name, std::string_view since, Signature s,
                       std::function<void(const plan::FunctionCall&)> check);
Function sketch_aggregate(std::string_view name, std::string_view since, Signature s,
                          SketchParameters parameters,
                          std::function<void(const plan::FunctionCall&)> check);

// The types of a theta or tuple sketch's keys, in the order of Spark's messages.
std::vector<Type> sketch_key_types();

}  // namespace firesteel::functions
