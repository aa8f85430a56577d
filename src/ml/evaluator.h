// Metrics over a dataset of predictions.
#pragma once

#include <string>
#include <vector>

#include "ml/context.h"
#include "ml/params.h"

namespace arrow {
class RecordBatchReader;
}

namespace firesteel::ml {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual double evaluate(const ParamMap& params, arrow::RecordBatchReader& dataset,
                          FitContext& context) const = 0;
  virtual bool is_larger_better(const ParamMap& params) const = 0;
  virtual std::vector<std::string> input_columns(const ParamMap& params) const = 0;
};

}  // namespace firesteel::ml
