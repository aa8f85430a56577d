#include <random>

#include "base/text.h"
#include "functions/argument_check.h"
#include "functions/collation_names.h"
#include "functions/foldable.h"
#include "functions/function_table.h"
#include "functions/place.h"
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

// What a drawn number is drawn from: the seed of the row's partition and the row's place in it.
// `user_arguments` counts those before the partition and the position; a seed that the user does not
// give is drawn for each call.
std::string draw_sql(std::span<const std::string> a, size_t seed_index, size_t user_arguments) {
  const bool is_placed = a.size() == user_arguments + 2;
  const size_t given = is_placed ? user_arguments : a.size();
  std::string seed = given > seed_index ? "coalesce(CAST(" + a[seed_index] + " AS BIGINT), 0)"
                                        : std::to_string(std::random_device()());
  if (!is_placed) return seed + ", " + kPosition;
  return "(" + seed + " + " + a[user_arguments] + "), " + a[user_arguments + 1];
}

// The number of arguments that are the user's; two more are the row's place (functions/place.h).
size_t own_arguments(const plan::FunctionCall& call, size_t required) {
  return call.arguments.size() >= required + 2 ? call.arguments.size() - 2 : call.arguments.size();
}

// rand and its kin draw Spark's numbers by the row's place.
Function random(std::string_view name, std::vector<std::string_view> aliases,
                const char* kernel) {
  Function f = row(name, optional(signature({kLong}, Type::double_number(), Nulls::kNever), 1),
                   Lowered{[kernel](const plan::FunctionCall& call, std::span<const std::string> a,
                                    const Type&) {
                     return std::string(kernel) + "(" + draw_sql(a, 0, own_arguments(call, 0)) + ")";
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

// The row's number from 0, across partitions; DataFrame.zipWithIndex calls it, and pandas on Spark with a flag
// that asks for its caching.
Function sequence_row() {
  Function f = by_position("distributed_sequence_id", Type::long_integer(), Template{kPosition});
  f.is_listed = false;
  f.signatures = {optional(signature({kBoolean}, Type::long_integer(), Nulls::kNever), 1)};
  f.print = [](const plan::FunctionCall&, std::span<const std::string>) { return "distributed_sequence_id()"; };
  return f;
}

// The text of a call without a place, and that of one with it.
Lowered placed(std::string_view plain, std::string_view with_place) {
  return Lowered{[plain, with_place](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
    return std::string(a.empty() ? plain : with_place);
  }};
}

Type uniform_type(Arguments arguments) {
  const Type& low = arguments[0]->type;
  const Type& high = arguments[1]->type;
  if (low.is_integral() && high.is_integral()) return low.kind() >= high.kind() ? low : high;
  for (const TypeKind kind : {TypeKind::kDouble, TypeKind::kFloat}) {
    if (low.is(kind)) return low;
    if (high.is(kind)) return high;
  }
  if (!low.is(TypeKind::kDecimal)) return high;
  if (!high.is(TypeKind::kDecimal)) return low;
  return low.precision() >= high.precision() ? low : high;
}

Function uniform_row() {
  Function f = row("uniform",
                   optional(signature({kNumeric, kNumeric, kLong}, uniform_type, Nulls::kNever), 1),
                   Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type& type) {
                     const std::string low = "CAST(" + a[0] + " AS DOUBLE)";
                     const std::string draw = "(" + low + " + (CAST(" + a[1] + " AS DOUBLE) - " + low +
                                              ") * fs_random_at(" + draw_sql(a, 2, own_arguments(call, 2)) + "))";
                     if (type.is(TypeKind::kDecimal)) {
                       return "fs_cast_double_decimal(" + draw + ", " + std::to_string(type.precision()) + ", " +
                              std::to_string(type.scale()) + ", " + (call.ansi ? "'ansi'" : "'legacy'") + ")";
                     }
                     return type.is_integral() ? "trunc(" + draw + ")" : draw;
                   }});
  f.group = "math_funcs";
  f.is_volatile = true;
  return f;
}

// A text of letters and digits for each row, drawn as Spark draws it.
Function random_text() {
  Function f = row("randstr", optional(signature({kInteger, kLong}, Type::string(), Nulls::kNever), 1),
                   Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
                     const int64_t length = constant_integer(call.arguments[0]).value_or(0);
                     if (length < 0) {
                       throw SparkError("INVALID_PARAMETER_VALUE.LENGTH", {{"parameter", "`length`"},
                                                                           {"length", std::to_string(length)},
                                                                           {"functionName", "`randstr`"}});
                     }
                     // A text is drawn in one go, which nothing interrupts.
                     constexpr int64_t kLongest = 100'000'000;
                     if (length > kLongest) throw_unsupported("FUNCTION", "randstr of more than 100,000,000 characters");
                     return "fs_random_text_at(" + draw_sql(a, 1, own_arguments(call, 1)) + ", CAST(" + std::to_string(length) + " AS BIGINT))";
                   }});
  f.since = "4.0.0";
  f.group = "string_funcs";
  f.is_volatile = true;
  f.check = [](const plan::FunctionCall& call) {
    if (!is_foldable(call.arguments[0])) {
      throw ArgumentMismatch{"NON_FOLDABLE_INPUT", {{"inputName", "`length`"}, {"inputType", "integer"}}, 0};
    }
  };
  return f;
}

// The name of a text's collation, known from its type.
Function collation_row() {
  Function f = row("collation", signature({kAny}, Type::string(), Nulls::kNever), No{"replaced by a constant before it reaches an engine"});
  f.since = "4.0.0";
  f.check = [](const plan::FunctionCall& call) { require_type(call, 0, {Type::string()}); };
  f.rewrite = [](const plan::FunctionCall& call) {
    const Type& type = call.arguments[0]->type;
    return plan::make_string_literal("SYSTEM.BUILTIN." + (type.is_string() ? type.collation() : Type::string().collation()));
  };
  return f;
}

// Texts are compared by their bytes, which is the collation UTF8_BINARY.
Function collate_row() {
  Function f = row("collate", signature({kString, kString}, Type::string()), Template{"$1"});
  f.since = "4.0.0";
  f.check = [](const plan::FunctionCall& call) {
    const std::string name = constant_text(call.arguments[1]).value_or("");
    if (collation_name(name) != "UTF8_BINARY") throw_unsupported("EXPRESSION", "the collation " + name);
  };
  return f;
}

Function encryption(std::string_view name, bool takes_iv, EngineForm form) {
  std::vector<Accepts> arguments = {kBinary, kBinary, kString, kString, kBinary};
  std::vector<std::string_view> defaults = {"'GCM'", "'DEFAULT'", "''"};
  if (takes_iv) {
    arguments.push_back(kBinary);
    defaults.push_back("''");
  }
  const size_t count = defaults.size();
  Function f = row(name, optional(signature(std::move(arguments), Type::binary(), Nulls::kAlways), count, std::move(defaults)),
                   std::move(form));
  f.may_fail = true;
  return f;
}

// The value where the bytes are what they should be.
Function tolerant_decryption() {
  Function f = encryption("try_aes_decrypt", false, No{"rewritten into aes_decrypt"});
  f.rewrite = [](const plan::FunctionCall& call) {
    return plan::make_call("null if it fails", {plan::make_call("aes_decrypt", call.arguments)});
  };
  return f;
}

Function xpath(std::string_view name, Type type, std::string_view kernel, std::vector<std::string_view> aliases = {}) {
  Function f = row(name, strict(signature({kString, kString}, std::move(type), Nulls::kAlways)), value_kernel(kernel));
  f.aliases = std::move(aliases);
  f.group = "xml_funcs";
  f.may_fail = true;
  return f;
}

}  // namespace

bool takes_place(const Function& function) {
  return function.name == "rand" || function.name == "randn" || function.name == "uniform" ||
         function.name == "monotonically_increasing_id" || function.name == "spark_partition_id";
}

Rows miscellaneous_functions() {
  Rows rows = {
      known_at_analysis("current_user", {"user", "session_user"},
                        printed_as("current_user", {{"user", "user"},
                                                    {"session_user", "session_user"}})),
      known_at_analysis("current_catalog"),
      known_at_analysis("current_schema", {"current_database"}, printed_as("current_schema")),
      known_at_analysis("version"),
      known_at_analysis("current_path"),
      row("typeof", signature({kAny}, Type::string(), Nulls::kNever),
          No{"replaced by a constant before it reaches an engine"}),
      random("rand", {"random"}, "fs_random_at"),
      random("randn", {}, "fs_random_normal_at"),
      // The partition stands in the upper 31 bits.
      by_position("monotonically_increasing_id", Type::long_integer(),
                  placed(kPosition, "((CAST($1 AS BIGINT) << 33) + $2)")),
      by_position("spark_partition_id", Type::integer(), placed("CAST(0 AS INTEGER)", "$1"),
                  [](const plan::FunctionCall&, std::span<const std::string>) { return "SPARK_PARTITION_ID()"; }),
      random_text(),
      collation_row(),
      collate_row(),
      // The client's own: a user-defined type's values as what they are kept as.
      unlisted(row("unwrap_udt", signature({kAny}, [](Arguments a) {
            return a[0]->type.is(TypeKind::kUdt) ? a[0]->type.sql_type() : a[0]->type;
          }), Template{"$1"})),
      sequence_row(),
      by_position("uuid", Type::string(), Template{"CAST(uuid() AS VARCHAR)"}),
      // Read from the scan below; the analyzer replaces the call by that column.
      by_position("input_file_name", Type::string(), No{"there is no file scan below"}),
      row("raise_error", signature({kString}, Type::null(), Nulls::kAlways),
          Template{"fs_raise_error($1)"}),
      row("assert_true",
          strict(optional(signature({kBoolean, kString}, Type::null(), Nulls::kAlways), 1), 1),
          Template{"(CASE WHEN $1 THEN NULL ELSE fs_raise_error($2) END)"}),
      uniform_row(),
      encryption("aes_encrypt", true, value_kernel("aes_encrypt")),
      encryption("aes_decrypt", false, value_kernel("aes_decrypt")),
      tolerant_decryption(),
      xpath("xpath", Type::array(Type::string(), true), "xpath"),
      xpath("xpath_boolean", Type::boolean(), "xpath_boolean"),
      xpath("xpath_double", Type::double_number(), "xpath_number"),
      xpath("xpath_number", Type::double_number(), "xpath_number"),
      xpath("xpath_float", Type::float_number(), "xpath_number"),
      xpath("xpath_int", Type::integer(), "xpath_number"),
      xpath("xpath_long", Type::long_integer(), "xpath_number"),
      xpath("xpath_short", Type::short_integer(), "xpath_number"),
      xpath("xpath_string", Type::string(), "xpath_string"),
      row("input_file_block_start", signature({}, Type::long_integer(), Nulls::kNever),
          Template{"CAST(-1 AS BIGINT)"}),
      row("input_file_block_length", signature({}, Type::long_integer(), Nulls::kNever),
          Template{"CAST(-1 AS BIGINT)"}),
      row("bitmap_bit_position", signature({kLong}, Type::long_integer()),
          Template{"(CASE WHEN $1 > 0 THEN ($1 - 1) % 32768 ELSE -($1 % 32768) END)"}),
      row("bitmap_bucket_number", signature({kLong}, Type::long_integer()),
          Template{"(CASE WHEN $1 > 0 THEN 1 + ($1 - 1) // 32768 ELSE $1 // 32768 END)"}),
      row("bitmap_count", strict(signature({kBinary}, Type::long_integer())), value_kernel("bitmap_count")),
  };
  for (Function& row : rows) {
    row.may_fail |= row.name == "raise_error" || row.name == "assert_true";
  }
  return rows;
}

}  // namespace firesteel::functions
