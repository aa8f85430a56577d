// Values as JSON text, as Spark's JacksonGenerator writes them, in SQL.
#pragma once

#include <string>
#include <vector>

#include "engine/duckdb/reader_options.h"
#include "plan/type.h"

namespace firesteel::engine {

struct JsonField {
  std::string name;
  std::string sql;
  plan::Type type;
};

// The text of an object with these fields; never null.
std::string json_object_sql(const std::vector<JsonField>& fields, const ReaderOptions& options,
                            const std::string& time_zone, functions::kernel::TimeParserPolicy policy);

}  // namespace firesteel::engine
