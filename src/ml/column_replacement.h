// Transforms that put other values into columns of their input, as withColumn does where the name
// is taken.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ml/transformer.h"

namespace arrow {
class Array;
}

namespace firesteel::ml {

// Mixed into a Transformer. Its transform_schema describes those columns where they stand.
class ReplacesColumns {
 public:
  virtual ~ReplacesColumns() = default;
  // Positions of the columns whose values are replaced.
  virtual std::vector<int> replaced_columns(const Fields& input, const ParamMap& params) const = 0;
};

std::vector<int> replaced_columns(const BoundTransformer& bound, const Fields& input);

// `field` in place of the field of its name, or at the end.
void put_field(Fields& fields, Field field);
// Position of the field of that name, or -1.
int position_or_none(const Fields& fields, const std::string& name);
// Positions of those fields that are there.
std::vector<int> positions_present(const Fields& fields, const std::vector<std::string>& names);

// The batch with `column` at position `replaces`, or at the end if that is -1.
std::shared_ptr<arrow::RecordBatch> put_column(const std::shared_ptr<arrow::RecordBatch>& batch,
                                               int replaces, const std::string& name,
                                               std::shared_ptr<arrow::Array> column);

// A column made from one of the input's.
struct PutColumn {
  int position = 0;
  std::string output;
  std::function<std::shared_ptr<arrow::Array>(const std::shared_ptr<arrow::Array>&)> kernel;
  int replaces = -1;  // as of put_column
};

// One column per element of `columns`, each from the columns as they come in.
std::unique_ptr<BatchTransform> put_columns(std::vector<PutColumn> columns);

}  // namespace firesteel::ml
