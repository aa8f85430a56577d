#include "ml/instance_blocks.h"

#include <arrow/api.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.h"
#include "ml/spill_file.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr int32_t kRowsPerBlock = 4096;
constexpr size_t kBytesPerBlock = size_t{1} << 20;
constexpr int32_t kSampleRows = 2048;
constexpr int kRepeatsMax = 4;

// Where the parts of a block lie within its bytes.
struct BlockHeader {
  int32_t rows = 0;
  int32_t dense_width = 0;
  int64_t entries = 0;
  bool has_values = false;
  bool has_weights = false;
  bool has_margin_offsets = false;

  int64_t labels_at() const { return 0; }
  int64_t weights_at() const { return labels_at() + 8 * static_cast<int64_t>(rows); }
  int64_t margin_offsets_at() const { return weights_at() + (has_weights ? 8 * static_cast<int64_t>(rows) : 0); }
  int64_t dense_at() const { return margin_offsets_at() + (has_margin_offsets ? 8 * static_cast<int64_t>(rows) : 0); }
  int64_t values_at() const { return dense_at() + 8 * static_cast<int64_t>(rows) * dense_width; }
  int64_t offsets_at() const { return values_at() + (has_values ? 8 * entries : 0); }
  // Without entries there are no offsets either.
  int64_t indices_at() const { return offsets_at() + (entries > 0 ? 4 * (static_cast<int64_t>(rows) + 1) : 0); }
  int64_t bytes() const { return (indices_at() + 4 * entries + 7) / 8 * 8; }
};

// Weights and offsets of a block that has none of its own.
const double* ones() {
  static const std::vector<double> values(kRowsPerBlock, 1.0);
  return values.data();
}
const int32_t* zeros() {
  static const std::vector<int32_t> values(kRowsPerBlock + 1, 0);
  return values.data();
}

// Before memory is freed: its whole pages go back to the system at once. The allocator would keep them.
void discard(char* data, int64_t bytes) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + page - 1) / page * page;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + static_cast<uintptr_t>(bytes)) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

struct StoredBlock {
  BlockHeader header;
  std::unique_ptr<char[]> memory;  // null if spilled
  int64_t file_offset = 0;
};

// Rows of the block that is being filled.
struct OpenBlock {
  std::vector<double> labels;
  std::vector<double> weights;
  std::vector<double> margin_offsets;
  std::vector<double> dense;
  std::vector<int32_t> offsets{0};
  std::vector<int32_t> indices;
  std::vector<double> values;

  size_t bytes() const {
    return 8 * (labels.size() + weights.size() + margin_offsets.size() + dense.size() + values.size()) +
           4 * (offsets.size() + indices.size());
  }
  // Keeps the memory for the next block.
  void clear() {
    for (auto* numbers : {&labels, &weights, &margin_offsets, &dense, &values}) numbers->clear();
    offsets.assign(1, 0);
    indices.clear();
  }
};

// A block of dense rows that is filled in its place, so that no value is copied twice.
struct DenseBlock {
  BlockHeader header;  // of a full one
  std::unique_ptr<char[]> data;
  int32_t rows = 0;

  double* at(int64_t offset) const { return reinterpret_cast<double*>(data.get() + offset); }
  void open() {
    data = std::make_unique_for_overwrite<char[]>(static_cast<size_t>(header.bytes()));
    rows = 0;
  }
};

bool is_small_count(double value) {
  return value >= 1.0 && value <= kRepeatsMax && value == std::floor(value);
}

// True if repeating indices can stand for the values.
bool are_small_counts(const std::vector<double>& values) {
  int64_t repeats = 0;
  for (const double value : values) {
    if (value == 1.0) continue;
    if (!is_small_count(value)) return false;
    repeats += static_cast<int64_t>(value) - 1;
  }
  return repeats * 4 <= static_cast<int64_t>(values.size()) * 8;
}

void expand_counts(OpenBlock& block) {
  if (std::all_of(block.values.begin(), block.values.end(), [](double v) { return v == 1.0; })) {
    block.values.clear();
    return;
  }
  OpenBlock expanded;
  for (size_t row = 0; row + 1 < block.offsets.size(); ++row) {
    for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
      expanded.indices.insert(expanded.indices.end(), static_cast<size_t>(block.values[k]), block.indices[k]);
    }
    expanded.offsets.push_back(static_cast<int32_t>(expanded.indices.size()));
  }
  block.indices = std::move(expanded.indices);
  block.offsets = std::move(expanded.offsets);
  block.values.clear();
}

void check_margin_offset(double offset, bool is_null) {
  if (is_null || std::isnan(offset)) throw_user_raised("Offsets MUST NOT be Null or NaN");
  if (std::isinf(offset)) throw_user_raised("Offsets MUST NOT be Infinity, but got " + java_double_text(offset));
}

void check_finite(const VectorView& view) {
  // An exponent of ones means infinity or NaN. Whole numbers are compared: no addition waits for another.
  constexpr uint64_t kExponent = 0x7ff0000000000000U;
  uint64_t worst = 0;
  for (int32_t i = 0; i < view.count; ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, view.values + i, sizeof(bits));
    worst |= static_cast<uint64_t>((bits & kExponent) == kExponent);
  }
  if (worst == 0) return;
  throw_user_raised("Vector values MUST NOT be NaN or Infinity, but got " + view.to_vector().to_string());
}

}  // namespace

void check_label(double label, bool is_null, LabelCheck check) {
  if (check == LabelCheck::kPresent) {
    if (is_null) throw SparkError("ROW_VALUE_IS_NULL", {{"index", "0"}});
    return;
  }
  if (check == LabelCheck::kNumber) {
    if (is_null || std::isnan(label)) throw_user_raised("Labels MUST NOT be Null or NaN");
    if (std::isinf(label)) {
      throw_user_raised("Labels MUST NOT be Infinity, but got " + java_double_text(label));
    }
    return;
  }
  if (is_null || std::isnan(label)) throw_user_raised("Labels MUST NOT be Null or NaN");
  if (label < 0 || label >= 2147483647.0) {
    throw_user_raised("Labels MUST be in [0, 2147483647), but got " + java_double_text(label));
  }
  if (label != std::floor(label)) {
    throw_user_raised("Labels MUST be Integers, but got " + java_double_text(label));
  }
}

void check_weight(double weight, bool is_null) {
  if (is_null || std::isnan(weight)) throw_user_raised("Weights MUST NOT be Null or NaN");
  if (weight < 0 || std::isinf(weight)) {
    throw_user_raised("Weights MUST NOT be Negative or Infinity, but got " + java_double_text(weight));
  }
}

struct InstanceBlocks::State {
  int64_t rows = 0;
  int32_t features = -1;
  bool has_weights = false;  // other than ones
  std::vector<int32_t> dense_columns;
  std::vector<int32_t> dense_position;  // per feature: its dense column or -1
  std::vector<StoredBlock> blocks;
  std::unique_ptr<SpillFile> file;
  MemoryAccount* memory = nullptr;
  std::mutex mutex;  // of `reserved` and `in_memory`, while blocks are given back
  int64_t reserved = 0;
  int64_t in_memory = 0;
  std::string temp_dir;
  OpenBlock open;
  std::optional<DenseBlock> dense;  // in place of `open` where all columns are dense from the first row on
  // What the sparse entries read so far say of each feature.
  std::vector<int64_t> sparse_entries;
  std::vector<uint8_t> has_other_values;  // than small counts

  ~State() {
    if (memory != nullptr) memory->release(reserved);
  }

  void choose_dense_columns(const VectorColumn& vectors) {
    std::vector<int32_t> nonzeros(features, 0);
    std::vector<uint8_t> is_one(features, 1);
    std::vector<uint8_t> is_count(features, 1);
    const int64_t sample = std::min<int64_t>(kSampleRows, vectors.length());
    int64_t entries = 0;
    for (int64_t row = 0; row < sample; ++row) {
      if (vectors.is_null(row)) continue;
      const VectorView view = vectors[row];
      if (view.size != features) continue;
      for (int32_t i = 0; i < view.count; ++i) {
        const double value = view.values[i];
        if (value == 0.0) continue;
        const int32_t feature = view.indices != nullptr ? view.indices[i] : i;
        ++nonzeros[feature];
        ++entries;
        if (value != 1.0) is_one[feature] = 0;
        if (!is_small_count(value)) is_count[feature] = 0;
      }
    }
    std::vector<int32_t> rare_values;
    for (int32_t feature = 0; feature < features; ++feature) {
      if (is_one[feature] != 0) continue;
      if (2 * nonzeros[feature] < sample) {
        if (is_count[feature] == 0) rare_values.push_back(feature);
      } else {
        dense_columns.push_back(feature);
        entries -= nonzeros[feature];
      }
    }
    add_rare_values(rare_values, nonzeros, entries, sample);
    set_dense_columns(std::move(dense_columns));
    sparse_entries.assign(features, 0);
    has_other_values.assign(features, 0);
  }

  // Where the columns of other values than counts are few, it is cheaper to hold their zeros than
  // the value of every sparse entry.
  void add_rare_values(const std::vector<int32_t>& rare, const std::vector<int32_t>& nonzeros, int64_t entries,
                       int64_t sample) {
    int64_t rare_entries = 0;
    for (const int32_t feature : rare) rare_entries += nonzeros[feature];
    const int64_t bytes_as_dense = 8 * static_cast<int64_t>(rare.size()) * sample + 4 * (entries - rare_entries);
    if (rare.empty() || bytes_as_dense > 12 * entries) return;
    dense_columns.insert(dense_columns.end(), rare.begin(), rare.end());
    std::sort(dense_columns.begin(), dense_columns.end());
  }

  // Where all columns are dense, a block has as many rows as one that is filled value by value.
  void start_dense_blocks(bool has_margin_offsets) {
    if (dense_columns.size() != static_cast<size_t>(features)) return;
    BlockHeader header;
    header.dense_width = features;
    header.has_weights = has_weights;
    header.has_margin_offsets = has_margin_offsets;
    const size_t row_bytes = 8 * (size_t{2} + static_cast<size_t>(features) + (has_margin_offsets ? 1 : 0)) + 4;
    header.rows = static_cast<int32_t>(std::min<size_t>(kRowsPerBlock, (kBytesPerBlock - 4 + row_bytes - 1) / row_bytes));
    dense.emplace();
    dense->header = header;
    dense->open();
  }

  void add_dense(double label, double weight, const double* margin_offset, const VectorView& view) {
    const BlockHeader& header = dense->header;
    const int32_t row = dense->rows++;
    dense->at(header.labels_at())[row] = label;
    if (has_weights) dense->at(header.weights_at())[row] = weight;
    if (margin_offset != nullptr) dense->at(header.margin_offsets_at())[row] = *margin_offset;
    double* to = dense->at(header.dense_at()) + static_cast<int64_t>(row) * features;
    if (view.indices == nullptr) {
      std::copy_n(view.values, view.count, to);
    } else {
      std::fill_n(to, features, 0.0);
      for (int32_t i = 0; i < view.count; ++i) to[view.indices[i]] = view.values[i];
    }
    ++rows;
    if (dense->rows < header.rows) return;
    store(header, std::move(dense->data));
    dense->open();
  }

  // The last block, which is not full.
  void seal_dense() {
    const DenseBlock from = *std::exchange(dense, std::nullopt);
    if (from.rows == 0) return;
    BlockHeader header = from.header;
    header.rows = from.rows;
    DenseBlock last{header, nullptr, 0};
    last.open();
    std::copy_n(from.at(from.header.labels_at()), from.rows, last.at(header.labels_at()));
    if (has_weights) std::copy_n(from.at(from.header.weights_at()), from.rows, last.at(header.weights_at()));
    if (header.has_margin_offsets) {
      std::copy_n(from.at(from.header.margin_offsets_at()), from.rows, last.at(header.margin_offsets_at()));
    }
    std::copy_n(from.at(from.header.dense_at()), static_cast<int64_t>(from.rows) * features, last.at(header.dense_at()));
    store(header, std::move(last.data));
  }

  void add(double label, double weight, const double* margin_offset, const VectorView& view) {
    if (view.size != features) {
      throw_spark_exception("requirement failed: Dimensions mismatch when adding new sample. Expecting " +
                            std::to_string(features) + " but got " + std::to_string(view.size) + ".");
    }
    if (dense) {
      add_dense(label, weight, margin_offset, view);
      return;
    }
    open.labels.push_back(label);
    if (has_weights) open.weights.push_back(weight);
    if (margin_offset != nullptr) open.margin_offsets.push_back(*margin_offset);
    const size_t base = open.dense.size();
    open.dense.resize(base + dense_columns.size(), 0.0);
    for (int32_t i = 0; i < view.count; ++i) {
      const double value = view.values[i];
      if (value == 0.0) continue;
      const int32_t feature = view.indices != nullptr ? view.indices[i] : i;
      if (const int32_t position = dense_position[feature]; position >= 0) {
        open.dense[base + position] = value;
      } else {
        open.indices.push_back(feature);
        open.values.push_back(value);
        ++sparse_entries[feature];
        if (!is_small_count(value)) has_other_values[feature] = 1;
      }
    }
    end_row();
  }

  // The layout was chosen by the first rows, and sorted data begins unlike it goes on. Returns the
  // columns that all rows together would have dense; empty if the layout is good as it is.
  std::vector<int32_t> better_dense_columns() const {
    int64_t entries = 0;
    int64_t moved = 0;
    std::vector<int32_t> columns = dense_columns;
    for (int32_t feature = 0; feature < features; ++feature) {
      entries += sparse_entries[feature];
      if (has_other_values[feature] == 0) continue;
      moved += sparse_entries[feature];
      columns.push_back(feature);
    }
    const auto added = static_cast<int64_t>(columns.size() - dense_columns.size());
    if (added == 0 || 8 * added * rows + 4 * (entries - moved) > 12 * entries) return {};
    std::sort(columns.begin(), columns.end());
    return columns;
  }

  void set_dense_columns(std::vector<int32_t> columns) {
    dense_columns = std::move(columns);
    dense_position.assign(features, -1);
    for (size_t d = 0; d < dense_columns.size(); ++d) dense_position[dense_columns[d]] = static_cast<int32_t>(d);
  }

  void copy_row(const InstanceBlock& block, int32_t row, const std::vector<int32_t>& from_columns) {
    open.labels.push_back(block.labels[row]);
    if (has_weights) open.weights.push_back(block.weights[row]);
    if (block.margin_offsets != nullptr) open.margin_offsets.push_back(block.margin_offsets[row]);
    const size_t base = open.dense.size();
    open.dense.resize(base + dense_columns.size(), 0.0);
    for (int32_t d = 0; d < block.dense_width; ++d) {
      open.dense[base + dense_position[from_columns[d]]] = block.dense[static_cast<int64_t>(row) * block.dense_width + d];
    }
    const size_t first = open.indices.size();
    for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
      const int32_t feature = block.indices[k];
      const double value = block.values != nullptr ? block.values[k] : 1.0;
      if (const int32_t position = dense_position[feature]; position >= 0) {
        open.dense[base + position] += value;
      } else if (open.indices.size() > first && open.indices.back() == feature) {
        open.values.back() += value;
      } else {
        open.indices.push_back(feature);
        open.values.push_back(value);
      }
    }
    end_row();
  }

  void end_row() {
    open.offsets.push_back(static_cast<int32_t>(open.indices.size()));
    ++rows;
    if (static_cast<int32_t>(open.labels.size()) >= kRowsPerBlock || open.bytes() >= kBytesPerBlock) seal();
  }

  void seal() {
    if (dense) seal_dense();
    if (open.labels.empty()) return;
    if (are_small_counts(open.values)) expand_counts(open);
    BlockHeader header;
    header.rows = static_cast<int32_t>(open.labels.size());
    header.dense_width = static_cast<int32_t>(dense_columns.size());
    header.entries = static_cast<int64_t>(open.indices.size());
    header.has_values = !open.values.empty();
    header.has_weights = has_weights;
    header.has_margin_offsets = !open.margin_offsets.empty();
    auto data = std::make_unique_for_overwrite<char[]>(static_cast<size_t>(header.bytes()));
    const auto put = [&](int64_t at, const auto& items) {
      if (!items.empty()) std::memcpy(data.get() + at, items.data(), items.size() * sizeof(items[0]));
    };
    put(header.labels_at(), open.labels);
    put(header.weights_at(), open.weights);
    put(header.margin_offsets_at(), open.margin_offsets);
    put(header.dense_at(), open.dense);
    put(header.values_at(), open.values);
    if (header.entries > 0) put(header.offsets_at(), open.offsets);
    put(header.indices_at(), open.indices);
    store(header, std::move(data));
    open.clear();
  }

  void store(const BlockHeader& header, std::unique_ptr<char[]> data) {
    const int64_t bytes = header.bytes();
    StoredBlock block;
    block.header = header;
    if (memory == nullptr || memory->try_reserve(bytes)) {
      if (memory != nullptr) reserved += bytes;
      in_memory += bytes;
      block.memory = std::move(data);
    } else {
      if (!file) file = std::make_unique<SpillFile>(temp_dir);
      block.file_offset = file->append(data.get(), bytes);
    }
    blocks.push_back(std::move(block));
  }

  void forget(size_t block) {
    if (!blocks[block].memory) return;
    const int64_t bytes = blocks[block].header.bytes();
    discard(blocks[block].memory.get(), bytes);
    blocks[block].memory.reset();
    const std::lock_guard lock(mutex);
    in_memory -= bytes;
    if (memory == nullptr) return;
    memory->release(bytes);
    reserved -= bytes;
  }

  char* data(size_t block) const {
    return blocks[block].memory ? blocks[block].memory.get() : file->at(blocks[block].file_offset);
  }
};

InstanceBlocks::InstanceBlocks(std::unique_ptr<State> state) : state_(std::move(state)) {}
InstanceBlocks::InstanceBlocks(InstanceBlocks&&) noexcept = default;
InstanceBlocks::~InstanceBlocks() = default;

std::unique_ptr<InstanceBlocks::State> InstanceBlocks::lay_out_again(std::unique_ptr<State> state,
                                                                     std::vector<int32_t> columns,
                                                                     const FitContext& context) {
  if (state->file) state->file->map();
  auto next = std::make_unique<State>();
  next->memory = state->memory;
  next->temp_dir = state->temp_dir;
  next->features = state->features;
  next->has_weights = state->has_weights;
  next->set_dense_columns(std::move(columns));
  const std::vector<int32_t> from_columns = state->dense_columns;
  InstanceBlocks before(std::move(state));
  for (size_t b = 0; b < before.size(); ++b) {
    context.check_canceled();
    const InstanceBlock block = before[b];
    for (int32_t row = 0; row < block.rows; ++row) next->copy_row(block, row, from_columns);
    before.forget(b);
  }
  next->seal();
  return next;
}

InstanceBlocks InstanceBlocks::read(arrow::RecordBatchReader& dataset, const InstanceColumns& columns,
                                    FitContext& context) {
  auto state = std::make_unique<State>();
  state->memory = context.memory;
  state->temp_dir = context.temp_dir;
  const int label_at = find_position(context.fields, columns.label);
  const int features_at = find_position(context.fields, columns.features);
  const int weight_at = columns.weight.empty() ? -1 : find_position(context.fields, columns.weight);
  state->has_weights = weight_at >= 0;
  const int offset_at = columns.margin_offset.empty() ? -1 : find_position(context.fields, columns.margin_offset);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    const VectorColumn vectors(batch->column(features_at));
    NumberColumn weights;
    NumberColumn offsets;
    if (weight_at >= 0) weights = read_numbers(*batch->column(weight_at));
    if (offset_at >= 0) offsets = read_numbers(*batch->column(offset_at));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      if ((row & 1023) == 0) context.check_canceled();
      check_label(labels.values[row], labels.is_null(row), columns.label_check);
      if (weight_at >= 0) check_weight(weights.values[row], weights.is_null(row));
      if (offset_at >= 0) check_margin_offset(offsets.values[row], offsets.is_null(row));
      if (vectors.is_null(row)) throw_user_raised("Vectors MUST NOT be Null");
      const VectorView view = vectors[row];
      if (columns.must_be_finite) check_finite(view);
      if (state->features < 0) {
        state->features = view.size;
        state->choose_dense_columns(vectors);
        state->start_dense_blocks(offset_at >= 0);
      }
      state->add(labels.values[row], weight_at >= 0 ? weights.values[row] : 1.0,
                 offset_at >= 0 ? &offsets.values[row] : nullptr, view);
    }
    context.report({.stage = "reading", .rows = state->rows});
  }
  state->seal();
  if (state->rows > 0) {
    if (std::vector<int32_t> columns = state->better_dense_columns(); !columns.empty()) {
      state = lay_out_again(std::move(state), std::move(columns), context);
    }
  }
  if (state->file && !state->file->is_mapped()) state->file->map();
  return InstanceBlocks(std::move(state));
}

int64_t InstanceBlocks::rows() const { return state_->rows; }
int32_t InstanceBlocks::features() const { return std::max(0, state_->features); }
const std::vector<int32_t>& InstanceBlocks::dense_columns() const { return state_->dense_columns; }
size_t InstanceBlocks::size() const { return state_->blocks.size(); }
int64_t InstanceBlocks::bytes_in_memory() const { return state_->in_memory; }
int64_t InstanceBlocks::bytes_spilled() const { return state_->file ? state_->file->size() : 0; }

InstanceBlock InstanceBlocks::operator[](size_t block) const {
  const BlockHeader& header = state_->blocks[block].header;
  const char* data = state_->data(block);
  InstanceBlock view;
  view.rows = header.rows;
  view.dense_width = header.dense_width;
  view.labels = reinterpret_cast<const double*>(data + header.labels_at());
  view.weights = header.has_weights ? reinterpret_cast<const double*>(data + header.weights_at()) : ones();
  if (header.has_margin_offsets) view.margin_offsets = reinterpret_cast<const double*>(data + header.margin_offsets_at());
  view.dense = reinterpret_cast<const double*>(data + header.dense_at());
  view.offsets = header.entries > 0 ? reinterpret_cast<const int32_t*>(data + header.offsets_at()) : zeros();
  view.indices = reinterpret_cast<const int32_t*>(data + header.indices_at());
  if (header.has_values) view.values = reinterpret_cast<const double*>(data + header.values_at());
  return view;
}

void InstanceBlocks::release(size_t block) const {
  const StoredBlock& stored = state_->blocks[block];
  if (!stored.memory) state_->file->drop(stored.file_offset, stored.header.bytes());
}

void InstanceBlocks::forget(size_t block) {
  release(block);
  state_->forget(block);
}

void InstanceBlocks::remap(const std::vector<int32_t>& slots) {
  for (size_t b = 0; b < state_->blocks.size(); ++b) {
    const BlockHeader& header = state_->blocks[b].header;
    auto* indices = reinterpret_cast<int32_t*>(state_->data(b) + header.indices_at());
    for (int64_t k = 0; k < header.entries; ++k) indices[k] = slots[indices[k]];
    release(b);
  }
}

void compute_margins(const InstanceBlock& block, const std::vector<int32_t>& dense_columns,
                     const std::vector<double>& coefficients, double intercept, std::vector<double>& margins) {
  margins.resize(block.rows);
  for (int32_t row = 0; row < block.rows; ++row) {
    double margin = intercept;
    const double* dense = block.dense + static_cast<int64_t>(row) * block.dense_width;
    for (int32_t d = 0; d < block.dense_width; ++d) margin += dense[d] * coefficients[dense_columns[d]];
    for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
      margin += (block.values == nullptr ? 1.0 : block.values[k]) * coefficients[block.indices[k]];
    }
    margins[row] = margin;
  }
}

BlockRange block_range(size_t blocks, int part, int parts) {
  return {blocks * part / parts, blocks * (part + 1) / parts};
}

}  // namespace firesteel::ml
