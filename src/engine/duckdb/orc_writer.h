// ORC files out of a stream of Arrow batches.
#pragma once

#include <string>

#include "engine/duckdb/grouped_files.h"
#include "engine/engine.h"
#include "plan/type.h"

namespace firesteel::engine {

// Spark's rule for what an ORC file may hold. Throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE.
void check_orc_types(const plan::Schema& schema);

// What stands before ".orc" in the name of a file: "zstd" → ".zstd". Throws CODEC_NOT_AVAILABLE.* and
// UNSUPPORTED_FEATURE.OPTION.
std::string orc_suffix(const std::string& compression);

// The type whose values a stream for ORC holds: instants as what a clock in the session's zone shows.
plan::Type orc_clock_type(const plan::Type& type);

// The stream's columns are those of `schema`, in the forms of orc_clock_type(), and the group (write_grouped).
void write_orc(BatchStream& stream, const plan::Schema& schema, const std::string& compression, const FileOfGroup& file_of);

}  // namespace firesteel::engine
