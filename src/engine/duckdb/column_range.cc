#include "engine/duckdb/column_range.h"

#include <cmath>
#include <utility>

namespace firesteel::engine {
namespace {

using duckdb::cxx::Expression;
using duckdb::cxx::ExpressionType;
using duckdb::cxx::idx_t;
using duckdb::cxx::LogicalTypeId;
using Input = duckdb::cxx::TableFunction::FilterPushdownInput;

// The constant of a filter; none for a type whose ranges are not known.
std::optional<Bound> bound_of(const duckdb::cxx::Value& value) {
  if (value.IsNull()) return std::nullopt;
  switch (value.GetLogicalType().GetTypeId()) {
    case LogicalTypeId::BOOLEAN: return Bound{int64_t{value.Get<bool>()}};
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT: return Bound{value.Get<int64_t>()};
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE: return Bound{value.Get<double>()};
    case LogicalTypeId::DATE: return Bound{int64_t{value.Get<duckdb::cxx::date_t>().days}};
    case LogicalTypeId::TIMESTAMP: return Bound{value.Get<duckdb::cxx::timestamp_t>().micros};
    case LogicalTypeId::VARCHAR: return Bound{std::string(value.Get<duckdb::cxx::varchar_t>().view())};
    default: return std::nullopt;
  }
}

bool is_nan(const Bound& bound) {
  const auto* number = std::get_if<double>(&bound);
  return number && std::isnan(*number);
}

}  // namespace

ColumnRange range_of(const plan::Literal& literal) {
  ColumnRange range;
  if (std::holds_alternative<std::monostate>(literal.value)) {
    range.has_only_nulls = true;
    return range;
  }
  range.may_have_nulls = false;
  if (const auto* number = std::get_if<int64_t>(&literal.value)) range.low = *number;
  if (const auto* number = std::get_if<double>(&literal.value); number && !std::isnan(*number)) range.low = *number;
  if (const auto* text = std::get_if<std::string>(&literal.value)) range.low = *text;
  range.high = range.low;
  return range;
}

RangeFilter RangeFilter::of(Input& input) {
  RangeFilter all;
  all.kind_ = Kind::kAnd;
  for (idx_t i = 0; i < input.GetFilterCount(); ++i) all.children_.push_back(read(input.GetFilter(i), input));
  return all;
}

RangeFilter::Kind RangeFilter::mirrored(Kind kind) {
  if (kind == Kind::kLess) return Kind::kGreater;
  if (kind == Kind::kGreater) return Kind::kLess;
  if (kind == Kind::kLessOrEqual) return Kind::kGreaterOrEqual;
  if (kind == Kind::kGreaterOrEqual) return Kind::kLessOrEqual;
  return kind;
}

RangeFilter RangeFilter::comparison(Kind kind, const Expression& left, const Expression& right, const Input& input) {
  if (left.GetType() == ExpressionType::VALUE_CONSTANT) {
    if (right.GetType() == ExpressionType::VALUE_CONSTANT) return {};
    return comparison(mirrored(kind), right, left, input);
  }
  RangeFilter filter;
  if (left.GetType() != ExpressionType::BOUND_COLUMN_REF || right.GetType() != ExpressionType::VALUE_CONSTANT) return filter;
  auto bound = bound_of(right.GetConstantValue());
  if (!bound) return filter;
  filter.kind_ = kind;
  filter.column_ = input.GetColumnIndex(left.GetColumnIndex());
  filter.bound_ = *std::move(bound);
  return filter;
}

RangeFilter RangeFilter::read(const Expression& expression, const Input& input) {
  const auto child = [&](idx_t i) { return expression.GetChild(i); };
  const auto null_test = [&](Kind kind) {
    RangeFilter filter;
    const auto column = child(0);
    if (column.GetType() != ExpressionType::BOUND_COLUMN_REF) return filter;
    filter.kind_ = kind;
    filter.column_ = input.GetColumnIndex(column.GetColumnIndex());
    return filter;
  };
  RangeFilter filter;
  switch (expression.GetType()) {
    case ExpressionType::COMPARE_EQUAL: return comparison(Kind::kEqual, child(0), child(1), input);
    case ExpressionType::COMPARE_LESSTHAN: return comparison(Kind::kLess, child(0), child(1), input);
    case ExpressionType::COMPARE_LESSTHANOREQUALTO: return comparison(Kind::kLessOrEqual, child(0), child(1), input);
    case ExpressionType::COMPARE_GREATERTHAN: return comparison(Kind::kGreater, child(0), child(1), input);
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      return comparison(Kind::kGreaterOrEqual, child(0), child(1), input);
    case ExpressionType::OPERATOR_IS_NULL: return null_test(Kind::kIsNull);
    case ExpressionType::OPERATOR_IS_NOT_NULL: return null_test(Kind::kIsNotNull);
    case ExpressionType::COMPARE_BETWEEN:
      filter.kind_ = Kind::kAnd;
      filter.children_.push_back(comparison(Kind::kGreaterOrEqual, child(0), child(1), input));
      filter.children_.push_back(comparison(Kind::kLessOrEqual, child(0), child(2), input));
      return filter;
    case ExpressionType::COMPARE_IN:
      filter.kind_ = Kind::kOr;
      for (idx_t i = 1; i < expression.GetChildCount(); ++i) {
        filter.children_.push_back(comparison(Kind::kEqual, child(0), child(i), input));
      }
      return filter;
    case ExpressionType::CONJUNCTION_AND:
    case ExpressionType::CONJUNCTION_OR:
      filter.kind_ = expression.GetType() == ExpressionType::CONJUNCTION_AND ? Kind::kAnd : Kind::kOr;
      for (idx_t i = 0; i < expression.GetChildCount(); ++i) filter.children_.push_back(read(child(i), input));
      return filter;
    default: return filter;
  }
}

bool RangeFilter::compares(const ColumnRange& range) const {
  if (range.has_only_nulls) return false;
  const auto fits = [&](const std::optional<Bound>& bound) { return bound && bound->index() == bound_.index(); };
  // NaN is greater than every number and stands in no range.
  const bool is_number = std::holds_alternative<double>(bound_);
  if (is_nan(bound_)) return true;
  const bool has_high = fits(range.high) && !is_number;
  switch (kind_) {
    case Kind::kEqual: return !(fits(range.low) && bound_ < *range.low) && !(fits(range.high) && bound_ > *range.high);
    case Kind::kLess: return !(fits(range.low) && *range.low >= bound_);
    case Kind::kLessOrEqual: return !(fits(range.low) && *range.low > bound_);
    case Kind::kGreater: return !(has_high && *range.high <= bound_);
    case Kind::kGreaterOrEqual: return !(has_high && *range.high < bound_);
    default: return true;
  }
}

bool RangeFilter::may_pass(const RangeOf& range_of) const {
  switch (kind_) {
    case Kind::kAny: return true;
    case Kind::kAnd:
      for (const RangeFilter& child : children_) {
        if (!child.may_pass(range_of)) return false;
      }
      return true;
    case Kind::kOr:
      for (const RangeFilter& child : children_) {
        if (child.may_pass(range_of)) return true;
      }
      return false;
    case Kind::kIsNull: {
      const ColumnRange range = range_of(column_);
      return range.may_have_nulls || range.has_only_nulls;
    }
    case Kind::kIsNotNull: return !range_of(column_).has_only_nulls;
    default: return compares(range_of(column_));
  }
}

}  // namespace firesteel::engine
