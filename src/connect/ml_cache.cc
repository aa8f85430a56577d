#include "connect/ml_cache.h"

#include "base/error.h"
#include "connect/uuid.h"

namespace firesteel::connect {

namespace {

// Defaults of spark.connect.session.connectML.mlCache.memoryControl.maxModelSize and maxStorageSize.
constexpr int64_t kModelBytesMax = int64_t{1} << 30;
constexpr int64_t kCacheBytesMax = int64_t{10} << 30;

}  // namespace

std::string MlCache::add(std::shared_ptr<const ml::Attributed> object) {
  const int64_t bytes = object->size_bytes();
  if (bytes > kModelBytesMax) {
    throw SparkError("CONNECT_ML.MODEL_SIZE_OVERFLOW_EXCEPTION",
                     {{"modelSize", std::to_string(bytes)}, {"modelMaxSize", std::to_string(kModelBytesMax)}});
  }
  const std::lock_guard lock(mutex_);
  if (size_bytes_ + bytes > kCacheBytesMax) {
    throw SparkError("CONNECT_ML.ML_CACHE_SIZE_OVERFLOW_EXCEPTION",
                     {{"mlCacheMaxSize", std::to_string(kCacheBytesMax)}});
  }
  size_bytes_ += bytes;
  std::string id = make_uuid();
  objects_[id] = std::move(object);
  return id;
}

std::shared_ptr<const ml::Attributed> MlCache::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(id);
  if (found == objects_.end()) {
    throw SparkError("CONNECT_ML.CACHE_INVALID", {{"objectName", id}, {"evictTimeoutInMinutes", "60"}});
  }
  return found->second;
}

std::shared_ptr<const ml::Model> MlCache::find_model(const std::string& id) const {
  auto model = std::dynamic_pointer_cast<const ml::Model>(find(id));
  if (!model) throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION", {{"message", "the object " + id + " is no model"}});
  return model;
}

bool MlCache::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(id);
  if (found == objects_.end()) return false;
  size_bytes_ -= found->second->size_bytes();
  objects_.erase(found);
  return true;
}

int64_t MlCache::clear() {
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<int64_t>(objects_.size());
  objects_.clear();
  size_bytes_ = 0;
  return count;
}

std::vector<MlCache::Entry> MlCache::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> entries;
  for (const auto& [id, object] : objects_) entries.push_back({id, object});
  return entries;
}

}  // namespace firesteel::connect
