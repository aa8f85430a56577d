#include "analyze/window_frames.h"

#include <optional>
#include <string>

#include "analyze/analyzer.h"
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

// Bounds take the key's type, which must be one that can be counted.
void check_bound_type(const Window& window, const std::vector<QueryContext>& contexts) {
  const Type& key = window.order_by[0]->as<SortOrder>()->child->type;
  if (key.is_numeric() || key.is_datetime() || key.is_interval() || key.is(TypeKind::kNull)) return;
  const bool is_lower = window.frame->lower.kind == Bound::Kind::kValue;
  throw SparkError("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
                   {{"sqlExpr", "\"" + frame_text(window) + "\""},
                    {"location", is_lower ? "lower" : "upper"},
                    {"exprType", "\"" + key.sql() + "\""},
                    {"expectedType", "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")"}},
                   contexts);
}

}  // namespace

void check_frame(const Window& window, const std::vector<QueryContext>& contexts) {
  const WindowFrame& frame = *window.frame;
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
  if (frame.unit != WindowFrame::Unit::kRange) return;
  const bool is_everything = frame.lower.kind == Bound::Kind::kUnboundedPreceding && frame.upper.kind == Bound::Kind::kUnboundedFollowing;
  if (window.order_by.empty() && !is_everything) {
    const std::string text = print_name(Expression{window, {}, true, {}});
    throw SparkError("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER",
                     {{"sqlExpr", "\"" + text.substr(text.rfind(" OVER (") + 6) + "\""}}, contexts);
  }
  if (has_value && window.order_by.size() == 1) check_bound_type(window, contexts);
  if (!has_value || window.order_by.size() < 2) return;
  Window whole = window;
  whole.partition_by.clear();
  const std::string text = print_name(Expression{whole, {}, true, {}});
  std::string keys;
  for (const ExpressionPtr& key : window.order_by)
    keys += (keys.empty() ? "" : ",") + print_name(*key);
  throw SparkError(
      "DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER",
      {{"sqlExpr", "\"" + text.substr(text.rfind(" OVER (") + 6) + "\""}, {"orderSpec", keys}},
      contexts);
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
