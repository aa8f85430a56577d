// Follows org.apache.spark.ml.feature.LSH, BucketedRandomProjectionLSH and MinHashLSH.
#include "ml/locality_sensitive_hashing.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "functions/kernel/java_random.h"
#include "ml/column_replacement.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/transform_failure.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

using functions::kernel::JavaRandom;

constexpr const char* kProjectionClass = "org.apache.spark.ml.feature.BucketedRandomProjectionLSH";
constexpr const char* kProjectionModel =
    "org.apache.spark.ml.feature.BucketedRandomProjectionLSHModel";
constexpr const char* kMinHashClass = "org.apache.spark.ml.feature.MinHashLSH";
constexpr const char* kMinHashModel = "org.apache.spark.ml.feature.MinHashLSHModel";
// A large prime below the root of 2^63.
constexpr int32_t kHashPrime = 2038074743;

// A model has its estimator's parameters without the seed.
const ParamTable& min_hash_model_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"numHashTables", ValueType::kInt, Value(1), greater_than(0)}};
  return table;
}

const ParamTable& projection_model_params() {
  static const ParamTable table =
      extend(min_hash_model_params(),
             {{"bucketLength", ValueType::kDouble, std::nullopt, greater_than(0)}});
  return table;
}

const ParamTable& projection_params() {
  static const ParamTable table =
      extend(projection_model_params(),
             {{"seed", ValueType::kLong, Value(class_name_seed(kProjectionClass))}});
  return table;
}

const ParamTable& min_hash_params() {
  static const ParamTable table = extend(
      min_hash_model_params(), {{"seed", ValueType::kLong, Value(class_name_seed(kMinHashClass))}});
  return table;
}

// The two ways to hash: one value per hash function, and the distance that they keep.
class HashFamily {
 public:
  virtual ~HashFamily() = default;
  virtual std::vector<double> hash(const VectorView& view, const ParamMap& params) const = 0;
  virtual double distance(const VectorView& a, const VectorView& b) const = 0;
  virtual void write(ModelTable& table) const = 0;
  virtual int64_t size_bytes() const = 0;
};

VectorView view_of(const Vector& vector) {
  return {vector.size, static_cast<int32_t>(vector.values.size()),
          vector.sparse ? vector.indices.data() : nullptr, vector.values.data()};
}

class RandomProjections : public HashFamily {
 public:
  explicit RandomProjections(Matrix directions)
      : directions_(std::move(directions)), rows_(directions_.to_row_major()) {}

  std::vector<double> hash(const VectorView& view, const ParamMap& params) const override {
    if (view.size != directions_.columns) {
      require(false, "The columns of A don't match the number of elements of x. A: " +
                         std::to_string(directions_.columns) + ", x: " + std::to_string(view.size));
    }
    const double scale = 1.0 / params.number("bucketLength");
    std::vector<double> hashes(directions_.rows);
    for (size_t r = 0; r < hashes.size(); ++r) {
      const double* direction = &rows_[r * directions_.columns];
      double sum = 0;
      for (int32_t k = 0; k < view.count; ++k)
        sum += direction[view.indices == nullptr ? k : view.indices[k]] * view.values[k];
      hashes[r] = std::floor(scale * sum);
    }
    return hashes;
  }

  double distance(const VectorView& a, const VectorView& b) const override {
    require(a.size == b.size, "Vector dimensions do not match: Dim(v1)=" + std::to_string(a.size) +
                                  " and Dim(v2)=" + std::to_string(b.size) + ".");
    const std::vector<double> left = a.to_vector().to_array();
    const std::vector<double> right = b.to_vector().to_array();
    double sum = 0;
    for (size_t i = 0; i < left.size(); ++i) sum += (left[i] - right[i]) * (left[i] - right[i]);
    return std::sqrt(sum);
  }

  void write(ModelTable& table) const override { table.add("randUnitVectors", directions_); }
  int64_t size_bytes() const override { return static_cast<int64_t>(16 * rows_.size()); }

 private:
  Matrix directions_;
  std::vector<double> rows_;
};

// Positions of the non-zero elements, ascending.
std::vector<int32_t> elements_of(const VectorView& view) {
  std::vector<int32_t> elements;
  for (int32_t k = 0; k < view.count; ++k) {
    if (view.values[k] != 0.0) elements.push_back(view.indices == nullptr ? k : view.indices[k]);
  }
  return elements;
}

class MinHashes : public HashFamily {
 public:
  explicit MinHashes(std::vector<int32_t> coefficients) : coefficients_(std::move(coefficients)) {}

  std::vector<double> hash(const VectorView& view, const ParamMap& /*params*/) const override {
    const std::vector<int32_t> elements = elements_of(view);
    require(!elements.empty(), "Must have at least 1 non zero entry.");
    std::vector<double> hashes;
    for (size_t i = 0; i + 1 < coefficients_.size(); i += 2) {
      int64_t least = std::numeric_limits<int64_t>::max();
      for (const int32_t element : elements) {
        least = std::min(
            least, ((int64_t{1} + element) * coefficients_[i] + coefficients_[i + 1]) % kHashPrime);
      }
      hashes.push_back(static_cast<double>(least));
    }
    return hashes;
  }

  double distance(const VectorView& a, const VectorView& b) const override {
    const std::vector<int32_t> left = elements_of(a);
    const std::vector<int32_t> right = elements_of(b);
    std::vector<int32_t> both;
    std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                          std::back_inserter(both));
    const size_t either = left.size() + right.size() - both.size();
    require(either > 0, "The union of two input sets must have at least 1 elements");
    return 1 - static_cast<double>(both.size()) / static_cast<double>(either);
  }

  void write(ModelTable& table) const override { table.add("randCoefficients", coefficients_); }
  int64_t size_bytes() const override { return static_cast<int64_t>(4 * coefficients_.size()); }

 private:
  std::vector<int32_t> coefficients_;
};

// A hash as Spark shows it: a vector of one element.
plan::Type hashes_type() { return plan::Type::array(vector_type()); }

std::shared_ptr<arrow::Array> hashes_column(const std::vector<std::vector<double>>& rows) {
  VectorColumnBuilder vectors;
  std::vector<int32_t> offsets = {0};
  for (const std::vector<double>& row : rows) {
    for (const double value : row) vectors.append_dense(&value, 1);
    offsets.push_back(offsets.back() + static_cast<int32_t>(row.size()));
  }
  const auto values = vectors.finish();
  const auto type = arrow::list(arrow::field("element", values->type()));
  return std::make_shared<arrow::ListArray>(type, static_cast<int64_t>(rows.size()),
                                            arrow::Buffer::FromVector(std::move(offsets)), values);
}

// The one number of each hash of a row.
std::vector<double> hashes_at(const arrow::Array& column, const VectorColumn& items, int64_t row) {
  std::vector<double> hashes;
  if (column.IsNull(row)) return hashes;
  const ListRange range = list_range(column, row);
  for (int64_t i = range.begin; i < range.end; ++i) {
    const VectorView view = items[i];
    hashes.push_back(view.count > 0 ? view.values[0] : 0.0);
  }
  return hashes;
}

std::vector<std::vector<double>> hash_all(const HashFamily& family, const ParamMap& params,
                                          const std::string& model, const VectorColumn& vectors) {
  std::vector<std::vector<double>> rows;
  for (int64_t row = 0; row < vectors.length(); ++row) {
    std::string reason = "java.lang.NullPointerException: a vector is null";
    if (!vectors.is_null(row)) {
      try {
        rows.push_back(family.hash(vectors[row], params));
        continue;
      } catch (const SparkError& error) {
        reason = std::string("java.lang.IllegalArgumentException: ") + error.what();
      }
    }
    throw_failed_transform_because(model, vector_type().sql_type().simple_string(),
                                   "array<" + vector_type().sql_type().simple_string() + ">",
                                   reason);
  }
  return rows;
}

using Family = std::shared_ptr<const HashFamily>;
using BatchFunction =
    std::function<std::shared_ptr<arrow::RecordBatch>(const std::shared_ptr<arrow::RecordBatch>&)>;

class FunctionTransform : public BatchTransform {
 public:
  explicit FunctionTransform(BatchFunction function) : function_(std::move(function)) {}
  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    return function_(batch);
  }

 private:
  BatchFunction function_;
};

// The rows `rows` of a batch, in that order and as often as they are named.
std::shared_ptr<arrow::RecordBatch> take_rows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                              const std::vector<int64_t>& rows) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const auto& column : batch->columns()) {
    auto builder = check_arrow(arrow::MakeBuilder(column->type()));
    const arrow::ArraySpan span(*column->data());
    for (const int64_t row : rows) check_arrow(builder->AppendArraySlice(span, row, 1));
    columns.push_back(check_arrow(builder->Finish()));
  }
  return arrow::RecordBatch::Make(batch->schema(), static_cast<int64_t>(rows.size()),
                                  std::move(columns));
}

class HashIfMissing : public Transformer {
 public:
  HashIfMissing(Family family, std::string model)
      : family_(std::move(family)), model_(std::move(model)) {}

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    check_vector_field(input, params.text("inputCol"));
    Fields output = input;
    if (!has_field(input, output_column(params)))
      output.push_back({output_column(params), hashes_type(), true, ""});
    return output;
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    const int position = find_position(input, params.text("inputCol"));
    const std::string output = output_column(params);
    if (has_field(input, output))
      return std::make_unique<FunctionTransform>([](const auto& batch) { return batch; });
    return std::make_unique<FunctionTransform>([=, family = family_,
                                                model = model_](const auto& batch) {
      return append_column(
          batch, output,
          hashes_column(hash_all(*family, params, model, VectorColumn(batch->column(position)))));
    });
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }

 private:
  Family family_;
  std::string model_;
};

class Neighbors : public Transformer, public ReplacesColumns {
 public:
  Neighbors(Family family, Vector key, std::string distance_column)
      : family_(std::move(family)),
        key_(std::move(key)),
        distance_column_(std::move(distance_column)) {}

  Fields transform_schema(const Fields& input, const ParamMap& /*params*/) const override {
    Fields output = input;
    put_field(output, {distance_column_, plan::Type::double_number(), false, ""});
    return output;
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    const int vectors_position = find_position(input, params.text("inputCol"));
    const int hashes_position = find_position(input, output_column(params));
    const int replaces = position_or_none(input, distance_column_);
    const std::vector<double> wanted = family_->hash(view_of(key_), params);
    return std::make_unique<FunctionTransform>(
        [=, family = family_, key = key_, name = distance_column_](const auto& batch) {
          const VectorColumn vectors(batch->column(vectors_position));
          const arrow::Array& hashes = *batch->column(hashes_position);
          const VectorColumn items(list_values(hashes));
          std::vector<uint8_t> keep(batch->num_rows(), 0);
          std::vector<double> distances;
          for (int64_t row = 0; row < batch->num_rows(); ++row) {
            const std::vector<double> held = hashes_at(hashes, items, row);
            for (size_t i = 0; i < std::min(held.size(), wanted.size()); ++i)
              keep[row] |= static_cast<uint8_t>(held[i] == wanted[i]);
            if (keep[row] != 0) distances.push_back(family->distance(vectors[row], view_of(key)));
          }
          const auto kept = filter_rows(batch, keep);
          return put_column(kept, replaces, name, make_doubles(std::move(distances)));
        });
  }
  std::vector<int> replaced_columns(const Fields& input,
                                    const ParamMap& /*params*/) const override {
    return positions_present(input, {distance_column_});
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol"), output_column(params)};
  }

 private:
  Family family_;
  Vector key_;
  std::string distance_column_;
};

// Position of a field inside a struct column.
int inner_position(const Field& field, const std::string& name) {
  const auto& members = field.type.fields();
  for (size_t i = 0; i < members.size(); ++i) {
    if (members[i].name == name) return static_cast<int>(i);
  }
  throw_illegal_argument("The column " + field.name + " has no field " + name);
}

std::shared_ptr<arrow::Array> inner_column(const arrow::Array& column, int position) {
  return static_cast<const arrow::StructArray&>(column).field(position);
}

class ExplodeHashes : public Transformer {
 public:
  explicit ExplodeHashes(std::string rows) : rows_(std::move(rows)) {}

  Fields transform_schema(const Fields& input, const ParamMap& /*params*/) const override {
    Fields output = input;
    output.push_back({HashingModel::kEntryColumn, plan::Type::integer(), false, ""});
    output.push_back({HashingModel::kHashColumn, plan::Type::double_number(), false, ""});
    return output;
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    const int position = find_position(input, rows_);
    const int inner = inner_position(input[position], output_column(params));
    return std::make_unique<FunctionTransform>([=](const auto& batch) {
      const auto hashes = inner_column(*batch->column(position), inner);
      const VectorColumn items(list_values(*hashes));
      std::vector<int64_t> rows;
      arrow::Int32Builder entries;
      std::vector<double> values;
      for (int64_t row = 0; row < batch->num_rows(); ++row) {
        const std::vector<double> held = hashes_at(*hashes, items, row);
        for (size_t i = 0; i < held.size(); ++i) {
          rows.push_back(row);
          check_arrow(entries.Append(static_cast<int32_t>(i)));
          values.push_back(held[i]);
        }
      }
      const auto repeated = append_column(take_rows(batch, rows), HashingModel::kEntryColumn,
                                          check_arrow(entries.Finish()));
      return append_column(repeated, HashingModel::kHashColumn, make_doubles(std::move(values)));
    });
  }
  std::vector<std::string> input_columns(const ParamMap& /*params*/) const override {
    return {rows_};
  }

 private:
  std::string rows_;
};

class PairDistance : public Transformer {
 public:
  PairDistance(Family family, std::string left, std::string right, std::string distance_column)
      : family_(std::move(family)),
        left_(std::move(left)),
        right_(std::move(right)),
        distance_column_(std::move(distance_column)) {}

  Fields transform_schema(const Fields& input, const ParamMap& /*params*/) const override {
    Fields output = input;
    output.push_back({distance_column_, plan::Type::double_number(), false, ""});
    return output;
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    const int left = find_position(input, left_);
    const int right = find_position(input, right_);
    const int left_inner = inner_position(input[left], params.text("inputCol"));
    const int right_inner = inner_position(input[right], params.text("inputCol"));
    return std::make_unique<FunctionTransform>(
        [=, family = family_, name = distance_column_](const auto& batch) {
          const VectorColumn a(inner_column(*batch->column(left), left_inner));
          const VectorColumn b(inner_column(*batch->column(right), right_inner));
          std::vector<double> distances(batch->num_rows());
          for (int64_t row = 0; row < batch->num_rows(); ++row)
            distances[row] = family->distance(a[row], b[row]);
          return append_column(batch, name, make_doubles(std::move(distances)));
        });
  }
  std::vector<std::string> input_columns(const ParamMap& /*params*/) const override {
    return {left_, right_};
  }

 private:
  Family family_;
  std::string left_;
  std::string right_;
  std::string distance_column_;
};

class FamilyModel : public HashingModel {
 public:
  FamilyModel(const char* jvm_class, ParamMap params, Family family)
      : jvm_class_(jvm_class), params_(std::move(params)), family_(std::move(family)) {}

  std::string class_name() const override { return simple_name(jvm_class_); }
  std::string jvm_class() const override { return jvm_class_; }
  const ParamMap& params() const override { return params_; }
  int64_t size_bytes() const override {
    return static_cast<int64_t>(sizeof(*this)) + family_->size_bytes();
  }
  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    if (call.method == "toString") {
      return Value(
          model_text(*this, ", numHashTables=" + std::to_string(params_.integer("numHashTables"))));
    }
    throw_no_attribute(*this, call.method);
  }
  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, jvm_class_, params);
    ModelTable table;
    family_->write(table);
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    const std::string output = output_column(params);
    require(!has_field(input, output), "Column " + output + " already exists.");
    return HashIfMissing(family_, class_name()).transform_schema(input, params);
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    return HashIfMissing(family_, class_name()).bind(input, params);
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }

  std::shared_ptr<const Transformer> hash_if_missing() const override {
    return std::make_shared<HashIfMissing>(family_, class_name());
  }
  std::shared_ptr<const Transformer> neighbors_of(
      const Vector& key, const std::string& distance_column) const override {
    return std::make_shared<Neighbors>(family_, key, distance_column);
  }
  std::shared_ptr<const Transformer> explode_hashes(const std::string& rows) const override {
    return std::make_shared<ExplodeHashes>(rows);
  }
  std::shared_ptr<const Transformer> distance_between(
      const std::string& left, const std::string& right,
      const std::string& distance_column) const override {
    return std::make_shared<PairDistance>(family_, left, right, distance_column);
  }

 private:
  const char* jvm_class_;
  ParamMap params_;
  Family family_;
};

// An estimator that needs no more of a dataset than the size of its vectors.
class HashingEstimator : public Estimator {
 public:
  HashingEstimator(const char* model_class, const ParamTable& model_params,
                   std::function<Family(const ParamMap&, int32_t size)> draw)
      : model_class_(model_class), model_params_(model_params), draw_(std::move(draw)) {}

  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const std::string output = output_column(params);
    check_vector_field(context.fields, params.text("inputCol"));
    require(!has_field(context.fields, output), "Column " + output + " already exists.");
    const int position = find_position(context.fields, params.text("inputCol"));
    std::shared_ptr<arrow::RecordBatch> batch;
    do {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
    } while (batch && batch->num_rows() == 0);
    if (!batch)
      throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT", {{"message", "next on empty iterator"}});
    const VectorColumn vectors(batch->column(position));
    if (vectors.is_null(0)) throw_user_raised("Vectors MUST NOT be Null");
    ParamMap fitted(model_params_, params.uid());
    for (const auto& [name, value] : params.set_values()) {
      if (fitted.declares(name)) fitted.set(name, value);
    }
    return std::make_shared<FamilyModel>(model_class_, std::move(fitted),
                                         draw_(params, vectors[0].size));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }

 private:
  const char* model_class_;
  const ParamTable& model_params_;
  std::function<Family(const ParamMap&, int32_t)> draw_;
};

Family draw_projections(const ParamMap& params, int32_t size) {
  params.number("bucketLength");  // Spark's error where it is not set
  JavaRandom random(params.long_integer("seed"));
  const int32_t tables = params.integer("numHashTables");
  std::vector<double> values(static_cast<size_t>(tables) * size);
  for (double& value : values) value = random.next_gaussian();
  for (int32_t table = 0; table < tables; ++table) {
    double* row = &values[static_cast<size_t>(table) * size];
    double square = 0;
    for (int32_t i = 0; i < size; ++i) square += row[i] * row[i];
    const double length = std::sqrt(square);
    for (int32_t i = 0; length != 0 && i < size; ++i) row[i] *= 1.0 / length;
  }
  return std::make_shared<RandomProjections>(
      Matrix::dense_row_major(tables, size, std::move(values)));
}

Family draw_min_hashes(const ParamMap& params, int32_t size) {
  require(size <= kHashPrime, "The input vector dimension " + std::to_string(size) +
                                  " exceeds the threshold " + std::to_string(kHashPrime) + ".");
  JavaRandom random(params.long_integer("seed"));
  std::vector<int32_t> coefficients;
  for (int32_t table = 0; table < params.integer("numHashTables"); ++table) {
    coefficients.push_back(1 + random.next_int(kHashPrime - 1));
    coefficients.push_back(random.next_int(kHashPrime - 1));
  }
  return std::make_shared<MinHashes>(std::move(coefficients));
}

std::shared_ptr<const Model> read_projections(const std::string& folder) {
  ParamMap params = read_params(read_metadata(folder, kProjectionModel), projection_model_params());
  return std::make_shared<FamilyModel>(
      kProjectionModel, std::move(params),
      std::make_shared<RandomProjections>(
          read_model_row(folder, "data").matrix("randUnitVectors")));
}

std::shared_ptr<const Model> read_min_hashes(const std::string& folder) {
  ParamMap params = read_params(read_metadata(folder, kMinHashModel), min_hash_model_params());
  return std::make_shared<FamilyModel>(
      kMinHashModel, std::move(params),
      std::make_shared<MinHashes>(read_model_row(folder, "data").integers("randCoefficients")));
}

}  // namespace

std::vector<Operator> locality_sensitive_hashing_operators() {
  static const HashingEstimator projections(kProjectionModel, projection_model_params(),
                                            draw_projections);
  static const HashingEstimator min_hashes(kMinHashModel, min_hash_model_params(), draw_min_hashes);
  return {{.jvm_class = kProjectionClass,
           .kind = OperatorKind::kEstimator,
           .params = &projection_params(),
           .estimator = &projections},
          {.jvm_class = kProjectionModel,
           .kind = OperatorKind::kModel,
           .params = &projection_model_params(),
           .read_model = read_projections},
          {.jvm_class = kMinHashClass,
           .kind = OperatorKind::kEstimator,
           .params = &min_hash_params(),
           .estimator = &min_hashes},
          {.jvm_class = kMinHashModel,
           .kind = OperatorKind::kModel,
           .params = &min_hash_model_params(),
           .read_model = read_min_hashes}};
}

}  // namespace firesteel::ml
