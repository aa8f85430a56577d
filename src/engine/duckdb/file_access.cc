#include "engine/duckdb/file_access.h"

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/file.h>

#include "base/error.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

bool is_read_in_place(const plan::FileEntry& file, bool decompresses) {
  if (storage::is_object_path(file.path)) return false;
  return !decompresses || storage::codec_of_path(file.path) == storage::Codec::kNone;
}

}  // namespace

LocalFiles local_files(const std::vector<plan::FileEntry>& files, bool decompresses, const FileAccess& access) {
  LocalFiles local;
  local.files = files;
  std::vector<size_t> positions;
  std::vector<storage::SourceFile> sources;
  for (size_t i = 0; i < files.size() && access.staging; ++i) {
    if (is_read_in_place(files[i], decompresses)) continue;
    positions.push_back(i);
    sources.push_back({files[i].path, files[i].size_bytes, files[i].modified_ms});
  }
  if (positions.empty()) return local;
  local.staged = access.staging->stage(sources, decompresses, access.settings, access.progress);
  for (size_t i = 0; i < positions.size(); ++i) local.files[positions[i]].path = local.staged[i]->path();
  return local;
}

std::string LocalFiles::original_sql(const std::vector<plan::FileEntry>& originals, const std::string& path_sql) const {
  if (staged.empty()) return path_sql;
  std::string from;
  std::string to;
  for (size_t i = 0; i < files.size(); ++i) {
    from += (i > 0 ? ", " : "") + quote_string(files[i].path);
    to += (i > 0 ? ", " : "") + quote_string(originals[i].path);
  }
  return "MAP([" + from + "], [" + to + "])[" + path_sql + "]";
}

FileOpener file_opener(const FileAccess& access) {
  return [settings = access.settings](const plan::FileEntry& file) -> std::shared_ptr<arrow::io::RandomAccessFile> {
    if (!storage::is_object_path(file.path)) {
      auto opened = arrow::io::ReadableFile::Open(file.path);
      if (!opened.ok()) throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", file_uri(file.path)}});
      return *opened;
    }
    // What the listing said of the object saves asking again.
    arrow::fs::FileInfo info(storage::store_key(file.path), arrow::fs::FileType::File);
    info.set_size(file.size_bytes);
    auto opened = storage::object_store(file.path, settings)->OpenInputFile(info);
    if (!opened.ok()) storage::throw_store_error(opened.status(), file.path);
    return *opened;
  };
}

}  // namespace firesteel::engine
