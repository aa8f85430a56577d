#include "engine/duckdb/expression_lowering.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/call_template.h"
#include "engine/duckdb/cancellation_tokens.h"
#include "engine/duckdb/cast_lowering.h"
#include "engine/duckdb/frame_lowering.h"
#include "engine/duckdb/key_bounds.h"
#include "engine/duckdb/narrow_decimal.h"
#include "engine/duckdb/null_guard.h"
#include "engine/duckdb/short_circuit.h"
#include "engine/duckdb/time_parsers.h"
#include "engine/duckdb/type_sql.h"
#include "functions/argument_check.h"
#include "functions/function.h"
#include "functions/nested_nulls.h"

namespace firesteel::engine {
namespace {

using functions::FunctionKind;
using plan::Expression;
using plan::ExpressionPtr;
using plan::Type;
using plan::TypeKind;

// The row's text with $1, $2 … for the arguments.
std::string row_template(const plan::FunctionCall& call, const Type& type) {
  const auto& form = call.function->duckdb;
  if (const auto* rename = std::get_if<functions::Rename>(&form)) {
    bool is_scalar = call.function->kind == FunctionKind::kScalar;
    return std::string(rename->name) + (is_scalar ? "($*)" : "($distinct$*$order)$suffix");
  }
  if (const auto* text = std::get_if<functions::Template>(&form)) {
    return std::string(call.ansi || text->legacy.empty() ? text->ansi : text->legacy);
  }
  if (const auto* kernel = std::get_if<functions::Kernel>(&form)) {
    std::string text = "fs_" + std::string(kernel->name) + "($*";
    bool has_arguments = !call.arguments.empty();
    if (kernel->takes_zone) {
      text += has_arguments ? ", $zone" : "$zone";
      has_arguments = true;
    }
    if (kernel->takes_ansi) text += std::string(has_arguments ? ", " : "") + (call.ansi ? "true" : "false");
    return text + ")";
  }
  if (const auto* lowered = std::get_if<functions::Lowered>(&form)) {
    std::vector<std::string> placeholders;
    for (size_t i = 1; i <= call.arguments.size(); ++i) placeholders.push_back("$" + std::to_string(i));
    return lowered->sql(call, placeholders, type);
  }
  throw SparkError("UNSUPPORTED_FEATURE.FUNCTION",
                   {{"thing", std::string(call.function->name) + ": " +
                                  std::string(std::get<functions::No>(form).reason)}});
}

// Frames say nothing to these functions, and DuckDB gives some of them a meaning of its own there.
bool ignores_frame(const Expression& function) {
  const auto* call = function.as<plan::FunctionCall>();
  return call && call->function->kind == FunctionKind::kWindow && call->function->name != "nth_value";
}

// first() and last() of the rows of a frame that pass a filter, which DuckDB has not: the rest is null, and
// what counts is packed, so that a null of its own is none.
std::string filtered_end_sql(const plan::FunctionCall& call, const std::string& value, const std::string& filter,
                             const std::string& over) {
  const auto* flag = call.arguments.size() > 1 ? call.arguments[1]->as<plan::Literal>() : nullptr;
  const bool* skips = flag ? std::get_if<bool>(&flag->value) : nullptr;
  const bool skips_nulls = call.ignore_nulls || (skips && *skips);
  const char* end = call.function->name == "last" ? "last_value" : "first_value";
  return "struct_extract(" + std::string(end) + "(CASE WHEN " + filter + (skips_nulls ? " AND (" + value + ") IS NOT NULL" : "") +
         " THEN struct_pack(v := " + value + ") END IGNORE NULLS) " + over + ", 'v')";
}

bool is_instant(const Type& type) {
  return type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz);
}

// A RANGE frame with an offset needs an order key that is a number: days and microseconds. Months are counted on
// the calendar. Without ANSI no bound may fail: the wider type holds it.
std::string range_key(const std::string& sql, const Type& type, bool is_by_months, bool ansi) {
  if (!ansi && type.is(TypeKind::kInteger)) return "CAST(" + sql + " AS BIGINT)";
  if (!ansi && type.is(TypeKind::kLong)) return "CAST(" + sql + " AS HUGEINT)";
  if (is_by_months && type.is_datetime()) return "CAST(" + sql + " AS TIMESTAMP)";
  if (type.is(TypeKind::kDate)) return "(" + sql + " - DATE '1970-01-01')";
  if (is_instant(type)) return "epoch_us(" + sql + ")";
  return sql;
}

// Without ANSI the bound of a range of integers wraps around where it leaves their type, to the other side of the key, so
// that the frame is empty: for which rows that is so. Empty when it is never.
std::string wrapped_bounds(const plan::Window& window, const std::string& key) {
  if (!window.frame || window.frame->unit != plan::WindowFrame::Unit::kRange || window.order_by.size() != 1) return "";
  const auto& order = std::get<plan::SortOrder>(window.order_by[0]->node);
  const Type& type = order.child->type;
  if (!type.is_integral()) return "";
  const int bits = type.is(TypeKind::kByte) ? 8 : type.is(TypeKind::kShort) ? 16 : type.is(TypeKind::kInteger) ? 32 : 64;
  const int64_t most = bits == 64 ? INT64_MAX : (int64_t{1} << (bits - 1)) - 1;
  std::string text;
  for (const plan::WindowFrame::Bound* bound : {&window.frame->lower, &window.frame->upper}) {
    const std::optional<plan::Literal> constant = bound->value ? functions::written_value(bound->value) : std::nullopt;
    const auto* number = constant ? std::get_if<int64_t>(&constant->value) : nullptr;
    if (!number || !constant->type.is_integral() || *number == 0 || *number > most || *number < -most) continue;
    const bool goes_up = (*number > 0) == order.is_ascending;
    const std::string distance = std::to_string(std::abs(*number));
    text += (text.empty() ? "" : " OR ") + key + (goes_up ? " > " + std::to_string(most) + " - " : " < " + std::to_string(-most) + " - 1 + ") + distance;
  }
  return text;
}

std::string direction_sql(const plan::SortOrder& order) {
  return std::string(order.is_ascending ? " ASC" : " DESC") +
         (order.null_order == plan::NullOrder::kFirst ? " NULLS FIRST" : " NULLS LAST");
}

}  // namespace

bool has_month_offset(const plan::Window& window) {
  if (!window.frame || window.frame->unit != plan::WindowFrame::Unit::kRange) return false;
  const auto counts_months = [](const plan::WindowFrame::Bound& bound) {
    return bound.value && bound.value->type.is(TypeKind::kYearMonthInterval);
  };
  return counts_months(window.frame->lower) || counts_months(window.frame->upper);
}

ExpressionPtr engine_order_key(const ExpressionPtr& key) {
  if (!functions::orders_nulls_within(key->type)) return key;
  plan::FunctionCall call;
  call.function = functions::find_function("sort key");
  call.arguments = {key};
  return plan::make_typed(std::move(call), Type::binary(), key->nullable);
}

const ColumnText& Scope::find(plan::AttributeId id) const {
  for (const Scope* scope = this; scope; scope = scope->outer) {
    auto found = scope->columns.find(id);
    if (found != scope->columns.end()) return found->second;
  }
  throw_internal("attribute " + std::to_string(id) + " is not among the columns of the input");
}

ExpressionLowering::ExpressionLowering(const ExecutionContext& context, SubqueryLowering lower_subquery,
                                       DigitsOf digits_of)
    : context_(context),
      time_parser_(time_parser_policy(context.configuration)),
      lower_subquery_(std::move(lower_subquery)),
      narrow_decimals_(std::make_unique<NarrowDecimals>(
          std::move(digits_of),
          [this](const Expression& expression, const Scope& scope) { return lower(expression, scope); })) {}
ExpressionLowering::~ExpressionLowering() = default;

std::optional<NarrowDecimal> ExpressionLowering::narrow(const Expression& expression, const Scope& scope) const {
  const auto* call = expression.as<plan::FunctionCall>();
  const bool is_computed = call && call->function->kind == FunctionKind::kScalar && call->arguments.size() > 1;
  if (is_computed) return narrow_decimals_->narrow(expression, scope);
  const auto* reference = expression.as<plan::AttributeReference>();
  if (!reference || !expression.type.is(TypeKind::kDecimal)) return std::nullopt;
  const NarrowDecimal& known = scope.find(reference->id).narrow;
  return known.sql.empty() ? std::nullopt : std::optional(known);
}

ColumnText ExpressionLowering::lower_column(const ExpressionPtr& expression, const Scope& scope) const {
  ColumnText column;
  column.is_column = false;
  column.is_volatile = is_volatile_expression(expression);
  column.depth = expression_depth(*expression, scope);
  if (auto number = narrow(*expression, scope)) column.narrow = *std::move(number);
  if (!is_byte_remainder(*expression)) {
    column.sql = lower(*expression, scope);
    return column;
  }
  const auto& arguments = expression->as<plan::FunctionCall>()->arguments;
  column.byte = "fs_byte_remainder(" + lower(*arguments[0], scope) + ", " + lower(*arguments[1], scope) + ")";
  column.sql = "CAST(" + column.byte + " AS BIGINT)";
  return column;
}

std::string ExpressionLowering::lower(const Expression& expression, const Scope& scope) const {
  if (const auto* node = expression.as<plan::Literal>()) return literal_sql(*node);
  if (const auto* node = expression.as<plan::AttributeReference>()) return scope.find(node->id).sql;
  if (const auto* node = expression.as<plan::Alias>()) return lower(*node->child, scope);
  if (const auto* node = expression.as<plan::Cast>()) {
    return cast_sql(lower(*node->child, scope), node->child->type, node->target, node->mode,
                    {node->time_zone.empty() ? context_.time_zone : node->time_zone, time_parser_});
  }
  if (const auto* node = expression.as<plan::FunctionCall>()) {
    if (const auto number = narrow(expression, scope)) return "CAST(" + number->sql + " AS " + type_sql(expression.type) + ")";
    return lower_call(*node, expression.type, scope, {});
  }
  if (const auto* node = expression.as<plan::GetField>()) {
    return "struct_extract(" + lower(*node->child, scope) + ", 'f" + std::to_string(node->ordinal) +
           "')";
  }
  if (expression.as<plan::Window>()) return lower_window(expression, scope);
  if (const auto* node = expression.as<plan::Subquery>()) return lower_subquery(*node, scope);
  if (const auto* node = expression.as<plan::LambdaVariable>()) {
    return "l" + std::to_string(node->id);
  }
  if (const auto* node = expression.as<plan::LambdaFunction>()) {
    std::string names;
    for (const ExpressionPtr& parameter : node->parameters) {
      names += (names.empty() ? "" : ", ") + lower(*parameter, scope);
    }
    // A list may be as long as all rows of a query: the body asks whether it is still wanted.
    const std::string token = std::to_string(cancellation_token(context_.cancellation));
    return "lambda " + names + ": CASE WHEN fs_goes_on(" + token + ") THEN " +
           lower(*node->body, scope) + " END";
  }
  if (const auto* node = expression.as<plan::UserFunction>()) {
    throw_unsupported("FUNCTION", "user-defined function " + node->name);
  }
  throw_internal("an unresolved expression reached the engine");
}

std::string ExpressionLowering::lower_condition(const Expression& condition, const Scope& scope) const {
  static constexpr std::string_view kLogic[] = {"and", "or", "not", "=", "<=>", "<", "<=", ">", ">="};
  const auto* call = condition.as<plan::FunctionCall>();
  const bool is_logic = call && std::find(std::begin(kLogic), std::end(kLogic), call->function->name) != std::end(kLogic);
  if (!is_logic || narrow(condition, scope)) return lower(condition, scope);
  return lower_call(*call, condition.type, scope, {.is_condition = true});
}

std::string ExpressionLowering::lower_order(const Expression& expression, const Scope& scope) const {
  const auto& order = std::get<plan::SortOrder>(expression.node);
  return lower(*engine_order_key(order.child), scope) + direction_sql(order);
}

std::string ExpressionLowering::lower_call(const plan::FunctionCall& call, const Type& type,
                                           const Scope& scope, const CallPlace& place) const {
  // What is null because of one argument computes none of the others, which may fail.
  if (functions::is_null_constant(call) || (is_tried_ && lacks_unit(call))) return "CAST(NULL AS " + type_sql(type) + ")";
  if (is_connective(call)) {
    const auto lower_operand = [&](const Expression& operand) {
      return place.is_condition ? lower_condition(operand, scope) : lower(operand, scope);
    };
    return short_circuit(call, scope, lower_operand, {.is_condition = place.is_condition, .is_tried = is_tried_});
  }
  // Of a number of any width the sum is the same.
  const bool adds_up = call.function->name == "sum" || call.function->name == "avg";
  const struct Restore {
    bool& flag;
    bool before;
    ~Restore() { flag = before; }
  } restore{is_tried_, is_tried_};
  is_tried_ = is_tried_ || call.function->name == "null if it fails";
  std::vector<std::string> arguments;
  for (const ExpressionPtr& argument : call.arguments) {
    const auto number = adds_up ? narrow(*argument, scope) : std::nullopt;
    arguments.push_back(number ? number->sql : place.is_condition ? lower_condition(*argument, scope) : lower(*argument, scope));
    // Of rows that the filter drops nothing is computed.
    if (call.filter && may_fail(argument)) {
      arguments.back() = "(CASE WHEN " + lower(*call.filter, scope) + " THEN " + arguments.back() + " END)";
    }
  }
  const bool is_guarded = !place.is_condition && !is_tried_;
  const std::optional<size_t> bound = is_guarded ? argument_to_bind(call, scope) : std::nullopt;
  const std::string variable = bound ? "fs_bound" + std::to_string(expression_depth(plan::Expression{call, type, true, {}}, scope)) : "";
  const std::string bound_value = bound ? std::exchange(arguments[*bound], variable) : "";
  std::string zone = call.time_zone.empty() ? context_.time_zone : call.time_zone;
  TemplateValues values;
  values.arguments = arguments;
  values.time_zone = zone;
  values.time_parser = time_parser_;
  values.type = type_sql(type);
  values.is_distinct = call.is_distinct;
  values.ignore_nulls = call.ignore_nulls;
  for (const ExpressionPtr& item : call.order_by) {
    // A constant orders nothing.
    if (std::get<plan::SortOrder>(item->node).child->as<plan::Literal>()) continue;
    values.order += (values.order.empty() ? "" : ", ") + lower_order(*item, scope);
  }
  if (!call.order_by.empty()) {
    values.key = lower(*std::get<plan::SortOrder>(call.order_by[0]->node).child, scope);
  }
  if (call.filter) values.filter = lower(*call.filter, scope);
  values.over = place.over;
  std::string sql = fill_template(row_template(call, type), values);
  if (is_guarded) {
    const std::string guard = null_guard(call, scope, [&](const Expression& argument) { return lower(argument, scope); });
    if (!guard.empty()) sql = "(CASE" + guard + " ELSE " + sql + " END)";
  }
  if (bound) {
    sql = "list_extract(list_transform([" + bound_value + "], lambda " + variable + ": CASE WHEN " + variable + " IS NULL THEN NULL ELSE " + sql + " END), 1)";
  }
  if (type.is(TypeKind::kBoolean) || call.function->kind == FunctionKind::kGenerator) return sql;
  return "CAST(" + sql + " AS " + values.type + ")";
}

std::string ExpressionLowering::lower_window(const Expression& expression, const Scope& scope) const {
  const auto& window = std::get<plan::Window>(expression.node);
  bool has_range_offset =
      window.frame && window.frame->unit == plan::WindowFrame::Unit::kRange &&
      (window.frame->lower.kind == plan::WindowFrame::Bound::Kind::kValue ||
       window.frame->upper.kind == plan::WindowFrame::Bound::Kind::kValue);
  const auto* function = window.function->as<plan::FunctionCall>();
  const bool is_ansi = function && function->ansi;
  std::string over = "OVER (";
  for (size_t i = 0; i < window.partition_by.size(); ++i) {
    over += (i == 0 ? "PARTITION BY " : ", ") + lower(*window.partition_by[i], scope);
  }
  for (size_t i = 0; i < window.order_by.size(); ++i) {
    const auto& order = std::get<plan::SortOrder>(window.order_by[i]->node);
    std::string key = lower(*engine_order_key(order.child), scope);
    if (has_range_offset) key = range_key(key, order.child->type, has_month_offset(window), is_ansi);
    over += (i == 0 ? " ORDER BY " : ", ") + key + direction_sql(order);
  }
  if (window.frame && !ignores_frame(*window.function)) {
    over += " " + frame_sql(*window.frame, !window.order_by.empty() && window.order_by[0]->type.is_datetime());
  }
  over += ")";
  const auto* call = window.function->as<plan::FunctionCall>();
  if (!call) throw_unsupported("EXPRESSION", "a window over something that is no function call");
  const std::string_view name = call->function->name;
  const bool is_end = name == "first" || name == "last" || name == "any_value";  // DuckDB filters none of them
  if (call->filter && is_end) {
    return filtered_end_sql(*call, lower(*call->arguments[0], scope), lower(*call->filter, scope), over);
  }
  const std::string sql = lower_call(*call, window.function->type, scope, {.over = over});
  const std::string wraps = call->ansi ? "" : wrapped_bounds(window, window.order_by.size() == 1 ? lower(*std::get<plan::SortOrder>(window.order_by[0]->node).child, scope) : "");
  if (wraps.empty()) return sql;
  if (is_end || name == "nth_value") return "(CASE WHEN " + wraps + " THEN NULL ELSE " + sql + " END)";
  if (call->function->kind != FunctionKind::kAggregate) return sql;
  plan::FunctionCall nothing = *call;
  nothing.filter = plan::make_literal(plan::Literal{Type::boolean(), false});
  return "(CASE WHEN " + wraps + " THEN " + lower_call(nothing, window.function->type, scope, {.over = over}) + " ELSE " + sql + " END)";
}

namespace {

// (a, b) IN of a query that reads the row around, which DuckDB takes for one column alone: true where one of its rows is
// equal, else null where one might be.
std::string among_rows_sql(const std::vector<std::string>& values, const std::string& query) {
  std::string columns, is_equal;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string column = "among" + std::to_string(i);
    columns += (i ? ", " : "") + column;
    is_equal += (i ? " AND " : "") + ("(" + values[i] + " = among_rows." + column + ")");
  }
  return "(SELECT CASE WHEN bool_or(is_equal) THEN true WHEN bool_or(is_equal IS NULL) THEN NULL ELSE false END FROM (SELECT (" +
         is_equal + ") AS is_equal FROM " + query + " AS among_rows(" + columns + ")))";
}

}  // namespace

std::string ExpressionLowering::lower_subquery(const plan::Subquery& subquery,
                                               const Scope& scope) const {
  std::string query = "(" + lower_subquery_(subquery.plan, scope) + ")";
  switch (subquery.kind) {
    case plan::SubqueryKind::kScalar: return query;
    case plan::SubqueryKind::kExists: return "EXISTS " + query;
    case plan::SubqueryKind::kIn: {
      std::vector<std::string> values;
      for (const ExpressionPtr& value : subquery.in_values) values.push_back(lower(*value, scope));
      if (values.size() == 1) return "(" + values[0] + " IN " + query + ")";
      return subquery.outer_references.empty() ? "((" + joined(values, ", ") + ") IN " + query + ")" : among_rows_sql(values, query);
    }
    case plan::SubqueryKind::kTableArgument: break;
  }
  throw_unsupported("EXPRESSION", "a table argument");
}

int expression_depth(const Expression& expression, const Scope& scope) {
  if (const auto* reference = expression.as<plan::AttributeReference>()) {
    return scope.find(reference->id).depth;
  }
  int deepest = 0;
  for (const ExpressionPtr& child : plan::children(expression)) {
    deepest = std::max(deepest, expression_depth(*child, scope));
  }
  return deepest + 1;
}

}  // namespace firesteel::engine
