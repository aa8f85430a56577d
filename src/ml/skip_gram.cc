#include "ml/skip_gram.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "functions/kernel/xorshift.h"
#include "ml/parallel.h"

namespace firesteel::ml {

namespace {

using functions::kernel::XorShiftRandom;

constexpr int kExponentTableSize = 1000;
constexpr int kExponentMax = 6;

// The path to a word in the Huffman tree: inner nodes and the turns taken at them.
struct Path {
  std::vector<int32_t> nodes;
  std::vector<int8_t> turns;
};

// Mikolov's construction: words come by descending count, so the two least are always at one of two
// ends.
std::vector<Path> huffman_paths(const std::vector<int64_t>& word_counts) {
  const auto words = static_cast<int32_t>(word_counts.size());
  std::vector<int64_t> counts(2 * static_cast<size_t>(words) + 1, 1000000000);
  std::copy(word_counts.begin(), word_counts.end(), counts.begin());
  std::vector<int8_t> turn(counts.size(), 0);
  std::vector<int32_t> parent(counts.size(), 0);
  int32_t leaf = words - 1;
  int32_t inner = words;
  const auto least = [&] { return leaf >= 0 && counts[leaf] < counts[inner] ? leaf-- : inner++; };
  for (int32_t made = 0; made < words - 1; ++made) {
    const int32_t first = least();
    const int32_t second = least();
    counts[words + made] = counts[first] + counts[second];
    parent[first] = parent[second] = words + made;
    turn[second] = 1;
  }
  std::vector<Path> paths(words);
  for (int32_t word = 0; word < words; ++word) {
    Path& path = paths[word];
    for (int32_t node = word; node != 2 * words - 2; node = parent[node]) {
      path.turns.push_back(turn[node]);
      path.nodes.push_back(parent[node] - words);
    }
    std::reverse(path.turns.begin(), path.turns.end());
    std::reverse(path.nodes.begin(), path.nodes.end());
  }
  return paths;
}

std::array<float, kExponentTableSize> sigmoid_table() {
  std::array<float, kExponentTableSize> table{};
  for (int i = 0; i < kExponentTableSize; ++i) {
    const double power = std::exp((2.0 * i / kExponentTableSize - 1.0) * kExponentMax);
    table[i] = static_cast<float>(power / (power + 1.0));
  }
  return table;
}

// Input and output weights: the words' vectors and those of the inner nodes.
struct Weights {
  std::vector<float> input;
  std::vector<float> output;
};

float dot(const float* a, const float* b, int32_t size) {
  float sums[4] = {0, 0, 0, 0};
  int32_t i = 0;
  for (; i + 4 <= size; i += 4) {
    for (int lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  float sum = sums[0] + sums[1] + sums[2] + sums[3];
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

void add_scaled(float factor, const float* from, float* to, int32_t size) {
  for (int32_t i = 0; i < size; ++i) to[i] += factor * from[i];
}

class Trainer {
 public:
  Trainer(const Vocabulary& vocabulary, const Corpus& corpus, const SkipGramSettings& settings,
          const FitContext& context)
      : corpus_(corpus),
        settings_(settings),
        context_(context),
        paths_(huffman_paths(vocabulary.counts)),
        sigmoid_(sigmoid_table()) {
    for (const int64_t count : vocabulary.counts) words_in_corpus_ += count;
    first_alpha_.assign(settings.partitions, settings.learning_rate);
  }

  // One pass of `partition` over its sentences. Marks what it changes.
  void pass(int32_t iteration, int32_t partition, Weights& weights,
            std::vector<uint8_t>& input_changed, std::vector<uint8_t>& output_changed) {
    // As in Java, where the shifted numbers are 32 bits wide.
    const int64_t by_partition = static_cast<int32_t>(static_cast<uint32_t>(partition + 1) << 16);
    const int64_t by_iteration = static_cast<int32_t>(static_cast<uint32_t>(-iteration - 1) << 8);
    XorShiftRandom random(settings_.seed ^ by_partition ^ by_iteration);
    double& alpha = first_alpha_[partition];
    const double before =
        static_cast<double>(iteration - 1) * static_cast<double>(words_in_corpus_);
    const double total =
        static_cast<double>(settings_.iterations) * static_cast<double>(words_in_corpus_) + 1;
    int64_t last_count = 0;
    int64_t count = 0;
    std::vector<float> change(settings_.vector_size);
    for (size_t s = partition; s < corpus_.ends.size(); s += settings_.partitions) {
      if (count - last_count > 10000) {
        last_count = count;
        context_.check_canceled();
        alpha = settings_.learning_rate *
                (1 - (settings_.partitions * static_cast<double>(count) + before) / total);
        alpha = std::max(alpha, settings_.learning_rate * 0.0001);
      }
      const int64_t begin = s == 0 ? 0 : corpus_.ends[s - 1];
      const int64_t length = corpus_.ends[s] - begin;
      count += length;
      for (int64_t position = 0; position < length; ++position) {
        const int32_t word = corpus_.words[begin + position];
        const int32_t narrowed = random.next_int(settings_.window);
        for (int32_t a = narrowed; a < settings_.window * 2 + 1 - narrowed; ++a) {
          const int64_t other = position - settings_.window + a;
          if (a == settings_.window || other < 0 || other >= length) continue;
          const int32_t near = corpus_.words[begin + other];
          learn(paths_[word], &weights.input[static_cast<size_t>(near) * settings_.vector_size],
                weights.output, alpha, change, output_changed);
          input_changed[near] = 1;
        }
      }
    }
  }

 private:
  void learn(const Path& path, float* input, std::vector<float>& all_output, double alpha,
             std::vector<float>& change, std::vector<uint8_t>& output_changed) const {
    const int32_t size = settings_.vector_size;
    std::fill(change.begin(), change.end(), 0.0F);
    for (size_t d = 0; d < path.nodes.size(); ++d) {
      float* output = &all_output[static_cast<size_t>(path.nodes[d]) * size];
      const float product = dot(input, output, size);
      if (!(product > -kExponentMax && product < kExponentMax)) continue;
      // The quotient of the two whole numbers is a whole number there.
      const auto place =
          static_cast<int>((product + kExponentMax) * (kExponentTableSize / kExponentMax / 2.0));
      const auto gradient = static_cast<float>((1 - path.turns[d] - sigmoid_[place]) * alpha);
      add_scaled(gradient, output, change.data(), size);
      add_scaled(gradient, input, output, size);
      output_changed[path.nodes[d]] = 1;
    }
    add_scaled(1.0F, change.data(), input, size);
  }

  const Corpus& corpus_;
  const SkipGramSettings& settings_;
  const FitContext& context_;
  std::vector<Path> paths_;
  std::array<float, kExponentTableSize> sigmoid_;
  int64_t words_in_corpus_ = 0;
  std::vector<double> first_alpha_;
};

// The mean of each vector over the partitions that changed it.
void average(std::vector<float>& into, const std::vector<std::vector<float>*>& parts,
             const std::vector<std::vector<uint8_t>>& changed, int32_t size) {
  for (size_t row = 0; row < changed[0].size(); ++row) {
    std::vector<float> sum(size, 0.0F);
    float count = 0;
    for (size_t p = 0; p < parts.size(); ++p) {
      if (changed[p][row] == 0) continue;
      add_scaled(1.0F, &(*parts[p])[row * size], sum.data(), size);
      count += 1;
    }
    for (int32_t i = 0; count > 0 && i < size; ++i) into[row * size + i] = sum[i] * (1.0F / count);
  }
}

}  // namespace

std::vector<float> train_skip_gram(const Vocabulary& vocabulary, const Corpus& corpus,
                                   const SkipGramSettings& settings, FitContext& context) {
  const size_t words = vocabulary.words.size();
  const size_t numbers = words * settings.vector_size;
  Weights weights{std::vector<float>(numbers), std::vector<float>(numbers, 0.0F)};
  XorShiftRandom random(settings.seed);
  for (float& weight : weights.input)
    weight = (random.next_float() - 0.5F) / static_cast<float>(settings.vector_size);
  Trainer trainer(vocabulary, corpus, settings, context);
  const auto parts = static_cast<size_t>(settings.partitions);
  for (int32_t iteration = 1; iteration <= settings.iterations; ++iteration) {
    std::vector<std::vector<uint8_t>> input_changed(parts, std::vector<uint8_t>(words, 0));
    std::vector<std::vector<uint8_t>> output_changed(parts, std::vector<uint8_t>(words, 0));
    if (parts == 1) {
      trainer.pass(iteration, 0, weights, input_changed[0], output_changed[0]);
    } else {
      std::vector<Weights> copies(parts, weights);
      for_each_part(settings.partitions, [&](int part) {
        trainer.pass(iteration, part, copies[part], input_changed[part], output_changed[part]);
      });
      std::vector<std::vector<float>*> inputs;
      std::vector<std::vector<float>*> outputs;
      for (Weights& copy : copies) {
        inputs.push_back(&copy.input);
        outputs.push_back(&copy.output);
      }
      average(weights.input, inputs, input_changed, settings.vector_size);
      average(weights.output, outputs, output_changed, settings.vector_size);
    }
    context.report(
        {.stage = "iteration", .iteration = iteration, .iterations_max = settings.iterations});
  }
  return weights.input;
}

}  // namespace firesteel::ml
