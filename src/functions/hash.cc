#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"
#include "plan/nested_types.h"

namespace firesteel::functions {

namespace {

// HashExpression: equal maps may have their entries in another order, equal variants other bytes.
void check_hashed(const plan::FunctionCall& call) {
  const SparkError::Parameters name = {{"functionName", "`" + std::string(call.function->name) + "`"}};
  for (const ExpressionPtr& argument : call.arguments) {
    if (plan::holds(argument->type, TypeKind::kMap)) throw ArgumentMismatch{"HASH_MAP_TYPE", name, std::nullopt};
    if (plan::holds(argument->type, TypeKind::kVariant)) throw ArgumentMismatch{"HASH_VARIANT_TYPE", name, std::nullopt};
  }
}

}  // namespace

Rows hash_functions() {
  auto digest = [](std::string_view name, std::vector<std::string_view> aliases, EngineForm form) {
    return Function{.name = name,
                    .aliases = std::move(aliases),
                    .since = "1.5.0",
                    .group = "hash_funcs",
                    .summary = "A digest of the bytes, in hexadecimal digits.",
                    .signatures = {signature({kBinary}, Type::string())},
                    .duckdb = std::move(form),
                    .print = printed_as(name, {{"sha", "sha"}})};
  };
  return {
      digest("md5", {}, Template{"md5($1)"}),
      digest("sha1", {"sha"}, Template{"sha1($1)"}),
      {.name = "sha2",
       .since = "1.5.0",
       .group = "hash_funcs",
       .summary = "A digest of the SHA-2 family, in hexadecimal digits.",
       .signatures = {signature({kBinary, kInteger}, Type::string(), Nulls::kAlways)},
       .duckdb = Kernel{"sha2"}},
      {.name = "crc32",
       .since = "1.5.0",
       .group = "hash_funcs",
       .summary = "The cyclic redundancy check of the bytes.",
       .signatures = {signature({kBinary}, Type::long_integer())},
       .examples = {{"SELECT crc32('Spark')", "1557323817"}},
       .duckdb = Kernel{"crc32"}},
      {.name = "hash",
       .since = "2.0.0",
       .group = "hash_funcs",
       .summary = "Spark's Murmur3 hash of the arguments.",
       .signatures = {variadic(signature({kAny}, Type::integer(), Nulls::kNever))},
       .examples = {{"SELECT hash('Spark', array(123), 2)", "-1321691492"}},
       .duckdb = Kernel{"hash"},
       .check = check_hashed},
      {.name = "xxhash64",
       .since = "3.0.0",
       .group = "hash_funcs",
       .summary = "The 64-bit xxHash of the arguments.",
       .signatures = {variadic(signature({kAny}, Type::long_integer(), Nulls::kNever))},
       .examples = {{"SELECT xxhash64('Spark', array(123), 2)", "5602566077635097486"}},
       .duckdb = Kernel{"xxhash64"},
       .check = check_hashed},
  };
}

}  // namespace firesteel::functions
