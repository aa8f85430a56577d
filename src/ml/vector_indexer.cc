// Replaces the values of features that have few by indices. Follows
// org.apache.spark.ml.feature.VectorIndexer.
#include <arrow/api.h>

#include <algorithm>
#include <bitset>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "ml/column_metadata.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/transform_failure.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.VectorIndexerModel";

// Numbers in the order of Java: NaN is the greatest and equals itself.
struct NumberOrder {
  bool operator()(double a, double b) const { return a < b || (std::isnan(b) && !std::isnan(a)); }
};
using Categories = std::map<double, int32_t, NumberOrder>;
using CategoryMaps = std::map<int32_t, Categories>;

const ParamTable& vector_indexer_params() {
  static const ParamTable table = {
      {"inputCol", ValueType::kString},
      {"outputCol", ValueType::kString},
      {"handleInvalid", ValueType::kString, Value("error"), one_of({"skip", "error", "keep"})},
      {"maxCategories", ValueType::kInt, Value(20), at_least(2)}};
  return table;
}

// Most categories are small whole numbers: those are found by their number.
constexpr size_t kDirect = 256;

bool is_direct(double value) { return value >= 0 && value < kDirect && value == std::floor(value); }

// The index of each category of a feature.
class CategoryTable {
 public:
  explicit CategoryTable(const Categories& categories) : all_(categories) {
    for (const auto& [value, index] : categories) {
      if (!is_direct(value)) continue;
      const auto number = static_cast<size_t>(value);
      if (number >= direct_.size()) direct_.resize(number + 1, -1);
      direct_[number] = index;
    }
  }

  // Null where the value is none of them.
  const int32_t* find(double value) const {
    if (is_direct(value)) {
      const auto number = static_cast<size_t>(value);
      return number < direct_.size() && direct_[number] >= 0 ? &direct_[number] : nullptr;
    }
    const auto found = all_.find(value);
    return found == all_.end() ? nullptr : &found->second;
  }
  size_t size() const { return all_.size(); }

 private:
  Categories all_;
  std::vector<int32_t> direct_;  // up to the highest; -1: none
};

// The distinct values of a feature.
struct SeenValues {
  std::set<double, NumberOrder> all;
  std::bitset<kDirect> direct;

  void add(double value) {
    if (!is_direct(value)) {
      all.insert(value);
    } else if (!direct[static_cast<size_t>(value)]) {
      direct.set(static_cast<size_t>(value));
      all.insert(value);
    }
  }
};

class IndexTransform : public BatchTransform {
 public:
  IndexTransform(int position, std::string output, std::string invalid, int32_t size,
                 const CategoryMaps& maps)
      : position_(position),
        output_(std::move(output)),
        invalid_(std::move(invalid)),
        size_(size) {
    features_.resize(static_cast<size_t>(size));
    for (const auto& [feature, categories] : maps) {
      if (feature >= 0 && feature < size) features_[static_cast<size_t>(feature)].emplace(categories);
    }
  }

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(position_));
    std::vector<uint8_t> keep(batch->num_rows(), 1);
    VectorColumnBuilder builder;
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      if (vectors.is_null(row)) fail("scala.MatchError: null");
      Vector vector = vectors[row].to_vector();
      if (vector.size != size_) {
        fail(
            "java.lang.AssertionError: assertion failed: VectorIndexerModel expected vector of "
            "length " +
            std::to_string(size_) + " but found length " + std::to_string(vector.size));
      }
      if (index(vector)) {
        builder.append(vector);
      } else {
        keep[row] = 0;
      }
    }
    return append_column(filter_rows(batch, keep), output_, builder.finish());
  }

 private:
  [[noreturn]] static void fail(const std::string& reason) {
    const std::string type = vector_type().sql_type().simple_string();
    throw_failed_transform_because("VectorIndexerModel", type, type, reason);
  }

  // False if a value was not seen and the row is to be left out. Absent entries are zeros, whose
  // index is 0.
  bool index(Vector& vector) const {
    bool is_valid = true;
    for (size_t k = 0; k < vector.values.size(); ++k) {
      const int32_t feature = vector.sparse ? vector.indices[k] : static_cast<int32_t>(k);
      const auto& categories = features_[static_cast<size_t>(feature)];
      if (!categories) continue;
      if (const int32_t* found = categories->find(vector.values[k])) {
        vector.values[k] = *found;
      } else if (invalid_ == "keep") {
        vector.values[k] = static_cast<double>(categories->size());
      } else if (invalid_ == "skip") {
        is_valid = false;
      } else {
        fail("org.apache.spark.SparkException: VectorIndexer encountered invalid value " +
             java_double_text(vector.values[k]) + " on feature index " + std::to_string(feature) +
             ". To handle or skip invalid value, try setting VectorIndexer.handleInvalid.");
      }
    }
    return is_valid;
  }

  int position_;
  std::string output_;
  std::string invalid_;
  int32_t size_;
  std::vector<std::optional<CategoryTable>> features_;  // none: continuous
};

template <typename Builder, typename Items>
std::shared_ptr<arrow::Array> column_of(const Items& items) {
  Builder builder;
  check_arrow(builder.AppendValues(items));
  return check_arrow(builder.Finish());
}

class VectorIndexerModel : public Model {
 public:
  VectorIndexerModel(ParamMap params, int32_t size, CategoryMaps maps)
      : params_(std::move(params)), size_(size), maps_(std::move(maps)) {}

  std::string class_name() const override { return "VectorIndexerModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }
  int64_t size_bytes() const override {
    size_t bytes = sizeof(*this);
    for (const auto& [feature, categories] : maps_) bytes += 64 + 48 * categories.size();
    return static_cast<int64_t>(bytes);
  }

  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    if (call.method == "numFeatures") return Value(size_);
    if (call.method == "toString") {
      return Value(model_text(*this, ", numFeatures=" + std::to_string(size_) +
                                         ", handleInvalid=" + params_.text("handleInvalid")));
    }
    if (call.method != "categoryMapsDF") throw_no_attribute(*this, call.method);
    std::vector<int32_t> features;
    std::vector<double> values;
    std::vector<int32_t> indices;
    for (const auto& [feature, categories] : maps_) {
      // By index, as Spark's maps go.
      std::vector<double> by_index(categories.size());
      for (const auto& [value, index] : categories) by_index.at(index) = value;
      for (size_t i = 0; i < by_index.size(); ++i) {
        features.push_back(feature);
        values.push_back(by_index[i]);
        indices.push_back(static_cast<int32_t>(i));
      }
    }
    TableAttribute result;
    result.fields = {{"featureIndex", plan::Type::integer(), false, ""},
                     {"originalValue", plan::Type::double_number(), false, ""},
                     {"categoryIndex", plan::Type::integer(), false, ""}};
    result.table = arrow::Table::Make(
        arrow::schema({arrow::field("featureIndex", arrow::int32()),
                       arrow::field("originalValue", arrow::float64()),
                       arrow::field("categoryIndex", arrow::int32())}),
        {column_of<arrow::Int32Builder>(features), column_of<arrow::DoubleBuilder>(values),
         column_of<arrow::Int32Builder>(indices)});
    return result;
  }

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    auto values = std::make_shared<arrow::DoubleBuilder>();
    auto indices = std::make_shared<arrow::Int32Builder>();
    auto inner = std::make_shared<arrow::MapBuilder>(arrow::default_memory_pool(), values, indices);
    auto features = std::make_shared<arrow::Int32Builder>();
    arrow::MapBuilder outer(arrow::default_memory_pool(), features, inner);
    check_arrow(outer.Append());
    for (const auto& [feature, categories] : maps_) {
      check_arrow(features->Append(feature));
      check_arrow(inner->Append());
      for (const auto& [value, index] : categories) {
        check_arrow(values->Append(value));
        check_arrow(indices->Append(index));
      }
    }
    ModelTable table;
    table.add("numFeatures", size_);
    const plan::Type categories =
        plan::Type::map(plan::Type::double_number(), plan::Type::integer(), false);
    table.add("categoryMaps", plan::Type::map(plan::Type::integer(), categories),
              check_arrow(outer.Finish()));
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    const std::string& name = params.text("inputCol");
    check_vector_field(input, name);
    const std::string output = output_column(params);
    require(!has_field(input, output), "Output column " + output + " already exists.");
    const VectorAttributes known = vector_attributes(find_field(input, name));
    require(!known.size || *known.size == size_,
            "VectorIndexerModel expected " + std::to_string(size_) +
                " features, but input column " + name + " had metadata specifying " +
                std::to_string(known.size.value_or(0)) + " features.");
    VectorAttributes attributes;
    attributes.size = size_;
    for (int32_t i = 0; i < size_; ++i) {
      attributes.attributes.push_back(
          describe(i, known.attributes.empty() ? ColumnAttribute() : known.attributes[i]));
    }
    Fields fields = input;
    fields.push_back({output, vector_type(), true, to_metadata(attributes)});
    return fields;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    return std::make_unique<IndexTransform>(find_position(input, params.text("inputCol")),
                                            output_column(params), params.text("handleInvalid"),
                                            size_, maps_);
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }

 private:
  // Whatever becomes of unseen values: Spark describes the features before it knows the parameter.
  ColumnAttribute describe(int32_t feature, const ColumnAttribute& before) const {
    const auto categories = maps_.find(feature);
    if (categories == maps_.end()) return before;
    ColumnAttribute attribute;
    attribute.name = before.name;
    for (const auto& [value, index] : categories->second)
      attribute.values.push_back(java_double_text(value));
    attribute.kind = attribute.values.size() == 2 ? ColumnAttribute::Kind::kBinary
                                                  : ColumnAttribute::Kind::kNominal;
    if (attribute.kind == ColumnAttribute::Kind::kNominal) attribute.ordinal = false;
    return attribute;
  }

  ParamMap params_;
  int32_t size_;
  CategoryMaps maps_;
};

class VectorIndexer : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const std::string output = output_column(params);
    check_vector_field(context.fields, params.text("inputCol"));
    require(!has_field(context.fields, output), "Column " + output + " already exists.");
    const auto most = static_cast<size_t>(params.integer("maxCategories"));
    std::vector<SeenValues> seen;
    bool is_first = true;
    for_each_vector(dataset, context, params.text("inputCol"), [&](const VectorView& view) {
      if (is_first) seen.resize(view.size);
      is_first = false;
      if (static_cast<size_t>(view.size) != seen.size()) {
        throw_spark_exception("requirement failed: VectorIndexer expected " +
                              std::to_string(seen.size()) + " features but found vector of size " +
                              std::to_string(view.size) + ".");
      }
      int32_t k = 0;
      for (int32_t i = 0; i < view.size; ++i) {
        const bool is_held = view.indices == nullptr || (k < view.count && view.indices[k] == i);
        const double value = is_held ? view.values[k++] : 0.0;
        if (seen[i].all.size() <= most) seen[i].add(value);
      }
    });
    require(!is_first, "VectorIndexer has no rows to learn the number of features from.");
    CategoryMaps maps;
    for (size_t i = 0; i < seen.size(); ++i) {
      if (seen[i].all.size() > most) continue;
      // Zero comes first, so that sparse vectors stay sparse.
      Categories& categories = maps[static_cast<int32_t>(i)];
      if (seen[i].all.contains(0.0)) categories[0.0] = 0;
      for (const double value : seen[i].all)
        categories.emplace(value, static_cast<int32_t>(categories.size()));
    }
    return std::make_shared<VectorIndexerModel>(params, static_cast<int32_t>(seen.size()),
                                                std::move(maps));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const ModelRow row = read_model_row(folder, "data");
  const auto column = row.column("categoryMaps", arrow::Type::MAP);
  const auto& outer = static_cast<const arrow::MapArray&>(*column);
  const auto& features = static_cast<const arrow::Int32Array&>(*outer.keys());
  const auto& inner = static_cast<const arrow::MapArray&>(*outer.items());
  const auto& values = static_cast<const arrow::DoubleArray&>(*inner.keys());
  const auto& indices = static_cast<const arrow::Int32Array&>(*inner.items());
  CategoryMaps maps;
  for (int32_t f = outer.value_offset(0); f < outer.value_offset(1); ++f) {
    Categories& categories = maps[features.Value(f)];
    for (int32_t i = inner.value_offset(f); i < inner.value_offset(f + 1); ++i)
      categories[values.Value(i)] = indices.Value(i);
  }
  return std::make_shared<VectorIndexerModel>(read_params(metadata, vector_indexer_params()),
                                              row.integer("numFeatures"), std::move(maps));
}

}  // namespace

std::vector<Operator> vector_indexer_operators() {
  static const VectorIndexer estimator;
  return estimator_rows("org.apache.spark.ml.feature.VectorIndexer", kModelClass,
                        vector_indexer_params(), estimator, read_model);
}

}  // namespace firesteel::ml
