// Short forms for writing rows: signatures and result rules that many rows share. Only the concept
// files of this room include this header.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "functions/function.h"

namespace firesteel::functions {

using plan::ExpressionPtr;
using plan::Type;
using plan::TypeKind;
using Arguments = std::span<const ExpressionPtr>;
using enum Accepts;

inline Type type_of_first(Arguments arguments) { return arguments[0]->type; }
inline Type type_of_second(Arguments arguments) { return arguments[1]->type; }
inline Type element_of_first(Arguments arguments) {
  return arguments[0]->type.is(TypeKind::kArray) ? arguments[0]->type.element() : Type::null();
}
inline Type array_of_first(Arguments arguments) {
  return Type::array(arguments[0]->type, arguments[0]->nullable);
}

inline Signature signature(std::vector<Accepts> arguments, Type result, Nulls nulls = Nulls::kAny) {
  Signature s;
  s.arguments = std::move(arguments);
  s.result = std::move(result);
  s.nulls = nulls;
  return s;
}
inline Signature signature(std::vector<Accepts> arguments, Type (*result_of)(Arguments),
                           Nulls nulls = Nulls::kAny) {
  Signature s;
  s.arguments = std::move(arguments);
  s.result_of = result_of;
  s.nulls = nulls;
  return s;
}
inline Signature optional(Signature s, size_t count, std::vector<std::string_view> defaults = {}) {
  s.optional_count = count;
  s.defaults = std::move(defaults);
  return s;
}
inline Signature variadic(Signature s, bool may_be_empty = false) {
  s.is_variadic = true;
  s.optional_count = may_be_empty ? 1 : 0;
  return s;
}
// Spark's ExpectsInputTypes: arguments of other types are refused, not cast.
inline constexpr uint32_t kAllPlaces = ~0U;
inline Signature strict(Signature s, uint32_t places = kAllPlaces) {
  s.strict_places = places;
  return s;
}
inline Signature with_nullable(Signature s, bool (*nullable)(Arguments)) {
  s.nulls = Nulls::kCustom;
  s.nullable = nullable;
  return s;
}
inline Signature named(Signature s, std::vector<std::string_view> names) {
  s.argument_names = std::move(names);
  return s;
}
// A failure is an error under ANSI and null without it.
inline Signature null_without_ansi(Signature s) {
  s.nullable_without_ansi = [](Arguments) { return true; };
  return s;
}

inline bool any_nullable(Arguments arguments) {
  for (const ExpressionPtr& argument : arguments) {
    if (argument->nullable) return true;
  }
  return false;
}
inline bool all_nullable(Arguments arguments) {
  for (const ExpressionPtr& argument : arguments) {
    if (!argument->nullable) return false;
  }
  return true;
}

// The TIMESTAMP that it gives is what spark.sql.timestampType says; made of a date it is one in any case.
inline Function following_timestamp_type(Function row) {
  for (Signature& s : row.signatures) s.follows_timestamp_type = s.arguments[0] != kDate;
  return row;
}

// Called by the grammar or the clients' API alone.
inline Function unlisted(Function row) {
  row.is_listed = false;
  return row;
}

using Print = std::function<std::string(const plan::FunctionCall&, std::span<const std::string>)>;

// "name(a, b)" with a name of its own; `by_alias` tells the names that Spark prints differently
// when the user wrote that alias.
inline Print printed_as(std::string_view name,
                        std::vector<std::pair<std::string_view, std::string_view>> by_alias = {}) {
  return [name, by_alias](const plan::FunctionCall& call, std::span<const std::string> arguments) {
    std::string text(name);
    for (const auto& [alias, shown] : by_alias) {
      if (call.display_name == alias) text = shown;
    }
    text += "(";
    for (size_t i = 0; i < arguments.size(); ++i) text += (i ? ", " : "") + arguments[i];
    return text + ")";
  };
}
inline Print printed_infix(std::string_view symbol) {
  return [symbol](const plan::FunctionCall&, std::span<const std::string> arguments) {
    return "(" + arguments[0] + " " + std::string(symbol) + " " + arguments[1] + ")";
  };
}

// A constant argument's value, or null when it is none.
inline const plan::Literal* literal(const ExpressionPtr& argument) {
  return argument->as<plan::Literal>();
}
inline const plan::Literal* literal_below_casts(const ExpressionPtr& argument) {
  const ExpressionPtr* inner = &argument;
  while (const auto* cast = (*inner)->as<plan::Cast>()) inner = &cast->child;
  return literal(*inner);
}

}  // namespace firesteel::functions
