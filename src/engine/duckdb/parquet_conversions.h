// What Spark's vectorized reader makes of a Parquet column where the type that is asked for is not the file's own
// (ParquetVectorUpdaterFactory.getUpdater).
#pragma once

#include <optional>
#include <parquet/schema.h>
#include <string>
#include <string_view>

#include "base/error.h"
#include "plan/type.h"

namespace firesteel::engine {

// A leaf of the file that cannot be read as it is asked for.
struct ParquetMismatch {
  std::string column;  // "[outer, inner]"; empty where the file has a list or a struct and the type not, or the other way round
  std::string expected_type;
  std::string actual_type;
};

// FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH or NO_HINT for a file in Spark's spelling of its path.
SparkError parquet_mismatch_error(const std::string& uri, const ParquetMismatch& mismatch);

// The field of a group by its name: the same spelling, otherwise one that differs in case. Null where there is none.
const parquet::schema::Node* parquet_field(const parquet::schema::GroupNode& group, std::string_view name,
                                           bool is_case_sensitive = false);

// The first leaf of `column` that cannot be read as part of `type`.
std::optional<ParquetMismatch> parquet_mismatch(const parquet::schema::Node& column, const plan::Type& type);

// The value of `column`, which DuckDB's reader gives as `sql`, in the engine's form of `type`: fields of structs by
// position, null where the file lacks them. There must be no mismatch.
std::string parquet_value_sql(const std::string& sql, const parquet::schema::Node& column, const plan::Type& type);

}  // namespace firesteel::engine
