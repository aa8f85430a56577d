// Vectors of words by the skip-gram model with hierarchical softmax, as Spark's
// mllib.feature.Word2Vec trains them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ml/row_memory.h"

namespace firesteel::ml {

struct SkipGramSettings {
  int32_t vector_size = 100;
  int32_t window = 5;
  int32_t iterations = 1;
  int32_t partitions = 1;
  double learning_rate = 0.025;
  int64_t seed = 0;
};

// Words by descending count.
struct Vocabulary {
  std::vector<std::string> words;
  std::vector<int64_t> counts;
};

// Sentences of indices into a vocabulary, one after the other.
struct Corpus {
  explicit Corpus(const std::shared_ptr<RowMemory>& memory)
      : words(RowAllocator<int32_t>(memory)), ends(RowAllocator<int64_t>(memory)) {}

  RowVector<int32_t> words;
  RowVector<int64_t> ends;  // where each sentence ends in `words`
};

// One vector after the other, in the order of the vocabulary. With one partition the draws and the
// order of the updates are those of Spark; with more, each trains on every so-many-th sentence and
// the vectors are averaged.
std::vector<float> train_skip_gram(const Vocabulary& vocabulary, const Corpus& corpus,
                                   const SkipGramSettings& settings, FitContext& context);

}  // namespace firesteel::ml
