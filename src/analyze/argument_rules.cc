#include "analyze/argument_rules.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/call_checks.h"
#include "analyze/call_errors.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/date_functions.h"
#include "plan/nested_types.h"

namespace firesteel::analyze {

using namespace plan;
using functions::Function;
using functions::is_foldable;

namespace {

// The argument without the casts that the analyzer added.
const ExpressionPtr& as_written(const ExpressionPtr& argument) {
  const ExpressionPtr* inner = &argument;
  while (const auto* cast = (*inner)->as<Cast>()) {
    if (cast->is_user_specified || cast->is_function) break;
    inner = &cast->child;
  }
  return *inner;
}

// An argument that Spark reads before there are rows, and the words of its message.
struct Constant {
  std::string_view function;
  size_t index = 0;
  std::string_view name;  // `…`; empty: the kind of expression that stands there
  std::string_view type;  // empty: that of the argument
};

constexpr Constant kConstants[] = {
    {"round", 1, "scale", "\"INT\""},
    {"bround", 1, "scale", "\"INT\""},
    {"sort_array", 1, "ascendingOrder", "\"BOOLEAN\""},
    {"to_number", 1, "", "\"STRING\""},
    {"try_to_number", 1, "", "\"STRING\""},
    {"to_binary", 1, "fmt", "\"STRING\""},
    {"try_to_binary", 1, "fmt", "\"STRING\""},
    {"schema_of_json", 0, "json", "\"STRING\""},
    {"schema_of_csv", 0, "csv", "\"STRING\""},
    {"ntile", 0, "buckets", "\"INT\""},
    {"nth_value", 1, "offset", "\"INT\""},
    {"lead", 1, "offset", "\"INT\""},
    {"percentile", 1, "percentage", ""},
    {"percentile_approx", 1, "percentage", ""},
    {"percentile_approx", 2, "accuracy", ""},
    {"uniform", 0, "min", "integer or floating-point"},
    {"uniform", 1, "max", "integer or floating-point"},
    {"uniform", 2, "seed", "integer or floating-point"},
    {"randstr", 1, "seed", "integer"},
    {"regexp_replace", 3, "position", "\"INT\""},
    {"time_bucket", 2, "origin", ""},
};

std::string type_of_constant(const FunctionCall& call, const Constant& rule) {
  if (!rule.type.empty()) return std::string(rule.type);
  const ExpressionPtr& argument = as_written(call.arguments[rule.index]);
  if (rule.name == "percentage") return argument->type.is(TypeKind::kArray) ? "\"ARRAY<DOUBLE>\"" : "\"DOUBLE\"";
  return quoted(argument->type.sql());
}

void check_constants(const Function& row, const FunctionCall& call, const Origin& origin) {
  if (row.name == "schema_of_json" || row.name == "schema_of_csv") {
    const auto* text = call.arguments[0]->as<Literal>();
    if (text && text->is_null()) {
      throw_mismatch(call, "UNEXPECTED_NULL", {{"exprName", row.name == "schema_of_json" ? "json" : "csv"}}, origin);
    }
  }
  for (const Constant& rule : kConstants) {
    if (row.name != rule.function || rule.index >= call.arguments.size()) continue;
    const ExpressionPtr& argument = call.arguments[rule.index];
    if (is_foldable(argument)) continue;
    const Type& written = as_written(argument)->type;
    const bool are_doubles = written.is(TypeKind::kArray) && written.element().is(TypeKind::kDouble);
    if (rule.name == "percentage" && !are_doubles && !functions::are_fractions(written)) continue;  // the row's check refuses its type
    const auto* inner = argument->as<FunctionCall>();
    const std::string name = !rule.name.empty() ? std::string(rule.name)
                             : inner            ? std::string(inner->function->name)
                                                : "attributereference";
    throw_mismatch(call, "NON_FOLDABLE_INPUT",
                   {{"inputName", "`" + name + "`"},
                    {"inputType", type_of_constant(call, rule)},
                    {"inputExpr", quoted(print_name(*as_written(argument)))}},
                   origin);
  }
  if ((row.name == "to_char" || row.name == "to_varchar") && call.arguments.size() > 1) {
    const bool is_computed = !is_foldable(call.arguments[1]);
    if (is_computed && call.arguments[0]->type.is_numeric()) {
      throw_mismatch(call, "NON_FOLDABLE_INPUT",
                     {{"inputName", "`attributereference`"},
                      {"inputType", "\"STRING\""},
                      {"inputExpr", quoted(print_name(*as_written(call.arguments[1])))}},
                     origin);
    }
  }
  // Spark negates the offset of lag before it looks.
  if (row.name == "lag" && call.arguments.size() > 1 && !is_foldable(call.arguments[1])) {
    throw_mismatch(call, "NON_FOLDABLE_INPUT",
                   {{"inputName", "`offset`"},
                    {"inputType", "\"INT\""},
                    {"inputExpr", "\"(- " + print_name(*as_written(call.arguments[1])) + ")\""}},
                   origin);
  }
}

// The characters of mask are constants, one character each or null.
void check_mask(const FunctionCall& call, const Origin& origin) {
  static constexpr std::string_view kNames[] = {"", "upperChar", "lowerChar", "digitChar", "otherChar"};
  for (size_t i = 1; i < call.arguments.size() && i < std::size(kNames); ++i) {
    if (!is_foldable(call.arguments[i])) {
      throw_mismatch(call, "NON_FOLDABLE_INPUT",
                     {{"inputName", "`" + std::string(kNames[i]) + "`"},
                      {"inputType", "\"STRING\""},
                      {"inputExpr", quoted(print_name(*as_written(call.arguments[i])))}},
                     origin);
    }
    const auto* literal = call.arguments[i]->as<Literal>();
    const auto* text = literal ? std::get_if<std::string>(&literal->value) : nullptr;
    const auto begins_one = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    if (!text || std::count_if(text->begin(), text->end(), begins_one) == 1) continue;
    throw_mismatch(call, "INPUT_SIZE_NOT_ONE", {{"exprName", std::string(kNames[i])}}, origin);
  }
}

// nth_value counts from one; null counts as zero.
void check_nth(const FunctionCall& call, const Origin& origin) {
  if (call.arguments.size() < 2) return;
  const std::optional<Literal> offset = functions::written_value(call.arguments[1]);
  const auto* number = offset ? std::get_if<int64_t>(&offset->value) : nullptr;
  if (!offset || (!number && !offset->is_null()) || (number && *number > 0)) return;
  throw_mismatch(call, "VALUE_OUT_OF_RANGE",
                 {{"exprName", "offset"},
                  {"valueRange", "(0, 9223372036854775807]"},
                  {"currentValue", std::to_string(number ? *number : 0) + "L"}},
                 origin);
}

// The escape of like() and ilike() is one character.
void check_escape(const FunctionCall& call, const Origin& origin) {
  if (call.arguments.size() < 3) return;
  const ExpressionPtr& escape = as_written(call.arguments[2]);
  const auto* literal = escape->as<Literal>();
  const auto* text = literal ? std::get_if<std::string>(&literal->value) : nullptr;
  if (text && text->size() == 1) return;
  throw SparkError("INVALID_ESCAPE_CHAR", {{"sqlExpr", quoted(print_name(*escape))}}, contexts_of(origin));
}

// The frame of lag and lead is the row at their offset: one that a cast changes is another frame.
void check_offset(const Function& row, const FunctionCall& call) {
  if ((row.name != "lag" && row.name != "lead") || call.arguments.size() < 2) return;
  const ExpressionPtr& offset = call.arguments[1];
  const auto* literal = offset->as<Literal>();
  const bool is_cast = as_written(offset).get() != offset.get() || (literal && literal->is_null());
  if (is_cast) throw SparkError("_LEGACY_ERROR_TEMP_1035", {{"prettyName", std::string(row.name)}});
}

// They are a constant map of texts.
void check_options(const Function& row, const FunctionCall& call, const Origin& origin) {
  const ExpressionPtr* found = options_of(row, call);
  if (!found) return;
  const ExpressionPtr& options = *found;
  const Type& type = options->type;
  if (!type.key().is_string() || !type.value().is_string()) {
    throw SparkError("INVALID_OPTIONS.NON_STRING_TYPE", {{"mapType", quoted(type.sql())}}, contexts_of(origin));
  }
  if (!is_foldable(options)) throw_unsupported("EXPRESSION", "options of " + std::string(row.name) + " that are no constants");
}

const char* const kNumbersOrIntervals = "(\"DOUBLE\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")";

void check_intervals(const Function& row, const FunctionCall& call, const Origin& origin) {
  const auto is_calendar = [&](size_t i) { return call.arguments[i]->type.is(TypeKind::kCalendarInterval); };
  if (row.name == "abs" && is_calendar(0)) {
    throw_type(call, 0, call.arguments[0], "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")", origin);
  }
  if ((row.name == "signum" || row.name == "sign") && is_calendar(0)) {
    throw_type(call, 0, call.arguments[0], kNumbersOrIntervals, origin);
  }
}

// Sequence.checkInputDataTypes.
void check_sequence(const FunctionCall& call, const Origin& origin) {
  const Type& start = call.arguments[0]->type;
  const bool is_date = start.is_datetime() && !start.is(TypeKind::kTime);
  const auto* step = call.arguments.size() > 2 ? &call.arguments[2]->type : nullptr;
  bool fits = (start.is_integral() || is_date) && start.same_type(call.arguments[1]->type);
  if (fits && step && !step->is(TypeKind::kNull)) fits = is_date ? step->is_interval() : step->same_type(start);
  if (fits) return;
  throw_mismatch(call, "SEQUENCE_WRONG_INPUT_TYPES",
                 {{"functionName", "`sequence`"},
                  {"startType", "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\")"},
                  {"stepType", "(\"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"},
                  {"otherStartType", "\"INTEGRAL\""}},
                 origin);
}

// The values of a column of stack() are of one type.
void check_stack(const FunctionCall& call, const Origin& origin) {
  const auto* rows = call.arguments[0]->as<Literal>();
  const auto* count = rows ? std::get_if<int64_t>(&rows->value) : nullptr;
  if (!count || *count < 1) return;
  const size_t columns = (call.arguments.size() - 2 + static_cast<size_t>(*count)) / static_cast<size_t>(*count);
  for (size_t i = columns + 1; i < call.arguments.size(); ++i) {
    const size_t column = (i - 1) % columns;
    const Type& left = call.arguments[column + 1]->type;
    const Type& right = call.arguments[i]->type;
    if (left == right || left.is(TypeKind::kNull) || right.is(TypeKind::kNull)) continue;
    throw_mismatch(call, "STACK_COLUMN_DIFF_TYPES",
                   {{"columnIndex", std::to_string(column)},
                    {"leftParamIndex", std::to_string(column + 1)},
                    {"leftType", quoted(left.sql())},
                    {"rightParamIndex", std::to_string(i)},
                    {"rightType", quoted(right.sql())}},
                   origin);
  }
}

// The text of Spark's literal: 2 is 2.0D.
std::string double_text(double value) {
  std::string text;
  functions::kernel::append_double(value, text);
  return text + "D";
}

// ApproximatePercentile looks at its accuracy before it looks at the fractions.
void check_accuracy(const FunctionCall& call, const Origin& origin) {
  const ExpressionPtr& accuracy = call.arguments[2];
  if (is_null_number(accuracy, call.ansi)) throw_mismatch(call, "UNEXPECTED_NULL", {{"exprName", "accuracy"}}, origin);
  const auto number = functions::constant_integer(accuracy);
  if (!number || (*number > 0 && *number <= INT32_MAX)) return;
  throw_mismatch(call, "VALUE_OUT_OF_RANGE",
                 {{"exprName", "accuracy"}, {"valueRange", "(0, 2147483647]"}, {"currentValue", std::to_string(*number) + "L"}}, origin);
}

// The fractions of a percentile lie between 0 and 1.
void check_fractions(const FunctionCall& call, const ExpressionPtr& fractions, const Origin& origin) {
  const Type& written = as_written(fractions)->type;
  const bool is_list_of_fractions = written.is(TypeKind::kArray) && (written.element().is_numeric() || written.element().is(TypeKind::kNull));
  if (!is_list_of_fractions && !functions::are_fractions(written)) return;
  if (is_null_number(fractions, call.ansi)) throw_mismatch(call, "UNEXPECTED_NULL", {{"exprName", "percentage"}}, origin);
  const auto* list = as_written(fractions)->as<FunctionCall>();
  std::vector<ExpressionPtr> all = {fractions};
  if (list && list->function->name == "array") all = list->arguments;
  std::string shown;
  bool fit = true;
  for (const ExpressionPtr& one : all) {
    const auto number = as_written(one)->type.is_numeric() ? functions::constant_number(one) : std::nullopt;
    if (!number) return;  // computed, or of a type that the row's check refuses
    fit &= (*number >= 0 && *number <= 1) || (std::isnan(*number) && call.function->name != "percentile_approx");
    shown += (shown.empty() ? "" : ",") + double_text(*number);
  }
  if (fit) return;
  throw_mismatch(call, "VALUE_OUT_OF_RANGE",
                 {{"exprName", "percentage"}, {"valueRange", "[0.0, 1.0]"}, {"currentValue", shown}}, origin);
}

// The value and the fractions of percentile_cont() and percentile_disc() WITHIN GROUP (ORDER BY value).
void check_percentile(const FunctionCall& call, const Origin& origin) {
  if (call.order_by.empty() || call.arguments.empty()) return;
  const ExpressionPtr& value = std::get<SortOrder>(call.order_by[0]->node).child;
  const Type& type = value->type;
  if (!type.is_numeric() && !type.is_string() && !type.is(TypeKind::kNull) &&
      (!type.is_interval() || type.is(TypeKind::kCalendarInterval))) {
    throw_type(call, 0, value, "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")", origin);
  }
  const ExpressionPtr& fractions = as_written(call.arguments[0]);
  const bool is_list = fractions->type.is(TypeKind::kArray);
  if (!functions::are_fractions(fractions->type)) {
    throw_type(call, 1, fractions, is_list ? "\"ARRAY<DOUBLE>\"" : "\"DOUBLE\"", origin);
  }
  if (is_foldable(fractions)) return check_fractions(call, fractions, origin);
  throw_mismatch(call, "NON_FOLDABLE_INPUT",
                 {{"inputName", "`percentage`"},
                  {"inputType", is_list ? "\"ARRAY<DOUBLE>\"" : "\"DOUBLE\""},
                  {"inputExpr", quoted(print_name(*fractions))}},
                 origin);
}

// The names of a struct's fields are constants.
void check_field_names(const FunctionCall& call, const Origin& origin) {
  std::string computed;
  for (size_t i = 0; i < call.arguments.size(); i += 2) {
    const ExpressionPtr& name = call.arguments[i];
    if (is_foldable(name) && name->type.is_string()) continue;
    computed += (computed.empty() ? "[" : ", ") + quoted(print_name(*name));
  }
  if (!computed.empty()) throw_mismatch(call, "CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", {{"inputExprs", computed + "]"}}, origin);
}

// TypeUtils.checkForMapKeyType.
void check_key_type(const Function& row, const FunctionCall& call, const Origin& origin) {
  const auto is_array = [&](size_t i) { return i < call.arguments.size() && call.arguments[i]->type.is(TypeKind::kArray); };
  std::optional<Type> key;
  if (row.name == "map" && !call.arguments.empty() && call.arguments.size() % 2 == 0) key = call.arguments[0]->type;
  if (row.name == "map_from_arrays" && is_array(0)) key = call.arguments[0]->type.element();
  if (row.name == "map_from_entries" && is_array(0) && call.arguments[0]->type.element().is(TypeKind::kStruct)) {
    const auto& fields = call.arguments[0]->type.element().fields();
    if (!fields.empty()) key = fields[0].type;
  }
  if (row.name == "transform_keys" && call.arguments.size() > 1) key = call.arguments[1]->type;
  if (key && (holds(*key, TypeKind::kMap) || holds(*key, TypeKind::kVariant))) throw_mismatch(call, "INVALID_MAP_KEY_TYPE", {{"keyType", quoted(key->sql())}}, origin);
}

// FormatString: arguments are counted from one.
void check_format(const FunctionCall& call, const Origin& origin) {
  const auto* format = call.arguments.empty() ? nullptr : call.arguments[0]->as<Literal>();
  const auto* text = format ? std::get_if<std::string>(&format->value) : nullptr;
  if (!text || text->find("%0$") == std::string::npos) return;
  throw SparkError("INVALID_PARAMETER_VALUE.ZERO_INDEX", {{"parameter", "`strfmt`"}, {"functionName", "`format_string`"}}, contexts_of(origin))
      .with_kind(ErrorKind::kAnalysis);
}

// ToBinary: a constant format is one of those that there are.
void check_binary_format(const FunctionCall& call, const Origin& origin) {
  const auto* format = call.arguments.size() > 1 ? call.arguments[1]->as<Literal>() : nullptr;
  const auto* text = format ? std::get_if<std::string>(&format->value) : nullptr;
  if (!text) return;
  for (const char* known : {"hex", "utf-8", "utf8", "base64"}) {
    if (lower_case(*text) == known) return;
  }
  throw_mismatch(call, "INVALID_ARG_VALUE",
                 {{"inputName", "fmt"},
                  {"requireType", "case-insensitive \"STRING\""},
                  {"validValues", "'hex', 'utf-8', 'utf8', or 'base64'"},
                  {"inputValue", "'" + *text + "'"}},
                 origin);
}

// DataType.equalsStructurally: neither the names of fields nor what may be null makes a difference.
bool same_structure(const Type& a, const Type& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is(TypeKind::kArray)) return same_structure(a.element(), b.element());
  if (a.is(TypeKind::kMap)) return same_structure(a.key(), b.key()) && same_structure(a.value(), b.value());
  if (!a.is(TypeKind::kStruct)) return a.same_type(b);
  bool is_same = a.fields().size() == b.fields().size();
  for (size_t i = 0; is_same && i < a.fields().size(); ++i) is_same = same_structure(a.fields()[i].type, b.fields()[i].type);
  return is_same;
}

// Types that the signatures leave open.
void check_types(const Function& row, const FunctionCall& call, const Origin& origin) {
  if (row.name == "array_binary_search" && call.arguments[0]->type.is(TypeKind::kArray) &&
      !call.arguments[1]->type.is(TypeKind::kNull) && !call.arguments[1]->type.same_type(call.arguments[0]->type.element())) {
    const std::string required = quoted(call.arguments[0]->type.element().sql());
    throw_type(call, 1, call.arguments[1], required.c_str(), origin);
  }
  if (row.name == "array_sort" && call.arguments.size() > 1) {
    const Type& type = call.arguments[1]->type;
    if (!type.is(TypeKind::kInteger)) {
      throw_mismatch(call, "UNEXPECTED_RETURN_TYPE",
                     {{"functionName", "`lambdafunction`"}, {"expectedType", "\"INT\""}, {"actualType", quoted(type.sql())}}, origin);
    }
  }
  if (row.name == "aggregate" && call.arguments.size() > 2) {
    const Type& state = call.arguments[1]->type;
    if (!same_structure(call.arguments[2]->type, state)) {
      const std::string required = quoted(state.sql());
      throw_type(call, 2, call.arguments[2], required.c_str(), origin);
    }
  }
  const bool is_nothing = !call.arguments.empty() && call.arguments[0]->type.is(TypeKind::kNull);
  if (is_nothing && (row.name == "get" || row.name == "array_sort")) throw_type(call, 0, call.arguments[0], "\"ARRAY\"", origin);
  if (row.name == "overlay" && call.arguments[0]->type.is(TypeKind::kBinary) != call.arguments[1]->type.is(TypeKind::kBinary) &&
      !call.arguments[0]->type.is(TypeKind::kNull) && !call.arguments[1]->type.is(TypeKind::kNull)) {
    throw_mismatch(call, "DATA_DIFF_TYPES",
                   {{"functionName", "`overlay`"},
                    {"dataType", "(" + quoted(call.arguments[0]->type.sql()) + " or " + quoted(call.arguments[1]->type.sql()) + ")"}},
                   origin);
  }
  if (row.name == "variant_explode" && !call.arguments[0]->type.is(TypeKind::kVariant)) {
    throw_type(call, 0, call.arguments[0], "\"VARIANT\"", origin);
  }
  if (row.name == "concat_ws") {
    for (size_t i = 1; i < call.arguments.size(); ++i) {
      const Type& type = call.arguments[i]->type;
      const bool is_bad = type.is(TypeKind::kArray) ? !type.element().is_string() : type.is_nested();
      if (is_bad) throw_type(call, i, call.arguments[i], "(\"ARRAY<STRING>\" or \"STRING\")", origin);
    }
  }
  if (row.name == "unix_timestamp" && !call.arguments.empty()) {
    const Type& type = call.arguments[0]->type;
    const bool is_moment = type.is_datetime() && !type.is(TypeKind::kTime);
    if (!is_moment && !type.is_string() && !type.is(TypeKind::kNull)) {
      throw_type(call, 0, call.arguments[0], "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")", origin);
    }
    const ExpressionPtr* pattern = call.arguments.size() > 1 ? &as_written(call.arguments[1]) : nullptr;
    if (pattern && !(*pattern)->type.is_string() && !(*pattern)->type.is(TypeKind::kNull)) {
      throw_type(call, 1, *pattern, "\"STRING\"", origin);
    }
  }
  if (row.name == "window_time" && !call.arguments.empty()) {
    const Type& type = call.arguments[0]->type;
    const bool is_window = type.is(TypeKind::kStruct) && type.fields().size() == 2 && type.fields()[0].name == "start" &&
                           type.fields()[0].type.is_datetime() && type.fields()[1].type.same_type(type.fields()[0].type);
    if (!is_window) throw SparkError("_LEGACY_ERROR_TEMP_3101", {{"windowTime", print_name(Expression{call, {}, true, {}})}});
  }
}

}  // namespace

const ExpressionPtr* options_of(const Function& row, const FunctionCall& call) {
  const bool writes = row.name == "to_json" || row.name == "to_csv";
  const bool reads = row.name == "from_json" || row.name == "from_csv";
  const bool guesses = row.name == "schema_of_json" || row.name == "schema_of_csv";
  const size_t index = reads ? 2 : 1;
  return (writes || reads || guesses) && index < call.arguments.size() ? &call.arguments[index] : nullptr;
}

void check_builder_constants(const Function& row, const FunctionCall& call, const Origin& origin) {
  const auto is_constant = [&](size_t index) { return index >= call.arguments.size() || is_foldable(call.arguments[index]); };
  const auto refuse = [&](const char* name, const char* type) {
    throw SparkError("NON_FOLDABLE_ARGUMENT",
                     {{"funcName", "`" + (call.display_name.empty() ? std::string(row.name) : call.display_name) + "`"},
                      {"paramName", "`" + std::string(name) + "`"},
                      {"paramType", quoted(type)}},
                     contexts_of(origin));
  };
  if ((row.name == "ceil" || row.name == "floor") && call.arguments.size() > 1) {
    const ExpressionPtr& written = as_written(call.arguments[1]);
    const auto* scale = written->as<Literal>();
    if (!is_constant(1) || !written->type.is(TypeKind::kInteger) || (scale && scale->is_null())) refuse("scale", "INT");
  }
  if (row.name == "mode" && !is_constant(1)) refuse("deterministic", "BOOLEAN");
  if (row.name == "like" || row.name == "ilike") check_escape(call, origin);
  const bool is_char = row.name == "to_char" || row.name == "to_varchar";
  if (is_char && call.arguments.size() == 2 && call.arguments[0]->type.is(TypeKind::kBinary)) {
    const Type& format = call.arguments[1]->type;
    const auto* text = call.arguments[1]->as<Literal>();
    if (!is_constant(1) || !format.is_string()) refuse("format", format.sql().c_str());
    if (text && text->is_null()) {
      throw SparkError("INVALID_PARAMETER_VALUE.NULL", {{"functionName", "`" + call.display_name + "`"}, {"parameter", "`format`"}}, contexts_of(origin));
    }
  }
  if (row.name == "approx_count_distinct" && call.arguments.size() > 1) {
    const auto* deviation = call.arguments[1]->as<Literal>();
    const bool is_real = deviation && (deviation->type.is(TypeKind::kDouble) || deviation->type.is(TypeKind::kDecimal));
    if (!is_real || deviation->is_null()) throw SparkError("_LEGACY_ERROR_TEMP_1104", {}, contexts_of(origin));
  }
  const auto* flag = call.arguments.size() > 1 ? call.arguments[1]->as<Literal>() : nullptr;
  const bool is_flag = call.arguments.size() < 2 || (flag && std::holds_alternative<bool>(flag->value));
  if ((row.name == "first" || row.name == "last" || row.name == "any_value") && !is_flag) {
    throw SparkError("_LEGACY_ERROR_TEMP_1210", {{"funcName", std::string(row.name)}}, contexts_of(origin));
  }
  if ((row.name == "rand" || row.name == "randn") && !is_constant(0)) {
    throw SparkError("SEED_EXPRESSION_IS_UNFOLDABLE",
                     {{"seedExpr", quoted(print_name(*as_written(call.arguments[0])))},
                      {"exprWithSeed", quoted(print_name(Expression{call, {}, true, {}}))}},
                     contexts_of(origin));
  }
  if (row.name == "shuffle" && !is_constant(1)) {
    throw SparkError("INVALID_PARAMETER_VALUE.LONG",
                     {{"parameter", "`seed`"},
                      {"functionName", "`shuffle`"},
                      {"invalidValue", quoted(print_name(*as_written(call.arguments[1])))}})
        .with_kind(ErrorKind::kAnalysis);
  }
}

void check_arguments(const Function& row, const FunctionCall& call, const Origin& origin) {
  check_options(row, call, origin);
  check_offset(row, call);
  if (row.name == "mask") check_mask(call, origin);
  check_constants(row, call, origin);
  check_intervals(row, call, origin);
  if (row.name == "nth_value") check_nth(call, origin);
  if (row.name == "sequence") check_sequence(call, origin);
  if (row.name == "stack") check_stack(call, origin);
  if ((row.name == "percentile" || row.name == "percentile_approx") && call.arguments.size() > 1) {
    if (call.arguments.size() > 2 && row.name == "percentile_approx") check_accuracy(call, origin);
    const Type& frequency = as_written(call.arguments.back())->type;
    if (call.arguments.size() > 2 && row.name == "percentile" && frequency.is_numeric() && !frequency.is_integral()) {
      throw_type(call, 2, as_written(call.arguments[2]), "\"INTEGRAL\"", origin);
    }
    check_fractions(call, call.arguments[1], origin);
  }
  if (row.name == "to_json" && !call.arguments.empty()) {
    const Type& type = call.arguments[0]->type;
    if (!type.is_nested() && !type.is(TypeKind::kVariant) && !type.is(TypeKind::kNull) && !type.is(TypeKind::kUdt)) {
      throw_mismatch(call, "INVALID_JSON_SCHEMA", {{"schema", quoted(type.sql())}}, origin);
    }
  }
  if (row.name == "percentile_cont" || row.name == "percentile_disc") check_percentile(call, origin);
  check_types(row, call, origin);
  check_key_type(row, call, origin);
  if (row.name == "named_struct") check_field_names(call, origin);
  if (row.name == "format_string" || row.name == "printf") check_format(call, origin);
  if (row.name == "to_binary") check_binary_format(call, origin);
}

bool has_null_constant(const Expression& expression) {
  const auto* call = expression.as<FunctionCall>();
  if (!call || call->arguments.size() < 2) return false;
  const std::string_view name = call->function->name;
  if (name != "round" && name != "bround" && name != "sort_array") return false;
  const auto* constant = call->arguments[1]->as<Literal>();
  return constant && constant->is_null();
}

}  // namespace firesteel::analyze
