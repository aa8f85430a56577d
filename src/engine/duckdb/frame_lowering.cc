#include "engine/duckdb/frame_lowering.h"

#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "engine/duckdb/type_sql.h"
#include "functions/argument_check.h"

namespace firesteel::engine {

namespace {

using plan::TypeKind;
using Bound = plan::WindowFrame::Bound;

// How far from the current row a bound lies.
struct Offset {
  int sign = 0;  // -1: before it
  std::string magnitude;
  std::string zero;  // of the same type
};

template <typename Number>
Offset offset_of(const plan::Literal& literal, Number number) {
  const Number magnitude = number < 0 ? -number : number;
  return {number < 0 ? -1 : number > 0 ? 1 : 0, literal_sql({literal.type, magnitude}), literal_sql({literal.type, Number(0)})};
}

std::optional<Offset> offset_of(const Bound& bound, bool is_on_calendar) {
  if (bound.kind == Bound::Kind::kCurrentRow) return Offset{};
  if (bound.kind != Bound::Kind::kValue) return std::nullopt;
  const std::optional<plan::Literal> literal = functions::written_value(bound.value);
  if (literal) {
    if (const auto* number = std::get_if<int64_t>(&literal->value)) {
      Offset offset = offset_of(*literal, *number);
      if (literal->type.is(TypeKind::kYearMonthInterval) && is_on_calendar) {
        offset.magnitude = "to_months(" + std::to_string(std::abs(*number)) + ")";
        offset.zero = "to_months(0)";
      }
      return offset;
    }
    if (const auto* real = std::get_if<double>(&literal->value)) return offset_of(*literal, *real);
    if (const auto* decimal = std::get_if<__int128>(&literal->value)) return offset_of(*literal, *decimal);
  }
  if (!literal || literal->is_null() || literal->type.is_string()) throw_unsupported("EXPRESSION", "a bound of a window that has to be computed");
  return Offset{1, literal_sql(*literal), ""};
}

std::string bound_sql(const Bound& bound, const std::optional<Offset>& offset) {
  if (bound.kind == Bound::Kind::kUnboundedPreceding) return "UNBOUNDED PRECEDING";
  if (bound.kind == Bound::Kind::kUnboundedFollowing) return "UNBOUNDED FOLLOWING";
  if (offset->sign == 0) return "CURRENT ROW";
  return offset->magnitude + (offset->sign < 0 ? " PRECEDING" : " FOLLOWING");
}

}  // namespace

// DuckDB's parser takes no current row on the wrong side of an offset; the frame is empty, but for nulls. There it is an offset itself.
std::string frame_sql(const plan::WindowFrame& frame, bool is_on_calendar) {
  const std::optional<Offset> lower = offset_of(frame.lower, is_on_calendar);
  const std::optional<Offset> upper = offset_of(frame.upper, is_on_calendar);
  std::string from = bound_sql(frame.lower, lower);
  std::string to = bound_sql(frame.upper, upper);
  if (lower && upper && lower->sign == 0 && upper->sign < 0) from = upper->zero + " PRECEDING";
  if (lower && upper && upper->sign == 0 && lower->sign > 0) to = lower->zero + " FOLLOWING";
  return std::string(frame.unit == plan::WindowFrame::Unit::kRows ? "ROWS" : "RANGE") + " BETWEEN " + from + " AND " + to;
}

}  // namespace firesteel::engine
