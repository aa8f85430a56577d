// Where a write's files go: a local folder or a place in an object store. Either way they are staged first and become
// visible together.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/duckdb/file_access.h"

namespace firesteel::engine {

class WriteTarget {
 public:
  // `path` is normal (normal_path()).
  static std::unique_ptr<WriteTarget> make(std::string path, const std::string& write_id, const FileAccess& access);
  virtual ~WriteTarget() = default;

  virtual bool exists() = 0;
  // A new, empty local folder for the files.
  virtual std::filesystem::path create_staging() = 0;

  // A staged file and its path below the target.
  using Move = std::pair<std::filesystem::path, std::filesystem::path>;
  // Puts the files into place, with _SUCCESS. What lies there goes when `overwrites`, after the new files are there: in
  // a folder it is renamed before and comes back if the commit fails, in a store it stays readable until then. Nothing
  // staged is left. `begin` is called before anything shows: what it throws keeps it from that.
  virtual void commit(const std::vector<Move>& moves, bool overwrites, const std::function<void()>& begin) = 0;
  // Removes what was staged; never throws. A commit that failed half way is cleaned up as far as that is possible.
  virtual void discard() = 0;
};

}  // namespace firesteel::engine
