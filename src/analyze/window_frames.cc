#include "analyze/window_frames.h"

#include <optional>
#include <string>

#include "analyze/analyzer.h"
#include "analyze/casts.h"
#include "analyze/resolver.h"
#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

using Bound = WindowFrame::Bound;

// Whether constants of one type are in falling order; false for what has to be computed.
bool is_greater(const ExpressionPtr& lower, const ExpressionPtr& upper) {
  const std::optional<Literal> a = functions::written_value(lower);
  const std::optional<Literal> b = functions::written_value(upper);
  if (!a || !b || a->value.index() != b->value.index()) return false;
  if (const auto* number = std::get_if<int64_t>(&a->value)) return *number > std::get<int64_t>(b->value);
  if (const auto* real = std::get_if<double>(&a->value)) return *real > std::get<double>(b->value);
  const auto* decimal = std::get_if<__int128>(&a->value);
  return decimal && a->type.scale() == b->type.scale() && *decimal > std::get<__int128>(b->value);
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

bool is_value(const Bound& bound) { return bound.kind == Bound::Kind::kValue; }

// What the message calls a bound that stands for no value.
std::string special_bound(const Bound& bound) {
  switch (bound.kind) {
    case Bound::Kind::kUnboundedPreceding: return "UNBOUNDED PRECEDING";
    case Bound::Kind::kUnboundedFollowing: return "UNBOUNDED FOLLOWING";
    case Bound::Kind::kCurrentRow: return "CURRENT ROW";
    case Bound::Kind::kValue: break;
  }
  return print_name(*bound.value);
}

// The whole specification, as messages show it.
std::string specification_text(const Window& window) {
  const std::string text = print_name(Expression{window, {}, true, {}});
  return "\"" + text.substr(text.rfind(" OVER (") + 6) + "\"";
}

// The bounds of a frame over text are cast to text before Spark looks at them: their sign is no PRECEDING any more.
std::string cast_bound_text(const Bound& bound, bool is_sql) {
  if (!is_value(bound)) return special_bound(bound);
  const std::string text = print_name(*bound.value);
  return (is_sql && text.starts_with("-") ? "(- " + text.substr(1) + ")" : text) + " FOLLOWING";
}

struct FrameCheck {
  const Window& window;
  const std::vector<QueryContext>& contexts;

  const WindowFrame& frame() const { return *window.frame; }
  bool is_range() const { return frame().unit == WindowFrame::Unit::kRange; }
  // WindowFrameCoercion: the bounds of a range take the type of its order, but for dates and timestamps.
  Type type_of(const Bound& bound) const {
    if (!is_range() || window.order_by.size() != 1) return bound.value->type;
    const Type& order = order_type();
    const bool is_kept = order.is(TypeKind::kDate) || order.is(TypeKind::kTimestamp) || order.is(TypeKind::kTimestampNtz);
    return is_kept || !can_cast(bound.value->type, order, CastMode::kAnsi) ? bound.value->type : order;
  }
  const Type& order_type() const { return std::get<SortOrder>(window.order_by[0]->node).child->type; }
  std::string text() const {
    const bool is_text = is_range() && window.order_by.size() == 1 && order_type().is_string();
    if (!is_text) return "\"" + frame_text(window) + "\"";
    const bool is_sql = !contexts.empty() && contexts[0].kind == QueryContext::Kind::kSql;
    return "\"RANGE BETWEEN " + cast_bound_text(frame().lower, is_sql) + " AND " + cast_bound_text(frame().upper, is_sql) + "\"";
  }
  [[noreturn]] void fail(const char* subclass, SparkError::Parameters parameters) const {
    throw SparkError(std::string("DATATYPE_MISMATCH.") + subclass, std::move(parameters), contexts);
  }

  // SpecifiedWindowFrame.checkInputDataTypes.
  void check_bound(const Bound& bound, const char* location) const {
    if (!is_value(bound)) return;
    if (!functions::is_foldable(bound.value)) {
      fail("SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE",
           {{"sqlExpr", text()}, {"location", location}, {"expression", "\"" + print_name(*bound.value) + "\""}});
    }
    const Type type = type_of(bound);
    const bool fits = is_range() ? type.is_numeric() || type.is_interval() : type.is(TypeKind::kInteger);
    if (fits) return;
    fail("SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
         {{"sqlExpr", text()},
          {"location", location},
          {"exprType", "\"" + type.sql() + "\""},
          {"expectedType", is_range() ? "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")"
                                      : "\"INT\""}});
  }
  void check_bounds() const {
    check_bound(frame().lower, "lower");
    check_bound(frame().upper, "upper");
    if (frame().lower.kind == Bound::Kind::kUnboundedFollowing || frame().upper.kind == Bound::Kind::kUnboundedPreceding) {
      fail("SPECIFIED_WINDOW_FRAME_INVALID_BOUND", {{"sqlExpr", text()},
                                                    {"upper", "\"" + special_bound(frame().upper) + "\""},
                                                    {"lower", "\"" + special_bound(frame().lower) + "\""}});
    }
    if (is_value(frame().lower) && is_value(frame().upper) && !type_of(frame().lower).same_type(type_of(frame().upper))) {
      fail("SPECIFIED_WINDOW_FRAME_DIFF_TYPES", {{"sqlExpr", text()},
                                                 {"lower", "\"" + print_name(*frame().lower.value) + "\""},
                                                 {"upper", "\"" + print_name(*frame().upper.value) + "\""},
                                                 {"lowerType", "\"" + type_of(frame().lower).sql() + "\""},
                                                 {"upperType", "\"" + type_of(frame().upper).sql() + "\""}});
    }
    if (is_value(frame().lower) && is_value(frame().upper) && is_greater(frame().lower.value, frame().upper.value)) {
      fail("SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", {{"sqlExpr", text()}, {"comparison", "less than or equal"}});
    }
  }

  // WindowSpecDefinition.isValidFrameType.
  bool spans_order(const Type& bound) const {
    const Type& order = order_type();
    const bool is_months = bound.is(TypeKind::kYearMonthInterval);
    if (order.is(TypeKind::kDate)) {
      return bound.is(TypeKind::kInteger) || is_months || bound.same_type(Type::day_time_interval(plan::DayTimeField::kDay, plan::DayTimeField::kDay));
    }
    if (order.is(TypeKind::kTimestamp) || order.is(TypeKind::kTimestampNtz)) return bound.is_interval();
    return bound.same_type(order);
  }
  void check_range() const {
    const bool is_unbounded =
        frame().lower.kind == Bound::Kind::kUnboundedPreceding && frame().upper.kind == Bound::Kind::kUnboundedFollowing;
    if (!is_range()) return;
    if (!is_unbounded && window.order_by.empty()) {
      fail("RANGE_FRAME_WITHOUT_ORDER", {{"sqlExpr", specification_text(window)}});
    }
    if (!is_value(frame().lower) && !is_value(frame().upper)) return;
    if (window.order_by.size() > 1) {
      std::string keys;
      for (const ExpressionPtr& key : window.order_by) keys += (keys.empty() ? "" : ",") + print_name(*key);
      fail("RANGE_FRAME_MULTI_ORDER", {{"sqlExpr", specification_text(window)}, {"orderSpec", keys}});
    }
    const Type bound = type_of(is_value(frame().lower) ? frame().lower : frame().upper);
    if (spans_order(bound)) return;
    fail("RANGE_FRAME_INVALID_TYPE", {{"sqlExpr", specification_text(window)},
                                      {"orderSpecType", "\"" + order_type().sql() + "\""},
                                      {"valueBoundaryType", "\"" + bound.sql() + "\""}});
  }
};

}  // namespace

void check_frame(const Window& window, const std::vector<QueryContext>& contexts) {
  const FrameCheck check{window, contexts};
  check.check_bounds();
  check.check_range();
}

void check_buckets(const Expression& function, const std::vector<QueryContext>& contexts) {
  const auto* call = function.as<FunctionCall>();
  if (call->function->name != "ntile" || call->arguments.empty()) return;
  const ExpressionPtr& buckets = call->arguments[0];
  const std::optional<int64_t> count = functions::is_null_constant(*buckets) ? 0 : functions::constant_integer(buckets);
  if (!count || *count > 0) return;
  throw SparkError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                   {{"sqlExpr", "\"" + print_name(function) + "\""},
                    {"exprName", "buckets"},
                    {"valueRange", "(0, 2147483647]"},
                    {"currentValue", std::to_string(*count)}},
                   contexts);
}

void check_partition_keys(const Window& window) {
  // What is computed is called by its number among all that the window computes before it.
  const auto is_computed = [](const ExpressionPtr& one) { return !one->as<AttributeReference>() && !functions::is_foldable(one); };
  const auto& arguments = std::get<FunctionCall>(window.function->node).arguments;
  auto number = std::count_if(arguments.begin(), arguments.end(), is_computed);
  for (const ExpressionPtr& key : window.partition_by) {
    if (!key->type.is_orderable()) {
      const std::string name = is_computed(key) ? "_w" + std::to_string(number) : print_name(*key);
      throw SparkError("EXPRESSION_TYPE_IS_NOT_ORDERABLE", {{"expr", "\"" + name + "\""}, {"exprType", "\"" + key->type.sql() + "\""}});
    }
    number += is_computed(key) ? 1 : 0;
  }
}

namespace {

// SpecifiedWindowFrame as Spark's errors show it.
std::string frame_text(const WindowFrame& frame) {
  const auto bound = [](const WindowFrame::Bound& one) -> std::string {
    switch (one.kind) {
      case WindowFrame::Bound::Kind::kUnboundedPreceding: return "unboundedpreceding$()";
      case WindowFrame::Bound::Kind::kUnboundedFollowing: return "unboundedfollowing$()";
      case WindowFrame::Bound::Kind::kCurrentRow: return "currentrow$()";
      case WindowFrame::Bound::Kind::kValue: break;
    }
    return print_name(*one.value);
  };
  const std::string unit = frame.unit == WindowFrame::Unit::kRows ? "RowFrame" : "RangeFrame";
  return "specifiedwindowframe(" + unit + ", " + bound(frame.lower) + ", " + bound(frame.upper) + ")";
}

}  // namespace

// A function that ranks has a frame of its own; another one is refused.
void Resolver::check_required_frame(const Window& window, std::string_view function) const {
  static constexpr std::string_view kRankings[] = {"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"};
  if (!window.frame || std::find(std::begin(kRankings), std::end(kRankings), function) == std::end(kRankings)) return;
  WindowFrame required;
  required.unit = function == "cume_dist" ? WindowFrame::Unit::kRange : WindowFrame::Unit::kRows;
  required.lower.kind = WindowFrame::Bound::Kind::kUnboundedPreceding;
  required.upper.kind = WindowFrame::Bound::Kind::kCurrentRow;
  const bool is_that = window.frame->unit == required.unit && window.frame->lower.kind == required.lower.kind &&
                       window.frame->upper.kind == required.upper.kind;
  if (!is_that) throw SparkError("_LEGACY_ERROR_TEMP_1036", {{"wf", frame_text(*window.frame)}, {"required", frame_text(required)}});
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
