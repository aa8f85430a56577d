// Things that add columns to a dataset: transformers and models alike.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/field.h"
#include "ml/params.h"

namespace arrow {
class RecordBatch;
}

namespace firesteel::ml {

// A transform bound to an input schema and parameters. Immutable: `apply` may be called from many
// threads at once.
class BatchTransform {
 public:
  virtual ~BatchTransform() = default;
  // The batch with the output columns appended; rows may be dropped (handleInvalid = skip).
  virtual std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const = 0;
};

class Transformer {
 public:
  virtual ~Transformer() = default;
  // The input's fields and the added ones, with metadata. Throws Spark's errors for missing columns
  // and wrong types. Reads no data.
  virtual Fields transform_schema(const Fields& input, const ParamMap& params) const = 0;
  // `input` names the columns of the batches by position. Neither argument is kept by reference.
  virtual std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const = 0;
  // Names of the input columns that `apply` reads, so that an engine can prune the others.
  virtual std::vector<std::string> input_columns(const ParamMap& params) const = 0;
};

// A transformer with the parameters of one call, as a plan carries it.
struct BoundTransformer {
  std::shared_ptr<const Transformer> transformer;
  ParamMap params;

  Fields transform_schema(const Fields& input) const { return transformer->transform_schema(input, params); }
  std::unique_ptr<BatchTransform> bind(const Fields& input) const { return transformer->bind(input, params); }
};

}  // namespace firesteel::ml
