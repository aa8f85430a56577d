// Values of partition columns, from the names of folders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/time_parser.h"
#include "functions/kernel/time_zone.h"
#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::engine {

// How Spark names the folder of rows whose value is null.
inline constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

// The type that all of the texts have: integer, long, decimal, double, date, timestamp, or else string; void of nulls alone
// (PartitioningUtils.inferPartitionColumnValue).
plan::Type inferred_partition_type(const std::vector<std::string>& texts, const functions::kernel::TimeZone& zone,
                                   bool has_local_timestamps, functions::kernel::TimeParserPolicy policy);
// Whether texts of folders are read as such values at all.
bool is_partition_type(const plan::Type& type);
// The text as a value of the type; null for kNullPartition and for what is none (castPartValueToDesiredType).
plan::Literal partition_value(const std::string& text, const plan::Type& type, const functions::kernel::TimeZone& zone);

}  // namespace firesteel::engine
