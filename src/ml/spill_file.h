// What does not fit into memory, in a file without a name, so that nothing is left behind.
#pragma once

#include <cstdint>
#include <string>

namespace firesteel::ml {

// First everything is appended, then the file is mapped and read. Used by one thread while it grows.
class SpillFile {
 public:
  // Throws SparkException when `folder` takes no file.
  explicit SpillFile(const std::string& folder);
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile();

  // The position of `bytes` bytes at `data`. Each begins on a page, so that one can be dropped
  // without its neighbours.
  int64_t append(const char* data, int64_t bytes);
  void map();
  bool is_mapped() const { return mapping_ != nullptr; }
  // What lies at a position that append gave. Only when mapped.
  char* at(int64_t offset) const { return mapping_ + offset; }
  // Tells the system that these bytes are not needed until they are read again.
  void drop(int64_t offset, int64_t bytes) const;
  int64_t size() const { return size_; }

 private:
  int descriptor_ = -1;
  int64_t size_ = 0;
  char* mapping_ = nullptr;
};

}  // namespace firesteel::ml
