// Weighs terms by their rarity. Follows org.apache.spark.ml.feature.IDF.
#include <arrow/api.h>

#include <cmath>

#include "ml/fitted_vectors.h"
#include "ml/model_table.h"
#include "ml/operators.h"
#include "ml/persistence.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.IDFModel";

const ParamTable& idf_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"minDocFreq", ValueType::kInt, Value(0), at_least(0)}};
  return table;
}

class IdfModel : public ValuesModel {
 public:
  using ValuesModel::ValuesModel;
  std::string facts() const override {
    return ", numDocs=" + std::to_string(std::get<int64_t>(value("numDocs"))) + ", numFeatures=" + std::to_string(vector("idf").size);
  }
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return sized_vector_field(vector("idf").size);
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return vector_kernel("IDFModel", scaling_function({}, vector("idf").to_array()));
  }
};

class Idf : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    std::vector<int64_t> documents;
    const int64_t rows = for_each_vector(dataset, context, params.text("inputCol"), [&](const VectorView& view) {
      if (documents.empty()) documents.assign(view.size, 0);
      require(static_cast<size_t>(view.size) == documents.size(), "the vectors have different sizes");
      for (int32_t i = 0; i < view.count; ++i) {
        if (view.values[i] > 0) ++documents[view.indices != nullptr ? view.indices[i] : i];
      }
    });
    if (rows == 0) throw_illegal_argument("Haven't seen any document yet.");
    std::vector<double> weights(documents.size(), 0.0);
    for (size_t i = 0; i < documents.size(); ++i) {
      if (documents[i] < params.integer("minDocFreq")) {
        documents[i] = 0;
        continue;
      }
      weights[i] = std::log((static_cast<double>(rows) + 1.0) / (static_cast<double>(documents[i]) + 1.0));
    }
    return std::make_shared<IdfModel>(kModelClass, params,
                                      ValuesModel::Values{{"idf", Vector::dense(std::move(weights))},
                                                          {"docFreq", std::move(documents)},
                                                          {"numDocs", rows}});
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override { return {params.text("inputCol")}; }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<IdfModel>(kModelClass, read_params(metadata, idf_params()),
                                    ValuesModel::Values{{"idf", row.vector("idf")},
                                                        {"docFreq", row.long_integers("docFreq")},
                                                        {"numDocs", row.long_integer("numDocs")}});
}

}  // namespace

std::vector<Operator> inverse_document_frequency_operators() {
  static const Idf estimator;
  return estimator_rows("org.apache.spark.ml.feature.IDF", kModelClass, idf_params(), estimator, read_model);
}

}  // namespace firesteel::ml
