#include "connect/ml_cache.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/config.h"
#include "base/error.h"
#include "base/logging.h"
#include "connect/uuid.h"
#include "ml/persistence.h"
#include "ml/registry.h"

namespace firesteel::connect {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "spark.connect.session.connectML.mlCache.memoryControl.";

bool is_uuid(const std::string& id) {
  if (id.size() != 36) return false;
  for (size_t i = 0; i < id.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? id[i] != '-' : std::isxdigit(static_cast<unsigned char>(id[i])) == 0) return false;
  }
  return true;
}

void check_id(const std::string& id) {
  if (!is_uuid(id)) throw SparkError("INTERNAL_ERROR", {{"message", "The MLCache key " + id + " is invalid."}});
}

// `folder`/model and, where there is one, `folder`/summary.
void write_object(const ml::Attributed& object, const std::string& folder) {
  const auto* evaluation = dynamic_cast<const ml::Summary*>(&object);
  std::shared_ptr<const ml::Model> kept;
  const auto* model = dynamic_cast<const ml::Model*>(&object);
  if (evaluation != nullptr) {
    kept = evaluation->model().get();
    model = kept.get();
  }
  if (model == nullptr) throw SparkError("INTERNAL_ERROR", {{"message", "a summary without its model"}});
  fs::create_directories(folder + "/model");
  model->write(folder + "/model", model->params());
  const ml::Summary* summary = evaluation != nullptr ? evaluation : model->summary().get();
  if (summary == nullptr) return;
  fs::create_directories(folder + "/summary");
  summary->write(folder + "/summary");
}

std::shared_ptr<const ml::Attributed> read_object(const std::string& folder, bool is_evaluation) {
  const ml::Metadata metadata = ml::read_metadata(folder + "/model", "");
  // Nobody else holds it yet.
  const auto model = std::const_pointer_cast<ml::Model>(
      ml::find_operator(metadata.jvm_class).read_model(folder + "/model"));
  if (!fs::exists(folder + "/summary")) return model;
  const auto summary = model->read_summary(folder + "/summary");
  if (is_evaluation) {
    summary->model().keep(model);
    return summary;
  }
  summary->model().watch(model);
  model->set_summary(summary);
  return model;
}

}  // namespace

MlCacheLimits ml_cache_limits(const Config& config) {
  const auto key = [](std::string_view name) { return std::string(kPrefix) + std::string(name); };
  MlCacheLimits limits;
  limits.is_enabled = config.get_boolean(key("enabled"));
  limits.memory_bytes_max = config.get_bytes(key("maxInMemorySize"));
  limits.model_bytes_max = config.get_bytes(key("maxModelSize"));
  limits.storage_bytes_max = config.get_bytes(key("maxStorageSize"));
  limits.idle_max = std::chrono::milliseconds(config.get_duration_ms(key("offloadingTimeout")));
  return limits;
}

MlCache::~MlCache() { clear(); }

void MlCache::configure(const MlCacheLimits& limits, const std::string& temporary_folder) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
  if (folder_.empty()) folder_ = temporary_folder + "/ml-cache-" + make_uuid();
  if (!limits_.is_enabled) return;
  const auto now = Clock::now();
  for (auto& [id, slot] : slots_) {
    if (slot.object && now - slot.used > limits_.idle_max) offload(id, slot);
  }
  shrink("");
}

std::string MlCache::put(Slot slot) {
  slot.used = Clock::now();
  memory_bytes_ += slot.bytes;
  storage_bytes_ += slot.bytes;
  const std::string id = make_uuid();
  slots_[id] = std::move(slot);
  shrink(id);
  return id;
}

std::string MlCache::add(std::shared_ptr<const ml::Model> model) {
  const std::lock_guard lock(mutex_);
  Slot slot{.jvm_class = model->jvm_class(), .object = model};
  if (limits_.is_enabled) {
    slot.bytes = model->size_bytes();
    if (storage_bytes_ + slot.bytes > limits_.storage_bytes_max) {
      throw SparkError("CONNECT_ML.ML_CACHE_SIZE_OVERFLOW_EXCEPTION",
                       {{"mlCacheMaxSize", std::to_string(limits_.storage_bytes_max)}});
    }
    if (slot.bytes > limits_.model_bytes_max) {
      throw SparkError("CONNECT_ML.MODEL_SIZE_OVERFLOW_EXCEPTION",
                       {{"modelSize", std::to_string(slot.bytes)},
                        {"modelMaxSize", std::to_string(limits_.model_bytes_max)}});
    }
  }
  return put(std::move(slot));
}

std::string MlCache::add(std::shared_ptr<const ml::Summary> summary, std::string dataset) {
  const std::lock_guard lock(mutex_);
  Slot slot{.jvm_class = summary->jvm_class(), .object = summary, .dataset = std::move(dataset)};
  if (limits_.is_enabled) slot.bytes = summary->size_bytes();
  return put(std::move(slot));
}

std::string MlCache::add(std::shared_ptr<const ml::Attributed> part) {
  const std::lock_guard lock(mutex_);
  return put({.jvm_class = part->jvm_class(), .object = part, .stays_in_memory = true});
}

void MlCache::offload(const std::string& id, Slot& slot) {
  if (slot.stays_in_memory) return;
  if (!slot.is_on_disk) {
    try {
      write_object(*slot.object, folder_of(id));
    } catch (const std::exception& error) {
      log_warning("model stays in memory", {{"id", id}, {"reason", error.what()}});
      slot.stays_in_memory = true;
      std::error_code ignored;
      fs::remove_all(folder_of(id), ignored);
      return;
    }
    slot.is_on_disk = true;
  }
  slot.object = nullptr;
  memory_bytes_ -= slot.bytes;
}

void MlCache::load(const std::string& id, Slot& slot) const {
  slot.object = read_object(folder_of(id), !slot.dataset.empty());
}

// The least recently used ones go, never the one that is being handed out.
void MlCache::shrink(const std::string& kept_id) {
  if (!limits_.is_enabled) return;
  while (memory_bytes_ > limits_.memory_bytes_max) {
    auto oldest = slots_.end();
    for (auto slot = slots_.begin(); slot != slots_.end(); ++slot) {
      if (!slot->second.object || slot->second.stays_in_memory || slot->first == kept_id) continue;
      if (oldest == slots_.end() || slot->second.used < oldest->second.used) oldest = slot;
    }
    if (oldest == slots_.end()) return;
    offload(oldest->first, oldest->second);
  }
}

std::shared_ptr<const ml::Attributed> MlCache::find(const std::string& id) {
  check_id(id);
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(id);
  if (found == slots_.end()) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(limits_.idle_max).count();
    throw SparkError("CONNECT_ML.CACHE_INVALID",
                     {{"objectName", id}, {"evictTimeoutInMinutes", std::to_string(minutes)}});
  }
  Slot& slot = found->second;
  slot.used = Clock::now();
  std::shared_ptr<const ml::Attributed> object = slot.object;
  if (!object) {
    load(id, slot);
    object = slot.object;
    memory_bytes_ += slot.bytes;
    shrink(id);
  }
  return object;
}

std::shared_ptr<const ml::Model> MlCache::find_model(const std::string& id) {
  auto model = std::dynamic_pointer_cast<const ml::Model>(find(id));
  if (!model) throw SparkError("CONNECT_ML.UNSUPPORTED_EXCEPTION", {{"message", "the object " + id + " is no model"}});
  return model;
}

std::string MlCache::dataset(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(id);
  return found == slots_.end() ? std::string() : found->second.dataset;
}

bool MlCache::remove(const std::string& id, bool evict_only) {
  check_id(id);
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(id);
  if (found == slots_.end()) return false;
  Slot& slot = found->second;
  if (evict_only) {
    if (slot.object) offload(id, slot);
    return true;
  }
  if (slot.object) memory_bytes_ -= slot.bytes;
  storage_bytes_ -= slot.bytes;
  std::error_code ignored;
  if (slot.is_on_disk) fs::remove_all(folder_of(id), ignored);
  slots_.erase(found);
  ++version_;
  return true;
}

int64_t MlCache::clear() {
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<int64_t>(slots_.size());
  slots_.clear();
  memory_bytes_ = storage_bytes_ = 0;
  ++version_;
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
  return count;
}

std::vector<MlCache::Entry> MlCache::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> entries;
  for (const auto& [id, slot] : slots_) entries.push_back({id, slot.jvm_class, slot.bytes});
  return entries;
}

int64_t MlCache::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace firesteel::connect
