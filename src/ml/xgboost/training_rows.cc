#include "ml/xgboost/training_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace firesteel::ml::xgboost {

namespace {

// XGBoost works best with few batches; where memory is scarce small ones leave more of it.
constexpr int64_t kBytesPerBlock = int64_t{16} << 20;
constexpr int64_t kBytesPerSmallBlock = int64_t{2} << 20;
constexpr int64_t kSparseRowsPerBlock = 65536;

int64_t block_bytes(MemoryAccount* memory) {
  if (memory == nullptr) return kBytesPerBlock;
  if (!memory->try_reserve(4 * kBytesPerBlock)) return kBytesPerSmallBlock;
  memory->release(4 * kBytesPerBlock);
  return kBytesPerBlock;
}

template <typename T>
void append(const std::vector<T>& items, char** at) {
  const size_t bytes = items.size() * sizeof(T);
  if (bytes > 0) std::memcpy(*at, items.data(), bytes);
  *at += (bytes + 7) / 8 * 8;
}

template <typename T>
const T* take(const char** at, int64_t count, bool is_there = true) {
  if (!is_there) return nullptr;
  const auto* items = reinterpret_cast<const T*>(*at);
  *at += (count * static_cast<int64_t>(sizeof(T)) + 7) / 8 * 8;
  return items;
}

template <typename T>
int64_t padded_bytes(const std::vector<T>& items) {
  return static_cast<int64_t>((items.size() * sizeof(T) + 7) / 8 * 8);
}

void check_width(int64_t found, int32_t wanted) {
  if (found != wanted) {
    require(false, "The features of a row have " + std::to_string(found) + " elements where those of the first row have " +
                       std::to_string(wanted) + ".");
  }
}

template <typename T>
void append_range(const std::vector<T>& from, int64_t begin, int64_t end, std::vector<T>* to) {
  if (!from.empty()) to->insert(to->end(), from.begin() + begin, from.begin() + end);
}

}  // namespace

TrainingRows::TrainingRows(RowParts parts, float missing, const FitContext& context)
    : parts_(parts), missing_(missing), context_(context) {}

TrainingRows::~TrainingRows() {
  if (context_.memory != nullptr) context_.memory->release(reserved_);
}

void TrainingRows::add(const FeatureBatch& features, const RowNumbers& numbers, int64_t begin, int64_t end,
                       int32_t width) {
  if (width_ < 0) {
    width_ = width;
rows_per_block_ = parts_.is_sparse ? kSparseRowsPerBlock
                                        : std::max<int64_t>(1, block_bytes(context_.memory) / (4 * std::max(1, width)));
  }
  for (int64_t row = begin; row < end; ++row) check_width(features.width(row), width_);
  while (begin < end) {
    const int64_t stop = std::min(end, begin + rows_per_block_ - open_.flat.rows);
    if (parts_.is_sparse) {
      for (int64_t row = begin; row < stop; ++row) add_sparse(features, row);
    } else {
      add_dense(features, begin, stop);
    }
    append_range(numbers.labels, begin, stop, &open_.flat.labels);
    append_range(numbers.weights, begin, stop, &open_.flat.weights);
    append_range(numbers.margins, begin, stop, &open_.flat.margins);
    append_range(numbers.queries, begin, stop, &open_.queries);
    open_.flat.rows += stop - begin;
    rows_ += stop - begin;
    begin = stop;
    if (open_.flat.rows == rows_per_block_) seal();
  }
}

void TrainingRows::add_sparse(const FeatureBatch& features, int64_t row) {
  FlatRows& flat = open_.flat;
  if (flat.offsets.empty()) flat.offsets.push_back(0);
  const VectorView vector = features.vector(row);
  for (int32_t i = 0; i < vector.count; ++i) {
    const auto value = static_cast<float>(vector.values[i]);
    if (value == 0.0F) continue;
    flat.indices.push_back(vector.indices != nullptr ? vector.indices[i] : i);
    flat.features.push_back(value);
  }
  flat.offsets.push_back(static_cast<int64_t>(flat.indices.size()));
}

void TrainingRows::add_dense(const FeatureBatch& features, int64_t begin, int64_t end) {
  FlatRows& flat = open_.flat;
  if (const int64_t needed = flat.rows + end - begin; needed > open_.capacity) {
    const int64_t capacity = std::min(rows_per_block_, std::max(needed, 2 * open_.capacity));
    std::vector<float> larger(static_cast<size_t>(capacity * width_));
    for (int64_t c = 0; c < width_; ++c) {
      std::copy_n(flat.features.data() + c * open_.capacity, flat.rows, larger.data() + c * capacity);
    }
    flat.features = std::move(larger);
    open_.capacity = capacity;
  }
  features.write_columns(begin, end, width_, flat.features.data() + flat.rows, open_.capacity);
}

// Leaves no place between the columns.
void TrainingRows::close_up_columns() {
  std::vector<float>& features = open_.flat.features;
  const int64_t rows = open_.flat.rows;
  for (int64_t c = 1; c < width_ && rows < open_.capacity; ++c) {
    std::copy_n(features.data() + c * open_.capacity, rows, features.data() + c * rows);
  }
  features.resize(static_cast<size_t>(rows * width_));
}

void TrainingRows::seal() {
  FlatRows& flat = open_.flat;
  if (flat.rows == 0) return;
  if (!parts_.is_sparse) close_up_columns();
  for (const float value : flat.features) present_ += static_cast<int64_t>(!std::isnan(value) && value != missing_);
  Stored block;
  block.rows = flat.rows;
  block.entries = static_cast<int64_t>(flat.indices.size());
  block.bytes = padded_bytes(open_.queries) + padded_bytes(flat.offsets) + padded_bytes(flat.features) +
                padded_bytes(flat.indices) + padded_bytes(flat.labels) + padded_bytes(flat.weights) +
                padded_bytes(flat.margins);
  block.memory.reset(new char[static_cast<size_t>(block.bytes)]);
  char* at = block.memory.get();
  append(open_.queries, &at);
  append(flat.offsets, &at);
  append(flat.features, &at);
  append(flat.indices, &at);
  append(flat.labels, &at);
  append(flat.weights, &at);
  append(flat.margins, &at);
  if (context_.memory == nullptr || context_.memory->try_reserve(block.bytes)) {
    reserved_ += context_.memory != nullptr ? block.bytes : 0;
  } else {
    put_aside(&block);
  }
  blocks_.push_back(std::move(block));
  // Keeps the memory for the next block.
  flat.rows = 0;
  if (parts_.is_sparse) {
    flat.features.clear();
  } else {
    flat.features.resize(static_cast<size_t>(open_.capacity * width_));
  }
  for (auto* numbers : {&flat.labels, &flat.weights, &flat.margins}) numbers->clear();
  flat.offsets.clear();
  flat.indices.clear();
  open_.queries.clear();
}

void TrainingRows::put_aside(Stored* block) {
  if (!file_) file_ = std::make_unique<SpillFile>(context_.temp_dir);
  block->file_offset = file_->append(block->memory.get(), block->bytes);
  block->memory.reset();
}

void TrainingRows::finish() {
  seal();
  open_ = Open();
  if (file_) file_->map();
  if (parts_.has_queries) sort_by_query();
}

void TrainingRows::spill() {
  if (reserved_ == 0) return;
  // Blocks that were put aside before are read through the former file.
  auto file = std::make_unique<SpillFile>(context_.temp_dir);
  for (Stored& block : blocks_) {
    context_.check_canceled();
    const char* data = block.memory ? block.memory.get() : file_->at(block.file_offset);
    block.file_offset = file->append(data, block.bytes);
    block.memory.reset();
  }
  file->map();
  file_ = std::move(file);
  context_.memory->release(reserved_);
  reserved_ = 0;
}

void TrainingRows::sort_by_query() {
  order_.reserve(static_cast<size_t>(rows_));
  for (size_t b = 0; b < blocks_.size(); ++b) {
    const RowBlock rows = block(b);
    for (int64_t row = 0; row < rows.rows; ++row) {
      order_.push_back({rows.queries[row], static_cast<int64_t>(b) * rows_per_block_ + row});
    }
  }
  context_.check_canceled();
  std::stable_sort(order_.begin(), order_.end(), [](const Place& a, const Place& b) { return a.query < b.query; });
}

RowBlock TrainingRows::view(const Stored& stored, const char* data) const {
  RowBlock block;
  block.rows = stored.rows;
  block.queries = take<int64_t>(&data, stored.rows, parts_.has_queries);
  block.offsets = take<int64_t>(&data, stored.rows + 1, parts_.is_sparse);
  block.features = take<float>(&data, parts_.is_sparse ? stored.entries : stored.rows * width_);
  block.indices = take<int32_t>(&data, stored.entries, parts_.is_sparse);
  block.labels = take<float>(&data, stored.rows);
  block.weights = take<float>(&data, stored.rows, parts_.has_weights);
  block.margins = take<float>(&data, stored.rows, parts_.has_margins);
  return block;
}

RowBlock TrainingRows::block(size_t index) const {
  const Stored& stored = blocks_[index];
  return view(stored, stored.memory ? stored.memory.get() : file_->at(stored.file_offset));
}

void TrainingRows::drop(size_t index) const {
  const Stored& stored = blocks_[index];
  if (!stored.memory) file_->drop(stored.file_offset, stored.bytes);
}

int64_t TrainingRows::query_end(int64_t begin) const {
  const int64_t query = order_[static_cast<size_t>(begin)].query;
  const auto end = std::upper_bound(order_.begin() + begin, order_.end(), query,
                                    [](int64_t wanted, const Place& place) { return wanted < place.query; });
  return end - order_.begin();
}

void TrainingRows::collect(int64_t begin, int64_t end, FlatRows* to) const {
  *to = FlatRows();
  to->rows = end - begin;
  if (parts_.is_sparse) {
    to->offsets.push_back(0);
  } else {
    to->features.resize(static_cast<size_t>(to->rows * width_));
  }
  for (int64_t i = begin; i < end; ++i) {
    const int64_t at = order_.empty() ? i : order_[static_cast<size_t>(i)].row;
    const RowBlock from = block(static_cast<size_t>(at / rows_per_block_));
    const int64_t row = at % rows_per_block_;
    if (parts_.is_sparse) {
      to->features.insert(to->features.end(), from.features + from.offsets[row], from.features + from.offsets[row + 1]);
      to->indices.insert(to->indices.end(), from.indices + from.offsets[row], from.indices + from.offsets[row + 1]);
      to->offsets.push_back(static_cast<int64_t>(to->indices.size()));
    } else {
      for (int64_t c = 0; c < width_; ++c) to->features[static_cast<size_t>(c * to->rows + i - begin)] = from.features[c * from.rows + row];
    }
    to->labels.push_back(from.labels[row]);
    if (from.margins != nullptr) to->margins.push_back(from.margins[row]);
    if (!order_.empty()) {
      collect_query(i, i == begin, from.weights != nullptr ? from.weights + row : nullptr, to);
    } else if (from.weights != nullptr) {
      to->weights.push_back(from.weights[row]);
    }
  }
}

void TrainingRows::collect_query(int64_t at, bool is_first, const float* weight, FlatRows* to) const {
  const int64_t query = order_[static_cast<size_t>(at)].query;
  const bool is_new = is_first || query != order_[static_cast<size_t>(at) - 1].query;
  to->queries.push_back(is_first ? 0 : to->queries.back() + static_cast<uint32_t>(is_new));
  if (weight == nullptr) return;
  if (is_new) {
    to->weights.push_back(*weight);
  } else if (to->weights.back() != *weight) {
    require(false, "The weights of the rows of one query MUST be equal, but query " + std::to_string(query) + " has " +
                       std::to_string(to->weights.back()) + " and " + std::to_string(*weight) + ".");
  }
}

}  // namespace firesteel::ml::xgboost
