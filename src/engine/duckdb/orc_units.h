// ORC files, local and in object stores, read through Arrow stripe by stripe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/duckdb/unit_source.h"
#include "plan/type.h"

namespace arrow {
class Field;
}

namespace firesteel::engine {

// The name under which Spark keeps a column's own type where ORC has none (OrcUtils, CATALYST_TYPE_ATTRIBUTE_NAME).
inline constexpr const char* kOrcTypeAttribute = "spark.sql.catalyst.type";

// The type that such an attribute names; null for one that says no more than the file's own type.
plan::Type catalyst_type(const std::string& text);

// The schema of a file's types and of the attributes that Spark wrote beside them.
plan::Schema orc_schema(const plan::FileEntry& file, const FileOpener& opener);

// `positions` are the wanted columns' positions in the relation: files of old Hive versions name their columns _col0, _col1,
// … and are read by position. Instants are clock times of `time_zone`.
std::unique_ptr<UnitFormat> orc_units(std::vector<plan::FileEntry> files, plan::Schema wanted, std::vector<size_t> positions,
                                      const std::string& time_zone, bool is_case_sensitive, FileOpener opener);

}  // namespace firesteel::engine
