#include "ml/xgboost/matrix.h"

#include <algorithm>
#include <exception>
#include <filesystem>

#include "base/error.h"
#include "ml/xgboost/library.h"

namespace firesteel::ml::xgboost {

namespace {

constexpr int64_t kBytesPerBatch = int64_t{16} << 20;
constexpr int32_t kColumnsMax = 256;

void set_numbers(void* matrix, const char* field, const float* numbers, int64_t count) {
  if (numbers != nullptr && count > 0) check(api().matrix_set_info(matrix, field, array_interface(numbers, count, 0, "<f4").c_str()));
}

void set_texts(void* matrix, const char* field, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  check_argument(api().matrix_set_texts(matrix, field, pointers.data(), pointers.size()));
}

void set_numbers(void* matrix, const FlatRows& rows) {
  set_numbers(matrix, "label", rows.labels.data(), static_cast<int64_t>(rows.labels.size()));
  set_numbers(matrix, "weight", rows.weights.data(), static_cast<int64_t>(rows.weights.size()));
  set_numbers(matrix, "base_margin", rows.margins.data(), static_cast<int64_t>(rows.margins.size()));
  if (rows.queries.empty()) return;
  const auto count = static_cast<int64_t>(rows.queries.size());
  check(api().matrix_set_info(matrix, "qid", array_interface(rows.queries.data(), count, 0, "<u4").c_str()));
}

// What the features are called and what they are of.
void describe_features(void* matrix, const MatrixOptions& options) {
  set_texts(matrix, "feature_name", options.feature_names);
  set_texts(matrix, "feature_type", options.feature_types);
  if (!options.feature_weights.empty()) {
    set_numbers(matrix, "feature_weights", options.feature_weights.data(), static_cast<int64_t>(options.feature_weights.size()));
  }
}

class Proxy {
 public:
  Proxy() { check(api().proxy_create(&handle_)); }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy() { api().matrix_free(handle_); }
  void* handle() const { return handle_; }

 private:
  void* handle_ = nullptr;
};

// Shows XGBoost one batch of rows after the other, as often as it wants. What goes wrong here must
// not pass through its code: it ends the rows, and rethrow() says why.
class Feed {
 public:
  Feed(const TrainingRows& rows, const MatrixOptions& options, FitContext& context)
      : rows_(rows), options_(options), context_(context) {}

  void* proxy() const { return proxy_.handle(); }
  static void reset(void* feed) { static_cast<Feed*>(feed)->begin(); }
  static int next(void* feed) { return static_cast<Feed*>(feed)->advance() ? 1 : 0; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void begin() {
    block_ = 0;
    row_ = 0;
  }

  bool advance() {
    if (failure_) return false;
    try {
      context_.check_canceled();
      const bool is_more = rows_.parts().has_queries ? show_queries() : show_block();
      if (is_more) describe_features(proxy_.handle(), options_);
      return is_more;
    } catch (...) {
      failure_ = std::current_exception();
      return false;
    }
  }

  bool show_block() {
    if (block_ > 0) rows_.drop(block_ - 1);
    if (block_ == rows_.blocks()) return false;
    const RowBlock block = rows_.block(block_++);
    show_features(block.features, block.offsets, block.indices, block.rows);
    set_numbers(proxy_.handle(), "label", block.labels, block.rows);
    set_numbers(proxy_.handle(), "weight", block.weights, block.rows);
    set_numbers(proxy_.handle(), "base_margin", block.margins, block.rows);
    return true;
  }

  // Whole groups: one that lay in two batches would become two.
  bool show_queries() {
    if (row_ == rows_.rows()) return false;
    const int64_t rows_wanted = std::max<int64_t>(1, kBytesPerBatch / (4 * std::max(1, rows_.width())));
    int64_t end = row_;
    while (end < rows_.rows() && end - row_ < rows_wanted) end = rows_.query_end(end);
    rows_.collect(row_, end, &flat_);
    // The numbers of queries go on over batches.
    const uint32_t first = row_ == 0 ? 0 : next_query_;
    for (uint32_t& query : flat_.queries) query += first;
    next_query_ = flat_.queries.back() + 1;
    row_ = end;
    show_features(flat_.features.data(), flat_.offsets.data(), flat_.indices.data(), flat_.rows);
    set_numbers(proxy_.handle(), flat_);
    return true;
  }

  void show_features(const float* features, const int64_t* offsets, const int32_t* indices, int64_t rows) const {
    if (!rows_.parts().is_sparse) {
      show_columns(features, rows);
      return;
    }
    check(api().proxy_set_csr(proxy_.handle(), array_interface(offsets, rows + 1, 0, "<i8").c_str(),
                              array_interface(indices, offsets[rows], 0, "<i4").c_str(),
                              array_interface(features, offsets[rows], 0, "<f4").c_str(),
                              static_cast<uint64_t>(rows_.width())));
  }

  // XGBoost reads columns of their own faster than those of one array, but each takes a text.
  void show_columns(const float* features, int64_t rows) const {
    if (rows_.width() > kColumnsMax) {
      check(api().proxy_set_dense(proxy_.handle(), columns_interface(features, rows, rows_.width()).c_str()));
      return;
    }
    std::string columns = "[";
    for (int64_t c = 0; c < rows_.width(); ++c) columns += (c > 0 ? "," : "") + array_interface(features + c * rows, rows, 0, "<f4");
    check(api().proxy_set_columns(proxy_.handle(), (columns + "]").c_str()));
  }

  const TrainingRows& rows_;
  const MatrixOptions& options_;
  FitContext& context_;
  Proxy proxy_;
  FlatRows flat_;
  size_t block_ = 0;
  int64_t row_ = 0;
  uint32_t next_query_ = 0;
  std::exception_ptr failure_;
};

// What XGBoost holds of a binned matrix while it trains: of each element its bin, by rows and by
// columns, with the row beside it where elements are missing; of each row gradients, predictions and
// positions.
int64_t estimated_bytes(const TrainingRows& rows, const MatrixOptions& options) {
  const bool is_whole = rows.present() == rows.rows() * rows.width();
  const int64_t bin_bytes = options.bins_max <= 256 ? 1 : 2;
  const int64_t per_element = is_whole ? 2 * bin_bytes : 12 + bin_bytes;
  return rows.present() * per_element + rows.rows() * (64 + 32 * int64_t{options.outputs});
}

std::string common_settings(const MatrixOptions& options) {
  return R"("missing":)" + json_number(options.missing) + R"(,"nthread":)" + std::to_string(options.threads);
}

std::string new_cache_folder(const FitContext& context) {
  std::string folder = context.temp_dir + "/firesteel-xgboost-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw_spark_exception("Cannot create a temporary folder in " + context.temp_dir);
  return folder;
}

}  // namespace

Matrix::Matrix(FitContext& context) : memory_(context.memory) {}

Matrix::Matrix(Matrix&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      memory_(other.memory_),
      reserved_(std::exchange(other.reserved_, 0)),
      cache_folder_(std::exchange(other.cache_folder_, {})) {}

Matrix::~Matrix() {
  if (handle_ != nullptr) api().matrix_free(handle_);
  if (memory_ != nullptr) memory_->release(reserved_);
  std::error_code ignored;
  if (!cache_folder_.empty()) std::filesystem::remove_all(cache_folder_, ignored);
}

Matrix Matrix::quantile(TrainingRows& rows, const Matrix* reference, const MatrixOptions& options, FitContext& context) {
  Matrix matrix(context);
  const int64_t bytes = estimated_bytes(rows, options);
  bool fits = context.memory == nullptr || context.memory->try_reserve(bytes);
  if (!fits) {
    rows.spill();
    fits = context.memory->try_reserve(bytes);
  }
  if (fits && context.memory != nullptr) matrix.reserved_ = bytes;
  if (!fits) matrix.cache_folder_ = new_cache_folder(context);
  std::string config = "{" + common_settings(options) + R"(,"max_bin":)" + std::to_string(options.bins_max);
  if (!fits) config += R"(,"cache_prefix":")" + matrix.cache_folder_ + R"(/bins","on_host":false)";
  config += "}";
  Feed feed(rows, options, context);
  const auto make = fits ? api().quantile_matrix : api().external_quantile_matrix;
  const int status = make(&feed, feed.proxy(), reference != nullptr ? reference->handle_ : nullptr, &Feed::reset,
                          &Feed::next, config.c_str(), &matrix.handle_);
  feed.rethrow();
  check(status);
  return matrix;
}

Matrix Matrix::values(TrainingRows& rows, const MatrixOptions& options, FitContext& context) {
  Matrix matrix(context);
  // Once as they are collected, once as entries of index and value in XGBoost.
  const int64_t bytes = rows.present() * 8 + rows.rows() * rows.width() * 4 + rows.rows() * (64 + 32 * int64_t{options.outputs});
  if (context.memory != nullptr) {
    bool fits = context.memory->try_reserve(bytes);
    if (!fits) {
      rows.spill();
      fits = context.memory->try_reserve(bytes);
    }
    if (!fits) {
      throw_spark_exception("XGBoost's tree method approx needs " + std::to_string(bytes >> 20) +
                            " MiB for this data, more than the memory limit leaves; use hist.");
    }
    matrix.reserved_ = bytes;
  }
  FlatRows flat;
  rows.collect(0, rows.rows(), &flat);
  context.check_canceled();
  const std::string config = "{" + common_settings(options) + "}";
  if (rows.parts().is_sparse) {
    const int64_t entries = flat.offsets.back();
    check(api().matrix_from_csr(array_interface(flat.offsets.data(), flat.rows + 1, 0, "<i8").c_str(),
                                array_interface(flat.indices.data(), entries, 0, "<i4").c_str(),
                                array_interface(flat.features.data(), entries, 0, "<f4").c_str(),
                                static_cast<uint64_t>(rows.width()), config.c_str(), &matrix.handle_));
  } else {
    check(api().matrix_from_dense(columns_interface(flat.features.data(), flat.rows, rows.width()).c_str(),
                                  config.c_str(), &matrix.handle_));
  }
  set_numbers(matrix.handle_, flat);
  describe_features(matrix.handle_, options);
  return matrix;
}

}  // namespace firesteel::ml::xgboost
