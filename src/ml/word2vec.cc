// Texts as means of their words' vectors. Follows org.apache.spark.ml.feature.Word2Vec and
// mllib.feature.Word2VecModel.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "ml/fitted_vectors.h"
#include "ml/model_text.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/skip_gram.h"
#include "ml/transform_failure.h"

namespace firesteel::ml {

namespace {

constexpr const char* kEstimatorClass = "org.apache.spark.ml.feature.Word2Vec";
constexpr const char* kModelClass = "org.apache.spark.ml.feature.Word2VecModel";

const ParamTable& word2vec_params() {
  static const ParamTable table = {
      {"inputCol", ValueType::kString},
      {"outputCol", ValueType::kString},
      {"vectorSize", ValueType::kInt, Value(100), greater_than(0)},
      {"windowSize", ValueType::kInt, Value(5), greater_than(0)},
      {"numPartitions", ValueType::kInt, Value(1), greater_than(0)},
      {"minCount", ValueType::kInt, Value(5), at_least(0)},
      {"maxSentenceLength", ValueType::kInt, Value(1000), greater_than(0)},
      {"maxIter", ValueType::kInt, Value(1), at_least(0)},
      {"stepSize", ValueType::kDouble, Value(0.025), greater_than(0)},
      {"seed", ValueType::kLong, Value(class_name_seed(kEstimatorClass))}};
  return table;
}

void check_words(const Fields& fields, const std::string& name) {
  check_field_type(fields, name, {FieldType::kStringArray},
                   "equal to one of the following types: [array<string>, array<string>]");
}

float norm(const float* values, int32_t size) {
  double sum = 0;
  for (int32_t i = 0; i < size; ++i) sum += static_cast<double>(values[i]) * values[i];
  return static_cast<float>(std::sqrt(sum));
}

// Words with their vectors, one after the other.
struct WordVectors {
  std::vector<std::string> words;
  std::vector<float> vectors;
  int32_t size = 0;
  std::unordered_map<std::string, size_t> index;

  const float* at(size_t word) const { return vectors.data() + word * size; }
};

std::shared_ptr<arrow::Array> mean_vectors(const WordVectors& known, const arrow::Array& array) {
  const TextColumn texts = read_texts(*list_values(array));
  VectorColumnBuilder builder;
  std::vector<double> mean(known.size);
  for (int64_t row = 0; row < array.length(); ++row) {
    if (array.IsNull(row)) {
      throw_failed_transform_because("Word2VecModel", "array<string>",
                                     vector_type().sql_type().simple_string(),
                                     "java.lang.NullPointerException: the words are null");
    }
    const ListRange range = list_range(array, row);
    if (range.begin == range.end) {
      builder.append_sparse(known.size, nullptr, nullptr, 0);
      continue;
    }
    std::fill(mean.begin(), mean.end(), 0.0);
    for (int64_t i = range.begin; i < range.end; ++i) {
      const auto found = texts.is_null(i) ? known.index.end() : known.index.find(texts.values[i]);
      if (found == known.index.end()) continue;
      const float* vector = known.at(found->second);
      for (int32_t k = 0; k < known.size; ++k) mean[k] += vector[k];
    }
    const double scale = 1.0 / static_cast<double>(range.end - range.begin);
    for (double& value : mean) value *= scale;
    builder.append_dense(mean.data(), known.size);
  }
  return builder.finish();
}

class Word2VecModel : public Unary<Model> {
 public:
  Word2VecModel(ParamMap params, std::vector<std::string> words, std::vector<float> vectors)
      : params_(std::move(params)) {
    auto known = std::make_shared<WordVectors>();
    known->size = words.empty() ? params_.integer("vectorSize")
                                : static_cast<int32_t>(vectors.size() / words.size());
    for (size_t i = 0; i < words.size(); ++i) known->index.emplace(words[i], i);
    known->words = std::move(words);
    known->vectors = std::move(vectors);
    known_ = std::move(known);
  }

  std::string class_name() const override { return "Word2VecModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }
  int64_t size_bytes() const override {
    size_t bytes = sizeof(*this) + 4 * known_->vectors.size();
    for (const std::string& word : known_->words) bytes += 96 + 2 * word.size();
    return static_cast<int64_t>(bytes);
  }

  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    if (call.method == "getVectors") return vectors_table();
    if (call.method == "toString") {
      return Value(
          model_text(*this, ", numWords=" + std::to_string(known_->words.size()) +
                                ", vectorSize=" + std::to_string(params_.integer("vectorSize"))));
    }
    const bool asks_synonyms = call.method == "findSynonyms" && call.arguments.size() == 2;
    if (!asks_synonyms || !std::holds_alternative<int32_t>(call.arguments[1]))
      throw_no_attribute(*this, call.method);
    const int32_t count = std::get<int32_t>(call.arguments[1]);
    if (const auto* word = std::get_if<std::string>(&call.arguments[0])) {
      const auto found = known_->index.find(*word);
      if (found == known_->index.end()) throw_spark_exception(*word + " not in vocabulary");
      const float* vector = known_->at(found->second);
      return synonyms({vector, vector + known_->size}, count, *word);
    }
    if (const auto* vector = std::get_if<Vector>(&call.arguments[0])) {
      const std::vector<double> values = vector->to_array();
      return synonyms({values.begin(), values.end()}, count, std::nullopt);
    }
    throw_no_attribute(*this, call.method);
  }

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    auto numbers = std::make_shared<arrow::FloatBuilder>();
    const auto type = arrow::list(arrow::field("element", arrow::float32(), false));
    arrow::ListBuilder lists(arrow::default_memory_pool(), numbers, type);
    for (size_t i = 0; i < known_->words.size(); ++i) {
      check_arrow(lists.Append());
      check_arrow(numbers->AppendValues(known_->at(i), known_->size));
    }
    const Fields fields = {
        {"word", plan::Type::string(), true, ""},
        {"vector", plan::Type::array(plan::Type::float_number(), false), true, ""}};
    write_table(folder, "data", fields,
                *arrow::Table::Make(arrow::schema({arrow::field("word", arrow::utf8()),
                                                   arrow::field("vector", type)}),
                                    {make_texts(known_->words), check_arrow(lists.Finish())}));
  }

  void check_input(const Fields& fields, const std::string& name) const override {
    check_words(fields, name);
  }
  Field output_field(const Field& /*input*/, const ParamMap& params) const override {
    return sized_vector_field(params.integer("vectorSize"));
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return [known = known_](const std::shared_ptr<arrow::Array>& array) {
      return mean_vectors(*known, *array);
    };
  }

 private:
  TableAttribute vectors_table() const {
    VectorColumnBuilder builder;
    for (size_t i = 0; i < known_->words.size(); ++i) {
      const std::vector<double> values(known_->at(i), known_->at(i) + known_->size);
      builder.append_dense(values.data(), known_->size);
    }
    const auto vectors = builder.finish();
    return {{{"word", plan::Type::string(), true, ""}, {"vector", vector_type(), true, ""}},
            arrow::Table::Make(arrow::schema({arrow::field("word", arrow::utf8()),
                                              arrow::field("vector", vectors->type())}),
                               {make_texts(known_->words), vectors})};
  }

  // The words whose vectors point most nearly where `vector` does, without `self`.
  TableAttribute synonyms(std::vector<float> vector, int32_t count,
                          const std::optional<std::string>& self) const {
    const std::vector<std::string>& known_words = known_->words;
    const int32_t size = known_->size;
    require(count > 0, "Number of similar words should > 0");
    require(vector.size() == static_cast<size_t>(size),
            "The vector has " + std::to_string(vector.size()) + " elements, not " +
                std::to_string(size));
    const float length = norm(vector.data(), size);
    if (length != 0.0F) {
      for (float& value : vector) value *= 1 / length;
    }
    std::vector<std::pair<float, size_t>> scored;
    for (size_t i = 0; i < known_words.size(); ++i) {
      if (self && known_words[i] == *self) continue;
      const float* other = known_->at(i);
      float product = 0;
      for (int32_t k = 0; k < size; ++k) product += other[k] * vector[k];
      const float other_length = norm(other, size);
      scored.emplace_back(other_length == 0.0F ? 0.0F : product / other_length, i);
    }
    std::stable_sort(scored.begin(), scored.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    if (scored.size() > static_cast<size_t>(count)) scored.resize(count);
    std::vector<std::string> words;
    std::vector<double> similarities;
    for (const auto& [similarity, i] : scored) {
      words.push_back(known_words[i]);
      similarities.push_back(similarity);
    }
    return {{{"word", plan::Type::string(), true, ""},
             {"similarity", plan::Type::double_number(), false, ""}},
            arrow::Table::Make(arrow::schema({arrow::field("word", arrow::utf8()),
                                              arrow::field("similarity", arrow::float64())}),
                               {make_texts(words), make_doubles(similarities)})};
  }

  ParamMap params_;
  std::shared_ptr<const WordVectors> known_;
};

// Sentences as they are read: words by number, and how often each occurs.
class SentenceReader {
 public:
  explicit SentenceReader(const std::shared_ptr<RowMemory>& memory) : corpus_(memory) {}

  void add(const arrow::Array& array) {
    const TextColumn texts = read_texts(*list_values(array));
    for (int64_t row = 0; row < array.length(); ++row) {
      if (array.IsNull(row))
        throw_spark_exception("java.lang.NullPointerException: a sentence is null");
      const ListRange range = list_range(array, row);
      for (int64_t i = range.begin; i < range.end; ++i) {
        const auto [found, is_new] =
            numbers_.emplace(texts.values[i], static_cast<int32_t>(words_.size()));
        if (is_new) {
          words_.push_back(texts.values[i]);
          counts_.push_back(0);
        }
        ++counts_[found->second];
        corpus_.words.push_back(found->second);
      }
      corpus_.ends.push_back(static_cast<int64_t>(corpus_.words.size()));
    }
  }

  int64_t words_read() const { return static_cast<int64_t>(corpus_.words.size()); }

  // Spark leaves the order of words of equal count to its shuffle; here it is that of the texts.
  Vocabulary vocabulary(int32_t least, std::vector<int32_t>& places) const {
    std::vector<int32_t> order;
    for (size_t i = 0; i < words_.size(); ++i) {
      if (counts_[i] >= least) order.push_back(static_cast<int32_t>(i));
    }
    std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      return counts_[a] != counts_[b] ? counts_[a] > counts_[b] : words_[a] < words_[b];
    });
    Vocabulary result;
    places.assign(words_.size(), -1);
    for (const int32_t word : order) {
      places[word] = static_cast<int32_t>(result.words.size());
      result.words.push_back(words_[word]);
      result.counts.push_back(counts_[word]);
    }
    return result;
  }

  // Sentences of known words, cut where they are longer than `longest`.
  Corpus known_sentences(const std::vector<int32_t>& places, int32_t longest, const std::shared_ptr<RowMemory>& memory) const {
    Corpus result(memory);
    int64_t begin = 0;
    for (const int64_t end : corpus_.ends) {
      int64_t length = 0;
      for (int64_t i = begin; i < end; ++i) {
        const int32_t place = places[corpus_.words[i]];
        if (place < 0) continue;
        if (length == longest) {
          result.ends.push_back(static_cast<int64_t>(result.words.size()));
          length = 0;
        }
        result.words.push_back(place);
        ++length;
      }
      if (length > 0) result.ends.push_back(static_cast<int64_t>(result.words.size()));
      begin = end;
    }
    return result;
  }

 private:
  std::unordered_map<std::string, int32_t> numbers_;
  std::vector<std::string> words_;
  std::vector<int64_t> counts_;
  Corpus corpus_;
};

class Word2Vec : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const std::string output = output_column(params);
    check_words(context.fields, params.text("inputCol"));
    require(!has_field(context.fields, output), "Column " + output + " already exists.");
    const int position = find_position(context.fields, params.text("inputCol"));
    const auto memory = std::make_shared<RowMemory>(context);
    SentenceReader reader(memory);
    std::shared_ptr<arrow::RecordBatch> batch;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      reader.add(*batch->column(position));
      context.report({.stage = "reading", .rows = reader.words_read()});
    }
    std::vector<int32_t> places;
    Vocabulary vocabulary = reader.vocabulary(params.integer("minCount"), places);
    require(!vocabulary.words.empty(),
            "The vocabulary size should be > 0. You may need to check the setting of minCount, "
            "which could be large enough to "
            "remove all your words in sentences.");
    const SkipGramSettings settings{params.integer("vectorSize"), params.integer("windowSize"),
                                    params.integer("maxIter"),    params.integer("numPartitions"),
                                    params.number("stepSize"),    params.long_integer("seed")};
    if (static_cast<double>(vocabulary.words.size()) * settings.vector_size * 8 >=
        std::numeric_limits<int32_t>::max()) {
      throw_spark_exception(
          "Please increase minCount or decrease vectorSize in Word2Vec to avoid an OOM. You are "
          "highly "
          "recommended to make your vocabSize*vectorSize, which is " +
          std::to_string(vocabulary.words.size()) + "*" + std::to_string(settings.vector_size) +
          " for now, less than `Int.MaxValue`.");
    }
    const Corpus corpus = reader.known_sentences(places, params.integer("maxSentenceLength"), memory);
    std::vector<float> vectors = train_skip_gram(vocabulary, corpus, settings, context);
    return std::make_shared<Word2VecModel>(params, std::move(vocabulary.words), std::move(vectors));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const auto table = read_table(folder, "data");
  std::vector<std::string> words;
  std::vector<float> vectors;
  arrow::TableBatchReader batches(*table);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    check_arrow(batches.ReadNext(&batch));
    if (!batch) break;
    const auto word_column = batch->GetColumnByName("word");
    const auto vector_column = batch->GetColumnByName("vector");
    require(word_column && vector_column &&
                list_values(*vector_column)->type_id() == arrow::Type::FLOAT,
            "The data of a Word2VecModel are words and vectors of floats");
    const TextColumn texts = read_texts(*word_column);
    words.insert(words.end(), texts.values.begin(), texts.values.end());
    const auto& numbers = static_cast<const arrow::FloatArray&>(*list_values(*vector_column));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      const ListRange range = list_range(*vector_column, row);
      for (int64_t i = range.begin; i < range.end; ++i) vectors.push_back(numbers.Value(i));
    }
  }
  require(words.empty() || vectors.size() % words.size() == 0,
          "The vectors of a Word2VecModel have one size");
  return std::make_shared<Word2VecModel>(read_params(metadata, word2vec_params()), std::move(words),
                                         std::move(vectors));
}

}  // namespace

std::vector<Operator> word2vec_operators() {
  static const Word2Vec estimator;
  return estimator_rows(kEstimatorClass, kModelClass, word2vec_params(), estimator, read_model);
}

}  // namespace firesteel::ml
