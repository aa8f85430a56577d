// Fitted models and summaries of a session by their ids, bounded as Spark bounds them: what is over
// the bound of memory, or was not used for a while, lies in the temporary folder until it is asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ml/model.h"

namespace firesteel {
class Config;
}

namespace firesteel::connect {

// spark.connect.session.connectML.mlCache.memoryControl.*
struct MlCacheLimits {
  bool is_enabled = true;
  int64_t memory_bytes_max = 0;
  int64_t model_bytes_max = 0;
  int64_t storage_bytes_max = 0;
  std::chrono::milliseconds idle_max{0};
};
MlCacheLimits ml_cache_limits(const Config& config);

// Thread-safe.
class MlCache {
 public:
  struct Entry {
    std::string id;
    std::string jvm_class;
    int64_t bytes = 0;
  };

  MlCache() = default;
  MlCache(const MlCache&) = delete;
  MlCache& operator=(const MlCache&) = delete;
  ~MlCache();

  // Called before each use: settings may change. What is idle too long goes to a folder of this
  // cache's own below `temporary_folder`.
  void configure(const MlCacheLimits& limits, const std::string& temporary_folder);

  // Throws CONNECT_ML.MODEL_SIZE_OVERFLOW_EXCEPTION or .ML_CACHE_SIZE_OVERFLOW_EXCEPTION.
  std::string add(std::shared_ptr<const ml::Model> model);
  // `dataset` is what was evaluated, as the client's relation.
  std::string add(std::shared_ptr<const ml::Summary> summary, std::string dataset);
  // The summary of a model, which the model keeps.
  std::string add(std::shared_ptr<const ml::Attributed> part);
  // Throws CONNECT_ML.CACHE_INVALID, and INTERNAL_ERROR for what is no id.
  std::shared_ptr<const ml::Attributed> find(const std::string& id);
  std::shared_ptr<const ml::Model> find_model(const std::string& id);
  // The dataset of an evaluation's summary; empty for anything else.
  std::string dataset(const std::string& id) const;
  // False if there is none. `evict_only` moves it to the disk.
  bool remove(const std::string& id, bool evict_only);
  int64_t clear();
  std::vector<Entry> all() const;
  // Grows when ids become invalid.
  int64_t version() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Slot {
    std::string jvm_class;
    int64_t bytes = 0;
    std::shared_ptr<const ml::Attributed> object = nullptr;  // null while it is only on the disk
    std::string dataset = {};
    Clock::time_point used = {};
    bool is_on_disk = false;
    bool stays_in_memory = false;  // it cannot be written
  };

  // mutex_ is held in all of these.
  std::string put(Slot slot);
  void offload(const std::string& id, Slot& slot);
  void load(const std::string& id, Slot& slot) const;
  void shrink(const std::string& kept_id);
  std::string folder_of(const std::string& id) const { return folder_ + "/" + id; }

  mutable std::mutex mutex_;
  MlCacheLimits limits_;
  std::string folder_;
  std::map<std::string, Slot> slots_;
  int64_t memory_bytes_ = 0;
  int64_t storage_bytes_ = 0;
  int64_t version_ = 0;
};

}  // namespace firesteel::connect
