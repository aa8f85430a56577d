// Things that are fitted to a dataset.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/context.h"
#include "ml/model.h"
#include "ml/params.h"

namespace arrow {
class RecordBatchReader;
}

namespace firesteel::ml {

class Estimator {
 public:
  virtual ~Estimator() = default;
  // Reads the dataset once, to its end. The model holds nothing of the context. Throws Spark's
  // errors, OPERATION_CANCELED, and whatever the reader reports.
  virtual std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                           FitContext& context) const = 0;
  // Names of the columns that `fit` reads, so that an engine can prune the others.
  virtual std::vector<std::string> input_columns(const ParamMap& params) const = 0;
};

}  // namespace firesteel::ml
