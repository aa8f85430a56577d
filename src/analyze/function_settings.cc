// Settings of Spark that change what calls of functions mean. What they do to a key's duplicates in maps stands in
// argument_kinds.cc, to decimals in calls.cc.
#include <algorithm>

#include "analyze/coercion.h"
#include "analyze/resolver.h"
#include "base/text.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

bool is_binary_value(const ExpressionPtr& value) { return value->type.is(TypeKind::kBinary); }

// Whether the options of a call, constant pairs, name the key.
bool has_option(const FunctionCall& options, std::string_view key) {
  for (size_t i = 0; i < options.arguments.size(); i += 2) {
    const auto* name = options.arguments[i]->as<Literal>();
    const auto* text = name ? std::get_if<std::string>(&name->value) : nullptr;
    if (text && equal_ignoring_case(*text, key)) return true;
  }
  return false;
}

}  // namespace

// Spark's spelling since 3.5; before, null IN (nothing) was null where the optimizer saw that null.
bool Resolver::is_null_in_nothing() const {
  const auto value = context_.configuration ? context_.configuration("spark.sql.legacy.nullInEmptyListBehavior") : std::nullopt;
  return value ? equal_ignoring_case(*value, "true") : !context_.ansi;
}

// Nothing is among no values, null included, but for a legacy setting (OptimizeIn).
ExpressionPtr Resolver::in_nothing(const ExpressionPtr& value, const Origin& origin) {
  ExpressionPtr is_among = make_typed(Literal{Type::boolean(), false}, Type::boolean(), value->nullable);
  if (value->nullable && is_null_in_nothing()) {
    is_among = built_call("if", {built_call("isnotnull", {value}, origin), is_among, make_null_literal(Type::boolean())}, origin);
  }
  return shown_as(is_among, "(" + print_name(*value) + " IN ())");
}

// to_json(value) with its default of the session.
void Resolver::keep_null_fields(std::vector<ExpressionPtr>& a, const Origin& origin) {
  const std::vector<ExpressionPtr> option = {make_string_literal("ignoreNullFields"), make_string_literal("false")};
  if (a.size() == 1) {
    a.push_back(built_call("map", option, origin));
    return;
  }
  const auto* options = a.size() == 2 ? a[1]->as<FunctionCall>() : nullptr;
  if (!options || options->function->name != "map" || has_option(*options, "ignoreNullFields")) return;
  std::vector<ExpressionPtr> all = options->arguments;
  all.insert(all.end(), option.begin(), option.end());
  a[1] = built_call("map", std::move(all), origin);
}

void Resolver::set_arguments(std::string_view name, std::vector<ExpressionPtr>& a, const Origin& origin) {
  const auto texts_from = [&](size_t first) {
    if (a.size() <= first || !std::all_of(a.begin() + static_cast<std::ptrdiff_t>(first), a.end(), is_binary_value)) return;
    for (size_t i = first; i < a.size(); ++i) a[i] = cast_to(a[i], Type::string(), rules());
  };
  if (name == "concat" && is_enabled(context_, "spark.sql.function.concatBinaryAsString")) texts_from(0);
  if (name == "elt" && is_enabled(context_, "spark.sql.function.eltOutputAsString")) texts_from(1);
  if ((name == "lpad" || name == "rpad") && is_enabled(context_, "spark.sql.legacy.lpadRpadAlwaysReturnString")) {
    for (ExpressionPtr& one : a) {
      if (is_binary_value(one)) one = cast_to(one, Type::string(), rules());
    }
  }
  if (name == "to_json" && !is_enabled(context_, "spark.sql.jsonGenerator.ignoreNullFields")) keep_null_fields(a, origin);
  if (name == "array_insert" && a.size() == 3 && a[1]->type.is_integral() &&
      is_enabled(context_, "spark.sql.legacy.negativeIndexInArrayInsert")) {
    // -1 meant the place before the last element.
    const ExpressionPtr zero = make_integer_literal(0), one = make_integer_literal(1);
    const ExpressionPtr before = built_call("if", {built_call("<", {a[1], zero}, origin), built_call("-", {a[1], one}, origin), a[1]}, origin);
    a[1] = shown_as(before, print_name(*a[1]));
  }
}

// The call, or null where no setting changes what it gives.
ExpressionPtr Resolver::as_set(const ExpressionPtr& result, const Origin& origin) {
  const auto* call = result->as<FunctionCall>();
  if (!call) return nullptr;
  const std::string_view name = call->function->name;
  if (name == "base64" && !is_enabled(context_, "spark.sql.chunkBase64String.enabled")) {
    return built_call("replace", {result, make_string_literal("\r\n"), make_string_literal("")}, origin);
  }
  if (call->arguments.empty() && (name == "array" || name == "map") && is_enabled(context_, "spark.sql.legacy.createEmptyCollectionUsingStringType")) {
    return cast_to(result, name == "array" ? Type::array(Type::string(), false) : Type::map(Type::string(), Type::string(), false), rules());
  }
  return nullptr;
}

}  // namespace firesteel::analyze
