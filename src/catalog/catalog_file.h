// `<warehouse>/.firesteel/catalog.json`: what the folders of a warehouse cannot say.
#pragma once

#include <optional>
#include <string>

#include "catalog/entries.h"

namespace firesteel::catalog {

// Several servers may share the file: each reads it anew when another has written it. Not thread-safe.
class CatalogFile {
 public:
  // Holds the changes of other servers back while it lives.
  class Lock {
   public:
    explicit Lock(const std::string& path);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    int descriptor_;  // -1 where no lock can be had: what then is written fails
  };

  explicit CatalogFile(const std::string& warehouse_folder);

  Lock lock() const { return Lock(folder_ + "/lock"); }
  // Empty when the file is as it was at the last read or write. No file is a catalog without entries.
  // Throws FIRESTEEL_INPUT_OUTPUT for a file that cannot be read: the next write would lose what it holds.
  std::optional<Contents> read_if_changed();
  // All of it or nothing, also when the machine stops meanwhile. Throws FIRESTEEL_INPUT_OUTPUT.
  void write(const Contents& contents);

 private:
  // What tells one version of the file from the next.
  struct Version {
    uint64_t device = 0, inode = 0, size = 0;
    int64_t modified_ns = 0;

    friend bool operator==(const Version&, const Version&) = default;
  };

  Version version() const;

  const std::string folder_;
  const std::string path_;
  Version read_;
};

}  // namespace firesteel::catalog
