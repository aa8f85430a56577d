// The folder of this process for spilled data and artifacts; removed when the server stops.
#pragma once

#include <string>

namespace firesteel::server {

class TemporaryFolder {
 public:
  // Makes a folder of its own below `parent`, and removes those that servers which no longer run
  // left there. Throws std::runtime_error with one sentence when it cannot.
  explicit TemporaryFolder(const std::string& parent);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }
  void remove() noexcept;

 private:
  std::string path_;
  int lock_ = -1;  // held while the process lives: tells a living server's folder from a left one
};

}  // namespace firesteel::server
