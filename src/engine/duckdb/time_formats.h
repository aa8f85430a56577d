// How dates and timestamps are written into CSV and JSON (UnivocityGenerator, JacksonGenerator), as SQL.
#pragma once

#include <string>

#include "engine/duckdb/reader_options.h"
#include "functions/kernel/time_parser.h"
#include "plan/type.h"

namespace firesteel::engine {

class TimeFormats {
 public:
  TimeFormats(const ReaderOptions& options, functions::kernel::TimeParserPolicy policy);

  // The text of a value by the format for its type; empty where there is none and a cast says the same. `zone` is not quoted.
  std::string text_sql(const std::string& sql, const plan::Type& type, const std::string& zone) const;

 private:
  bool is_legacy_;
  std::string date_;
  std::string timestamp_;
  std::string timestamp_ntz_;
};

}  // namespace firesteel::engine
