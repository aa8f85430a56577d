// The engine on DuckDB.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace firesteel::engine {

struct DuckDbOptions {
  int threads = 0;               // 0: as many as the machine has
  std::string memory_limit;      // "80%", "4GB"; empty: DuckDB's default
  std::string temporary_folder;  // where results spill; empty: never
};

// Throws SparkError when the instance cannot be opened. Thread-safe; outlives its streams.
std::unique_ptr<Engine> make_duckdb_engine(const DuckDbOptions& options);

// A key of the session's configuration, or none.
using SourceConfiguration = std::function<std::optional<std::string>(std::string_view key)>;

// Looks a file source up (AnalysisContext::resolve_source): lists the files, infers the schema,
// discovers partitions. `engine` is one that make_duckdb_engine() made. Throws SparkError.
plan::RelationPtr resolve_source(Engine& engine, const plan::UnresolvedRead& read,
                                 const SourceConfiguration& configuration);

}  // namespace firesteel::engine
