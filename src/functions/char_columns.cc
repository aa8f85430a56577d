// What columns of tables call when they are read and written: CharVarcharCodegenUtils of CHAR(n) and VARCHAR(n), AssertNotNull
// of NOT NULL.
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

Function row(std::string_view name, std::string_view sql, bool may_fail) {
  return {.name = name,
          .since = "3.1.0",
          .group = "string_funcs",
          .summary = "A text of a column of a length.",
          .signatures = {signature({kString, kInteger}, Type::string())},
          .duckdb = Template{sql},
          .may_fail = may_fail};
}

Function not_null_row() {
  Function f = {.name = "write not null",
                .since = "4.2.0",
                .group = "misc_funcs",
                .summary = "A value of a column that takes no null.",
                .signatures = {signature({kAny, kString}, type_of_first, Nulls::kNever)},
                .may_fail = true};
  f.duckdb = Template{"(CASE WHEN $1 IS NULL THEN fs_fail_null_column($2) ELSE $1 END)"};
  return f;
}

}  // namespace

// Blanks fill CHAR(n) up, and blanks beyond the length are cut off; anything else beyond it is an error.
Rows char_column_functions() {
  return {row("read char", "(CASE WHEN length($1) < $2 THEN rpad($1, $2, ' ') ELSE $1 END)", false),
          row("write char",
              "(CASE WHEN $1 IS NULL THEN NULL WHEN length($1) <= $2 THEN rpad($1, $2, ' ') WHEN length(rtrim($1, ' ')) <= $2 THEN substr($1, 1, $2) "
              "ELSE fs_fail_limit_length($2) END)",
              true),
          row("write varchar",
              "(CASE WHEN $1 IS NULL THEN NULL WHEN length($1) <= $2 THEN $1 WHEN length(rtrim($1, ' ')) <= $2 THEN substr($1, 1, $2) "
              "ELSE fs_fail_limit_length($2) END)",
              true),
          not_null_row()};
}

}  // namespace firesteel::functions
