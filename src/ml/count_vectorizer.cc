// Counts words of a fitted vocabulary. Follows org.apache.spark.ml.feature.CountVectorizer.
#include <arrow/api.h>

#include <algorithm>
#include <limits>

#include "ml/column_metadata.h"
#include "ml/count_vectorizer.h"
#include "ml/fitted_vectors.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/text_views.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.CountVectorizerModel";
using Vocabulary = std::vector<std::string>;

const ParamTable& count_vectorizer_params() {
  static const ParamTable table = {
      {"inputCol", ValueType::kString},
      {"outputCol", ValueType::kString},
      {"vocabSize", ValueType::kInt, Value(1 << 18), greater_than(0)},
      {"minDF", ValueType::kDouble, Value(1.0), at_least(0)},
      {"maxDF", ValueType::kDouble, Value(static_cast<double>(std::numeric_limits<int64_t>::max())), at_least(0)},
      {"minTF", ValueType::kDouble, Value(1.0), at_least(0)},
      {"binary", ValueType::kBool, Value(false)}};
  return table;
}

void check_words(const Fields& fields, const std::string& name) {
  check_field_type(fields, name, {FieldType::kStringArray},
                   "equal to one of the following types: [array<string>, array<string>]");
}

class CountVectorizerModel : public ValuesModel {
 public:
  using ValuesModel::ValuesModel;
  std::string facts() const override { return ", vocabularySize=" + std::to_string(vocabulary().size()); }
  void check_input(const Fields& fields, const std::string& name) const override { check_words(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    VectorAttributes attributes;
    attributes.size = static_cast<int>(vocabulary().size());
    attributes.attributes.resize(vocabulary().size());
    return {"", vector_type(), true, to_metadata(attributes)};
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    auto places = std::make_shared<TextMap<int32_t>>();
    for (size_t i = 0; i < vocabulary().size(); ++i) places->emplace(vocabulary()[i], static_cast<int32_t>(i));
    const double least = params.number("minTF");
    const bool is_binary = params.flag("binary");
    const auto size = static_cast<int32_t>(vocabulary().size());
    return [=](const std::shared_ptr<arrow::Array>& array) {
      const TextViews words = view_texts(*list_values(*array));
      VectorColumnBuilder builder;
      SparseCounts counts;
      std::vector<int32_t> indices;
      std::vector<double> values;
      for (int64_t row = 0; row < array->length(); ++row) {
        if (array->IsNull(row)) throw_failed_transform("CountVectorizerModel", "array<string>", "vector", "the words are null");
        counts.clear();
        const ListRange range = list_range(*array, row);
        for (int64_t i = range.begin; i < range.end; ++i) {
          if (words.is_null(i)) continue;
          const auto found = places->find(words.values[i]);
          if (found != places->end()) counts.add(found->second);
        }
        const double bound = least >= 1.0 ? least : static_cast<double>(range.end - range.begin) * least;
        indices.clear();
        values.clear();
        counts.for_each([&](int32_t index, double count) {
          if (count < bound) return;
          indices.push_back(index);
          values.push_back(is_binary ? 1.0 : count);
        });
        builder.append_sparse(size, indices.data(), values.data(), static_cast<int32_t>(indices.size()));
      }
      return builder.finish();
    };
  }

 private:
  const Vocabulary& vocabulary() const { return std::get<Vocabulary>(value("vocabulary")); }
};

struct TermCount {
  int64_t count = 0;
  int64_t documents = 0;
  int64_t last_document = -1;
};

class CountVectorizer : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check_words(context.fields, params.text("inputCol"));
    const int position = find_position(context.fields, params.text("inputCol"));
    TextMap<TermCount> terms;
    int64_t documents = 0;
    std::shared_ptr<arrow::RecordBatch> batch;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      const arrow::Array& array = *batch->column(position);
      const TextViews words = view_texts(*list_values(array));
      for (int64_t row = 0; row < batch->num_rows(); ++row, ++documents) {
        if (array.IsNull(row)) continue;
        const ListRange range = list_range(array, row);
        for (int64_t i = range.begin; i < range.end; ++i) {
          TermCount& term = value_of(terms, words.values[i]);
          ++term.count;
          term.documents += term.last_document != documents;
          term.last_document = documents;
        }
      }
      context.report({.stage = "reading", .rows = documents});
    }
    Vocabulary vocabulary = choose(params, terms, documents);
    require(!vocabulary.empty(), "The vocabulary size should be > 0. Lower minDF as necessary.");
    return std::make_shared<CountVectorizerModel>(kModelClass, params,
                                                  ValuesModel::Values{{"vocabulary", std::move(vocabulary)}});
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override { return {params.text("inputCol")}; }

 private:
  static Vocabulary choose(const ParamMap& params, const TextMap<TermCount>& terms, int64_t documents) {
    const auto bound = [&](const char* name) {
      const double value = params.number(name);
      return value >= 1.0 ? value : value * static_cast<double>(documents);
    };
    const double least = bound("minDF");
    const double most = bound("maxDF");
    require(most >= least, "maxDF must be >= minDF.");
    std::vector<std::pair<int64_t, std::string>> chosen;
    for (const auto& [text, term] : terms) {
      const auto count = static_cast<double>(term.documents);
      if (count >= least && count <= most) chosen.emplace_back(term.count, text);
    }
    // Spark leaves the order of equal counts to its shuffle; here it is that of the texts.
    std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    if (chosen.size() > static_cast<size_t>(params.integer("vocabSize"))) chosen.resize(params.integer("vocabSize"));
    Vocabulary vocabulary;
    for (auto& entry : chosen) vocabulary.push_back(std::move(entry.second));
    return vocabulary;
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  StoredValues stored = read_values(folder, kModelClass, count_vectorizer_params(), {{"vocabulary", ValueType::kStrings}});
  return std::make_shared<CountVectorizerModel>(kModelClass, std::move(stored.params), std::move(stored.values));
}

}  // namespace

std::shared_ptr<const Model> make_count_vectorizer_model(std::string uid, std::vector<std::string> vocabulary) {
  return std::make_shared<CountVectorizerModel>(kModelClass, ParamMap(count_vectorizer_params(), std::move(uid)),
                                                ValuesModel::Values{{"vocabulary", std::move(vocabulary)}});
}

std::vector<Operator> count_vectorizer_operators() {
  static const CountVectorizer estimator;
  return estimator_rows("org.apache.spark.ml.feature.CountVectorizer", kModelClass, count_vectorizer_params(), estimator,
                        read_model);
}

}  // namespace firesteel::ml
