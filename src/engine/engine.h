// What an engine is: it takes a resolved plan (or a fragment of one) and streams Arrow batches.
// Engines never include each other; the router (engine/router.h) chooses.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/relation.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace firesteel::engine {

// "This engine cannot do that": a value, for the router and for explain.
struct Unsupported {
  std::string reason;
};

// Cancels everything that one operation runs. Thread-safe. Callbacks run on the cancelling thread.
class Cancellation {
 public:
  // False where it is too late, or was done before.
  bool cancel();
  // For what cannot be undone, before it is done: from here on nobody cancels. Throws OPERATION_CANCELED if somebody has.
  void close();
  bool is_cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  void throw_if_cancelled() const;  // SparkError OPERATION_CANCELED
  // `callback` runs at cancel (at once if that was before). Returns a handle for `remove`.
  int on_cancel(std::function<void()> callback);
  void remove(int handle);

 private:
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  bool is_closed_ = false;
  int next_handle_ = 1;
  std::vector<std::pair<int, std::function<void()>>> callbacks_;
};

// How far an operation is: an engine that runs it is watched, whoever reports asks. Thread-safe.
class Progress {
 public:
  // `look` brings the numbers up to date, on the thread that asks. Returns a handle for `remove`.
  int watch(std::function<void(Progress*)> look);
  void remove(int handle);  // waits for a look that runs
  void refresh();

  // The query is done by that share, and with it the reading of its files.
  void set_query_done(double fraction);

  std::atomic<double> fraction_done{-1};  // -1: nobody knows
  std::atomic<int64_t> input_bytes{0};    // of the files that the operation reads
  std::atomic<int64_t> bytes_read{0};     // of those, by the share of the query that is done

 private:
  std::mutex mutex_;
  int next_handle_ = 1;
  std::vector<std::pair<int, std::function<void(Progress*)>>> looks_;
};

class BatchStream;
struct ExecutionContext;

// Rows that one fragment hands to another. Called for each scan of them: an engine may read them twice.
using FragmentInput = std::function<std::unique_ptr<BatchStream>(std::shared_ptr<ExecutionContext>)>;

// What an operation runs with. Lives longer than the stream that `execute` returns.
struct ExecutionContext {
  std::string operation_id;
  std::string session_id;
  std::string time_zone = "UTC";
  bool ansi = true;
  std::function<std::optional<std::string>(std::string_view key)> configuration;
  std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
  Progress progress;
  std::string temporary_folder;
  // Where the router cut the plan: a plan::Cached leaf of this key reads the rows of another engine.
  std::map<std::string, FragmentInput> fragment_inputs;
};

// Batches of one result, pulled by the consumer: a slow consumer pauses the engine. Columns stand
// in the order of the plan's output in the Arrow forms of the type table (decision 14); names and
// Spark types are put on in `connect`.
class BatchStream {
 public:
  virtual ~BatchStream() = default;
  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  // The next batch, null at the end. Throws SparkError.
  virtual std::shared_ptr<arrow::RecordBatch> next() = 0;
};

struct WriteRequest {
  enum class Mode : uint8_t { kErrorIfExists, kAppend, kOverwrite, kIgnore };
  plan::RelationPtr plan;
  std::string format;
  std::string path;
  Mode mode = Mode::kErrorIfExists;
  plan::Options options;
  std::vector<std::string> partition_by;
};

struct CacheStatus {
  bool is_cached = false;
  int64_t rows = 0;
  int64_t bytes = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string_view name() const = 0;  // "duckdb"
  virtual std::string version() const = 0;
  // Why the engine cannot run this node alone; nullopt when it can.
  virtual std::optional<Unsupported> can_run(const plan::Relation& node) const = 0;
  virtual std::unique_ptr<BatchStream> execute(const plan::RelationPtr& plan,
                                               std::shared_ptr<ExecutionContext> context) = 0;
  // Runs the plan into files; staged and committed by rename.
  virtual void write(const WriteRequest& request, std::shared_ptr<ExecutionContext> context) = 0;
  // Keeps the plan's rows under `key` (materialised at once); plan::Cached reads them.
  virtual void cache(const std::string& key, const plan::RelationPtr& plan,
                     std::shared_ptr<ExecutionContext> context) = 0;
  virtual void uncache(const std::string& key) = 0;
  virtual CacheStatus cache_status(const std::string& key) const = 0;
  // The engine's own text of a plan, for explain("codegen"/"formatted").
  virtual std::string explain(const plan::RelationPtr& plan) const = 0;
};

}  // namespace firesteel::engine
