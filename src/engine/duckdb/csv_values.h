// What the texts of CSV records are as values (UnivocityParser.makeConverter), as SQL.
#pragma once

#include <string>

#include "engine/duckdb/reader_options.h"
#include "plan/type.h"

namespace firesteel::engine {

// The value of a type that the text `raw` holds, null where it holds none; `zone` is the session's.
std::string csv_value_sql(const std::string& raw, const plan::Type& type, const CsvOptions& options, const std::string& zone);

// Whether what is no number or infinite is written as Spark writes it.
bool has_usual_words(const CsvOptions& options);

}  // namespace firesteel::engine
