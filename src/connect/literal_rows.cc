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
  // A variant travels as a struct, too.
  if (scalar.type->id() == arrow::Type::STRUCT && type.is(TypeKind::kStruct)) {
    auto fields = std::make_shared<Literal::Elements>();
    const auto& values = static_cast<const arrow::StructScalar&>(scalar).value;
    for (size_t i = 0; i < values.size(); ++i) {
      fields->push_back(literal_of(*values[i], type.fields()[i].type));
    }
    return {type, std::shared_ptr<const Literal::Elements>(fields)};
  }
  if (scalar.type->id() == arrow::Type::MAP) {  // keys and values in turn
    auto entries = std::make_shared<Literal::Elements>();
    const auto& values = static_cast<const arrow::StructArray&>(*static_cast<const arrow::BaseListScalar&>(scalar).value);
    for (int64_t i = 0; i < values.length(); ++i) {
      entries->push_back(literal_of(*values.field(0)->GetScalar(i).ValueOrDie(), type.key()));
      entries->push_back(literal_of(*values.field(1)->GetScalar(i).ValueOrDie(), type.value()));
    }
    return {type, std::shared_ptr<const Literal::Elements>(entries)};
  }
  if (scalar.type->id() == arrow::Type::INTERVAL_MONTH_DAY_NANO) {
    const auto& value = static_cast<const arrow::MonthDayNanoIntervalScalar&>(scalar).value;
    return {type, Literal::Interval{value.months, value.days, value.nanoseconds / 1000}};
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
    case arrow::Type::TIME64: return {type, number_of<arrow::Time64Scalar>(scalar)};
    case arrow::Type::DURATION: return {type, number_of<arrow::DurationScalar>(scalar)};
    case arrow::Type::INTERVAL_MONTHS: return {type, number_of<arrow::MonthIntervalScalar>(scalar)};
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

// Appends the value in the builder's own type; false where that is none of the simple ones.
bool append_literal(const Literal& literal, arrow::ArrayBuilder& builder) {
  if (std::holds_alternative<std::monostate>(literal.value)) return builder.AppendNull().ok();
  if (const auto* flag = std::get_if<bool>(&literal.value)) {
    return builder.type()->id() == arrow::Type::BOOL && static_cast<arrow::BooleanBuilder&>(builder).Append(*flag).ok();
  }
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    return builder.type()->id() == arrow::Type::STRING && static_cast<arrow::StringBuilder&>(builder).Append(*text).ok();
  }
  if (const auto* number = std::get_if<double>(&literal.value)) {
    return builder.type()->id() == arrow::Type::DOUBLE && static_cast<arrow::DoubleBuilder&>(builder).Append(*number).ok();
  }
  const auto* number = std::get_if<int64_t>(&literal.value);
  if (number == nullptr) return false;
  switch (builder.type()->id()) {
    case arrow::Type::INT32: return static_cast<arrow::Int32Builder&>(builder).Append(static_cast<int32_t>(*number)).ok();
    case arrow::Type::INT64: return static_cast<arrow::Int64Builder&>(builder).Append(*number).ok();
    case arrow::Type::DATE32: return static_cast<arrow::Date32Builder&>(builder).Append(static_cast<int32_t>(*number)).ok();
    case arrow::Type::TIMESTAMP: return static_cast<arrow::TimestampBuilder&>(builder).Append(*number).ok();
    default: return false;
  }
}

}  // namespace

std::shared_ptr<arrow::RecordBatch> constant_row(const plan::Relation& resolved,
                                                 const std::shared_ptr<arrow::Schema>& schema) {
  const auto* project = resolved.as<plan::Project>();
  if (project == nullptr || project->child->as<plan::OneRow>() == nullptr) return nullptr;
  arrow::ArrayVector columns;
  for (const plan::ExpressionPtr& item : project->expressions) {
    const auto* alias = item->as<plan::Alias>();
    const auto* literal = alias == nullptr ? nullptr : alias->child->as<Literal>();
    if (literal == nullptr) return nullptr;
    const auto builder = arrow::MakeBuilder(schema->field(static_cast<int>(columns.size()))->type());
    if (!builder.ok() || !append_literal(*literal, **builder)) return nullptr;
    columns.push_back((*builder)->Finish().ValueOrDie());
  }
  return columns.empty() ? nullptr : arrow::RecordBatch::Make(schema, 1, std::move(columns));
}

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
