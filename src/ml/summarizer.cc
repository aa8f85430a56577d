#include "ml/summarizer.h"

#include <algorithm>
#include <cmath>

#include "ml/parallel.h"

namespace firesteel::ml {

Summarizer::Summarizer(int32_t features) : entries_(features) {}

void Summarizer::begin_row(double weight) {
  weight_ = weight;
  if (weight == 0.0) return;
  ++count_;
  weight_sum_ += weight;
  weight_square_sum_ += weight * weight;
}

void Summarizer::merge(const Summarizer& other) {
  if (other.weight_sum_ == 0.0) return;
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry& mine = entries_[i];
    const Entry& theirs = other.entries_[i];
    const double total = mine.weight_sum + theirs.weight_sum;
    if (total == 0.0) continue;
    const double difference = theirs.mean - mine.mean;
    mine.m2 += theirs.m2 + difference * difference * mine.weight_sum * theirs.weight_sum / total;
    mine.mean += difference * theirs.weight_sum / total;
    mine.weight_sum = total;
  }
  count_ += other.count_;
  weight_sum_ += other.weight_sum_;
  weight_square_sum_ += other.weight_square_sum_;
}

std::vector<double> Summarizer::mean() const {
  std::vector<double> result(entries_.size());
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = entries_[i].mean * (entries_[i].weight_sum / weight_sum_);
  }
  return result;
}

std::vector<double> Summarizer::variance() const {
  std::vector<double> result(entries_.size(), 0.0);
  const double denominator = weight_sum_ - weight_square_sum_ / weight_sum_;
  if (!(denominator > 0.0)) return result;
  for (size_t i = 0; i < result.size(); ++i) {
    const Entry& entry = entries_[i];
    const double spread = entry.m2 + entry.mean * entry.mean * entry.weight_sum *
                                         (weight_sum_ - entry.weight_sum) / weight_sum_;
    result[i] = std::max(spread / denominator, 0.0);
  }
  return result;
}

std::vector<double> Summarizer::standard_deviation() const {
  std::vector<double> result = variance();
  for (double& value : result) value = std::sqrt(value);
  return result;
}

namespace {

void add_block(const InstanceBlock& block, const std::vector<int32_t>& dense_columns, Summarizer& out) {
  for (int32_t row = 0; row < block.rows; ++row) {
    out.begin_row(block.weights[row]);
    const double* dense = block.dense + static_cast<int64_t>(row) * block.dense_width;
    for (int32_t d = 0; d < block.dense_width; ++d) out.add_entry(dense_columns[d], dense[d]);
    for (int32_t k = block.offsets[row]; k < block.offsets[row + 1];) {
      if (block.values != nullptr) {
        out.add_entry(block.indices[k], block.values[k]);
        ++k;
        continue;
      }
      // A run of the same index stands for its length.
      int32_t end = k + 1;
      while (end < block.offsets[row + 1] && block.indices[end] == block.indices[k]) ++end;
      out.add_entry(block.indices[k], end - k);
      k = end;
    }
  }
}

template <typename Add>
Summarizer summarize(const InstanceBlocks& blocks, const FitContext& context, int32_t features, const Add& add) {
  const int parts = std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())));
  std::vector<Summarizer> partial(parts, Summarizer(features));
  for_each_part(parts, [&](int part) {
    const BlockRange range = block_range(blocks.size(), part, parts);
    for (size_t b = range.begin; b < range.end; ++b) {
      context.check_canceled();
      add(blocks[b], partial[part]);
      blocks.release(b);
    }
  });
  for (int part = 1; part < parts; ++part) partial[0].merge(partial[part]);
  return partial[0];
}

}  // namespace

Summarizer summarize_features(const InstanceBlocks& blocks, const FitContext& context) {
  return summarize(blocks, context, blocks.features(), [&](const InstanceBlock& block, Summarizer& out) {
    add_block(block, blocks.dense_columns(), out);
  });
}

Summarizer summarize_labels(const InstanceBlocks& blocks, const FitContext& context) {
  return summarize(blocks, context, 1, [](const InstanceBlock& block, Summarizer& out) {
    for (int32_t row = 0; row < block.rows; ++row) {
      out.begin_row(block.weights[row]);
      out.add_entry(0, block.labels[row]);
    }
  });
}

}  // namespace firesteel::ml
