#include <random>

#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Function row(std::string_view name, Signature s, EngineForm form) {
  return {.name = name,
          .since = "2.0.0",
          .group = "misc_funcs",
          .summary = "Tells or raises something.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form)};
}

Function known_at_analysis(std::string_view name, std::vector<std::string_view> aliases = {},
                           Print print = {}) {
  Function f = row(name, signature({}, Type::string(), Nulls::kNever),
                   No{"replaced by a constant before it reaches an engine"});
  f.aliases = std::move(aliases);
  f.print = std::move(print);
  return f;
}

// The row's place from 0 in its input, which the engine reads as one partition.
constexpr const char* kPosition = "(CAST(row_number() OVER () AS BIGINT) - 1)";

// A seed that the user does not give is drawn for each call.
std::string seed_sql(std::span<const std::string> a, size_t index) {
  if (a.size() > index) return "coalesce(CAST(" + a[index] + " AS BIGINT), 0)";
  return std::to_string(std::random_device()());
}

// rand and its kin draw Spark's numbers by the row's place.
Function random(std::string_view name, std::vector<std::string_view> aliases,
                const char* kernel) {
  Function f = row(name, optional(signature({kLong}, Type::double_number(), Nulls::kNever), 1),
                   Lowered{[kernel](const plan::FunctionCall&, std::span<const std::string> a,
                                    const Type&) {
                     return std::string(kernel) + "(" + seed_sql(a, 0) + ", " + kPosition + ")";
                   }});
  f.aliases = std::move(aliases);
  f.is_volatile = true;
  f.print = printed_as(name);
  return f;
}

Function by_position(std::string_view name, Type type, EngineForm form, Print print = {}) {
  Function f = row(name, signature({}, std::move(type), Nulls::kNever), std::move(form));
  f.is_volatile = true;
  f.print = std::move(print);
  return f;
}

Type uniform_type(Arguments arguments) {
  const Type& low = arguments[0]->type;
  const Type& high = arguments[1]->type;
  if (low.is_integral() && high.is_integral()) return low.kind() >= high.kind() ? low : high;
  return low.is(TypeKind::kDecimal) ? low : high;
}

Function uniform_row() {
  Function f = row("uniform",
                   optional(signature({kNumeric, kNumeric, kLong}, uniform_type, Nulls::kNever), 1),
                   Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type& type) {
                     const std::string low = "CAST(" + a[0] + " AS DOUBLE)";
                     const std::string draw = "(" + low + " + (CAST(" + a[1] + " AS DOUBLE) - " + low +
                                              ") * fs_random_at(" + seed_sql(a, 2) + ", " + kPosition + "))";
                     return type.is_integral() ? "trunc(" + draw + ")" : draw;
                   }});
  f.group = "math_funcs";
  f.is_volatile = true;
  return f;
}

}  // namespace

Rows miscellaneous_functions() {
  Rows rows = {
      known_at_analysis("current_user", {"user", "session_user"},
                        printed_as("current_user", {{"user", "user"},
                                                    {"session_user", "session_user"}})),
      known_at_analysis("current_catalog"),
      known_at_analysis("current_schema", {"current_database"}, printed_as("current_schema")),
      known_at_analysis("version"),
      row("typeof", signature({kAny}, Type::string(), Nulls::kNever),
          No{"replaced by a constant before it reaches an engine"}),
      random("rand", {"random"}, "fs_random_at"),
      random("randn", {}, "fs_random_normal_at"),
      by_position("monotonically_increasing_id", Type::long_integer(), Template{kPosition}),
      by_position("spark_partition_id", Type::integer(), Template{"CAST(0 AS INTEGER)"},
                  printed_as("SPARK_PARTITION_ID")),
      by_position("uuid", Type::string(), Template{"CAST(uuid() AS VARCHAR)"}),
      // Read from the scan below; the analyzer replaces the call by that column.
      by_position("input_file_name", Type::string(), No{"there is no file scan below"}),
      row("raise_error", signature({kString}, Type::null(), Nulls::kAlways),
          Template{"fs_raise_error($1)"}),
      row("assert_true",
          optional(signature({kBoolean, kString}, Type::null(), Nulls::kAlways), 1),
          Template{"(CASE WHEN $1 THEN NULL ELSE fs_raise_error($2) END)"}),
      uniform_row(),
      row("input_file_block_start", signature({}, Type::long_integer(), Nulls::kNever),
          Template{"CAST(-1 AS BIGINT)"}),
      row("input_file_block_length", signature({}, Type::long_integer(), Nulls::kNever),
          Template{"CAST(-1 AS BIGINT)"}),
      row("bitmap_bit_position", signature({kLong}, Type::long_integer()),
          Template{"(CASE WHEN $1 > 0 THEN ($1 - 1) % 32768 ELSE (-$1) % 32768 END)"}),
      row("bitmap_bucket_number", signature({kLong}, Type::long_integer()),
          Template{"(CASE WHEN $1 > 0 THEN 1 + ($1 - 1) // 32768 ELSE $1 // 32768 END)"}),
      row("bitmap_count", signature({kBinary}, Type::long_integer()), value_kernel("bitmap_count")),
  };
  for (Function& row : rows) {
    row.may_fail |= row.name == "raise_error" || row.name == "assert_true";
  }
  return rows;
}

}  // namespace firesteel::functions
