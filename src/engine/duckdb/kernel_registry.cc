#include "engine/duckdb/kernel_registry.h"

#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/sequence_kernels.h"
#include "engine/duckdb/value_kernels.h"

namespace firesteel::engine {

void register_kernels(duckdb::cxx::Connection& connection) {
  KernelRegistry registry(connection);
  connection.Execute("BEGIN").Drain();
  register_cast_kernels(registry);
  register_interval_cast_kernels(registry);
  register_hash_kernels(registry);
  register_random_kernels(registry);
  register_failure_kernels(registry);
  register_file_kernels(registry);
  register_decimal_kernels(registry);
  register_math_kernels(registry);
  register_date_kernels(registry);
  register_text_datetime_kernels(registry);
  register_string_kernels(registry);
  register_regex_kernels(registry);
  register_encoding_kernels(registry);
  register_value_kernels(registry);
  register_array_set_kernels(registry);
  register_lambda_kernels(registry);
  register_sequence_kernels(registry);
  register_moment_aggregates(registry);
  register_byte_counts(registry);
  register_value_aggregates(registry);
  connection.Execute("COMMIT").Drain();
}

}  // namespace firesteel::engine
