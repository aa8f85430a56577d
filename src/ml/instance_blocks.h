// Training data in memory: labels, weights and features in blocks of rows, read once from an Arrow
// stream, kept within a memory account and spilled to a mapped file when over it.
//
// Layout of a row: `dense` columns (non-zero in at least half of the rows of a sample and not all
// ones; and the columns of other values than small whole numbers where those are few) as float64 side
// by side; all other non-zero entries as int32 indices with float64 values,
// ascending by index. In blocks where every such value is a small whole number the values are left
// out and an index is repeated that many times: one-hot rows cost 4 bytes per entry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ml/context.h"
#include "ml/params.h"

namespace arrow {
class RecordBatchReader;
}

namespace firesteel::ml {

// How labels are checked while they are read: they are classes, finite numbers, or just not null.
enum class LabelCheck { kClass, kNumber, kPresent };
// Throws Spark's errors for a label that is not so.
void check_label(double label, bool is_null, LabelCheck check);
// Throws Spark's errors for a weight that is null, not a number, negative or infinite.
void check_weight(double weight, bool is_null);

// A view of one block; pointers are valid while the InstanceBlocks lives and is not changed.
struct InstanceBlock {
  int32_t rows = 0;
  int32_t dense_width = 0;
  const double* labels = nullptr;
  const double* weights = nullptr;
  const double* margin_offsets = nullptr;  // null: no such column was read
  const double* dense = nullptr;     // rows × dense_width, row by row
  const int32_t* offsets = nullptr;  // rows + 1
  const int32_t* indices = nullptr;
  const double* values = nullptr;  // null: every entry is 1
};


struct InstanceColumns {
  std::string label;
  std::string weight;  // empty: every weight is 1
  std::string features;
  LabelCheck label_check = LabelCheck::kNumber;
  bool must_be_finite = true;  // the features
  std::string margin_offset = {};  // a number added to the row's margin; empty: none
};

class InstanceBlocks {
 public:
  // Reads `dataset` to its end. Throws Spark's errors for bad labels, weights and vectors, and
  // OPERATION_CANCELED.
  static InstanceBlocks read(arrow::RecordBatchReader& dataset, const InstanceColumns& columns,
                             FitContext& context);

  InstanceBlocks(InstanceBlocks&&) noexcept;
  InstanceBlocks& operator=(InstanceBlocks&&) = delete;
  ~InstanceBlocks();

  int64_t rows() const;
  int32_t features() const;
  // Feature index of each dense column, ascending.
  const std::vector<int32_t>& dense_columns() const;
  size_t size() const;
  InstanceBlock operator[](size_t block) const;
  // Tells the system that a spilled block is not needed until the next pass.
  void release(size_t block) const;
  // Gives a block's memory back: it is not read again. From any thread.
  void forget(size_t block);
  int64_t bytes_in_memory() const;
  int64_t bytes_spilled() const;

  // Replaces every sparse index `i` by `slots[i]`, in place. Afterwards indices are slots.
  void remap(const std::vector<int32_t>& slots);

 private:
  struct State;
  explicit InstanceBlocks(std::unique_ptr<State> state);
  // The same rows with other dense columns; takes the former blocks apart.
  static std::unique_ptr<State> lay_out_again(std::unique_ptr<State> state, std::vector<int32_t> columns,
                                              const FitContext& context);
  std::unique_ptr<State> state_;
};

// Writes intercept + coefficients · features of each row of a block that is not remapped; margin
// offsets are not added.
void compute_margins(const InstanceBlock& block, const std::vector<int32_t>& dense_columns,
                     const std::vector<double>& coefficients, double intercept, std::vector<double>& margins);

// The features of a row side by side: those of the block itself where all are dense. For blocks that are not
// remapped, which outlive it.
class RowReader {
 public:
  explicit RowReader(const InstanceBlocks& blocks)
      : dense_columns_(blocks.dense_columns()), features_(std::max(0, blocks.features()), 0.0) {
    is_dense_ = dense_columns_.size() == features_.size();
  }

  // Whether read() gives rows of the blocks themselves, valid for as long as these.
  bool is_dense() const { return is_dense_; }

  // Valid until the next call.
  const double* read(const InstanceBlock& block, int32_t row) {
    const double* dense = block.dense + static_cast<size_t>(row) * block.dense_width;
    if (is_dense_) return dense;
    for (const int32_t feature : set_) features_[feature] = 0.0;
    set_.clear();
    for (int32_t d = 0; d < block.dense_width; ++d) features_[dense_columns_[d]] = dense[d];
    // Entries without values count repeated indices.
    for (int32_t i = block.offsets[row]; i < block.offsets[row + 1]; ++i) {
      features_[block.indices[i]] += block.values != nullptr ? block.values[i] : 1.0;
      set_.push_back(block.indices[i]);
    }
    return features_.data();
  }

 private:
  const std::vector<int32_t>& dense_columns_;
  std::vector<double> features_;
  std::vector<int32_t> set_;  // the sparse ones of the row before
  bool is_dense_ = false;
};

// Calls `visit(features, label, weight)` for each row of blocks that are not remapped, with all its features.
template <typename Visit>
void for_each_row(const InstanceBlocks& blocks, const FitContext& context, const Visit& visit) {
  RowReader reader(blocks);
  for (size_t b = 0; b < blocks.size(); ++b) {
    context.check_canceled();
    const InstanceBlock block = blocks[b];
    for (int32_t row = 0; row < block.rows; ++row) visit(reader.read(block, row), block.labels[row], block.weights[row]);
    blocks.release(b);
  }
}

// Contiguous range of blocks that part `part` of `parts` works on.
struct BlockRange {
  size_t begin = 0;
  size_t end = 0;
};
BlockRange block_range(size_t blocks, int part, int parts);

}  // namespace firesteel::ml
