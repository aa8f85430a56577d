#include "ml/fitted_vectors.h"

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/persistence.h"

namespace firesteel::ml {

Attribute ValuesModel::attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const {
  if (call.method == "toString") return Value(model_text(*this, facts()));
  const auto found = values_.find(call.method);
  if (found == values_.end()) throw_no_attribute(*this, call.method);
  return found->second;
}

int64_t ValuesModel::size_bytes() const {
  int64_t bytes = sizeof(*this);
  for (const auto& [name, value] : values_) bytes += static_cast<int64_t>(name.size() + to_json(value).size());
  return bytes;
}

void ValuesModel::write(const std::string& folder, const ParamMap& params) const {
  write_metadata(folder, jvm_class_, params);
  ModelTable table;
  for (const auto& [name, held] : values_) {
    std::visit(
        [&, &column = name](const auto& value) {
          if constexpr (requires { table.add(column, value); }) {
            table.add(column, value);
          } else {
            throw_internal("a model's value has no column type");
          }
        },
        held);
  }
  table.write(folder, "data");
}

StoredValues read_values(const std::string& folder, const std::string& jvm_class, const ParamTable& table,
                         const std::map<std::string, ValueType>& types) {
  const Metadata metadata = read_metadata(folder, jvm_class);
  const ModelRow row = read_model_row(folder, "data");
  ValuesModel::Values values;
  for (const auto& [name, type] : types) {
    if (type == ValueType::kVector) values[name] = row.vector(name);
    else if (type == ValueType::kMatrix) values[name] = row.matrix(name);
    else if (type == ValueType::kStrings) values[name] = row.texts(name);
    else if (type == ValueType::kInts) values[name] = row.integers(name);
    else if (type == ValueType::kInt) values[name] = row.integer(name);
    else if (type == ValueType::kLong) values[name] = row.long_integer(name);
    else if (type == ValueType::kDoubles) values[name] = row.numbers(name);
    else throw_internal("a model's value has no column type");
  }
  return {read_params(metadata, table), std::move(values)};
}

VectorFunction scaling_function(std::vector<double> shift, std::vector<double> scale) {
  return [shift = std::move(shift), scale = std::move(scale)](const VectorView& view, VectorColumnBuilder& builder) {
    if (static_cast<size_t>(view.size) != scale.size()) {
      require(false, "The vector's size " + std::to_string(view.size) + " differs from the fitted size " +
                         std::to_string(scale.size()));
    }
    thread_local std::vector<double> scaled;  // of one row: no row costs an allocation
    if (view.indices != nullptr && shift.empty()) {
      scaled.assign(view.values, view.values + view.count);
      for (int32_t i = 0; i < view.count; ++i) scaled[i] *= scale[view.indices[i]];
      builder.append_sparse(view.size, view.indices, scaled.data(), view.count);
      return;
    }
    if (view.indices == nullptr) {
      scaled.assign(view.values, view.values + view.count);
    } else {
      scaled.assign(view.size, 0.0);
      for (int32_t i = 0; i < view.count; ++i) scaled[view.indices[i]] = view.values[i];
    }
    for (size_t i = 0; i < scaled.size(); ++i) scaled[i] = (shift.empty() ? scaled[i] : scaled[i] - shift[i]) * scale[i];
    builder.append_dense(scaled.data(), view.size);
  };
}

Field sized_vector_field(int32_t size) {
  VectorAttributes attributes;
  attributes.size = size;
  return {"", vector_type(), true, to_metadata(attributes)};
}

}  // namespace firesteel::ml
