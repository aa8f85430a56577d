// Rows to train on or to validate with, read once and kept in blocks under the memory account of the
// fit, spilled to a mapped file when over it, until XGBoost has made a matrix of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ml/context.h"
#include "ml/spill_file.h"
#include "ml/xgboost/feature_source.h"

namespace firesteel::ml::xgboost {

// What is kept of each row beside its features and label.
struct RowParts {
  bool has_weights = false;
  bool has_margins = false;
  bool has_queries = false;
  // Only the entries that are there are kept, since XGBoost takes a zero for a missing value.
  bool is_sparse = false;
};

// Rows as XGBoost takes them. It reads the features fastest column by column.
struct FlatRows {
  int64_t rows = 0;
  std::vector<float> features;    // column by column, or the values of the entries
  std::vector<int64_t> offsets;   // of entries
  std::vector<int32_t> indices;   // of entries
  std::vector<float> labels;
  std::vector<float> weights;     // per query group where there are groups
  std::vector<float> margins;
  std::vector<uint32_t> queries;  // numbered in their order
};

// Pointers into one block; what was not kept is null.
struct RowBlock {
  int64_t rows = 0;
  const int64_t* queries = nullptr;
  const int64_t* offsets = nullptr;
  const float* features = nullptr;  // column by column, or the values of the entries
  const int32_t* indices = nullptr;
  const float* labels = nullptr;
  const float* weights = nullptr;
  const float* margins = nullptr;
};

// The numbers of one batch that go with its features; what was not read is empty.
struct RowNumbers {
  std::vector<float> labels;
  std::vector<float> weights;
  std::vector<float> margins;
  std::vector<int64_t> queries;
};

class TrainingRows {
 public:
  // `context` outlives it.
  TrainingRows(RowParts parts, float missing, const FitContext& context);
  TrainingRows(const TrainingRows&) = delete;
  TrainingRows& operator=(const TrainingRows&) = delete;
  ~TrainingRows();

  // Adds the rows from `begin` to before `end`. Throws when a row has another number of features than
  // `width`.
  void add(const FeatureBatch& features, const RowNumbers& numbers, int64_t begin, int64_t end, int32_t width);
  // No row comes any more: what was spilled can be read, and rows are put into the order of their
  // queries, which XGBoost wants together.
  void finish();

  const RowParts& parts() const { return parts_; }
  int64_t rows() const { return rows_; }
  int32_t width() const { return width_; }
  // Elements that are neither null nor the missing value.
  int64_t present() const { return present_; }
  size_t blocks() const { return blocks_.size(); }
  RowBlock block(size_t index) const;
  // Tells the system that a spilled block is not needed until the next pass.
  void drop(size_t index) const;
  // The rows from `begin` to before `end` in the order of finish().
  void collect(int64_t begin, int64_t end, FlatRows* to) const;
  // The end of the query group that the row at `begin` is in.
  int64_t query_end(int64_t begin) const;
  // Moves to the file what is in memory, for the matrix to have its place.
  void spill();

 private:
  struct Stored {
    int64_t rows = 0;
    int64_t entries = 0;
    int64_t bytes = 0;
    std::unique_ptr<char[]> memory;  // null if spilled
    int64_t file_offset = 0;
  };
  // Rows of the block that is being filled; there is place for `capacity` in each column.
  struct Open {
    FlatRows flat;
    int64_t capacity = 0;
    std::vector<int64_t> queries;
  };
  struct Place {
    int64_t query;
    int64_t row;
  };

  void add_sparse(const FeatureBatch& features, int64_t row);
  void add_dense(const FeatureBatch& features, int64_t begin, int64_t end);
  void close_up_columns();
  void seal();
  void put_aside(Stored* block);
  void sort_by_query();
  // The number and weight of the query of the row at place `at`.
  void collect_query(int64_t at, bool is_first, const float* weight, FlatRows* to) const;
  RowBlock view(const Stored& stored, const char* data) const;

  RowParts parts_;
  float missing_;
  const FitContext& context_;
  int32_t width_ = -1;
  int64_t rows_ = 0;
  int64_t present_ = 0;
  int64_t rows_per_block_ = 0;
  Open open_;
  std::vector<Stored> blocks_;
  std::unique_ptr<SpillFile> file_;
  std::vector<Place> order_;  // empty: as they were read
  int64_t reserved_ = 0;
};

}  // namespace firesteel::ml::xgboost
