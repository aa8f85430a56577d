// Local copies of what a reader cannot read where it lies: objects of a store, and compressed texts.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/codec.h"
#include "storage/object_store.h"

namespace firesteel::storage {

struct SourceFile {
  std::string path;  // local and absolute, or an object's
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;
};

// A local copy; the file goes when the last lease and the area's own are gone.
class StagedFile {
 public:
  explicit StagedFile(std::string path) : path_(std::move(path)) {}
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

using StagedFiles = std::vector<std::shared_ptr<const StagedFile>>;

// Thread-safe. Copies are kept for readers that come again until they hold more than `kept_bytes_max`; a file with
// another size or time of change is another file.
class StagingArea {
 public:
  // An empty folder: staging is refused with FIRESTEEL_INPUT_OUTPUT.
  explicit StagingArea(std::string folder, int64_t kept_bytes_max = int64_t{4} << 30);

  // Copies in the order of `files`, fetched several at a time; `decompresses` says whether a compressed file's copy is
  // plain. Throws SparkError; `progress` is called on the calling thread and may throw.
  StagedFiles stage(const std::vector<SourceFile>& files, bool decompresses, const StoreSettings& settings,
                    const Progress& progress);

  // A new name below the area's folder for a writer's files.
  std::string new_folder();

 private:
  struct Kept {
    std::string key;
    std::shared_ptr<const StagedFile> file;
    int64_t bytes = 0;
  };
  using Entries = std::list<Kept>;

  std::shared_ptr<const StagedFile> find(const std::string& key);
  std::shared_ptr<const StagedFile> fetch(const SourceFile& file, const std::string& key, bool decompresses,
                                          const StoreSettings& settings, const Progress& progress);
  void keep(const std::string& key, std::shared_ptr<const StagedFile> file);
  std::string new_name();

  const std::string folder_;
  const int64_t kept_bytes_max_;
  std::mutex mutex_;
  int64_t next_name_ = 0;
  int64_t kept_bytes_ = 0;
  Entries entries_;  // the last used stand first
  std::unordered_map<std::string, Entries::iterator> by_key_;
};

}  // namespace firesteel::storage
