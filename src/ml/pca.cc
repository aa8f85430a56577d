// Projects vectors on the directions in which they vary most. Follows
// org.apache.spark.ml.feature.PCA.
#include <cblas.h>

#include <algorithm>

#include "ml/covariance.h"
#include "ml/fitted_vectors.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/transform_failure.h"

// LAPACK, which OpenBLAS holds: the decomposition that Spark calls, so that signs and order are the
// same.
extern "C" void dgesdd_(const char* job, const int* rows, const int* columns, double* a,
                        const int* lda, double* s, double* u, const int* ldu, double* vt,
                        const int* ldvt, double* work, const int* work_size, int* integer_work,
                        int* info);

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.PCAModel";

const ParamTable& pca_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"k", ValueType::kInt, std::nullopt, greater_than(0)}};
  return table;
}

class PCAModel : public ValuesModel {
 public:
  using ValuesModel::ValuesModel;
  std::string facts() const override { return ", k=" + std::to_string(params().integer("k")); }
  void check_input(const Fields& fields, const std::string& name) const override {
    check_vector_field(fields, name);
  }
  Field output_field(const Field& /*input*/, const ParamMap& params) const override {
    return sized_vector_field(params.integer("k"));
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& /*params*/) const override {
    const Matrix& components = std::get<Matrix>(value("pc"));
    const int32_t rows = components.rows;
    const int32_t columns = components.columns;
    return vector_kernel("PCAModel", [components, rows, columns](const VectorView& view,
                                                                 VectorColumnBuilder& builder) {
      if (view.size != rows) {
        const std::string type = vector_type().sql_type().simple_string();
        throw_failed_transform_because(
            "PCAModel", type, type,
            "java.lang.IllegalArgumentException: requirement failed: The columns of A don't match "
            "the number of elements of x. A: " +
                std::to_string(rows) + ", x: " + std::to_string(view.size));
      }
      std::vector<double> projected(columns, 0.0);
      for (int32_t c = 0; c < columns; ++c) {
        const double* component = components.values.data() + static_cast<size_t>(c) * rows;
        for (int32_t k = 0; k < view.count; ++k) {
          projected[c] += component[view.indices == nullptr ? k : view.indices[k]] * view.values[k];
        }
      }
      builder.append_dense(projected.data(), columns);
    });
  }
};

// The first `k` principal components column by column, and the share of the variance that each
// explains.
ValuesModel::Values decompose(Covariance covariance, int32_t k) {
  const int n = covariance.size;
  std::vector<double> singular(n);
  std::vector<double> left(static_cast<size_t>(n) * n);
  std::vector<double> right(left.size());
  std::vector<int> integer_work(static_cast<size_t>(8) * n);
  double wanted = 0;
  int work_size = -1;
  int info = 0;
  dgesdd_("A", &n, &n, covariance.entries.data(), &n, singular.data(), left.data(), &n,
          right.data(), &n, &wanted, &work_size, integer_work.data(), &info);
  work_size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<size_t>(work_size));
  dgesdd_("A", &n, &n, covariance.entries.data(), &n, singular.data(), left.data(), &n,
          right.data(), &n, work.data(), &work_size, integer_work.data(), &info);
  if (info < 0) throw_illegal_argument("The covariance matrix holds values that are not finite.");
  if (info > 0)
    throw_spark_exception("The decomposition of the covariance matrix did not converge.");
  double sum = 0;
  for (const double value : singular) sum += value;
  Matrix components;
  components.rows = n;
  components.columns = k;
  components.values.assign(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(n) * k);
  std::vector<double> explained;
  for (int32_t i = 0; i < k; ++i) explained.push_back(singular[i] / sum);
  return {{"pc", std::move(components)},
          {"explainedVariance", Vector::dense(std::move(explained))}};
}

class PCA : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const std::string output = output_column(params);
    check_vector_field(context.fields, params.text("inputCol"));
    require(!has_field(context.fields, output), "Output column " + output + " already exists.");
    const int32_t k = params.integer("k");
    Covariance covariance = covariance_of(dataset, context, params.text("inputCol"));
    require(k <= covariance.size, "source vector size " + std::to_string(covariance.size) +
                                      " must be no less than k=" + std::to_string(k));
    context.check_canceled();
    return std::make_shared<PCAModel>(kModelClass, params, decompose(std::move(covariance), k));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  StoredValues stored =
      read_values(folder, kModelClass, pca_params(),
                  {{"pc", ValueType::kMatrix}, {"explainedVariance", ValueType::kVector}});
  Matrix& components = std::get<Matrix>(stored.values.at("pc"));
  if (components.transposed || components.sparse) {
    // The kernel walks along columns.
    Matrix plain;
    plain.rows = components.rows;
    plain.columns = components.columns;
    const std::vector<double> rows = components.to_row_major();
    for (int32_t c = 0; c < plain.columns; ++c) {
      for (int32_t r = 0; r < plain.rows; ++r)
        plain.values.push_back(rows[static_cast<size_t>(r) * plain.columns + c]);
    }
    components = std::move(plain);
  }
  return std::make_shared<PCAModel>(kModelClass, std::move(stored.params),
                                    std::move(stored.values));
}

}  // namespace

std::vector<Operator> pca_operators() {
  static const PCA estimator;
  return estimator_rows("org.apache.spark.ml.feature.PCA", kModelClass, pca_params(), estimator,
                        read_model);
}

}  // namespace firesteel::ml
