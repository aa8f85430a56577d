// How one read reaches its files: those of object stores, and compressed texts, become local copies for the readers that
// need local files.
#pragma once

#include <string>
#include <vector>

#include "engine/duckdb/unit_source.h"
#include "plan/relation.h"
#include "storage/object_store.h"
#include "storage/staging_area.h"

namespace firesteel::engine {

struct FileAccess {
  storage::StoreSettings settings;
  storage::StagingArea* staging = nullptr;  // null: nothing is fetched, for texts of plans
  storage::Progress progress;               // called while files are fetched; throws to end that
};

// Files of a scan as a reader of local files takes them, in the same order.
struct LocalFiles {
  std::vector<plan::FileEntry> files;
  storage::StagedFiles staged;  // keeps the copies; empty where the files are read in place
  // The path that a row's file has in the plan, as SQL over the path that the reader gives.
  std::string original_sql(const std::vector<plan::FileEntry>& originals, const std::string& path_sql) const;
};

// `decompresses`: the reader wants the plain text of compressed files. Throws SparkError.
LocalFiles local_files(const std::vector<plan::FileEntry>& files, bool decompresses, const FileAccess& access);

// Opens files in place.
FileOpener file_opener(const FileAccess& access);

}  // namespace firesteel::engine
