// Fitted models and summaries of a session by their ids, bounded as Spark bounds them.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ml/model.h"

namespace firesteel::connect {

// Thread-safe.
class MlCache {
 public:
  struct Entry {
    std::string id;
    std::shared_ptr<const ml::Attributed> object;
  };

  // Throws CONNECT_ML.MODEL_SIZE_OVERFLOW_EXCEPTION or .ML_CACHE_SIZE_OVERFLOW_EXCEPTION.
  std::string add(std::shared_ptr<const ml::Attributed> object);
  // Throws CONNECT_ML.CACHE_INVALID.
  std::shared_ptr<const ml::Attributed> find(const std::string& id) const;
  std::shared_ptr<const ml::Model> find_model(const std::string& id) const;
  bool remove(const std::string& id);
  int64_t clear();
  std::vector<Entry> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ml::Attributed>> objects_;
  int64_t size_bytes_ = 0;
};

}  // namespace firesteel::connect
