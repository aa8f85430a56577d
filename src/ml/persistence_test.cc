// Models that real Spark saved (test/ml/record_models.py) are read, written and read again.
// FIRESTEEL_KEEP_MODELS=FOLDER keeps what is written for test/ml/check_spark_reads.py.
#include "ml/persistence.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "ml/registry.h"
#include "ml/test_data.h"

namespace firesteel::ml {
namespace {

namespace fs = std::filesystem;

std::string saved(const std::string& name) { return test::fixture_folder() + "models/" + name; }

fs::path output_path(const std::string& name) {
  const char* keep = std::getenv("FIRESTEEL_KEEP_MODELS");
  return fs::path(keep != nullptr ? keep : testing::TempDir() + "firesteel-models") / name;
}

fs::path output_folder(const std::string& name) {
  const fs::path folder = output_path(name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

// Reads Spark's model, writes it, reads that, and returns the last.
std::shared_ptr<const Model> round_trip(const std::string& jvm_class, const std::string& name) {
  const Operator& row = find_operator(jvm_class);
  const auto original = row.read_model(saved(name));
  const fs::path folder = output_folder(name);
  original->write(folder.string(), original->params());
  const auto again = row.read_model(folder.string());
  EXPECT_EQ(again->params().uid(), original->params().uid());
  EXPECT_EQ(again->params().set_values(), original->params().set_values());
  return again;
}

Value attribute(const std::shared_ptr<const Model>& model, const std::string& method) {
  return std::get<Value>(fetch(model, {{method}}));
}

TEST(Persistence, LogisticRegressionModel) {
  const auto model = round_trip("org.apache.spark.ml.classification.LogisticRegressionModel", "logistic_regression");
  EXPECT_EQ(std::get<int32_t>(attribute(model, "numClasses")), 2);
  EXPECT_DOUBLE_EQ(std::get<double>(attribute(model, "intercept")), 2.3046633550766122);
  EXPECT_DOUBLE_EQ(std::get<Vector>(attribute(model, "coefficients")).to_array()[1], -1.8829087196788608);
  EXPECT_EQ(model->params().number("regParam"), 0.1);
  EXPECT_FALSE(std::get<bool>(attribute(model, "hasSummary")));
}

TEST(Persistence, LogisticRegressionEstimator) {
  const std::string name = "org.apache.spark.ml.classification.LogisticRegression";
  const ParamTable& table = *find_operator(name).params;
  const ParamMap params = read_params(read_metadata(saved("logistic_regression_estimator"), name), table);
  EXPECT_EQ(params.integer("maxIter"), 7);
  EXPECT_EQ(params.numbers("thresholds"), (std::vector<double>{0.3, 0.7}));
  const fs::path folder = output_folder("logistic_regression_estimator");
  write_metadata(folder.string(), name, params);
  EXPECT_EQ(read_params(read_metadata(folder.string(), name), table).set_values(), params.set_values());
}

TEST(Persistence, LinearRegressionModel) {
  const auto model = round_trip("org.apache.spark.ml.regression.LinearRegressionModel", "linear_regression");
  EXPECT_EQ(std::get<int32_t>(attribute(model, "numFeatures")), 2);
  EXPECT_EQ(std::get<double>(attribute(model, "scale")), 1.0);
}

TEST(Persistence, FeatureModels) {
  const auto index = round_trip("org.apache.spark.ml.feature.StringIndexerModel", "string_indexer");
  EXPECT_EQ(std::get<std::vector<std::vector<std::string>>>(attribute(index, "labelsArray")),
            (std::vector<std::vector<std::string>>{{"a", "b"}, {"1", "2", "3"}}));
  const auto encoder = round_trip("org.apache.spark.ml.feature.OneHotEncoderModel", "one_hot_encoder");
  EXPECT_EQ(std::get<std::vector<int32_t>>(attribute(encoder, "categorySizes")), (std::vector<int32_t>{4}));
  const auto scaler = round_trip("org.apache.spark.ml.feature.StandardScalerModel", "standard_scaler");
  EXPECT_EQ(std::get<Vector>(attribute(scaler, "mean")).to_array(), (std::vector<double>{1.0, 1.25}));
}

// Spark knows a vector from a plain struct by this metadata alone.
TEST(Persistence, WritesSparksSchemaIntoTheFile) {
  round_trip("org.apache.spark.ml.regression.LinearRegressionModel", "linear_regression");
  std::ifstream file(output_path("linear_regression") / "data/part-00000.snappy.parquet", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_NE(bytes.find("org.apache.spark.sql.parquet.row.metadata"), std::string::npos);
  EXPECT_NE(bytes.find("org.apache.spark.ml.linalg.VectorUDT"), std::string::npos);
}

TEST(Persistence, RefusesWhatIsNoModel) {
  EXPECT_THROW(read_metadata("/nonexistent", ""), SparkError);
  try {
    find_operator("org.apache.spark.ml.regression.LinearRegressionModel").read_model(saved("string_indexer"));
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_STREQ(error.what(),
                 "requirement failed: Error loading metadata: Expected class name "
                 "org.apache.spark.ml.regression.LinearRegressionModel but found class name "
                 "org.apache.spark.ml.feature.StringIndexerModel");
  }
}

}  // namespace
}  // namespace firesteel::ml
