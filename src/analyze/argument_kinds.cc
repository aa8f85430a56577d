#include "analyze/argument_kinds.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "analyze/argument_types.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

bool is_binary(const ExpressionPtr& argument) { return argument->type.is(TypeKind::kBinary); }

// Padding is of the kind of what is padded; a lone binary is padded with zeros.
void choose_padding(std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  if (a.size() == 2 && is_binary(a[0])) {
    a.push_back(make_literal(Literal{Type::binary(), std::string(1, '\0')}));
  } else if (a.size() == 3 && is_binary(a[0]) != is_binary(a[2])) {
    for (const size_t i : {0, 2}) {
      if (can_cast_implicitly(a[i]->type, Type::string(), rules)) a[i] = cast_to(a[i], Type::string(), rules);
    }
  }
}

// A null where a collection of any type is wanted is one of nothing.
void type_nulls(std::string_view name, std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  static const std::string_view arrays[] = {"array_distinct", "sort_array", "size",    "array_min", "array_max",
                                            "array_compact",  "shuffle",    "slice",   "array_join", "array_size"};
  static const std::string_view maps[] = {"map_keys", "map_values", "map_entries"};
  const auto is_one_of = [&](const auto& names) { return std::find(std::begin(names), std::end(names), name) != std::end(names); };
  const size_t end = name == "arrays_zip" ? a.size() : std::min<size_t>(a.size(), 1);
  for (size_t i = 0; i < end; ++i) {
    if (!a[i]->type.is(TypeKind::kNull)) continue;
    if (name == "arrays_zip" || is_one_of(arrays)) a[i] = cast_to(a[i], Type::array(Type::null(), true), rules);
    if (is_one_of(maps)) a[i] = cast_to(a[i], Type::map(Type::null(), Type::null(), true), rules);
    if (name == "reverse") a[i] = cast_to(a[i], Type::string(), rules);
  }
}

// Seconds are decimals of six digits behind the point.
void fit_seconds(std::string_view name, std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  struct Seconds {
    std::string_view function;
    size_t index;
    int precision;
  };
  static constexpr Seconds kSeconds[] = {{"make_timestamp", 5, 16},         {"make_timestamp_ltz", 5, 16},
                                         {"make_timestamp_ntz", 5, 16},     {"try_make_timestamp", 5, 16},
                                         {"try_make_timestamp_ltz", 5, 16}, {"try_make_timestamp_ntz", 5, 16},
                                         {"make_time", 2, 16},              {"make_interval", 6, 18},
                                         {"try_make_interval", 6, 18},      {"make_dt_interval", 3, 18}};
  // A call with a null computes none of its arguments.
  if (std::any_of(a.begin(), a.end(), [](const ExpressionPtr& one) { return functions::is_null_constant(*one); })) return;
  for (const Seconds& rule : kSeconds) {
    if (name != rule.function || a.size() <= rule.index || !a[rule.index]->type.is(TypeKind::kDecimal)) continue;
    const Type& type = a[rule.index]->type;
    const bool fits = type.scale() <= 6 && type.precision() - type.scale() <= rule.precision - 6;
    if (!fits) a[rule.index] = cast_to(a[rule.index], Type::decimal(rule.precision, 6), rules);
  }
}

// Floats stay among themselves; a null is of the first one's type.
void meet_fractions(std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  const auto is_float = [&](size_t i) { return a[i]->type.is(TypeKind::kFloat); };
  if (is_float(0) && a[1]->type.is(TypeKind::kNull)) a[1] = cast_to(a[1], a[0]->type, rules);
  for (size_t i = 0; i < 2; ++i) {
    if (is_float(i) && !is_float(1 - i)) a[i] = cast_to(a[i], Type::double_number(), rules);
  }
}

}  // namespace

void choose_argument_kinds(std::string_view name, std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  if (name == "lpad" || name == "rpad") return choose_padding(a, rules);
  type_nulls(name, a, rules);
  if (name == "format_number" && a.size() == 2 && !a[1]->type.is_integral()) {
    a[1] = cast_to(a[1], Type::string(), rules);
  }
  // Positions may be smaller integers, and nothing else that is cast.
  if ((name == "element_at" || name == "try_element_at" || name == "array_insert") && a.size() > 1 && a[0]->type.is(TypeKind::kArray)) {
    const Type& type = a[1]->type;
    if (type.is(TypeKind::kByte) || type.is(TypeKind::kShort)) a[1] = cast_to(a[1], Type::integer(), rules);
  }
  if (name.starts_with("shift") && a.size() == 2 && a[0]->type.is(TypeKind::kNull)) a[0] = cast_to(a[0], Type::integer(), rules);
  if (name == "zeroifnull" && a.size() == 1 && a[0]->type.is(TypeKind::kNull)) {
    a[0] = cast_to(a[0], Type::integer(), rules);
  }
  if (name == "array_binary_search" && a.size() == 2 && a[0]->type.is(TypeKind::kArray) && a[1]->type.is(TypeKind::kNull)) {
    a[1] = cast_to(a[1], a[0]->type.element(), rules);
  }
  if (!a.empty() && a[0]->type.is(TypeKind::kNull)) {
    if (name == "unix_timestamp") a[0] = cast_to(a[0], Type::string(), rules);
    if (name == "variant_explode") a[0] = cast_to(a[0], Type::variant(), rules);
  }
  // A fraction may be a text; fractions in an array may not.
  const size_t fraction = name == "percentile_cont" || name == "percentile_disc" ? 0 : 1;
  if (name.starts_with("percentile") && a.size() > fraction && a[fraction]->type.is_string()) {
    a[fraction] = cast_to(a[fraction], Type::double_number(), rules);
  }
  if ((name == "to_char" || name == "to_varchar") && a.size() == 2) {
    const Type& type = a[0]->type;
    if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) a[0] = cast_to(a[0], decimal_for(type), rules);
    if (type.is_string()) a[0] = cast_to(a[0], Type::decimal(38, 18), rules);
  }
  if ((name == "ceil" || name == "floor") && a.size() == 2 && (a[0]->type.is_string() || a[0]->type.is(TypeKind::kNull))) {
    a[0] = cast_to(a[0], Type::decimal(38, 18), rules);
  }
  fit_seconds(name, a, rules);
  if (is_comparison(name) && a.size() == 2) {
    // What is nothing but null becomes a null text beside a text.
    for (size_t i = 0; i < 2; ++i) {
      if (a[i]->type.is(TypeKind::kNull) && a[1 - i]->type.is_string()) a[i] = make_null_literal(Type::string());
    }
  }
  if (name == "nanvl" && a.size() == 2) meet_fractions(a, rules);
  if (name == "hex" && a.size() == 1) {
    const Type& type = a[0]->type;
    if (type.is_numeric()) a[0] = cast_to(a[0], Type::long_integer(), rules);
    else if (!is_binary(a[0]) && !type.is_nested() && !type.is(TypeKind::kNull)) a[0] = cast_to(a[0], Type::string(), rules);
  }
  if (name == "concat_ws" || name == "array_join") {
    const size_t end = name == "array_join" ? std::min<size_t>(a.size(), 1) : a.size();
    for (size_t i = name == "array_join" ? 0 : 1; i < end; ++i) {
      const Type& type = a[i]->type;
      if (name == "concat_ws" && !type.is_nested() && !type.is_string()) a[i] = cast_to(a[i], Type::string(), rules);
      if (!type.is(TypeKind::kArray) || type.element().is_nested()) continue;
      a[i] = cast_to(a[i], Type::array(Type::string(), type.contains_null()), rules);
    }
  }
  if (name == "elt" && a.size() > 1 && !std::all_of(a.begin() + 1, a.end(), is_binary)) {
    for (size_t i = 1; i < a.size(); ++i) {
      if (!a[i]->type.is_nested()) a[i] = cast_to(a[i], Type::string(), rules);
    }
  }
}

ExpressionPtr with_last_keys(const ExpressionPtr& call,
                             const std::function<std::optional<std::string>(std::string_view key)>& configuration) {
  static const std::string_view builders[] = {"map",        "map_from_arrays", "map_from_entries",
                                              "map_concat", "str_to_map",      "transform_keys"};
  const auto* bound = call->as<FunctionCall>();
  if (!bound || !configuration) return nullptr;
  if (std::find(std::begin(builders), std::end(builders), bound->function->name) == std::end(builders)) return nullptr;
  if (configuration("spark.sql.mapKeyDedupPolicy").value_or("") != "LAST_WIN") return nullptr;
  FunctionCall marked = *bound;
  marked.is_distinct = true;
  return make_typed(std::move(marked), call->type, call->nullable, call->origin);
}

}  // namespace firesteel::analyze
