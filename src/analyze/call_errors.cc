#include "analyze/call_errors.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "analyze/argument_rules.h"
#include "analyze/resolver.h"
#include "base/error.h"

namespace firesteel::analyze {

using namespace plan;
using functions::Accepts;
using functions::Function;
using functions::Signature;

namespace {

std::string type_text(Accepts accepts) {
  switch (accepts) {
    case Accepts::kBoolean: return "\"BOOLEAN\"";
    case Accepts::kInteger: return "\"INT\"";
    case Accepts::kLong: return "\"BIGINT\"";
    case Accepts::kDouble: return "\"DOUBLE\"";
    case Accepts::kFractional: return "(\"DOUBLE\" or \"FLOAT\")";
    case Accepts::kDecimal: return "\"DECIMAL\"";
    case Accepts::kNumeric: return "\"NUMERIC\"";
    case Accepts::kIntegral: return "\"INTEGRAL\"";
    case Accepts::kString: return "\"STRING\"";
    case Accepts::kBinary: return "\"BINARY\"";
    case Accepts::kStringOrBinary: return "(\"STRING\" or \"BINARY\")";
    case Accepts::kDate: return "\"DATE\"";
    case Accepts::kTimestamp: return "\"TIMESTAMP\"";
    case Accepts::kTime: return "\"TIME\"";
    case Accepts::kArray: return "\"ARRAY\"";
    case Accepts::kMap: return "\"MAP\"";
    case Accepts::kStruct: return "\"STRUCT\"";
    case Accepts::kOrderable: return "\"ORDERABLE\"";
    default: return "\"ANY\"";
  }
}

}  // namespace

bool count_fits(const Signature& s, size_t count) {
  const size_t least = s.arguments.size() - s.optional_count;
  return count >= least && (s.is_variadic || count <= s.arguments.size());
}

Accepts accepted(const Signature& s, size_t index) {
  return s.arguments[std::min(index, s.arguments.size() - 1)];
}

bool is_binary_operator(std::string_view name) {
  static const std::string_view names[] = {"+", "-", "*", "/", "%", "div", "pmod", "mod", "=", "<",
                                           "<=", ">", ">=", "<=>", "!=", "and", "or", "&", "|", "^",
                                           "try_add", "try_subtract", "try_multiply", "try_divide", "try_mod"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string ordinal(size_t index) {
  static constexpr const char* kNames[] = {"first", "second", "third"};
  return index < 3 ? kNames[index] : std::to_string(index + 1) + "th";
}

void throw_wrong_count(const Function& row, size_t actual, const Origin& origin) {
  std::vector<size_t> counts;
  bool is_open = false;
  for (const Signature& s : row.signatures) {
    for (size_t n = s.arguments.size() - s.optional_count; n <= s.arguments.size(); ++n) counts.push_back(n);
    is_open |= s.is_variadic;
  }
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  std::string expected;
  if (is_open) {
    expected = "> " + std::to_string(counts.empty() || counts[0] == 0 ? 0 : counts[0] - 1);
  } else if (counts.size() == 1) {
    expected = std::to_string(counts[0]);
  } else {
    for (size_t n : counts) expected += (expected.empty() ? "" : ", ") + std::to_string(n);
    expected = "[" + expected + "]";
  }
  throw SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                   {{"functionName", "`" + std::string(row.name) + "`"},
                    {"expectedNum", expected},
                    {"actualNum", std::to_string(actual)},
                    {"docroot", "https://spark.apache.org/docs/latest"}},
                   contexts_of(origin));
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

namespace {

// The call as the message shows it.
std::string call_text(const FunctionCall& call) {
  if (!call.function->name.starts_with("percentile_") || call.order_by.empty()) {
    return print_name(Expression{call, {}, true, {}});
  }
  // The value of WITHIN GROUP (ORDER BY value) is Spark's first argument.
  return std::string(call.function->name) + "(" + print_name(*std::get<SortOrder>(call.order_by[0]->node).child) +
         ", " + print_name(*call.arguments[0]) + ")";
}

// Spark writes equal_null() as a comparison.
[[noreturn]] void throw_incomparable(const FunctionCall& call, const Origin& origin) {
  const auto& a = call.arguments;
  throw SparkError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                   {{"sqlExpr", quoted("(" + print_name(*a[0]) + " <=> " + print_name(*a[1]) + ")")},
                    {"left", quoted(a[0]->type.sql())},
                    {"right", quoted(a[1]->type.sql())}},
                   contexts_of(origin));
}

}  // namespace

void throw_mismatch(const FunctionCall& call, const char* subclass, SparkError::Parameters parameters,
                                 const Origin& origin) {
  parameters.insert(parameters.begin(), {"sqlExpr", quoted(call_text(call))});
  throw SparkError(std::string("DATATYPE_MISMATCH.") + subclass, std::move(parameters), contexts_of(origin));
}

void throw_type(const FunctionCall& call, size_t place, const ExpressionPtr& argument,
                             const char* required, const Origin& origin) {
  throw_mismatch(call, "UNEXPECTED_INPUT_TYPE",
                 {{"paramIndex", ordinal(place)},
                  {"requiredType", required},
                  {"inputSql", quoted(print_name(*argument))},
                  {"inputType", quoted(argument->type.sql())}},
                 origin);
}

std::string checked_text(const Function& row, const FunctionCall& call) {
  FunctionCall checked = call;
  checked.is_distinct = false;
  std::string orders;
  if (row.name == "listagg") {
    for (const ExpressionPtr& order : call.order_by) orders += ", " + print_name(*order);
    checked.order_by.clear();
  }
  std::string text = print_name(Expression{std::move(checked), {}, true, {}});
  return orders.empty() ? text : text.substr(0, text.size() - 1) + orders + ")";
}

void throw_mismatch(const Function& row, const FunctionCall& call, size_t index,
                                 Accepts wanted, const Origin& origin) {
  if (row.name == "try_element_at" || (row.name == "element_at" && index == 0 && call.arguments.size() > 1 && call.arguments[0]->type.is(TypeKind::kArray))) {
    FunctionCall shown = call;
    shown.function = functions::find_function("element_at");
    if (call.arguments[0]->type.is(TypeKind::kArray)) throw_type(shown, 1, call.arguments[1], "\"INT\"", origin);
    throw_mismatch(*shown.function, shown, index, wanted, origin);
  }
  const std::string sql = quoted(checked_text(row, call));
  if (wanted == Accepts::kOrderable) {
    throw SparkError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                     {{"sqlExpr", sql},
                      {"functionName", "`" + std::string(row.name) + "`"},
                      {"dataType", "\"" + call.arguments[index]->type.sql() + "\""}},
                     contexts_of(origin));
  }
  // What any of the row's signatures would take in that place.
  std::vector<std::string> choices;
  for (const Signature& s : row.signatures) {
    if (s.arguments.empty()) continue;
    const std::string text = type_text(accepted(s, index));
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) choices.push_back(text);
  }
  std::string required = type_text(wanted);
  if (choices.size() > 1) {
    required.clear();
    for (const std::string& text : choices) required += (required.empty() ? "(" : " or ") + text;
    required += ")";
  }
  static const std::string kNumbersAndIntervals =
      "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";
  if (row.name == "+" || row.name == "-" || row.name == "negative" || row.name == "abs") {
    required = kNumbersAndIntervals;
  }
  const bool adds_days = row.name == "date_add" || row.name == "date_sub";
  if (adds_days && index == 1) required = kDays;
  if ((row.name == "lpad" || row.name == "rpad") && wanted == Accepts::kStringOrBinary) required = "\"STRING\"";
  if (row.name == "equal_null") throw_incomparable(call, origin);
  if (is_binary_operator(row.name) && call.arguments.size() == 2) {
    const std::string left = "\"" + call.arguments[0]->type.sql() + "\"";
    const std::string right = "\"" + call.arguments[1]->type.sql() + "\"";
    if (!call.arguments[0]->type.same_type(call.arguments[1]->type)) {
      throw SparkError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                       {{"sqlExpr", sql}, {"left", left}, {"right", right}}, contexts_of(origin));
    }
    throw SparkError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                     {{"sqlExpr", sql}, {"inputType", required}, {"actualDataType", left}},
                     contexts_of(origin));
  }
  const ExpressionPtr& argument = call.arguments[index];
  const bool wants_date = wanted == Accepts::kDate || wanted == Accepts::kTimestamp || wanted == Accepts::kTimestampAny ||
                          wanted == Accepts::kDateOrTimestamp;
  const bool is_strict = adds_days || (!row.signatures.empty() && row.signatures[0].strict_places != 0);
  const bool is_moment = argument->type.is_datetime() && !argument->type.is(TypeKind::kTime);
  if ((argument->type.is(TypeKind::kTime) && wants_date && !is_strict) || (is_moment && call.ansi && (row.name == "time_diff" || row.name == "time_trunc"))) {
    throw_no_cast(*argument, is_moment ? Type::time(6) : wanted == Accepts::kDate ? Type::date() : Type::timestamp(), origin);
  }
  throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                   {{"sqlExpr", sql},
                    {"paramIndex", ordinal(index)},
                    {"requiredType", required},
                    {"inputSql", "\"" + print_name(*argument) + "\""},
                    {"inputType", "\"" + argument->type.sql() + "\""}},
                   contexts_of(origin));
}

void throw_no_cast(const Expression& value, const Type& target, const Origin& origin) {
  throw SparkError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
                   {{"sqlExpr", quoted(print_name(value))}, {"srcType", quoted(value.type.sql())}, {"targetType", quoted(target.sql())}},
                   contexts_of(origin));
}

void check_order(const Function& row, const FunctionCall& uncoerced, const Type& common, const Origin& origin) {
  static constexpr std::string_view kOrdering[] = {"<", "<=", ">", ">=", "=", "<=>", "in", "equal_null", "greatest", "least"};
  if (std::find(std::begin(kOrdering), std::end(kOrdering), row.name) == std::end(kOrdering)) return;
  if (common.is_orderable() || common.is(TypeKind::kNull)) return;
  FunctionCall call = uncoerced;
  if (row.name == "equal_null") call.function = functions::find_function("<=>");
  throw SparkError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                   {{"functionName", "`" + std::string(call.function->name) + "`"},
                    {"dataType", quoted(common.sql())},
                    {"sqlExpr", quoted(print_name(Expression{call, {}, true, {}}))}},
                   contexts_of(origin));
}

void throw_different(const Function& row, const FunctionCall& call,
                                  const Origin& origin) {
  if (row.name == "equal_null") throw_mismatch(row, call, 0, Accepts::kSame, origin);
  const bool is_if = row.name == "if";
  if (is_if && !call.arguments[0]->type.is(TypeKind::kBoolean)) throw_type(call, 0, call.arguments[0], "\"BOOLEAN\"", origin);
  const bool is_in = is_if || row.name == "in" || row.name == "greatest" || row.name == "least";
  std::string types;
  for (const ExpressionPtr& a : std::span(call.arguments).subspan(is_if ? 1 : 0)) {
    types += (types.empty() ? "" : is_in ? ", " : " or ") + ("\"" + a->type.sql() + "\"");
  }
  throw SparkError("DATATYPE_MISMATCH.DATA_DIFF_TYPES",
                   {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                    {"functionName", "`" + std::string(row.name) + "`"},
                    {"dataType", is_in ? "[" + types + "]" : "(" + types + ")"}},
                   contexts_of(origin));
}

void check_clauses(const Function& row, const FunctionCall& call, const Origin& origin) {
  const auto refuse = [&](const char* syntax) {
    throw SparkError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
                     {{"prettyName", quoted_name({call.display_name})}, {"syntax", syntax}}, contexts_of(origin));
  };
  const bool is_aggregate = row.kind == functions::FunctionKind::kAggregate;
  const bool has_order = row.name == "mode" || row.name == "listagg" || row.name.starts_with("percentile_cont") ||
                         row.name.starts_with("percentile_disc");
  if (!call.order_by.empty() && !has_order) refuse("WITHIN GROUP (ORDER BY ...)");
  if (call.is_distinct && !is_aggregate) refuse("DISTINCT");
  if (call.filter && !is_aggregate) refuse("FILTER CLAUSE");
  // Spark builds the function before it looks at the filter.
  if (call.filter) check_builder_constants(row, call, origin);
}

// Two texts are no numbers under ANSI rules, and neither is a text beside a bare null, which becomes one. Beside a time of day
// a text is one under ANSI rules, and a double without them.
void check_text_operands(const Function& row, const FunctionCall& call, bool ansi) {
  struct Operator {
    std::string_view name, function, accepted;
  };
  static constexpr std::string_view kAnyNumber = "\"NUMERIC\"";
  static constexpr std::string_view kNumberOrInterval =
      "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";
  static constexpr Operator kOperators[] = {
      {"+", "try_add", kNumberOrInterval},
      {"-", "try_subtract", kNumberOrInterval},
      {"*", "try_multiply", kAnyNumber},
      {"/", "try_divide", "(\"DOUBLE\" or \"DECIMAL\")"},
      {"%", "try_mod", kAnyNumber},
      {"pmod", "", kAnyNumber},
      {"div", "", "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"}};
  const auto& a = call.arguments;
  const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                   [&](const Operator& one) { return row.name == one.name || row.name == one.function; });
  if (found == std::end(kOperators) || a.size() != 2) return;
  const auto is_text = [](const ExpressionPtr& e) { return e->type.is_string(); };
  const auto is_interval = [](const ExpressionPtr& e) { return e->type.is_interval(); };
  // Beside these a text is no number under ANSI rules, but one of them.
  const auto is_typed = [](const ExpressionPtr& e) { return e->type.is_datetime() || e->type.is(TypeKind::kBinary); };
  const auto is_none = [&](const ExpressionPtr& e) { return is_text(e) || e->type.is(TypeKind::kNull); };
  const bool has_typed = (is_text(a[0]) && is_typed(a[1])) || (is_typed(a[0]) && is_text(a[1]));
  const bool has_text = std::all_of(a.begin(), a.end(), is_none) && std::any_of(a.begin(), a.end(), is_text);
  const bool divides_interval = !ansi && row.name == "div" && std::any_of(a.begin(), a.end(), is_text) && std::any_of(a.begin(), a.end(), is_interval);
  if (!has_typed && !(ansi && has_text) && !divides_interval) return;
  FunctionCall shown = call;
  shown.function = functions::find_function(found->name);
  for (ExpressionPtr& one : shown.arguments) {
    if (one->type.is(TypeKind::kNull)) one = make_null_literal(one->type);
  }
  const std::string text = quoted(print_name(Expression{shown, {}, true, {}}));
  const auto type_of = [&](const ExpressionPtr& e) { return quoted(is_text(e) && !divides_interval ? "DOUBLE" : e->type.sql()); };
  if (!ansi) {
    throw SparkError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                     {{"sqlExpr", text}, {"left", type_of(a[0])}, {"right", type_of(a[1])}});
  }
  throw SparkError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                   {{"sqlExpr", text},
                    {"inputType", std::string(found->accepted)},
                    {"actualDataType", quoted(has_typed ? (is_typed(a[0]) ? a[0] : a[1])->type.sql() : "STRING")}});
}

std::string spark_class(const Function& row) {
  std::string name = "org.apache.spark.sql.catalyst.expressions.";
  bool begins_word = true;
  for (const char c : row.name) {
    if (c != '_') name += begins_word ? static_cast<char>(toupper(static_cast<unsigned char>(c))) : c;
    begins_word = c == '_';
  }
  return name;
}

void throw_not_higher_order(const Function& row, const Origin& origin) {
  throw SparkError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", {{"class", spark_class(row)}}, contexts_of(origin));
}

void throw_no_generator(const UnresolvedFunction& call, const Expression& bound) {
  const auto* function = bound.as<FunctionCall>();
  const bool is_aggregate = function && function->function->kind == functions::FunctionKind::kAggregate;
  std::string name = function ? spark_class(*function->function) : "org.apache.spark.sql.catalyst.expressions.Cast";
  if (is_aggregate) name.insert(name.rfind('.') + 1, "aggregate.");
  throw SparkError("UNSUPPORTED_GENERATOR.NOT_GENERATOR", {{"functionName", quoted_name(call.name)}, {"classCanonicalName", name}},
                   contexts_of(bound.origin));
}

}  // namespace firesteel::analyze
