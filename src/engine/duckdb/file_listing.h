// Which files a read names, and what their folders say about partition columns.
#pragma once

#include <string>
#include <vector>

#include "plan/relation.h"

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
};

// Paths may hold the wildcards * ? [] {} and a file: scheme; relative ones stand below the working
// folder. Hidden names (_x, .x) are left out. Throws PATH_NOT_FOUND.
ListedFiles list_files(const std::vector<std::string>& paths, const ListingOptions& options);

// Without scheme, absolute, normalised. Throws for a scheme other than file.
std::string local_path(const std::string& path);
// "file:///tmp/a%20b.csv": how Spark names a file.
std::string file_uri(std::string_view path);

}  // namespace firesteel::engine
