#include "analyze/time_windows.h"

#include <cstdlib>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/time_window.h"

namespace firesteel::analyze {

namespace {

using namespace plan;
using Expressions = std::vector<ExpressionPtr>;

constexpr const char* kTimeWindow = "window";
constexpr const char* kSessionWindow = "session_window";
constexpr const char* kPart = "__window_part";
constexpr const char* kBegins = "__window_begins";
constexpr const char* kNumber = "__window_number";

const UnresolvedFunction* window_call(const ExpressionPtr& e) {
  const auto* call = e->as<UnresolvedFunction>();
  if (!call || call->name.size() != 1) return nullptr;
  const std::string name = lower_case(call->name[0]);
  return name == kTimeWindow || name == kSessionWindow ? call : nullptr;
}

// The one window that the expressions speak of, or null.
ExpressionPtr find_window(const Expressions& expressions) {
  ExpressionPtr found;
  for (const ExpressionPtr& e : expressions) {
    walk(e, [&](const ExpressionPtr& node) {
      if (!window_call(node)) return true;
      if (found && !same_expression(*found, *node)) throw SparkError("_LEGACY_ERROR_TEMP_1039", {});
      found = node;
      return true;
    });
  }
  return found;
}

ExpressionPtr column(std::string name) {
  return make_expression(UnresolvedAttribute{{std::move(name)}, {}});
}
ExpressionPtr part(const char* field) {
  return make_expression(UnresolvedAttribute{{kPart, field}, {}});
}
ExpressionPtr named(ExpressionPtr e, std::string name, std::optional<std::string> metadata = {}) {
  return make_expression(Alias{std::move(e), {std::move(name)}, std::move(metadata)});
}

RelationPtr with_column(RelationPtr child, ExpressionPtr value) {
  return make_relation(
      Project{std::move(child), {make_expression(UnresolvedStar{}), std::move(value)}});
}

// Constants of microseconds or texts of intervals.
int64_t duration(const ExpressionPtr& e) {
  const auto* literal = e->as<Literal>();
  if (const auto* text = literal ? std::get_if<std::string>(&literal->value) : nullptr) {
    return functions::kernel::parse_duration(*text);
  }
  if (const auto* number = literal ? std::get_if<int64_t>(&literal->value) : nullptr)
    return *number;
  throw_unsupported("EXPRESSION", "a window of time whose length is no constant");
}

std::string time_text(const ExpressionPtr& e) {
  const auto* attribute = e->as<UnresolvedAttribute>();
  return attribute ? attribute->parts.back() : "time_column";
}

void check_shape(const functions::kernel::WindowShape& shape, const ExpressionPtr& time) {
  const std::string sql = "\"window(" + time_text(time) + ", " + std::to_string(shape.length_us) +
                          ", " + std::to_string(shape.slide_us) + ", " +
                          std::to_string(shape.start_us) + ")\"";
  const auto positive = [&](const char* name, int64_t value) {
    if (value > 0) return;
    throw SparkError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                     {{"exprName", "`" + std::string(name) + "`"},
                      {"valueRange", "(0, 9223372036854775807]"},
                      {"currentValue", std::to_string(value) + "L"},
                      {"sqlExpr", sql}});
  };
  const auto compare = [&](const char* left, int64_t left_value, const char* sign,
                           const char* right, int64_t right_value) {
    throw SparkError("DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
                     {{"leftExprName", "`" + std::string(left) + "`"},
                      {"leftExprValue", std::to_string(left_value) + "L"},
                      {"constraint", sign},
                      {"rightExprName", "`" + std::string(right) + "`"},
                      {"rightExprValue", std::to_string(right_value) + "L"},
                      {"sqlExpr", sql}});
  };
  positive("window_duration", shape.length_us);
  positive("slide_duration", shape.slide_us);
  if (shape.slide_us > shape.length_us)
    compare("slide_duration", shape.slide_us, "<=", "window_duration", shape.length_us);
  if (std::abs(shape.start_us) >= shape.slide_us) {
    compare("abs(start_time)", std::abs(shape.start_us), "<", "slide_duration", shape.slide_us);
  }
}

RelationPtr with_time_window(RelationPtr child, const UnresolvedFunction& call) {
  const Expressions& a = call.arguments;
  if (a.size() < 2 || a.size() > 4) {
    throw SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`window`"},
                      {"expectedNum", "[2, 3, 4]"},
                      {"actualNum", std::to_string(a.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  functions::kernel::WindowShape shape;
  shape.length_us = duration(a[1]);
  shape.slide_us = a.size() > 2 ? duration(a[2]) : shape.length_us;
  shape.start_us = a.size() > 3 ? duration(a[3]) : 0;
  check_shape(shape, a[0]);
  const auto number = [](int64_t value) { return make_literal({Type::long_integer(), value}); };
  ExpressionPtr windows =
      make_call("time windows",
                {a[0], number(shape.length_us), number(shape.slide_us), number(shape.start_us)});
  RelationPtr rows =
      with_column(std::move(child), named(make_call("explode", {std::move(windows)}), kPart));
  // Windows that overlap may be null in Spark's eyes, which expands each row into all of them first.
  ExpressionPtr window = column(kPart);
  if (shape.slide_us < shape.length_us) {
    window = make_call("if", {make_call("isnotnull", {window}), window, make_null_literal(Type::null())});
  }
  return with_column(std::move(rows),
                     named(std::move(window), kTimeWindow, R"({"spark.timeWindow":true})"));
}

ExpressionPtr over(ExpressionPtr function, Expressions keys, bool is_running, bool with_current) {
  Window window;
  window.function = std::move(function);
  window.partition_by = std::move(keys);
  if (is_running) {
    window.order_by = {make_expression(SortOrder{part("start"), true, NullOrder::kFirst})};
    WindowFrame frame;
    frame.unit = WindowFrame::Unit::kRows;
    frame.lower.kind = WindowFrame::Bound::Kind::kUnboundedPreceding;
    if (!with_current) {
      frame.upper.kind = WindowFrame::Bound::Kind::kValue;
      frame.upper.value = make_integer_literal(-1);
    }
    window.frame = std::move(frame);
  }
  return make_expression(std::move(window));
}

// Rows of one key whose parts touch are one session.
RelationPtr with_session_window(RelationPtr child, const UnresolvedFunction& call,
                                const Expressions& keys, bool merges) {
  const Expressions& a = call.arguments;
  if (a.size() != 2) {
    throw SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`session_window`"},
                      {"expectedNum", "2"},
                      {"actualNum", std::to_string(a.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  constexpr const char* kMetadata = R"({"spark.sessionWindow":true})";
  ExpressionPtr session = make_call("explode", {make_call("session parts", {a[0], a[1]})});
  RelationPtr parts = with_column(std::move(child), named(std::move(session), kPart));
  if (!merges)
    return with_column(std::move(parts), named(column(kPart), kSessionWindow, kMetadata));
  ExpressionPtr latest = over(make_call("max", {part("end")}), keys, true, false);
  ExpressionPtr begins = make_call("when", {make_call("<=", {part("start"), latest}),
                                            make_integer_literal(0), make_integer_literal(1)});
  parts = with_column(std::move(parts), named(std::move(begins), kBegins));
  parts = with_column(std::move(parts),
                      named(over(make_call("sum", {column(kBegins)}), keys, true, true), kNumber));
  Expressions of_session = keys;
  of_session.push_back(column(kNumber));
  ExpressionPtr whole =
      make_call("named_struct", {make_string_literal("start"),
                                 over(make_call("min", {part("start")}), of_session, false, false),
                                 make_string_literal("end"),
                                 over(make_call("max", {part("end")}), of_session, false, false)});
  return with_column(std::move(parts), named(std::move(whole), kSessionWindow, kMetadata));
}

RelationPtr wider(RelationPtr child, const ExpressionPtr& window, const Expressions& keys,
                  bool merges) {
  const UnresolvedFunction& call = *window_call(window);
  if (lower_case(call.name[0]) == kTimeWindow) return with_time_window(std::move(child), call);
  return with_session_window(std::move(child), call, keys, merges);
}

ExpressionPtr replaced(const ExpressionPtr& e) {
  if (!e) return e;
  return transform_up(e, [](const ExpressionPtr& node) -> ExpressionPtr {
    const UnresolvedFunction* call = window_call(node);
    return call ? column(lower_case(call->name[0])) : nullptr;
  });
}

void replace_all(Expressions& expressions) {
  for (ExpressionPtr& e : expressions) e = replaced(e);
}

// What a grouping expression stands for: a number names an entry of the list.
ExpressionPtr key_of(const ExpressionPtr& e, const Aggregate& node) {
  const auto* literal = e->as<Literal>();
  const auto* position = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
  const bool is_place =
      position && *position >= 1 && *position <= static_cast<int64_t>(node.aggregates.size());
  const ExpressionPtr& key = is_place ? node.aggregates[static_cast<size_t>(*position - 1)] : e;
  const auto* alias = key->as<Alias>();
  return alias ? alias->child : key;
}

}  // namespace

std::optional<Aggregate> with_time_windows(const Aggregate& node) {
  Expressions all = node.grouping;
  all.insert(all.end(), node.aggregates.begin(), node.aggregates.end());
  if (node.having) all.push_back(node.having);
  const ExpressionPtr window = find_window(all);
  if (!window) return std::nullopt;
  Expressions keys;
  for (const ExpressionPtr& e : node.grouping) {
    ExpressionPtr key = key_of(e, node);
    if (!find_window({key})) keys.push_back(std::move(key));
  }
  Aggregate result = node;
  result.child = wider(node.child, window, keys, true);
  replace_all(result.grouping);
  replace_all(result.aggregates);
  result.having = replaced(result.having);
  for (Expressions& set : result.grouping_sets) replace_all(set);
  return result;
}

std::optional<Project> with_time_windows(const Project& node) {
  Expressions list = node.expressions;
  const ExpressionPtr window = find_window(list);
  if (!window) return std::nullopt;
  for (ExpressionPtr& e : list) {
    // A star means the columns that were there before.
    const auto* star = e->as<UnresolvedStar>();
    if (!star) continue;
    UnresolvedStar without = *star;
    without.except.push_back({lower_case(window_call(window)->name[0])});
    without.except.push_back({kPart});
    e = make_expression(std::move(without), e->origin);
  }
  replace_all(list);
  return Project{wider(node.child, window, {}, false), std::move(list)};
}

}  // namespace firesteel::analyze
