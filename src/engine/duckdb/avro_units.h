// Avro files (specification 1.12), local and in object stores, block by block.
//
// The project reads the format itself: Debian's C library hands out one value at a time, knows neither zstandard nor bzip2,
// and trusts the lengths that a file states.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/duckdb/unit_source.h"
#include "plan/type.h"

namespace firesteel::engine {

plan::Schema avro_schema(const plan::FileEntry& file, const FileOpener& opener);

// Columns are found by name, or by `positions` in the relation where `is_by_position`.
std::unique_ptr<UnitFormat> avro_units(std::vector<plan::FileEntry> files, plan::Schema wanted, std::vector<size_t> positions,
                                       bool is_by_position, bool is_case_sensitive, FileOpener opener);

}  // namespace firesteel::engine
