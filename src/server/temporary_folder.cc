#include "server/temporary_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace firesteel::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "firesteel-";
constexpr const char* kLockName = "lock";

// Opens and locks the folder's lock file; -1 when there is none or another process holds it.
int try_lock(const fs::path& folder, int flags) {
  const int descriptor = open((folder / kLockName).c_str(), flags | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) return -1;
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  close(descriptor);
  return -1;
}

void remove_left_folders(const fs::path& parent) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const int lock = try_lock(entry.path(), 0);
    if (lock < 0) continue;
    fs::remove_all(entry.path(), ignored);
    close(lock);
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& parent) {
  std::error_code error;
  fs::create_directories(parent, error);
  remove_left_folders(parent);
  std::string name = (fs::absolute(parent) / (std::string(kPrefix) + "XXXXXX")).string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("no temporary folder can be made in " + parent + ": " +
                             std::strerror(errno));
  }
  path_ = name;
  lock_ = try_lock(path_, O_CREAT);
}

TemporaryFolder::~TemporaryFolder() { remove(); }

void TemporaryFolder::remove() noexcept {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  if (lock_ >= 0) close(lock_);
  path_.clear();
  lock_ = -1;
}

}  // namespace firesteel::server
