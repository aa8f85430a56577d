// How the columns of a view of the catalog follow those that its query has by now: CREATE VIEW … WITH SCHEMA.
#pragma once

#include <cstdint>
#include <string_view>

namespace firesteel::plan {

enum class ViewSchema : uint8_t {
  kUnsupported,    // spark.sql.legacy.viewSchemaBindingMode=false: as kBinding
  kBinding,        // the types that the catalog states, without loss only
  kCompensation,   // the types that the catalog states, by cast
  kTypeEvolution,  // the types of the query
  kEvolution,      // names, number and types of the query
};

// In the order of the enumeration.
inline constexpr std::string_view kViewSchemaNames[] = {"UNSUPPORTED", "BINDING", "COMPENSATION", "TYPE EVOLUTION", "EVOLUTION"};

}  // namespace firesteel::plan
