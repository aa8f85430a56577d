// Where the folders of saved ML instances lie: on this machine or in an object store.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "connect/request_context.h"

namespace firesteel::connect {

// Lets `write` fill an empty folder and puts its files below `path`, where they appear together. What lies there goes if
// `should_overwrite`; otherwise Spark's error says that it exists.
void write_model_files(const RequestContext& context, const std::string& path, bool should_overwrite,
                       const std::function<void(const std::string& folder)>& write);

// Removes what lies at `path` if `should_overwrite`; throws Spark's error otherwise.
void overwrite_model_files(const RequestContext& context, const std::string& path, bool should_overwrite);

// A saved instance as a local folder: its own, or a copy of an object store's that lives as long as this.
class ModelFiles {
 public:
  ModelFiles(const RequestContext& context, const std::string& path);
  ~ModelFiles();
  ModelFiles(const ModelFiles&) = delete;
  ModelFiles& operator=(const ModelFiles&) = delete;
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  std::filesystem::path copy_;  // empty: the folder is not ours
};

}  // namespace firesteel::connect
