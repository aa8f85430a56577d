// Java's regular expressions, run by PCRE2 in functions/kernel/java_regex.
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/kernel/java_regex_translator.h"
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

// Most patterns that users split by are plain text. (DuckDB's string_split cannot be interrupted within a long value.)
std::string split_sql(const plan::FunctionCall& call, std::span<const std::string>, const Type&) {
  const plan::Literal* pattern = literal(call.arguments[1]);
  const plan::Literal* limit = literal(call.arguments[2]);
  const auto* text = pattern ? std::get_if<std::string>(&pattern->value) : nullptr;
  const auto* count = limit ? std::get_if<int64_t>(&limit->value) : nullptr;
  const bool is_plain = text && count && *count <= 0 && kernel::JavaRegexTranslator::is_literal(*text);
  return is_plain ? "fs_split_by_text($1, $2)" : "fs_split($1, $2, $3)";
}

// A position that is null stays open.
void check_position(const plan::FunctionCall& call) {
  const auto position = constant_integer(call.arguments[3]);
  if (!position || *position > 0) return;
  throw ArgumentMismatch{
      "VALUE_OUT_OF_RANGE",
      {{"exprName", "position"}, {"valueRange", "(0, 2147483647]"}, {"currentValue", std::to_string(*position)}},
      std::nullopt};
}

}  // namespace

Rows regex_functions() {
  Function replace = row("regexp_replace", optional(signature({kString, kString, kString, kInteger}, Type::string()), 1, {"1"}),
                         "regexp_replace");
  replace.check = check_position;
  Function matches = row("rlike", signature({kString, kString}, Type::boolean()), "rlike",
                         printed_as("RLIKE", {{"regexp_like", "REGEXP_LIKE"},
                                              {"regexp", "REGEXP"}}));
  matches.aliases = {"regexp_like", "regexp"};
  Function split = row("split", optional(signature({kString, kString, kInteger}, strings_type), 1, {"-1"}), "split");
  split.duckdb = Lowered{split_sql};
  return {
      matches,
      row("regexp_extract",
          optional(signature({kString, kString, kInteger}, Type::string()), 1, {"1"}),
          "regexp_extract"),
      row("regexp_extract_all",
          optional(signature({kString, kString, kInteger}, matches_type), 1, {"1"}),
          "regexp_extract_all"),
      replace,
      row("regexp_count", signature({kString, kString}, Type::integer()), "regexp_count"),
      row("regexp_substr", signature({kString, kString}, Type::string(), Nulls::kAlways),
          "regexp_substr"),
      row("regexp_instr",
          optional(signature({kString, kString, kInteger}, Type::integer()), 1, {"0"}),
          "regexp_instr"),
      split,
  };
}

}  // namespace firesteel::functions
