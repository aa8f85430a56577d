#include "ml/unary_transform.h"

#include <algorithm>

#include "ml/shared_params.h"

namespace firesteel::ml {

namespace {

class AppendTransform : public BatchTransform {
 public:
  explicit AppendTransform(std::vector<BoundColumn> columns) : columns_(std::move(columns)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    std::shared_ptr<arrow::RecordBatch> result = batch;
    for (const BoundColumn& column : columns_) {
      result = append_column(result, column.output, column.kernel(batch->column(column.position)));
    }
    return result;
  }

 private:
  std::vector<BoundColumn> columns_;
};

}  // namespace

std::unique_ptr<BatchTransform> append_columns(std::vector<BoundColumn> columns) {
  return std::make_unique<AppendTransform>(std::move(columns));
}

ColumnKernel vector_kernel(std::string operator_name, VectorFunction function) {
  return [name = std::move(operator_name), function = std::move(function)](const std::shared_ptr<arrow::Array>& array) {
    const VectorColumn vectors(array);
    VectorColumnBuilder builder;
    for (int64_t row = 0; row < vectors.length(); ++row) {
      if (vectors.is_null(row)) {
        const std::string type = vector_type().sql_type().simple_string();
        throw_failed_transform(name, type, type, "a vector is null");
      }
      function(vectors[row], builder);
    }
    return builder.finish();
  };
}

ColumnKernel number_kernel(std::function<double(double)> function) {
  return [function = std::move(function)](const std::shared_ptr<arrow::Array>& array) {
    NumberColumn numbers = read_numbers(*array);
    for (int64_t row = 0; row < array->length(); ++row) {
      if (!numbers.is_null(row)) numbers.values[row] = function(numbers.values[row]);
    }
    return make_doubles(numbers.values, numbers.valid);
  };
}

std::shared_ptr<arrow::DataType> text_list_type() {
  static const auto type = arrow::list(arrow::field("element", arrow::utf8()));
  return type;
}

ListRange list_range(const arrow::Array& list, int64_t row) {
  if (list.type_id() == arrow::Type::LARGE_LIST) {
    const auto& large = static_cast<const arrow::LargeListArray&>(list);
    return {large.value_offset(row), large.value_offset(row + 1)};
  }
  if (list.type_id() != arrow::Type::LIST) {
    throw_illegal_argument("A column of lists was expected, but got " + list.type()->ToString());
  }
  const auto& small = static_cast<const arrow::ListArray&>(list);
  return {small.value_offset(row), small.value_offset(row + 1)};
}

const std::shared_ptr<arrow::Array>& list_values(const arrow::Array& list) {
  if (list.type_id() == arrow::Type::LARGE_LIST) return static_cast<const arrow::LargeListArray&>(list).values();
  if (list.type_id() != arrow::Type::LIST) {
    throw_illegal_argument("A column of lists was expected, but got " + list.type()->ToString());
  }
  return static_cast<const arrow::ListArray&>(list).values();
}

ColumnKernel text_list_kernel(TextListFunction function) {
  return [function = std::move(function)](const std::shared_ptr<arrow::Array>& array) {
    const TextColumn texts = read_texts(*list_values(*array));
    auto items = std::make_shared<arrow::StringBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), items, text_list_type());
    TextList list;
    for (int64_t row = 0; row < array->length(); ++row) {
      if (array->IsNull(row)) {
        check_arrow(lists.AppendNull());
        continue;
      }
      const ListRange range = list_range(*array, row);
      list.values.assign(texts.values.begin() + range.begin, texts.values.begin() + range.end);
      list.valid.clear();
      if (!texts.valid.empty()) list.valid.assign(texts.valid.begin() + range.begin, texts.valid.begin() + range.end);
      function(list);
      check_arrow(lists.Append());
      for (size_t i = 0; i < list.values.size(); ++i) {
        const bool is_null = !list.valid.empty() && list.valid[i] == 0;
        check_arrow(is_null ? items->AppendNull() : items->Append(list.values[i]));
      }
    }
    return check_arrow(lists.Finish());
  };
}

template <typename Base>
Fields Unary<Base>::transform_schema(const Fields& input, const ParamMap& params) const {
  const std::string name = params.text(input_param());
  check_input(input, name);
  const std::string output = output_column(params);
  require(!has_field(input, output), "Output column " + output + " already exists.");
  Field field = output_field(find_field(input, name), params);
  field.name = output;
  Fields fields = input;
  fields.push_back(std::move(field));
  return fields;
}

template <typename Base>
std::unique_ptr<BatchTransform> Unary<Base>::bind(const Fields& input, const ParamMap& params) const {
  const int position = find_position(input, params.text(input_param()));
  return append_columns({{position, output_column(params), kernel(input[position], params)}});
}

template class Unary<Transformer>;
template class Unary<Model>;

void check_field_type(const Fields& fields, const std::string& name, const std::vector<FieldType>& types,
                      const std::string& names) {
  const Field& field = find_field(fields, name);
  const bool fits = std::find(types.begin(), types.end(), field_type(field.type)) != types.end();
  require(fits, "Column " + name + " must be of type " + names + " but was actually of type " +
                    field.type.simple_string() + ".");
}

int64_t for_each_vector(arrow::RecordBatchReader& dataset, FitContext& context, const std::string& name,
                        const std::function<void(const VectorView&)>& visit) {
  check_vector_field(context.fields, name);
  const int position = find_position(context.fields, name);
  std::shared_ptr<arrow::RecordBatch> batch;
  int64_t rows = 0;
  while (true) {
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const VectorColumn vectors(batch->column(position));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      if ((row & 1023) == 0) context.check_canceled();
      if (vectors.is_null(row)) throw_user_raised("Vectors MUST NOT be Null");
      visit(vectors[row]);
    }
    rows += batch->num_rows();
    context.report({.stage = "reading", .rows = rows});
  }
  return rows;
}

std::vector<Operator> estimator_rows(std::string_view estimator_class, std::string_view model_class,
                                     const ParamTable& params, const Estimator& estimator,
                                     std::function<std::shared_ptr<const Model>(const std::string&)> read_model) {
  return {{.jvm_class = estimator_class,
           .kind = OperatorKind::kEstimator,
           .params = &params,
           .estimator = &estimator},
          {.jvm_class = model_class,
           .kind = OperatorKind::kModel,
           .params = &params,
           .read_model = std::move(read_model)}};
}

Operator transformer_row(std::string_view jvm_class, const ParamTable& params, const Transformer& transformer) {
  return {.jvm_class = jvm_class, .kind = OperatorKind::kTransformer, .params = &params, .transformer = &transformer};
}

}  // namespace firesteel::ml
