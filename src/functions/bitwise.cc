#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Function operation(std::string_view symbol, std::string_view sql) {
  return {.name = symbol,
          .since = "1.4.0",
          .group = "bitwise_funcs",
          .summary = "Bitwise operation on two integers of one type.",
          .signatures = {signature({kSame, kSame}, type_of_first)},
          .duckdb = Template{sql},
          .print = printed_infix(symbol),
          .check = check_integers};
}

// Java's shifts: the distance is taken modulo 32 or 64, and int results wrap.
std::string shift_sql(const char* kind, const plan::FunctionCall&, std::span<const std::string> a,
                      const Type& result) {
  const std::string width = result.is(TypeKind::kLong) ? "long" : "int";
  return "fs_shift_" + std::string(kind) + "_" + width + "(" + a[0] + ", " + a[1] + ")";
}

Function shift(const char* name, const char* symbol, const char* kind) {
  return {.name = name,
          .aliases = {symbol},
          .since = "1.5.0",
          .group = "bitwise_funcs",
          .summary = "The first argument's bits moved by the second.",
          .signatures = {strict(signature({kLong, kInteger}, Type::long_integer()), 1), signature({kInteger, kInteger}, Type::integer())},
          .duckdb = Lowered{[kind](const plan::FunctionCall& call, std::span<const std::string> a,
                                   const Type& result) {
            return shift_sql(kind, call, a, result);
          }},
          .print = [name, symbol](const plan::FunctionCall& call, std::span<const std::string> a) {
            if (call.display_name == symbol) return "(" + a[0] + " " + symbol + " " + a[1] + ")";
            return std::string(name) + "(" + a[0] + ", " + a[1] + ")";
          }};
}

}  // namespace

Rows bitwise_functions() {
  return {
      operation("&", "($1 & $2)"),
      operation("|", "($1 | $2)"),
      operation("^", "xor($1, $2)"),
      {.name = "~",
       .since = "1.4.0",
       .group = "bitwise_funcs",
       .summary = "Every bit turned over.",
       .signatures = {signature({kIntegral}, type_of_first)},
       .duckdb = Template{"(~$1)"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return "~" + a[0];
       }},
      shift("shiftleft", "<<", "left"),
      shift("shiftright", ">>", "right"),
      shift("shiftrightunsigned", ">>>", "right_unsigned"),
      {.name = "bit_count",
       .since = "3.0.0",
       .group = "bitwise_funcs",
       .summary = "How many bits are set; a boolean counts as 0 or 1.",
       .signatures = {strict(signature({kBoolean}, Type::integer())),
                      strict(signature({kIntegral}, Type::integer()))},
       .examples = {{"SELECT bit_count(0)", "0"}},
       .duckdb = Template{"CAST(bit_count(CAST($1 AS BIGINT)) AS INTEGER)"}},
      {.name = "bit_get",
       .aliases = {"getbit"},
       .since = "3.2.0",
       .group = "bitwise_funcs",
       .summary = "The bit at a position counted from the right.",
       .signatures = {signature({kIntegral, kInteger}, Type::byte())},
       .examples = {{"SELECT bit_get(11, 0)", "1"}, {"SELECT bit_get(11, 2)", "0"}},
       .duckdb = value_kernel("bit_get"),
       .may_fail = true,
       .print = printed_as("bit_get", {{"getbit", "getbit"}})},
  };
}

}  // namespace firesteel::functions
