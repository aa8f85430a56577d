// Calls of every function of the table, with arguments of every type at the edges of their values
// and in wrong numbers, are analysed and run on the engine under a memory limit: each gives rows or
// a SparkError, never a crash or a hang. Of the queries that fail by a bug of ours (INTERNAL_ERROR)
// the first of each class is written to stderr, and to the file that FUNCTION_FUZZER_REPORT names.
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "argument_values.h"
#include "base/error.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/error_status.h"
#include "connect/sql_text.h"
#include "engine/duckdb/duckdb_engine.h"
#include "functions/function.h"

namespace firesteel {
namespace {

constexpr std::chrono::milliseconds kQueryTimeMax(2000);
constexpr rlim_t kDataBytesMax = rlim_t{4} << 30;
constexpr int kNestingMax = 2;

// Takes choices from the input; an input that is used up goes on with a generator that the whole of
// it seeds, so that every input is a whole query and each of its bytes matters.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {
    std::seed_seq seed(data, data + size);
    random_.seed(seed);
  }
  size_t below(size_t limit) {
    if (limit < 2) return 0;
    uint64_t value = at_ < size_ ? data_[at_++] : random_();
    if (limit > 256) value = value << 8 | (at_ < size_ ? data_[at_++] : random_() & 0xFF);
    return value % limit;
  }
  bool one_in(size_t count) { return below(count) == count - 1; }
  template <typename T>
  const T& of(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
  std::mt19937_64 random_;
};

const fuzz::ValueKind& kind_named(std::string_view name) {
  for (const fuzz::ValueKind& kind : fuzz::value_kinds()) {
    if (kind.name == name) return kind;
  }
  FIRESTEEL_CHECK(false, "no such kind of value");
}

// Writes a query around one call.
class QueryWriter {
 public:
  explicit QueryWriter(Choices* choices) : choices_(*choices) {}

  std::string query() {
    const functions::Function& function = *choices_.of(functions::all_functions());
    has_columns_ = choices_.below(3) != 0;
    const std::string call = with_clauses(call_of(function, 0), function.kind);
    if (function.kind == functions::FunctionKind::kTable || choices_.one_in(40)) {
      has_columns_ = false;
      return "SELECT * FROM " + call_of(function, 0);
    }
    if (!has_columns_) return "SELECT " + call;
    std::string text =
        "SELECT " + std::string(choices_.one_in(8) ? "DISTINCT " : "") + call + " FROM " + table();
    const bool is_grouped = choices_.one_in(3);
    if (choices_.one_in(12)) text = "SELECT 1 FROM " + table() + " WHERE " + call;
    if (is_grouped) text += " GROUP BY g";
    if (choices_.one_in(10)) text += " ORDER BY " + call;
    return text;
  }

 private:
  // A call with the arguments that one of its signatures names, or with any.
  std::string call_of(const functions::Function& function, int depth) {
    std::string text = "`" + std::string(function.name) + "`(";
    const bool is_wild = function.signatures.empty() || choices_.one_in(6);
    if (is_wild) {
      const size_t count = choices_.below(6);
      for (size_t i = 0; i < count; ++i) text += (i ? ", " : "") + argument({}, depth);
      return text + ")";
    }
    const functions::Signature& signature = choices_.of(function.signatures);
    size_t count = signature.arguments.size() - choices_.below(signature.optional_count + 1);
    if (signature.is_variadic) count += choices_.below(4);
    for (size_t i = 0; i < count; ++i) {
      const size_t position = std::min(i, signature.arguments.size() - 1);
      const auto kinds = choices_.one_in(10) ? std::vector<std::string_view>()
                                             : fuzz::kinds_for(signature.arguments[position]);
      text += (i ? ", " : "") + argument(kinds, depth);
    }
    return text + ")";
  }

  std::string argument(const std::vector<std::string_view>& kinds, int depth) {
    if (depth < kNestingMax && choices_.one_in(8)) {
      return call_of(*choices_.of(functions::all_functions()), depth + 1);
    }
    const fuzz::ValueKind& kind =
        kinds.empty() ? choices_.of(fuzz::value_kinds()) : kind_named(choices_.of(kinds));
    const bool is_value = kind.name != "lambda" && kind.name != "mixed";
    if (!has_columns_ || !is_value || choices_.one_in(3))
      return std::string(choices_.of(kind.texts));
    columns_.push_back(&kind);
    return "c" + std::to_string(columns_.size() - 1);
  }

  std::string with_clauses(std::string call, functions::FunctionKind kind) {
    const bool may_aggregate = kind == functions::FunctionKind::kAggregate;
    const bool may_window = may_aggregate || kind == functions::FunctionKind::kWindow;
    if (may_aggregate ? choices_.one_in(6) : choices_.one_in(60)) {
      call += " WITHIN GROUP (ORDER BY " + argument({}, kNestingMax) +
              (choices_.one_in(2) ? " DESC)" : ")");
    }
    if (may_aggregate ? choices_.one_in(8) : choices_.one_in(60))
      call += " FILTER (WHERE " + argument({"boolean"}, kNestingMax) + ")";
    if (may_window ? choices_.one_in(8) : choices_.one_in(60))
      call += choices_.one_in(2) ? " IGNORE NULLS" : " RESPECT NULLS";
    const bool is_window = kind == functions::FunctionKind::kWindow
                               ? !choices_.one_in(8)
                               : choices_.one_in(may_window ? 4 : 60);
    return is_window ? call + " OVER (" + window() + ")" : call;
  }

  std::string window() {
    static const std::vector<std::string_view> frames = {
        "",
        "ORDER BY g",
        "PARTITION BY g",
        "PARTITION BY g ORDER BY g DESC",
        "ORDER BY g ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
        "ORDER BY g ROWS BETWEEN 2147483647 PRECEDING AND 2147483647 FOLLOWING",
        "ORDER BY g RANGE BETWEEN 1 PRECEDING AND CURRENT ROW",
        "ORDER BY g ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
        "ORDER BY g RANGE BETWEEN 2147483647 FOLLOWING AND UNBOUNDED FOLLOWING",
        "ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING",
        "ORDER BY g, g RANGE 1 PRECEDING"};
    return std::string(choices_.of(frames));
  }

  // Rows of any values of each column's kind.
  std::string table() {
    std::string rows;
    std::string names = "g";
    for (size_t column = 0; column < columns_.size(); ++column)
      names += ", c" + std::to_string(column);
    const size_t count = choices_.below(4);
    for (size_t row = 0; row <= count; ++row) {
      rows += (row ? ", (" : "(") + std::to_string(row % 2);
      for (const fuzz::ValueKind* kind : columns_)
        rows += ", " + std::string(choices_.of(kind->texts));
      rows += ")";
    }
    return "VALUES " + rows + " AS t(" + names + ")";
  }

  Choices& choices_;
  bool has_columns_ = false;
  std::vector<const fuzz::ValueKind*> columns_;
};

// Cancels the query that runs longer than kQueryTimeMax: it must end then.
class Watch {
 public:
  explicit Watch(std::shared_ptr<engine::Cancellation> cancellation)
      : thread_([this, cancellation] {
          std::unique_lock lock(mutex_);
          if (!ended_.wait_for(lock, kQueryTimeMax, [this] { return is_over_; }))
            cancellation->cancel();
        }) {}
  ~Watch() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    ended_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;
};

class Target {
 public:
  Target() {
    engine::DuckDbOptions options;
    options.threads = 1;
    options.memory_limit = "256MB";
    options.temporary_folder = folder_;
    std::filesystem::create_directories(folder_);
    engine_ = engine::make_duckdb_engine(options);
    backend_.engine = engine_.get();
    backend_.temporary_folder = folder_;
    legacy_.config().set("spark.sql.ansi.enabled", "false");
  }

  void run(const std::string& query, bool ansi) {
    const connect::RequestContext context{ansi ? ansi_ : legacy_, global_views_, backend_};
    auto execution = std::make_shared<engine::ExecutionContext>();
    connect::prepare_execution(context, execution.get());
    const Watch watch(execution->cancellation);
    const plan::RelationPtr unresolved = connect::parse_sql_query(context, {query, {}, {}});
    const plan::RelationPtr resolved = connect::analyze_relation(context, unresolved, execution);
    const auto stream = engine_->execute(resolved, execution);
    while (stream->next()) execution->cancellation->throw_if_cancelled();
  }

 private:
  connect::Session::Key key(std::string_view digit) {
    return {"user", "00000000-0000-4000-8000-00000000000" + std::string(digit)};
  }

  const std::string folder_ = std::filesystem::temp_directory_path() / "firesteel_function_fuzzer";
  std::unique_ptr<engine::Engine> engine_;
  connect::Backend backend_;
  connect::ViewTable global_views_;
  connect::Session ansi_{key("1"), {}, folder_};
  connect::Session legacy_{key("2"), {}, folder_};
};

void limit_memory() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(FIRESTEEL_FUZZ)
  const rlimit limit{kDataBytesMax, kDataBytesMax};
  setrlimit(RLIMIT_DATA, &limit);
#endif
}

// What a bug of ours says, without what differs from query to query.
std::string class_of(const std::string& why) {
  std::string text;
  bool is_quoted = false;
  for (const char c : why.substr(0, why.find('\n'))) {
    if (c == '\'') is_quoted = !is_quoted;
    if (!is_quoted && (c < '0' || c > '9')) text += c;
  }
  return text;
}

// The first query of each class goes to stderr, and to the file that FUNCTION_FUZZER_REPORT names.
void report(const std::string& query, const std::string& why) {
  static std::set<std::string> known;
  if (!known.insert(class_of(why)).second) return;
  std::fprintf(stderr, "%s\n  %s\n", query.c_str(), why.c_str());
  const char* path = std::getenv("FUNCTION_FUZZER_REPORT");
  if (path == nullptr) return;
  if (FILE* file = std::fopen(path, "a")) {
    std::fprintf(file, "%s\n  %s\n", query.c_str(), why.c_str());
    std::fclose(file);
  }
}

}  // namespace
}  // namespace firesteel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace firesteel;
  static Target* const target = [] {
    limit_memory();
    return new Target;  // lives as long as the process: a dying one need not tidy up
  }();
  Choices choices(data, size);
  const bool ansi = !choices.one_in(3);
  const std::string query = QueryWriter(&choices).query();
  if (std::getenv("FUNCTION_FUZZER_SHOW") != nullptr) std::fprintf(stderr, "%s\n", query.c_str());
  const auto begin = std::chrono::steady_clock::now();
  try {
    target->run(query, ansi);
  } catch (...) {
    // Bad input is an error of the user's; INTERNAL_ERROR is a bug of ours.
    const SparkError error = connect::as_spark_error(std::current_exception());
    const bool is_out_of_memory =
        std::string_view(error.what()).find("out of memory") != std::string_view::npos;
    if (error.condition() == "INTERNAL_ERROR" && !is_out_of_memory) report(query, error.what());
  }
  if (std::chrono::steady_clock::now() - begin > 4 * kQueryTimeMax) {
    std::fprintf(stderr, "cannot be interrupted: %s\n", query.c_str());
    __builtin_trap();
  }
  return 0;
}
