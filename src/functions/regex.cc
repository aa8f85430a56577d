// Java's regular expressions, run by PCRE2 in functions/kernel/java_regex.
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

Type strings_type(Arguments) { return Type::array(Type::string(), false); }
Type matches_type(Arguments) { return Type::array(Type::string(), true); }

Function row(std::string_view name, Signature s, std::string_view kernel, Print print = {}) {
  return {.name = name,
          .since = "1.5.0",
          .group = "string_funcs",
          .summary = "Works on strings by a regular expression.",
          .signatures = {std::move(s)},
          .duckdb = Kernel{kernel},
          .may_fail = true,
          .print = std::move(print)};
}

}  // namespace

Rows regex_functions() {
  Function matches = row("rlike", signature({kString, kString}, Type::boolean()), "rlike",
                         printed_as("RLIKE", {{"regexp_like", "REGEXP_LIKE"},
                                              {"regexp", "REGEXP"}}));
  matches.aliases = {"regexp_like", "regexp"};
  return {
      matches,
      row("regexp_extract",
          optional(signature({kString, kString, kInteger}, Type::string()), 1, {"1"}),
          "regexp_extract"),
      row("regexp_extract_all",
          optional(signature({kString, kString, kInteger}, matches_type), 1, {"1"}),
          "regexp_extract_all"),
      row("regexp_replace",
          optional(signature({kString, kString, kString, kInteger}, Type::string()), 1, {"1"}),
          "regexp_replace"),
      row("regexp_count", signature({kString, kString}, Type::integer()), "regexp_count"),
      row("regexp_substr", signature({kString, kString}, Type::string(), Nulls::kAlways),
          "regexp_substr"),
      row("regexp_instr",
          optional(signature({kString, kString, kInteger}, Type::integer()), 1, {"0"}),
          "regexp_instr"),
      row("split", optional(signature({kString, kString, kInteger}, strings_type), 1, {"-1"}),
          "split"),
  };
}

}  // namespace firesteel::functions
