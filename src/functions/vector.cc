// Vectors of floats.
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

const Type kVector = Type::array(Type::float_number());

// A bare null is none.
void require_vector(const plan::FunctionCall& call, size_t index) {
  if (call.arguments[index]->type.is(plan::TypeKind::kNull)) {
    throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE", {{"requiredType", "\"" + kVector.sql() + "\""}}, index};
  }
  require_type(call, index, {kVector});
}

void check_vectors(const plan::FunctionCall& call) {
  for (size_t i = 0; i < call.arguments.size(); ++i) require_vector(call, i);
}

void check_vector_and_degree(const plan::FunctionCall& call) {
  require_vector(call, 0);
  require_type(call, 1, {Type::float_number()});
}

Function row(std::string_view name, Signature s, void (*check)(const plan::FunctionCall&)) {
  Function f{.name = name,
             .since = "4.2.0",
             .group = "vector_funcs",
             .summary = "Computes with vectors of floats.",
             .signatures = {std::move(s)},
             .duckdb = value_kernel(name),
             .may_fail = true};
  f.check = check;
  return f;
}

// The degree is Euclid's unless it is given.
Function with_degree(std::string_view name, Type result) {
  Function f =
      row(name, optional(signature({kAny, kAny}, std::move(result), Nulls::kAlways), 1, {"2.0F"}),
          check_vector_and_degree);
  return f;
}

Function aggregate(std::string_view name) {
  Function f =
      row(name, signature({kAny}, Type::array(Type::float_number(), false), Nulls::kAlways),
          check_vectors);
  f.kind = FunctionKind::kAggregate;
  f.duckdb = Lowered{
      [name](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
        return value_aggregate_sql(name, call, {call.arguments[0]->type}, result, {a[0]});
      }};
  return f;
}

}  // namespace

Rows vector_functions() {
  const Signature two = signature({kAny, kAny}, Type::float_number(), Nulls::kAlways);
  return {
      row("vector_inner_product", two, check_vectors),
      row("vector_cosine_similarity", two, check_vectors),
      row("vector_l2_distance", two, check_vectors),
      with_degree("vector_norm", Type::float_number()),
      with_degree("vector_normalize", kVector),
      aggregate("vector_sum"),
      aggregate("vector_avg"),
  };
}

}  // namespace firesteel::functions
