#include "analyze/window_frames.h"

#include <optional>
#include <string>

#include "analyze/analyzer.h"
#include "analyze/casts.h"
#include "analyze/resolver.h"
#include "functions/argument_check.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

using Bound = WindowFrame::Bound;

// How many rows after the current one the bound lies; none when it is no constant number.
std::optional<int64_t> offset_of(const Bound& bound) {
  if (bound.kind == Bound::Kind::kCurrentRow) return 0;
  if (bound.kind != Bound::Kind::kValue) return std::nullopt;
  const auto* sign = bound.value->as<FunctionCall>();
  const bool is_negative = sign != nullptr && sign->function->name == "negative";
  const auto* literal = (is_negative ? sign->arguments[0] : bound.value)->as<Literal>();
  const auto* number = literal != nullptr && literal->type.is_integral()
                           ? std::get_if<int64_t>(&literal->value)
                           : nullptr;
  if (number == nullptr) return std::nullopt;
  return is_negative ? -*number : *number;
}

// "ROWS BETWEEN … AND …": what the window's text ends with.
std::string frame_text(const Window& window) {
  Window only_frame = window;
  only_frame.partition_by.clear();
  only_frame.order_by.clear();
  const std::string text = print_name(Expression{only_frame, {}, true, {}});
  const size_t open = text.rfind(" OVER (") + 7;
  return text.substr(open, text.size() - open - 1);
}

// The whole window without its function: "(ORDER BY … RANGE BETWEEN …)".
std::string specification_text(const Window& window) {
  const std::string text = print_name(Expression{window, {}, true, {}});
  return text.substr(text.rfind(" OVER (") + 6);
}

// WindowFrameCoercion: a bound is cast to the type of the key, but for dates and timestamps.
Type bound_type(const Type& type, const Type* key, const CoercionRules& rules) {
  if (!key || key->is(TypeKind::kDate) || key->is(TypeKind::kTimestamp) || type.same_type(*key)) return type;
  return can_cast(type, *key, rules.ansi ? CastMode::kAnsi : CastMode::kLegacy) ? *key : type;
}

// WindowSpecDefinition.isValidFrameType.
bool goes_with_key(const Type& key, const Type& bound) {
  const bool is_months = bound.is(TypeKind::kYearMonthInterval);
  const bool is_time = bound.is(TypeKind::kDayTimeInterval);
  if (key.is(TypeKind::kDate)) {
    const bool is_days = is_time && bound.day_time_end() == DayTimeField::kDay;
    return bound.is(TypeKind::kInteger) || is_months || is_days;
  }
  if (key.is(TypeKind::kTimestamp) || key.is(TypeKind::kTimestampNtz)) {
    return is_months || is_time || bound.is(TypeKind::kCalendarInterval);
  }
  return key.same_type(bound);
}

// SpecifiedWindowFrame.checkBoundary.
void check_bound(const Window& window, const Bound& bound, const char* location, const Type* key, const CoercionRules& rules,
                 const std::vector<QueryContext>& contexts) {
  if (bound.kind != Bound::Kind::kValue) return;
  if (!functions::is_foldable(bound.value)) {
    throw SparkError("_LEGACY_ERROR_TEMP_0064", {{"msg", "Frame bound value must be a literal."}}, contexts);
  }
  const bool is_range = window.frame->unit == WindowFrame::Unit::kRange;
  const Type type = bound_type(bound.value->type, key, rules);
  if (is_range ? type.is_numeric() || type.is_interval() : type.is(TypeKind::kInteger)) return;
  const char* expected = is_range ? "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")" : "\"INT\"";
  throw SparkError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
                   {{"sqlExpr", "\"" + frame_text(window) + "\""},
                    {"location", location},
                    {"exprType", "\"" + type.sql() + "\""},
                    {"expectedType", expected}},
                   contexts);
}

// A range of values has one key, of a type that the bounds go with.
void check_key(const Window& window, const Type* key, const CoercionRules& rules, const std::vector<QueryContext>& contexts) {
  const WindowFrame& frame = *window.frame;
  const std::string specification = "\"" + specification_text(window) + "\"";
  if (window.order_by.empty()) {
    throw SparkError("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", {{"sqlExpr", specification}}, contexts);
  }
  if (!key) {
    Window whole = window;
    whole.partition_by.clear();
    std::string keys;
    for (const ExpressionPtr& order : window.order_by) keys += (keys.empty() ? "" : ",") + print_name(*order);
    throw SparkError("DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER",
                     {{"sqlExpr", "\"" + specification_text(whole) + "\""}, {"orderSpec", keys}}, contexts);
  }
  const Bound& bound = frame.lower.kind == Bound::Kind::kValue ? frame.lower : frame.upper;
  const Type type = bound_type(bound.value->type, key, rules);
  if (goes_with_key(*key, type)) return;
  throw SparkError("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE",
                   {{"sqlExpr", specification},
                    {"orderSpecType", "\"" + key->sql() + "\""},
                    {"valueBoundaryType", "\"" + type.sql() + "\""}},
                   contexts);
}

}  // namespace

void check_frame(const Window& window, const CoercionRules& rules, const std::vector<QueryContext>& contexts) {
  const WindowFrame& frame = *window.frame;
  const bool is_range = frame.unit == WindowFrame::Unit::kRange;
  const Type* key = is_range && window.order_by.size() == 1 ? &std::get<SortOrder>(window.order_by[0]->node).child->type : nullptr;
  check_bound(window, frame.lower, "lower", key, rules, contexts);
  check_bound(window, frame.upper, "upper", key, rules, contexts);
  if (frame.lower.kind == Bound::Kind::kValue && frame.upper.kind == Bound::Kind::kValue) {
    const Type low = bound_type(frame.lower.value->type, key, rules);
    const Type high = bound_type(frame.upper.value->type, key, rules);
    if (!low.same_type(high)) {
      throw SparkError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_DIFF_TYPES",
                       {{"sqlExpr", "\"" + frame_text(window) + "\""},
                        {"lower", "\"" + print_name(*frame.lower.value) + "\""},
                        {"upper", "\"" + print_name(*frame.upper.value) + "\""},
                        {"lowerType", "\"" + low.sql() + "\""},
                        {"upperType", "\"" + high.sql() + "\""}},
                       contexts);
    }
  }
  const auto lower = offset_of(frame.lower);
  const auto upper = offset_of(frame.upper);
  if (lower && upper && *lower > *upper) {
    throw SparkError(
        "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON",
        {{"sqlExpr", "\"" + frame_text(window) + "\""}, {"comparison", "less than or equal"}},
        contexts);
  }
  const bool has_value =
      frame.lower.kind == Bound::Kind::kValue || frame.upper.kind == Bound::Kind::kValue;
  if (is_range && has_value) check_key(window, key, rules, contexts);
}

void check_buckets(const Expression& function, const std::vector<QueryContext>& contexts) {
  const auto* call = function.as<FunctionCall>();
  if (call->function->name != "ntile" || call->arguments.empty()) return;
  const std::optional<int64_t> count = functions::constant_integer(call->arguments[0]);
  if (!count || *count > 0) return;
  throw SparkError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"sqlExpr", "\"" + print_name(function) + "\""},
                    {"exprName", "buckets"},
                    {"valueRange", "(0, 2147483647]"},
                    {"currentValue", std::to_string(*count)}},
                   contexts);
}

ExpressionPtr Resolver::windowed_function(const ExpressionPtr& function, const Scope& scope) {
  const struct Restore {
    const UnresolvedFunction** slot;
    const UnresolvedFunction* before;
    ~Restore() { *slot = before; }
  } restore{&windowed_, windowed_};
  windowed_ = function->as<UnresolvedFunction>();
  return expression(function, scope);
}

void Resolver::check_window_place(const functions::Function& row, const UnresolvedFunction& node,
                                  const FunctionCall& bound, const Origin& origin) const {
  if (&node == windowed_) return;
  if (row.kind == functions::FunctionKind::kWindow) {
    throw SparkError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
                     {{"funcName", "\"" + print_name(Expression{bound, {}, true, {}}) + "\""}}, contexts_of(origin));
  }
  if (row.kind != functions::FunctionKind::kAggregate) return;
  for (const ExpressionPtr& argument : bound.arguments) {
    if (contains_window(argument)) throw SparkError("_LEGACY_ERROR_TEMP_1031", {}, contexts_of(origin));
  }
}

}  // namespace firesteel::analyze
