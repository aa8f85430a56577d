#include "connect/literal_rows.h"

#include <arrow/api.h>

#include "base/error.h"

namespace firesteel::connect {

namespace {

using plan::Literal;
using plan::Type;
using plan::TypeKind;

plan::Literal literal_of(const arrow::Scalar& scalar, const Type& type);

std::shared_ptr<const Literal::Elements> elements_of(const arrow::Array& values, const Type& type) {
  auto elements = std::make_shared<Literal::Elements>();
  for (int64_t i = 0; i < values.length(); ++i) {
    elements->push_back(literal_of(*values.GetScalar(i).ValueOrDie(), type));
  }
  return elements;
}

template <typename Scalar>
int64_t number_of(const arrow::Scalar& scalar) {
  return static_cast<int64_t>(static_cast<const Scalar&>(scalar).value);
}

Literal nested_literal(const arrow::Scalar& scalar, const Type& type) {
  if (scalar.type->id() == arrow::Type::STRUCT) {
    auto fields = std::make_shared<Literal::Elements>();
    const auto& values = static_cast<const arrow::StructScalar&>(scalar).value;
    for (size_t i = 0; i < values.size(); ++i) {
      fields->push_back(literal_of(*values[i], type.fields()[i].type));
    }
    return {type, std::shared_ptr<const Literal::Elements>(fields)};
  }
  if (scalar.type->id() == arrow::Type::LIST || scalar.type->id() == arrow::Type::LARGE_LIST) {
    return {type, elements_of(*static_cast<const arrow::BaseListScalar&>(scalar).value, type.element())};
  }
  throw_unsupported("EXPRESSION", "a constant of type " + type.sql());
}

Literal literal_of(const arrow::Scalar& scalar, const Type& type) {
  if (!scalar.is_valid || type.is(TypeKind::kNull)) return {type, std::monostate()};
  switch (scalar.type->id()) {
    case arrow::Type::BOOL: return {type, static_cast<const arrow::BooleanScalar&>(scalar).value};
    case arrow::Type::INT8: return {type, number_of<arrow::Int8Scalar>(scalar)};
    case arrow::Type::INT16: return {type, number_of<arrow::Int16Scalar>(scalar)};
    case arrow::Type::INT32: return {type, number_of<arrow::Int32Scalar>(scalar)};
    case arrow::Type::INT64: return {type, number_of<arrow::Int64Scalar>(scalar)};
    case arrow::Type::DATE32: return {type, number_of<arrow::Date32Scalar>(scalar)};
    case arrow::Type::TIMESTAMP: return {type, number_of<arrow::TimestampScalar>(scalar)};
    case arrow::Type::FLOAT: return {type, double{static_cast<const arrow::FloatScalar&>(scalar).value}};
    case arrow::Type::DOUBLE: return {type, static_cast<const arrow::DoubleScalar&>(scalar).value};
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
      return {type, static_cast<const arrow::BaseBinaryScalar&>(scalar).value->ToString()};
    case arrow::Type::DECIMAL128: {
      const auto& value = static_cast<const arrow::Decimal128Scalar&>(scalar).value;
      const auto high = static_cast<unsigned __int128>(static_cast<uint64_t>(value.high_bits()));
      return {type, static_cast<__int128>((high << 64) | value.low_bits())};
    }
    default: return nested_literal(scalar, type);
  }
}

}  // namespace

std::vector<std::vector<Literal>> literal_rows(const arrow::Table& table, const plan::Schema& schema) {
  std::vector<std::vector<Literal>> rows(static_cast<size_t>(table.num_rows()));
  for (size_t column = 0; column < schema.size(); ++column) {
    const auto& values = *table.column(static_cast<int>(column));
    for (size_t row = 0; row < rows.size(); ++row) {
      const auto scalar = values.GetScalar(static_cast<int64_t>(row));
      FIRESTEEL_CHECK(scalar.ok(), scalar.status().ToString());
      rows[row].push_back(literal_of(**scalar, schema[column].type));
    }
  }
  return rows;
}

}  // namespace firesteel::connect
