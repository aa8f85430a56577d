// Avro files out of a stream of Arrow batches, as Spark writes them.
#pragma once

#include <string>

#include "engine/duckdb/grouped_files.h"
#include "engine/engine.h"
#include "plan/type.h"

namespace firesteel::engine {

struct AvroTarget {
  plan::Schema schema;  // whose columns are nullable decides the file's types
  std::string record_name = "topLevelRecord";
  std::string record_namespace;
  std::string codec;  // of avro_codec_of()
};

// The stream's columns are those of the schema and the group (write_grouped).
void write_avro(BatchStream& stream, const AvroTarget& target, const FileOfGroup& file_of);

}  // namespace firesteel::engine
