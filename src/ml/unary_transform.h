// Transformers and models of one column into another: what they share is written once here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ml/estimator.h"
#include "ml/model.h"
#include "ml/registry.h"
#include "ml/transformer.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

// Values of the output column from those of the input column, row for row. Called from many threads.
using ColumnKernel = std::function<std::shared_ptr<arrow::Array>(const std::shared_ptr<arrow::Array>&)>;

// A kernel with the positions and names it is bound to.
struct BoundColumn {
  int position = 0;
  std::string output;
  ColumnKernel kernel;
};

// Appends one column per element of `columns`.
std::unique_ptr<BatchTransform> append_columns(std::vector<BoundColumn> columns);

// A kernel over vectors; `operator_name` names the operator in Spark's error for null vectors.
using VectorFunction = std::function<void(const VectorView&, VectorColumnBuilder&)>;
ColumnKernel vector_kernel(std::string operator_name, VectorFunction function);
// The same for the non-null ones' values as numbers: null rows stay null.
ColumnKernel number_kernel(std::function<double(double)> function);

// One row of a list<string> column; null elements are missing from `valid`.
struct TextList {
  std::vector<std::string> values;
  std::vector<uint8_t> valid;  // empty: none is null
};
using TextListFunction = std::function<void(TextList&)>;
// Rows of a column of string lists; null rows stay null.
ColumnKernel text_list_kernel(TextListFunction function);
std::shared_ptr<arrow::DataType> text_list_type();

// The first element of `list` that row `row` holds is `begin`, the last `end - 1`, of list.values().
struct ListRange {
  int64_t begin = 0;
  int64_t end = 0;
};
ListRange list_range(const arrow::Array& list, int64_t row);
const std::shared_ptr<arrow::Array>& list_values(const arrow::Array& list);

// Adds the three functions of Transformer to `Base` (Transformer or Model) for an operator with
// inputCol and outputCol.
template <typename Base>
class Unary : public Base {
 public:
  // Throws Spark's error if the input column is of the wrong type.
  virtual void check_input(const Fields& fields, const std::string& name) const = 0;
  // The output field; its name is set by the caller.
  virtual Field output_field(const Field& input, const ParamMap& params) const = 0;
  virtual ColumnKernel kernel(const Field& input, const ParamMap& params) const = 0;
  // The parameter that names the input column.
  virtual std::string input_param() const { return "inputCol"; }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override;
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override;
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text(input_param())};
  }
};

extern template class Unary<Transformer>;
extern template class Unary<Model>;

// Throws Spark's message for a column that is not of one of `names`, types as Spark prints them.
void check_field_type(const Fields& fields, const std::string& name, const std::vector<FieldType>& types,
                      const std::string& names);

// Calls `visit(vector)` for each row of the column `name`; null vectors are Spark's error. Returns the
// number of rows.
int64_t for_each_vector(arrow::RecordBatchReader& dataset, FitContext& context, const std::string& name,
                        const std::function<void(const VectorView&)>& visit);

// Registry rows of an estimator, its model and the model's reader.
std::vector<Operator> estimator_rows(std::string_view estimator_class, std::string_view model_class,
                                     const ParamTable& params, const Estimator& estimator,
                                     std::function<std::shared_ptr<const Model>(const std::string&)> read_model);
Operator transformer_row(std::string_view jvm_class, const ParamTable& params, const Transformer& transformer);

}  // namespace firesteel::ml
