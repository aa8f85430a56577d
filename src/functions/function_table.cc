#include "functions/function_table.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "functions/ml_vector.h"
#include "functions/own_names.h"

namespace firesteel::functions {

namespace {

struct Table {
  std::vector<Rows> groups;
  Rows unlisted;
  Rows syntax;
  std::vector<const Function*> sorted;
  std::unordered_map<std::string, const Function*> by_name;

  Table() {
    groups = {aggregate_functions(),  arithmetic_functions(),  array_functions(),
              bitwise_functions(),    comparison_functions(),  conditional_functions(),
              conversion_functions(), datetime_functions(),    datetime_part_functions(),
              format_functions(),     json_functions(),        generator_functions(),
              unsupported_functions(), grouping_functions(), interval_arithmetic_functions(),
              hash_functions(),       higher_order_functions(), map_functions(),
              math_functions(),       miscellaneous_functions(), regex_functions(),
              statistical_aggregate_functions(), string_functions(), struct_functions(),
              window_functions(),     sketch_functions(),     tuple_sketch_functions(),
              variant_functions(),    vector_functions(),      text_record_functions(), table_functions(),
              char_column_functions()};
    for (const Rows& rows : groups) {
      for (const Function& row : rows) add(row);
    }
    // Functions of the client's API alone: found by name, listed nowhere.
    unlisted = ml_vector_functions();
    for (const Function& row : unlisted) insert(row.name, row);
    // What the grammar and the analyzer make of a name: nothing resolves to these rows.
    syntax = syntax_functions();
    for (const Function& row : syntax) sorted.push_back(&row);
    std::sort(sorted.begin(), sorted.end(),
              [](const Function* a, const Function* b) { return a->name < b->name; });
  }

  void add(const Function& row) {
    if (row.is_listed && !is_own_name(row.name)) sorted.push_back(&row);
    insert(row.name, row);
    for (std::string_view alias : row.aliases) insert(alias, row);
  }

  void insert(std::string_view name, const Function& row) {
    FIRESTEEL_CHECK(by_name.emplace(lower_case(name), &row).second,
                    "two rows of the function table are named " + std::string(name));
  }
};

const Table& table() {
  static const Table instance;
  return instance;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = table().by_name.find(lower_case(name));
  return found == table().by_name.end() ? nullptr : found->second;
}

bool is_null_constant(const plan::Expression& expression) {
  if (const auto* literal = expression.as<plan::Literal>()) return literal->is_null();
  if (const auto* alias = expression.as<plan::Alias>()) return is_null_constant(*alias->child);
  if (const auto* cast = expression.as<plan::Cast>()) return cast->mode != plan::CastMode::kPretty && is_null_constant(*cast->child);
  const auto* call = expression.as<plan::FunctionCall>();
  return call && is_null_constant(*call);
}

bool stops_at_nulls(const Function& function) {
  // Three-valued logic may know its answer in spite of a null, and the others compute all of their arguments.
  static constexpr std::string_view kTolerant[] = {"and",    "or", "array_join", "array_repeat", "arrays_zip",
                                                   "concat", "in", "map_concat", "nanvl",        "sequence", "unix_timestamp"};
  // Null for other reasons too.
  static constexpr std::string_view kIntolerant[] = {
      "[]",         "/", "%", "div", "pmod", "array_contains", "conv",          "date_trunc",         "decode",
      "encode",     "format_number", "log",                "make_timestamp_ntz",
      "map_zip_with", "next_day",    "sha2",          "split_part",         "time_diff",
      "time_trunc", "trunc",         "try_add",            "try_subtract",       "try_multiply",
      "try_divide", "try_mod",
      "try_make_interval", "try_make_timestamp", "try_make_timestamp_ltz", "try_make_timestamp_ntz",
      "width_bucket"};
  const auto is_among = [&](const auto& names) {
    return std::find(std::begin(names), std::end(names), function.name) != std::end(names);
  };
  if (function.kind != FunctionKind::kScalar || function.is_volatile || is_among(kTolerant)) return false;
  const auto& signatures = function.signatures;
  const bool is_of_one_number = function.group == "math_funcs" && std::all_of(signatures.begin(), signatures.end(), [](const Signature& s) {
    return s.arguments.size() == 1 && !s.is_variadic;
  });
  return is_among(kIntolerant) || (is_of_one_number && !signatures.empty()) ||
         std::all_of(signatures.begin(), signatures.end(), [](const Signature& s) { return s.nulls == Nulls::kAny; });
}

bool is_null_constant(const plan::FunctionCall& call) {
  // x IN (1, NULL) may be true, NULL IN (1) is null.
  if (call.function->name == "in") return is_null_constant(*call.arguments[0]);
  return stops_at_nulls(*call.function) &&
         std::any_of(call.arguments.begin(), call.arguments.end(), [](const plan::ExpressionPtr& one) { return is_null_constant(*one); });
}

const std::vector<const Function*>& all_functions() { return table().sorted; }

}  // namespace firesteel::functions
