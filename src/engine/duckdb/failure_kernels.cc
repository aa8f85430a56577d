// Functions whose only purpose is to raise Spark's error where a template meets a bad value.
#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/parquet_conversions.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::ScalarFunction;

constexpr const char* kAnsiKey = "\"spark.sql.ansi.enabled\"";

// The result is an untyped null, so that the call fits any branch of a CASE. A volatile one is not computed
// while the query is planned, where no row may reach it.
template <typename F>
void add_failure(KernelRegistry& registry, const std::string& name,
                 const std::vector<const char*>& parameters, F fail, bool is_volatile = false) {
  auto function = ScalarFunction::Create(registry.connection().GetFactory());
  function.SetName(name);
  auto signature = function.GetSignature();
  for (size_t i = 0; i < parameters.size(); ++i) {
    signature.AddParameter("a" + std::to_string(i), registry.type(parameters[i]));
  }
  signature.SetReturnType(registry.type("\"NULL\""));
  function.SetUserData<F>(std::move(fail));
  function.SetExecCallback([](ScalarFunction::ExecInput& input) {
    try {
      if (input.GetRowCount() > 0) input.GetUserData<F>()(input);
    } catch (...) {
      rethrow_into_duckdb();
    }
  });
  function.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
  if (is_volatile) function.SetStability(duckdb::cxx::FunctionStability::VOLATILE);
  registry.connection().Register(function);
}

std::string number_at(ScalarFunction::ExecInput& input, duckdb::cxx::idx_t index) {
  auto view = kernel_detail::view_of(input.GetArg(index));
  return std::to_string(view.Data<int64_t>()[view.SelAt(0)]);
}

// "null" for NULL.
std::string text_at(ScalarFunction::ExecInput& input, duckdb::cxx::idx_t index) {
  auto view = kernel_detail::view_of(input.GetArg(index));
  if (!view.IsValid(0)) return "null";
  return std::string(view.Data<duckdb::cxx::varchar_t>()[view.SelAt(0)].view());
}

}  // namespace

void register_failure_kernels(KernelRegistry& registry) {
  add_failure(registry, "fs_fail_divide_by_zero", {}, [](ScalarFunction::ExecInput&) {
    throw SparkError("DIVIDE_BY_ZERO", {{"config", kAnsiKey}});
  });
  add_failure(registry, "fs_fail_remainder_by_zero", {}, [](ScalarFunction::ExecInput&) {
    throw SparkError("REMAINDER_BY_ZERO", {{"config", kAnsiKey}});
  });
  add_failure(registry, "fs_fail_zero_index", {}, [](ScalarFunction::ExecInput&) {
    throw SparkError("INVALID_INDEX_OF_ZERO", {});
  });
  add_failure(registry, "fs_fail_element_index", {"BIGINT", "BIGINT"},
              [](ScalarFunction::ExecInput& input) {
                throw SparkError("INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
                                 {{"indexValue", number_at(input, 0)},
                                  {"arraySize", number_at(input, 1)}});
              });
  add_failure(registry, "fs_fail_array_index", {"BIGINT", "BIGINT"},
              [](ScalarFunction::ExecInput& input) {
                throw SparkError("INVALID_ARRAY_INDEX", {{"indexValue", number_at(input, 0)},
                                                         {"arraySize", number_at(input, 1)}});
              });
  add_failure(
      registry, "fs_fail_limit_length", {"BIGINT"},
      [](ScalarFunction::ExecInput& input) { throw SparkError("EXCEED_LIMIT_LENGTH", {{"limit", number_at(input, 0)}}); },
      /*is_volatile=*/true);
  add_failure(registry, "fs_fail_array_size", {"BIGINT", "VARCHAR", "VARCHAR"},
              [](ScalarFunction::ExecInput& input) {
                throw SparkError("COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
                                 {{"numberOfElements", number_at(input, 0)},
                                  {"maxRoundedArrayLength", "2147483632"},
                                  {"functionName", "`" + text_at(input, 1) + "`"},
                                  {"parameter", "`" + text_at(input, 2) + "`"}});
              });
  add_failure(registry, "fs_fail_recursion_level", {"BIGINT"}, [](ScalarFunction::ExecInput& input) {
    throw SparkError("RECURSION_LEVEL_LIMIT_EXCEEDED", {{"levelLimit", number_at(input, 0)}});
  });
  add_failure(registry, "fs_fail_recursion_rows", {"BIGINT"}, [](ScalarFunction::ExecInput& input) {
    throw SparkError("RECURSION_ROW_LIMIT_EXCEEDED", {{"rowLimit", number_at(input, 0)}});
  });
  // Spark's error of the file has the one of the record, MALFORMED_RECORD_IN_PARSING, as its cause.
  add_failure(registry, "fs_fail_malformed", {"VARCHAR", "VARCHAR"}, [](ScalarFunction::ExecInput& input) {
    throw SparkError("FAILED_READ_FILE.NO_HINT",
                     {{"path", text_at(input, 0) + " (MALFORMED_RECORD_IN_PARSING under FAILFAST: " + text_at(input, 1) + ")"}});
  });
  add_failure(registry, "fs_fail_null_vector", {"VARCHAR", "VARCHAR"}, [](ScalarFunction::ExecInput& input) {
    const std::string function = text_at(input, 0);
    const bool takes_vector = function == "vector_to_array";
    const std::string vector = "struct<type:tinyint,size:int,indices:array<int>,values:array<double>>";
    throw SparkError("FAILED_EXECUTE_UDF", {{"functionName", "`" + function + "`"},
                                            {"signature", takes_vector ? vector : "array<double>"},
                                            {"result", takes_vector ? "array<double>" : vector},
                                            {"reason", text_at(input, 1)}});
  });
  add_failure(registry, "fs_fail_null_element", {}, [](ScalarFunction::ExecInput&) {
    throw SparkError("NOT_NULL_ASSERT_VIOLATION",
                     {{"walkedTypePath",
                       "\n- array element class: \"double\"\n- root class: \"scala.collection.immutable.Seq\"\n"}});
  });
  add_failure(
      registry, "fs_fail_null_column", {"VARCHAR"},
      [](ScalarFunction::ExecInput& input) { throw SparkError("NOT_NULL_ASSERT_VIOLATION", {{"walkedTypePath", "\n" + text_at(input, 0) + "\n"}}); },
      /*is_volatile=*/true);
  add_failure(registry, "fs_fail_parquet_type", {"VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "BIGINT"}, [](ScalarFunction::ExecInput& input) {
    throw parquet_mismatch_error(text_at(input, 0), {text_at(input, 1), text_at(input, 2), text_at(input, 3)});
  });
  add_failure(registry, "fs_raise_error", {"VARCHAR"}, [](ScalarFunction::ExecInput& input) {
    throw SparkError("USER_RAISED_EXCEPTION", {{"errorMessage", text_at(input, 0)}});
  }, /*is_volatile=*/true);
}

}  // namespace firesteel::engine
