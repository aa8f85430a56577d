// Which files a read names, and what their folders say about partition columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/time_parser.h"
#include "plan/relation.h"
#include "storage/object_store.h"

namespace firesteel::functions::kernel {
class TimeZone;
}

namespace firesteel::engine {

struct ListedFiles {
  std::vector<plan::FileEntry> files;  // sorted by path; partition values in schema order
  plan::Schema partition_schema;       // inferred from key=value folders
  std::vector<std::string> roots;      // absolute paths
};

struct ListingOptions {
  bool is_recursive = false;       // recursiveFileLookup: no partition discovery
  std::string name_pattern;        // pathGlobFilter; empty: every name
  std::string base_path;           // basePath; empty: each path is its own
  bool infers_partition_types = true;
  bool validates_partition_values = true;
  functions::kernel::TimeParserPolicy time_parser = functions::kernel::TimeParserPolicy::kCorrected;
  bool has_local_timestamps = false;  // what is inferred to be a timestamp has no zone
  plan::Schema stated;                // the reader's schema: its partition columns have those types
  const functions::kernel::TimeZone* zone = nullptr;  // of timestamps in folders' names
  std::optional<int64_t> modified_before_us;  // modifiedBefore: older files alone
  std::optional<int64_t> modified_after_us;   // modifiedAfter: newer files alone
  // Spark compares these instants with what a clock of this zone showed when the file changed, read as if in UTC
  // (ModifiedDateFilter.localTime).
  const functions::kernel::TimeZone* modified_zone = nullptr;
  storage::StoreSettings store_settings;
};

// Paths may hold the wildcards * ? [] {} and the scheme file: or that of an object store; relative ones stand below the
// working folder. Hidden names (_x, .x) are left out. Throws PATH_NOT_FOUND.
ListedFiles list_files(const std::vector<std::string>& paths, const ListingOptions& options);

// Without scheme, absolute, normalised. Throws for a scheme other than file.
std::string local_path(const std::string& path);
// The same for local paths; paths of object stores keep their scheme.
std::string normal_path(const std::string& path);
// "file:/tmp/a", "s3a://bucket/a": how Spark's errors name a normal path.
std::string hadoop_path(const std::string& path);
// "file:///tmp/a%20b.csv", "s3a://bucket/a%20b.csv": how Spark names a file.
std::string file_uri(std::string_view path);

}  // namespace firesteel::engine
