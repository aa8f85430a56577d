// Feature operators against answers recorded from Spark 4.2 (test/ml/record_features_and_metrics.py).
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "ml/registry.h"
#include "ml/test_data.h"

namespace firesteel::ml {
namespace {

using test::json;

const json& fixture() {
  static const json recorded = test::read_fixture("features.json");
  return recorded;
}

std::string feature_class(const std::string& name) { return "org.apache.spark.ml.feature." + name; }

// The recorded rows; with `filled`, nulls are replaced as the recorder's fillna does.
test::Dataset dataset(bool filled) {
  arrow::DoubleBuilder x;
  arrow::StringBuilder s;
  arrow::Int32Builder i;
  arrow::BooleanBuilder b;
  arrow::DoubleBuilder y;
  for (const json& row : fixture()["rows"]) {
    check_arrow(row[0].is_null() ? (filled ? x.Append(0.0) : x.AppendNull()) : x.Append(row[0].get<double>()));
    check_arrow(row[1].is_null() ? (filled ? s.Append("n") : s.AppendNull()) : s.Append(row[1].get<std::string>()));
    check_arrow(i.Append(row[2].get<int>()));
    check_arrow(row[3].is_null() ? (filled ? b.Append(false) : b.AppendNull()) : b.Append(row[3].get<bool>()));
    check_arrow(y.Append(row[4].get<double>()));
  }
  test::Dataset data;
  data.add("x", plan::Type::double_number(), check_arrow(x.Finish()));
  data.add("s", plan::Type::string(), check_arrow(s.Finish()));
  data.add("i", plan::Type::integer(), check_arrow(i.Finish()));
  data.add("b", plan::Type::boolean(), check_arrow(b.Finish()));
  data.add("y", plan::Type::double_number(), check_arrow(y.Finish()));
  return data;
}

ParamMap params_of(const std::string& name, const json& params) {
  ParamMap map(*find_operator(feature_class(name)).params, name + "_test");
  for (const auto& [key, value] : params.items()) map.set(key, test::to_value(value));
  return map;
}

// The dataset after a transform.
test::Dataset transformed(const Transformer& transformer, const test::Dataset& data, const ParamMap& params) {
  test::Dataset result;
  result.fields = transformer.transform_schema(data.fields, params);
  const auto batch = transformer.bind(data.fields, params)->apply(data.batch());
  EXPECT_EQ(static_cast<size_t>(batch->num_columns()), result.fields.size());
  result.columns = batch->columns();
  return result;
}

test::Dataset transform(const std::string& name, const test::Dataset& data, const json& params) {
  return transformed(*find_operator(feature_class(name)).transformer, data, params_of(name, params));
}

std::shared_ptr<const Model> fit(const std::string& name, const test::Dataset& data, const json& params) {
  auto context = data.context();
  return find_operator(feature_class(name)).estimator->fit(params_of(name, params), *data.reader(3), context);
}

void expect_vectors(const std::shared_ptr<arrow::Array>& column, const json& expected, double tolerance = 0) {
  const VectorColumn vectors(column);
  ASSERT_EQ(static_cast<size_t>(vectors.length()), expected.size());
  for (size_t row = 0; row < expected.size(); ++row) {
    if (expected[row].is_null()) {
      EXPECT_TRUE(vectors.is_null(row));
      continue;
    }
    const Vector actual = vectors[row].to_vector();
    EXPECT_EQ(actual.sparse, expected[row].is_object()) << row;
    const json& values = expected[row].is_object() ? expected[row]["values"] : expected[row];
    ASSERT_EQ(actual.values.size(), values.size()) << row;
    if (actual.sparse) {
      EXPECT_EQ(actual.indices, expected[row]["indices"].get<std::vector<int32_t>>());
      EXPECT_EQ(actual.size, expected[row]["size"].get<int32_t>());
    }
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = test::to_number(values[i]);
      if (std::isnan(value)) {
        EXPECT_TRUE(std::isnan(actual.values[i]));
      } else {
        EXPECT_NEAR(actual.values[i], value, tolerance) << row << " " << i;
      }
    }
  }
}

void expect_metadata(const Field& field, const json& expected) { EXPECT_EQ(json::parse(field.metadata), expected); }

TEST(FeatureHasher, HashesAsSpark) {
  const auto plain = transform("FeatureHasher", dataset(false),
                               {{"inputCols", {"x", "s", "i", "b"}}, {"outputCol", "h"}, {"numFeatures", 64}});
  expect_vectors(plain.columns.back(), fixture()["hash"]);
  const auto categorical =
      transform("FeatureHasher", dataset(false),
                {{"inputCols", {"x", "s", "i", "b"}}, {"categoricalCols", {"x", "i"}}, {"outputCol", "h"}, {"numFeatures", 32768}});
  expect_vectors(categorical.columns.back(), fixture()["hash_categorical"]);
  expect_metadata(categorical.fields.back(), fixture()["hash_metadata"]);
}

TEST(StringIndexer, OrdersLabelsAsSpark) {
  for (const auto& [order, expected] : fixture()["index"].items()) {
    const json params = {{"inputCols", {"s", "y"}}, {"outputCols", {"si", "yi"}}, {"stringOrderType", order}, {"handleInvalid", "keep"}};
    const auto model = fit("StringIndexer", dataset(false), params);
    const auto labels = std::get<Value>(fetch(model, {{"labelsArray"}}));
    EXPECT_EQ(std::get<std::vector<std::vector<std::string>>>(labels),
              expected["labels"].get<std::vector<std::vector<std::string>>>()) << order;
    const auto indexed = transformed(*model, dataset(false), model->params());
    for (size_t row = 0; row < expected["values"].size(); ++row) {
      EXPECT_EQ(read_numbers(*indexed.columns[5]).values[row], expected["values"][row][0].get<double>());
      EXPECT_EQ(read_numbers(*indexed.columns[6]).values[row], expected["values"][row][1].get<double>());
    }
    expect_metadata(indexed.fields[5], expected["metadata"]);
  }
}

TEST(StringIndexer, TreatsUnseenAndNullAsAsked) {
  const json params = {{"inputCol", "s"}, {"outputCol", "si"}};
  const auto model = fit("StringIndexer", dataset(false), params);
  test::Dataset unseen;
  unseen.add_texts("s", {"zz", "a"});
  EXPECT_THROW(transformed(*model, unseen, model->params()), SparkError);
  const auto skipped = transformed(*model, unseen, params_of("StringIndexer", {{"inputCol", "s"}, {"outputCol", "si"}, {"handleInvalid", "skip"}}));
  EXPECT_EQ(skipped.columns[1]->length(), 1);
}

test::Dataset indexed_data() {
  const auto data = dataset(true);
  const auto model = fit("StringIndexer", data, {{"inputCol", "s"}, {"outputCol", "si"}});
  return transformed(*model, data, model->params());
}

TEST(OneHotEncoder, EncodesAsSpark) {
  const auto data = indexed_data();
  expect_metadata(data.fields.back(), fixture()["indexed"]["metadata"]);
  for (const json& expected : fixture()["one_hot"]) {
    const json params = {{"inputCols", {"si", "i"}}, {"outputCols", {"so", "io"}}, {"dropLast", expected["dropLast"]}, {"handleInvalid", expected["handleInvalid"]}};
    const auto model = fit("OneHotEncoder", data, params);
    EXPECT_EQ(std::get<std::vector<int32_t>>(std::get<Value>(fetch(model, {{"categorySizes"}}))),
              expected["sizes"].get<std::vector<int32_t>>());
    const auto encoded = transformed(*model, data, model->params());
    for (const size_t column : {0, 1}) {
      json values = json::array();
      for (const json& row : expected["values"]) values.push_back(row[column]);
      expect_vectors(encoded.columns[6 + column], values);
      expect_metadata(encoded.fields[6 + column], expected["metadata"][column]);
    }
  }
}

test::Dataset assembled_data() {
  const auto data = indexed_data();
  const auto model = fit("OneHotEncoder", data, {{"inputCol", "si"}, {"outputCol", "so"}});
  return transform("VectorAssembler", transformed(*model, data, model->params()),
                   {{"inputCols", {"x", "so", "b", "si", "i"}}, {"outputCol", "v"}});
}

TEST(VectorAssembler, AssemblesAsSpark) {
  const auto data = assembled_data();
  expect_vectors(data.columns.back(), fixture()["assembled"]["values"]);
  expect_metadata(data.fields.back(), fixture()["assembled"]["metadata"]);
  const auto kept = transform("VectorAssembler", dataset(false), {{"inputCols", {"x", "y"}}, {"outputCol", "v"}, {"handleInvalid", "keep"}});
  expect_vectors(kept.columns.back(), fixture()["assembled_keep"]);
}

TEST(VectorAssembler, RefusesNullsAndDropsRowsWhenAsked) {
  try {
    transform("VectorAssembler", dataset(false), {{"inputCols", {"x", "y"}}, {"outputCol", "v"}});
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "FAILED_EXECUTE_UDF");
    EXPECT_NE(std::string(error.what()).find("Encountered null while assembling a row with handleInvalid = \"error\"."), std::string::npos);
  }
  const auto skipped = transform("VectorAssembler", dataset(false), {{"inputCols", {"x", "y"}}, {"outputCol", "v"}, {"handleInvalid", "skip"}});
  EXPECT_EQ(skipped.columns.back()->length(), dataset(false).columns[0]->length() - 1);
  try {
    transform("VectorAssembler", dataset(false), {{"inputCols", {"x", "s"}}, {"outputCol", "v"}});
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_STREQ(error.what(), "Data type string of column s is not supported.");
  }
}

TEST(StandardScaler, ScalesAsSpark) {
  const auto data = assembled_data();
  for (const json& expected : fixture()["scaled"]) {
    const auto model = fit("StandardScaler", data, {{"inputCol", "v"}, {"outputCol", "z"}, {"withMean", expected["withMean"]}, {"withStd", expected["withStd"]}});
    const auto vector = [&](const char* method) { return std::get<Vector>(std::get<Value>(fetch(model, {{method}}))).to_array(); };
    const auto mean = test::to_vector(expected["mean"]).to_array();
    const auto deviation = test::to_vector(expected["std"]).to_array();
    for (size_t i = 0; i < mean.size(); ++i) {
      EXPECT_NEAR(vector("mean")[i], mean[i], 1e-13);
      EXPECT_NEAR(vector("std")[i], deviation[i], 1e-12);
    }
    const auto scaled = transformed(*model, data, model->params());
    expect_vectors(scaled.columns.back(), expected["values"], 1e-12);
    expect_metadata(scaled.fields.back(), expected["metadata"]);
  }
}

}  // namespace
}  // namespace firesteel::ml
