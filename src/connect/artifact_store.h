// Files that a client uploads into its session: Python files, archives, plain files, and blobs that
// cached local relations refer to by their SHA-256. Kept on disk, removed with the session.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace firesteel::connect {

// Thread-safe.
class ArtifactStore {
 public:
  // `folder` is created at the first artifact.
  explicit ArtifactStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~ArtifactStore();

  // Stores `bytes` under a client's relative name ("cache/<hash>", "pyfiles/a.py"). Throws
  // CONNECT_INVALID_PLAN.ASSERTION_FAILURE for names that leave the folder.
  void put(const std::string& name, std::string_view bytes);
  bool exists(const std::string& name) const;
  // The blob "cache/<hash>", or none.
  std::optional<std::string> cached_blob(const std::string& hash) const;
  // Takes over every artifact of `other` (CloneSession).
  void copy_from(const ArtifactStore& other);

  // Collects one chunked artifact in a file beside the others.
  class Upload {
   public:
    void append(std::string_view bytes);
    int64_t size_bytes() const { return size_bytes_; }

   private:
    friend class ArtifactStore;
    std::string name_;
    std::filesystem::path path_;
    int64_t size_bytes_ = 0;
  };
  Upload begin_upload(const std::string& name);
  void commit(Upload upload);
  void discard(const Upload& upload);

 private:
  std::filesystem::path path_of(const std::string& name) const;

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::map<std::string, std::filesystem::path> artifacts_;
  int64_t uploads_ = 0;
};

}  // namespace firesteel::connect
