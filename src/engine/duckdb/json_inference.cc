// The schema of JSON files, record by record.
#include "engine/duckdb/json_records.h"
#include "functions/kernel/json_schema.h"

namespace firesteel::engine {

plan::Schema infer_json_schema(const JsonOptions& options, const std::vector<plan::FileEntry>& files) {
  functions::kernel::JsonSchemaInference inference(
      {.primitives_as_string = options.primitives_as_string, .mode = options.mode, .corrupt_column = options.corrupt_column, .syntax = options.syntax});
  JsonRecords records(files, options);
  std::string record;
  while (records.next(&record)) inference.add(record);
  return inference.schema();
}

}  // namespace firesteel::engine
