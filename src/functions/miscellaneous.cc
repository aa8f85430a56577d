#include "functions/function_table.h"
#include "functions/row.h"

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

// rand and its kin draw Spark's numbers by the row's position, which the analyzer hands over.
Function random(std::string_view name, std::vector<std::string_view> aliases,
                std::string_view kernel) {
  Function f = row(name, optional(signature({kLong}, Type::double_number(), Nulls::kNever), 1),
                   Kernel{kernel});
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
      random("rand", {"random"}, "rand"),
      random("randn", {}, "randn"),
      by_position("monotonically_increasing_id", Type::long_integer(), Kernel{"row_position"}),
      by_position("spark_partition_id", Type::integer(), Template{"CAST(0 AS INTEGER)"},
                  printed_as("SPARK_PARTITION_ID")),
      by_position("uuid", Type::string(), Template{"CAST(uuid() AS VARCHAR)"}),
      // Read from the scan below; the analyzer replaces the call by that column.
      by_position("input_file_name", Type::string(), No{"there is no file scan below"}),
      row("raise_error", signature({kString}, Type::null(), Nulls::kAlways),
          Template{"fs_raise_error($1)"}),
      row("assert_true",
          optional(signature({kBoolean, kString}, Type::null(), Nulls::kAlways), 1),
          No{"not built yet"}),
  };
  rows[rows.size() - 2].may_fail = true;
  return rows;
}

}  // namespace firesteel::functions
