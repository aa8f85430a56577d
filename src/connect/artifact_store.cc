#include "connect/artifact_store.h"

#include <fstream>

#include "base/error.h"

namespace firesteel::connect {

namespace {

void write_file(const std::filesystem::path& path, std::string_view bytes, std::ios::openmode mode) {
  std::ofstream file(path, std::ios::binary | mode);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw_internal("an artifact could not be written (is the disk of --temp-dir full?)");
}

}  // namespace

ArtifactStore::~ArtifactStore() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path ArtifactStore::path_of(const std::string& name) const {
  const std::filesystem::path relative(name);
  bool is_inside = !name.empty() && relative.is_relative();
  for (const auto& part : relative) is_inside = is_inside && part != "..";
  if (!is_inside) throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                                   {{"message", "the artifact name '" + name + "' leaves the session's folder"}});
  return folder_ / relative;
}

void ArtifactStore::put(const std::string& name, std::string_view bytes) {
  Upload upload = begin_upload(name);
  upload.append(bytes);
  commit(std::move(upload));
}

bool ArtifactStore::exists(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return artifacts_.count(name) > 0;
}

std::optional<std::string> ArtifactStore::cached_blob(const std::string& hash) const {
  std::filesystem::path path;
  {
    const std::lock_guard lock(mutex_);
    const auto found = artifacts_.find("cache/" + hash);
    if (found == artifacts_.end()) return std::nullopt;
    path = found->second;
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return std::nullopt;
  std::string bytes(static_cast<size_t>(file.tellg()), '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) return std::nullopt;
  return bytes;
}

void ArtifactStore::copy_from(const ArtifactStore& other) {
  std::map<std::string, std::filesystem::path> artifacts;
  {
    const std::lock_guard lock(other.mutex_);
    artifacts = other.artifacts_;
  }
  for (const auto& [name, source] : artifacts) {
    const std::filesystem::path target = path_of(name);
    std::filesystem::create_directories(target.parent_path());
    // Artifacts never change once committed, so the clone may share the file.
    std::error_code error;
    std::filesystem::create_hard_link(source, target, error);
    if (error) std::filesystem::copy_file(source, target);
    const std::lock_guard lock(mutex_);
    artifacts_[name] = target;
  }
}

ArtifactStore::Upload ArtifactStore::begin_upload(const std::string& name) {
  path_of(name);  // a bad name fails before its bytes are stored
  Upload upload;
  upload.name_ = name;
  std::filesystem::create_directories(folder_);
  const std::lock_guard lock(mutex_);
  upload.path_ = folder_ / (".upload-" + std::to_string(++uploads_));
  return upload;
}

void ArtifactStore::Upload::append(std::string_view bytes) {
  write_file(path_, bytes, std::ios::app);
  size_bytes_ += static_cast<int64_t>(bytes.size());
}

void ArtifactStore::commit(Upload upload) {
  const std::filesystem::path target = path_of(upload.name_);
  std::filesystem::create_directories(target.parent_path());
  std::filesystem::rename(upload.path_, target);
  const std::lock_guard lock(mutex_);
  artifacts_[upload.name_] = target;
}

void ArtifactStore::discard(const Upload& upload) {
  std::error_code ignored;
  std::filesystem::remove(upload.path_, ignored);
}

}  // namespace firesteel::connect
