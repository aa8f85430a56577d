// What comes before a call's signature is looked for: constants that Spark computes while it analyses, and what it checks
// of arguments that are not coerced yet.
#include <algorithm>
#include <iterator>
#include <string>

#include "analyze/argument_rules.h"
#include "analyze/argument_types.h"
#include "analyze/call_errors.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/collation_names.h"
#include "functions/foldable.h"
#include "functions/kernel/datetime_field.h"
#include "functions/kernel/type_text.h"
#include "plan/nested_types.h"

namespace firesteel::analyze {

using namespace plan;
using functions::Function;

namespace {

// The places of a function's arguments that are constants to Spark, as bits.
struct ConstantPlaces {
  std::string_view function;
  uint32_t places = 0;
};

constexpr uint32_t kFirst = 1, kSecond = 2, kThird = 4, kFourth = 8, kBehindFirst = ~1U, kEach = ~0U;

constexpr ConstantPlaces kConstantPlaces[] = {
    {"to_number", kSecond},
    {"try_to_number", kSecond},
    {"to_char", kSecond},
    {"to_varchar", kSecond},
    {"mask", kBehindFirst},
    {"from_json", kSecond},
    {"from_csv", kSecond},
    {"variant_get", kThird},
    {"try_variant_get", kThird},
    {"collate", kSecond},
    {"extract", kFirst},
    {"date_part", kFirst},
    {"datepart", kFirst},
    {"round", kSecond},
    {"bround", kSecond},
    {"ceil", kSecond},
    {"floor", kSecond},
    {"nth_value", kSecond},
    {"ntile", kFirst},
    {"regexp_replace", kFourth},
    {"date_trunc", kFirst},
    {"trunc", kSecond},
    {"schema_of_csv", kFirst},
    {"schema_of_json", kFirst},
    {"percentile", kSecond},
    {"percentile_approx", kSecond | kThird},
    {"lead", kSecond},
    {"uniform", kEach},
    {"randstr", kEach},
    {"histogram_numeric", kBehindFirst},
    {"count_min_sketch", kBehindFirst},
    {"make_time", kEach},
    {"to_binary", kSecond},
    {"to_time", kSecond},
    {"try_to_time", kSecond},
    {"make_timestamp", kEach},
    {"make_timestamp_ltz", kEach},
    {"make_timestamp_ntz", kEach},
    {"make_interval", kEach},
    {"make_dt_interval", kEach},
};

bool is_sketch_function(std::string_view function) {
  static constexpr std::string_view kFamilies[] = {"approx_top_k", "hll_", "kll_", "theta_", "tuple_"};
  return std::any_of(std::begin(kFamilies), std::end(kFamilies), [&](std::string_view family) { return function.starts_with(family); });
}

bool is_constant_place(std::string_view function, size_t place) {
  if (is_sketch_function(function)) return place > 0;
  const auto* found = std::find_if(std::begin(kConstantPlaces), std::end(kConstantPlaces),
                                   [&](const ConstantPlaces& one) { return one.function == function; });
  return found != std::end(kConstantPlaces) && (found->places >> place & 1) != 0;
}

// ExprUtils.evalTypeExpr.
void check_schema(const ExpressionPtr& schema, bool of_records, const Origin& origin) {
  const auto* literal = schema->as<Literal>();
  const bool is_null = literal && literal->is_null();
  if (!functions::is_foldable(schema) || is_null || !schema->type.is_string()) {
    throw SparkError("INVALID_SCHEMA.NON_STRING_LITERAL", {{"inputSchema", quoted(print_name(*schema))}}, contexts_of(origin));
  }
  const auto* text = literal ? std::get_if<std::string>(&literal->value) : nullptr;
  if (!text) return;
  try {
    const Type type = functions::kernel::parse_type_text(*text);
    if (of_records && !type.is(TypeKind::kStruct)) {
      throw SparkError("INVALID_SCHEMA.NON_STRUCT_TYPE", {{"inputSchema", quoted(print_name(*schema))}, {"dataType", quoted(type.sql())}}, contexts_of(origin));
    }
  } catch (const SparkError& error) {
    throw error.kind() == ErrorKind::kParse ? error.with_kind(ErrorKind::kAnalysis) : error;
  }
}

// What is looked for in an array, or put into it.
void check_search(const Function& row, const FunctionCall& call, const Origin& origin) {
  const Type& collection = call.arguments[0]->type;
  const Type& other = call.arguments[1]->type;
  const bool is_array = collection.is(TypeKind::kArray);
  if (row.name == "array_contains" || row.name == "array_position") {
    const bool is_nowhere = row.name == "array_position" && is_array && collection.element().is(TypeKind::kNull);
    if (collection.is(TypeKind::kNull) || ((!is_array || is_nowhere) && other.is(TypeKind::kNull))) {
      throw_mismatch(call, "NULL_TYPE", {{"functionName", "`" + std::string(row.name) + "`"}}, origin);
    }
  }
  const bool inserts = row.name == "array_insert" && call.arguments.size() > 2;
  if ((row.name == "array_remove" || inserts) && !is_array) {
    throw_mismatch(call, "ARRAY_FUNCTION_DIFF_TYPES",
                   {{"functionName", "`" + std::string(row.name) + "`"},
                    {"dataType", "\"ARRAY\""},
                    {"leftType", quoted(collection.sql())},
                    {"rightType", quoted(call.arguments[inserts ? 2 : 1]->type.sql())}},
                   origin);
  }
  // A bare null is no position.
  if (is_array && other.is(TypeKind::kNull) && (inserts || row.name == "element_at" || row.name == "try_element_at")) {
    throw_type(call, 1, call.arguments[1], "\"INT\"", origin);
  }
}

// approx_top_k_combine reads how many items are tracked, an integer, before it looks at the state.
void check_tracked_items(const FunctionCall& call) {
  const auto* tracked = call.arguments[1]->as<Literal>();
  if (!tracked) return;
  // Dates and months are integers to it.
  const Type& type = tracked->type;
  if (!tracked->is_null() && !type.is(TypeKind::kInteger) && !type.is(TypeKind::kDate) && !type.is(TypeKind::kYearMonthInterval)) {
    throw SparkError("FAILED_FUNCTION_CALL", {{"funcName", "`approx_top_k_combine`"}});
  }
  (void)functions::tracked_items(call.arguments[1]);
}

// elt() chooses among texts or bytes.
void check_choices(const FunctionCall& call, const CoercionRules& rules) {
  if (!can_cast_implicitly(call.arguments[0]->type, Type::integer(), rules)) return;
  std::string shown, types;
  bool is_refused = false;
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    const Type& type = call.arguments[i]->type;
    const bool is_text = !type.is_nested() && !type.is(TypeKind::kVariant);
    is_refused |= !is_text;
    shown += (i > 1 ? "," : "") + quoted(print_name(*call.arguments[i]));
    types += (i > 1 ? "," : "") + quoted(is_text ? "STRING" : type.sql());
  }
  if (!is_refused) return;
  throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {{"sqlExpr", quoted(print_name(Expression{call, {}, true, {}}))},
                                                              {"paramIndex", "second..."},
                                                              {"requiredType", "\"STRING\" or \"BINARY\""},
                                                              {"inputSql", shown},
                                                              {"inputType", types}});
}

// The value and the bounds become doubles, or are intervals of one kind.
void check_width_bucket(const FunctionCall& call, const CoercionRules& rules, const Origin& origin) {
  std::vector<Type> types;
  bool has_interval = false;
  for (size_t i = 0; i < 3; ++i) {
    const Type& type = call.arguments[i]->type;
    const bool is_interval = type.is(TypeKind::kYearMonthInterval) || type.is(TypeKind::kDayTimeInterval);
    if (!is_interval && !can_cast_implicitly(type, Type::double_number(), rules)) {
      throw_type(call, i, call.arguments[i], "(\"DOUBLE\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")", origin);
    }
    has_interval |= is_interval;
    types.push_back(is_interval ? type : Type::double_number());
  }
  if (!can_cast_implicitly(call.arguments[3]->type, Type::long_integer(), rules)) throw_type(call, 3, call.arguments[3], "\"BIGINT\"", origin);
  const bool are_one = types[0].kind() == types[1].kind() && types[0].kind() == types[2].kind();
  if (!has_interval || are_one) return;
  const std::string shown = quoted(types[0].sql()) + " or " + quoted(types[1].sql()) + " or " + quoted(types[2].sql());
  throw_mismatch(call, "DATA_DIFF_TYPES", {{"functionName", "`width_bucket`"}, {"dataType", "(" + shown + ")"}}, origin);
}

// The name is read before the text is looked at.
void check_collation(const FunctionCall& call) {
  const ExpressionPtr& name = call.arguments[1];
  const auto* literal = name->as<Literal>();
  if (!name->type.is_string()) {
    throw SparkError("UNEXPECTED_INPUT_TYPE",
                     {{"functionName", "`collate`"},
                      {"paramIndex", "first"},
                      {"requiredType", "\"STRING\""},
                      {"inputSql", quoted(print_name(*name))},
                      {"inputType", quoted(name->type.sql())}});
  }
  if (!functions::is_foldable(name)) {
    throw SparkError("NON_FOLDABLE_ARGUMENT", {{"funcName", "`collate`"}, {"paramName", "`collationName`"}, {"paramType", "\"STRING\""}});
  }
  if (literal && literal->is_null()) {
    throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "`collation`"}, {"sqlExpr", quoted(print_name(*name))}});
  }
  const auto* text = literal ? std::get_if<std::string>(&literal->value) : nullptr;
  if (text) (void)functions::collation_name(*text);
}

// The field of extract() and its kin: a constant text that names one.
void check_field(const Function& row, const FunctionCall& call, const Origin& origin) {
  const ExpressionPtr& field = call.arguments[0];
  const bool is_text = field->type.is_string() || field->type.is(TypeKind::kNull);
  if (!functions::is_foldable(field) || !is_text) {
    const std::string shown = call.display_name.empty() ? std::string(row.name) : call.display_name;
    throw SparkError("NON_FOLDABLE_ARGUMENT", {{"funcName", "`" + shown + "`"}, {"paramName", "`field`"}, {"paramType", "\"STRING\""}},
                     contexts_of(origin));
  }
  const auto* literal = field->as<Literal>();
  const auto* name = literal ? std::get_if<std::string>(&literal->value) : nullptr;
  if (!name || functions::kernel::parse_datetime_field(*name)) return;
  throw SparkError("INVALID_EXTRACT_FIELD", {{"field", "`" + *name + "`"}, {"expr", quoted(print_name(*call.arguments[1]))}}, contexts_of(origin));
}

// A key may be looked for in maps only, and is no bare null.
void check_key(const FunctionCall& call, const Origin& origin) {
  const std::string function = "`map_contains_key`";
  const Type& map = call.arguments[0]->type;
  const Type& key = call.arguments[1]->type;
  if (key.is(TypeKind::kNull)) throw_mismatch(call, "NULL_TYPE", {{"functionName", function}}, origin);
  if (map.is(TypeKind::kMap) && map.key().is(TypeKind::kNull) && !key.is_orderable()) {
    throw_mismatch(call, "INVALID_ORDERING_TYPE", {{"functionName", function}, {"dataType", quoted(key.sql())}}, origin);
  }
  if (map.is(TypeKind::kMap)) return;
  throw_mismatch(call, "MAP_FUNCTION_DIFF_TYPES",
                 {{"functionName", function}, {"dataType", "\"MAP\""}, {"leftType", quoted(map.sql())}, {"rightType", quoted(key.sql())}}, origin);
}

// Spark negates the offset of lag before it looks at anything else of the call.
void check_negated_offset(const FunctionCall& call) {
  const ExpressionPtr& offset = call.arguments[1];
  const Type& type = offset->type;
  if (!functions::is_foldable(offset) || type.is_numeric() || type.is_interval() || type.is(TypeKind::kNull)) return;
  throw SparkError("FAILED_FUNCTION_CALL", {{"funcName", "`lag`"}});
}

}  // namespace

// Whether a constant is null. One that fails is not: it may be that nobody asks for it.
bool Resolver::is_null_if_computed(const ExpressionPtr& expression) {
  try {
    return constant(expression).is_null();
  } catch (const SparkError&) {
    return false;
  }
}

std::vector<ExpressionPtr> Resolver::with_constants(const Function& row, std::vector<ExpressionPtr> arguments, bool is_bound) {
  if (!context_.evaluate) return arguments;
  for (size_t i = 0; i < arguments.size() && i < 32; ++i) {
    const ExpressionPtr& argument = arguments[i];
    // The cast of an offset of rows is looked at as one.
    if (row.kind == functions::FunctionKind::kWindow && argument->as<Cast>()) continue;
    if (argument->as<Literal>() || !is_constant_place(row.name, i) || !functions::is_constant(argument)) continue;
    if (holds(argument->type, TypeKind::kVariant)) continue;  // there is no literal of it
    if (row.name == "collate" && !argument->type.is_string()) continue;
    if (row.name.starts_with("make_")) {
      // Of these it matters only whether one is null.
      if (!argument->nullable || argument->as<Cast>() || !is_null_if_computed(argument)) continue;
    }
    Literal value;
    try {
      value = constant(argument);
    } catch (const SparkError&) {
      // Where types are looked at first, what fails is computed once they fit, or over the rows.
      if (!is_bound || is_sketch_function(row.name)) continue;
      throw;
    }
    auto computed = std::make_shared<Expression>(Expression{std::move(value), argument->type, argument->nullable, {}});
    computed->is_replaced = !functions::is_foldable(argument);
    // Of a collation its name is shown.
    arguments[i] = row.name == "collate" && !computed->as<Literal>()->is_null() ? ExpressionPtr(computed) : shown_as(computed, print_name(*argument));
  }
  return arguments;
}

namespace {

bool is_boolean(const Type& type) { return type.is(TypeKind::kBoolean); }
bool is_seed(const Type& type) { return type.is(TypeKind::kInteger) || type.is(TypeKind::kLong); }
bool is_number(const Type& type) { return type.is_numeric(); }

// Arguments that Spark takes in their own type alone, without a cast.
struct ExactArgument {
  std::string_view function;
  size_t place;
  bool (*fits)(const Type&);
  const char* required;
};
constexpr ExactArgument kExactArguments[] = {
    {"sort_array", 1, is_boolean, "\"BOOLEAN\""},
    {"rand", 0, is_seed, "(\"INT\" or \"BIGINT\")"},
    {"randn", 0, is_seed, "(\"INT\" or \"BIGINT\")"},
    {"uniform", 0, is_number, "\"NUMERIC\""},
    {"uniform", 1, is_number, "\"NUMERIC\""},
    {"uniform", 2, is_seed, "(\"INT\" or \"BIGINT\")"},
    {"randstr", 1, is_seed, "(\"INT\" or \"BIGINT\")"},
};

void check_exact_arguments(const Function& row, const FunctionCall& call, const Origin& origin) {
  for (const ExactArgument& one : kExactArguments) {
    if (one.function != row.name || one.place >= call.arguments.size()) continue;
    const ExpressionPtr& argument = call.arguments[one.place];
    if (!argument->type.is(TypeKind::kNull) && !one.fits(argument->type)) throw_type(call, one.place, argument, one.required, origin);
  }
  if (row.name == "json_tuple" && call.arguments.size() > 1) {
    const bool are_texts = std::all_of(call.arguments.begin(), call.arguments.end(), [](const ExpressionPtr& one) { return one->type.is_string(); });
    if (!are_texts) throw_mismatch(call, "NON_STRING_TYPE", {{"funcName", "`json_tuple`"}}, origin);
  }
  if (row.name == "listagg" && call.arguments.size() > 1) {
    const Type& value = call.arguments[0]->type;
    const Type& delimiter = call.arguments[1]->type;
    const bool differ = value.is(TypeKind::kBinary) ? delimiter.is_string() : value.is_string() && delimiter.is(TypeKind::kBinary);
    const std::string types = "(\"" + value.sql() + "\" or \"" + delimiter.sql() + "\")";
    if (differ) throw_mismatch(call, "DATA_DIFF_TYPES", {{"functionName", "`listagg`"}, {"dataType", types}}, origin);
  }
  if (row.name == "mode" && call.arguments.size() > 1 && !is_boolean(call.arguments[1]->type)) {
    const ExpressionPtr& flag = call.arguments[1];
    if (flag->type.is(TypeKind::kNull)) {
      throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_NULL", {{"exprName", "`deterministic`"}, {"sqlExpr", "\"NULL\""}});
    }
    throw SparkError("UNEXPECTED_INPUT_TYPE", {{"functionName", "`mode`"},
                                               {"paramIndex", "second"},
                                               {"requiredType", "\"BOOLEAN\""},
                                               {"inputSql", quoted(print_name(*flag))},
                                               {"inputType", quoted(flag->type.sql())}});
  }
}

}  // namespace

void check_before_binding(const Function& row, const FunctionCall& call, const CoercionRules& rules, const Origin& origin) {
  check_exact_arguments(row, call, origin);
  check_bitwise(row, call, rules, origin);
  check_builder_constants(row, call, origin);
  const std::vector<ExpressionPtr>& a = call.arguments;
  // Spark computes the schema before it looks at the options and at the other arguments.
  if ((row.name == "from_json" || row.name == "from_csv") && a.size() > 1) check_schema(a[1], row.name == "from_csv", origin);
  if ((row.name == "variant_get" || row.name == "try_variant_get") && a.size() > 2) check_schema(a[2], false, origin);
  const ExpressionPtr* options = options_of(row, call);
  const auto* map = options ? (*options)->as<FunctionCall>() : nullptr;
  if (options && (!map || map->function->name != "map")) {
    throw SparkError("INVALID_OPTIONS.NON_MAP_FUNCTION", {}, contexts_of(origin));
  }
  const bool takes_bitmap = row.name == "bitmap_count" || row.name == "bitmap_or_agg" || row.name == "bitmap_and_agg";
  if (takes_bitmap && !a.empty() && a[0]->type.is(TypeKind::kNull)) throw_type(call, 0, a[0], "\"BINARY\"", origin);
  if (row.name == "ntile" && !a.empty() && a[0]->type.is(TypeKind::kNull)) throw_type(call, 0, a[0], "\"INT\"", origin);
  if (a.size() < 2) return;
  if ((row.name == "to_char" || row.name == "to_varchar") && !a[0]->type.is_nested() && a[1]->type.is_nested()) {
    throw_type(call, 1, a[1], "\"STRING\"", origin);
  }
  if (row.name == "extract" || row.name == "date_part" || row.name == "datepart") check_field(row, call, origin);
  if (row.name == "map_contains_key") check_key(call, origin);
  check_search(row, call, origin);
  if (row.name == "approx_top_k_combine") check_tracked_items(call);
  if (row.name == "elt") check_choices(call, rules);
  if (row.name == "collate") check_collation(call);
  if (row.name == "width_bucket" && a.size() == 4) check_width_bucket(call, rules, origin);
  if (row.name == "lag") check_negated_offset(call);
  if (row.name == "lag" && a.size() == 3) check_default(row, call, rules);
  if (row.name.starts_with("xpath") && !functions::is_foldable(a[1])) {
    throw_mismatch(call, "NON_FOLDABLE_INPUT",
                   {{"inputName", "`path`"}, {"inputType", "\"STRING\""}, {"inputExpr", quoted(print_name(*a[1]))}}, origin);
  }
}

}  // namespace firesteel::analyze
