#include "storage/staging_area.h"

#include <algorithm>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/file.h>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <future>
#include <utility>

#include "base/error.h"

namespace firesteel::storage {
namespace {

namespace fs = std::filesystem;

// Enough requests at once to fill a network, few enough to leave the store at peace.
constexpr size_t kFetchesMax = 8;
constexpr std::chrono::milliseconds kProgressEvery(10);

std::string key_of(const SourceFile& file, bool decompresses) {
  return file.path + '\n' + std::to_string(file.size_bytes) + '\n' + std::to_string(file.modified_ms) +
         (decompresses ? "\nplain" : "");
}

std::shared_ptr<::arrow::io::InputStream> open_source(const SourceFile& file, const StoreSettings& settings) {
  if (!is_object_path(file.path)) {
    auto opened = ::arrow::io::ReadableFile::Open(file.path);
    if (!opened.ok()) throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", "file://" + file.path}});
    return *opened;
  }
  auto opened = object_store(file.path, settings)->OpenInputStream(store_key(file.path));
  if (!opened.ok()) throw_store_error(opened.status(), file.path);
  return *opened;
}

}  // namespace

StagedFile::~StagedFile() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

StagingArea::StagingArea(std::string folder, int64_t kept_bytes_max)
    : folder_(folder.empty() ? "" : (fs::path(folder) / "staged").string()), kept_bytes_max_(kept_bytes_max) {}

std::string StagingArea::new_name() {
  if (folder_.empty()) {
    throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "the server has no folder for local copies (--temp-dir)"}});
  }
  fs::create_directories(folder_);
  const std::lock_guard lock(mutex_);
  return (fs::path(folder_) / std::to_string(next_name_++)).string();
}

std::string StagingArea::new_folder() {
  std::string name = new_name();
  fs::create_directories(name);
  return name;
}

std::shared_ptr<const StagedFile> StagingArea::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->file;
}

void StagingArea::keep(const std::string& key, std::shared_ptr<const StagedFile> file) {
  std::error_code error;
  const auto size = static_cast<int64_t>(fs::file_size(file->path(), error));
  Entries dropped;  // files are removed outside the lock
  const std::lock_guard lock(mutex_);
  if (error || by_key_.contains(key)) return;
  entries_.push_front({key, std::move(file), size});
  by_key_[key] = entries_.begin();
  kept_bytes_ += size;
  while (kept_bytes_ > kept_bytes_max_ && !entries_.empty()) {
    kept_bytes_ -= entries_.back().bytes;
    by_key_.erase(entries_.back().key);
    dropped.splice(dropped.begin(), entries_, std::prev(entries_.end()));
  }
}

std::shared_ptr<const StagedFile> StagingArea::fetch(const SourceFile& file, const std::string& key, bool decompresses,
                                                     const StoreSettings& settings, const Progress& progress) {
  auto staged = std::make_shared<const StagedFile>(new_name());
  const Codec codec = decompresses ? codec_of_path(file.path) : Codec::kNone;
  decompress_to_file(open_source(file, settings), codec, is_object_path(file.path) ? file.path : "file://" + file.path,
                     staged->path(), progress);
  keep(key, staged);
  return staged;
}

StagedFiles StagingArea::stage(const std::vector<SourceFile>& files, bool decompresses, const StoreSettings& settings,
                               const Progress& progress) {
  StagedFiles staged(files.size());
  std::atomic<size_t> next{0};
  std::atomic<bool> is_stopped{false};
  const auto work = [&] {
    const Progress until_stopped = [&] {
      if (is_stopped) throw SparkError("OPERATION_CANCELED", {});
    };
    for (size_t i = next.fetch_add(1); i < files.size() && !is_stopped; i = next.fetch_add(1)) {
      const std::string key = key_of(files[i], decompresses);
      staged[i] = find(key);
      if (!staged[i]) staged[i] = fetch(files[i], key, decompresses, settings, until_stopped);
    }
  };
  std::vector<std::future<void>> workers;
  for (size_t i = 0; i < std::min(kFetchesMax, files.size()); ++i) workers.push_back(std::async(std::launch::async, work));
  std::exception_ptr failure;
  for (auto& worker : workers) {
    try {
      while (worker.wait_for(kProgressEvery) != std::future_status::ready) {
        if (!failure) progress();
      }
      worker.get();
    } catch (...) {
      // The first failure is the cause; the others only say that they were stopped.
      if (!failure) failure = std::current_exception();
      is_stopped = true;
      if (worker.valid()) worker.wait();
    }
  }
  if (failure) std::rethrow_exception(failure);
  return staged;
}

}  // namespace firesteel::storage
