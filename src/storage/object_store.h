// Object stores by path. A path names its store by a scheme: s3:// and s3a:// are Amazon S3 and what speaks its protocol.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arrow {
class Status;
namespace fs {
class FileSystem;
}
}  // namespace arrow

namespace firesteel::storage {

// True for a path with the scheme of an object store that this server reaches.
bool is_object_path(std::string_view path);

// What Hadoop's configuration says of a key ("fs.s3a.endpoint"), or none.
using StoreSettings = std::function<std::optional<std::string>(std::string_view key)>;

// Spark's order: a reader's or writer's options, then the session's keys with and without "spark.hadoop.".
StoreSettings store_settings(const std::map<std::string, std::string>& options,
                             std::function<std::optional<std::string>(std::string_view key)> configuration);

// The path as its file system names it: "bucket/key", without a slash at the end.
std::string store_key(std::string_view path);
// "s3a://bucket": what stands before the key.
std::string store_root(std::string_view path);

// The file system of a path's bucket. Instances are shared between equal settings. Thread-safe.
// Throws FIRESTEEL_ACCESS_DENIED when there are no credentials and UNSUPPORTED_FEATURE for a provider of them that is
// not known.
std::shared_ptr<::arrow::fs::FileSystem> object_store(const std::string& path, const StoreSettings& settings);

// A SparkError for what a store answered; `path` is what was asked for.
[[noreturn]] void throw_store_error(const ::arrow::Status& status, const std::string& path);

struct StoredObject {
  std::string path;  // with the scheme that the listing was asked for
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;
};

// What lies at a path: nothing, one object, or all objects below it. Throws SparkError.
struct StoredObjects {
  bool exists = false;
  bool is_folder = false;
  std::vector<StoredObject> objects;
};
StoredObjects list_objects(const std::string& path, const StoreSettings& settings);
bool object_exists(const std::string& path, const StoreSettings& settings);

// Ends what the stores' library keeps running. Called once, when no store is in use any more.
void close_object_stores();

}  // namespace firesteel::storage
