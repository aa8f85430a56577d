// Files that go to an object store and become visible there together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/codec.h"
#include "storage/object_store.h"

namespace firesteel::storage {

struct UploadFile {
  std::string local_path;
  std::string object_path;
};

// Large files travel in parts, which a store shows to nobody until they are completed; small ones wait for the commit.
// What was sent and not committed is given up when the upload dies.
class Upload {
 public:
  explicit Upload(StoreSettings settings);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  // Sends all that can be sent without being seen. Throws SparkError.
  void send(const std::vector<UploadFile>& files, const Progress& progress);
  // Makes the files visible. Throws SparkError.
  void commit();

 private:
  struct Part;
  const StoreSettings settings_;
  std::vector<std::unique_ptr<Part>> parts_;
};

// One call for an empty object such as _SUCCESS.
void put_empty_object(const std::string& path, const StoreSettings& settings);
// Removes objects; those that are gone already are no error. Throws SparkError.
void remove_objects(const std::vector<StoredObject>& objects, const StoreSettings& settings);

}  // namespace firesteel::storage
