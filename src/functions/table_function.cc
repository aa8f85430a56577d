// Functions that stand in FROM and make a table of their own. The analyzer turns a call into a
// relation by the row's name: range into a Range, the others into rows that the server knows.
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

Function table(std::string_view name, std::string_view since, std::string_view summary, std::vector<Signature> signatures,
               std::string_view source) {
  return {.name = name,
          .since = since,
          .group = "table_funcs",
          .summary = summary,
          .kind = FunctionKind::kTable,
          .signatures = std::move(signatures),
          .duckdb = Rename{source}};
}

}  // namespace

Rows table_functions() {
  const Signature bare = signature({}, Type::null(), Nulls::kNever);
  return {
      table("range", "2.0.0", "The numbers from a start to an end.",
            {signature({kLong}, Type::long_integer()), signature({kLong, kLong}, Type::long_integer()),
             signature({kLong, kLong, kLong}, Type::long_integer()),
             signature({kLong, kLong, kLong, kInteger}, Type::long_integer())},
            "fs_range"),
      table("sql_keywords", "3.5.0", "The words that Spark's SQL grammar gives a meaning.", {bare}, "fs_arrow"),
      table("collations", "4.0.0", "All collations of strings.", {bare}, "fs_arrow"),
      table("python_worker_logs", "4.1.0", "What Python workers logged.", {bare}, "fs_arrow"),
  };
}

}  // namespace firesteel::functions
