#include "ml/hypothesis_tests.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <unordered_map>

#include "base/error.h"
#include "ml/special_functions.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr size_t kCategoriesMax = 10000;

using RowVisitor = std::function<void(const VectorView& features, double label)>;

// Visits every row; the first one's size holds for all. Returns the number of rows.
int64_t for_each_row(arrow::RecordBatchReader& dataset, FitContext& context,
                     const std::string& features, const std::string& label,
                     const RowVisitor& visit) {
  check_vector_field(context.fields, features);
  check_numeric_field(context.fields, label);
  const int vector_position = find_position(context.fields, features);
  const int label_position = find_position(context.fields, label);
  std::shared_ptr<arrow::RecordBatch> batch;
  int64_t rows = 0;
  int32_t size = -1;
  while (true) {
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const VectorColumn vectors(batch->column(vector_position));
    const NumberColumn labels = read_numbers(*batch->column(label_position));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      if ((row & 255) == 0) context.check_canceled();
      if (vectors.is_null(row)) throw_user_raised("Vectors MUST NOT be Null");
      if (labels.is_null(row)) throw_user_raised("Labels MUST NOT be Null or NaN");
      const VectorView view = vectors[row];
      if (size < 0) size = view.size;
      if (view.size != size) {
        throw_illegal_argument("requirement failed: Dimensions mismatch. Expected " +
                               std::to_string(size) + " but got " + std::to_string(view.size) +
                               ".");
      }
      visit(view, labels.values[row]);
    }
    rows += batch->num_rows();
    context.report({.stage = "reading", .rows = rows});
  }
  if (rows == 0)
    throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT", {{"message", "next on empty iterator"}});
  return rows;
}

template <typename Visit>
void for_each_entry(const VectorView& view, const Visit& visit) {
  for (int32_t k = 0; k < view.count; ++k) {
    if (view.values[k] != 0.0) visit(view.indices == nullptr ? k : view.indices[k], view.values[k]);
  }
}

// How often each value of a feature meets each label. Zeros are what the other values leave over.
class ContingencyTable {
 public:
  void add(double value, int32_t label, int32_t feature) {
    std::vector<int64_t>& counts = counts_of(value, feature);
    if (counts.size() <= static_cast<size_t>(label)) counts.resize(label + 1, 0);
    ++counts[label];
  }

  TestResult test(const std::vector<int64_t>& label_counts, int64_t total) const {
    std::vector<int64_t> zeros = label_counts;
    int64_t zero_count = total;
    for (const auto& [value, counts] : rows_) {
      for (size_t i = 0; i < counts.size(); ++i) {
        zeros[i] -= counts[i];
        zero_count -= counts[i];
      }
    }
    std::map<double, std::vector<int64_t>> all = rows_;
    if (zero_count > 0) all[0.0] = zeros;
    TestResult result;
    result.degrees_of_freedom = static_cast<int64_t>((all.size() - 1) * (label_counts.size() - 1));
    if (result.degrees_of_freedom == 0) return result;
    for (const auto& [value, counts] : all) {
      int64_t row_sum = 0;
      for (const int64_t count : counts) row_sum += count;
      for (size_t i = 0; i < label_counts.size(); ++i) {
        const double observed = i < counts.size() ? static_cast<double>(counts[i]) : 0.0;
        const double expected = static_cast<double>(label_counts[i]) *
                                static_cast<double>(row_sum) / static_cast<double>(total);
        result.statistic += (observed - expected) * (observed - expected) / expected;
      }
    }
    result.p_value =
        1.0 - chi_square_cdf(result.statistic, static_cast<double>(result.degrees_of_freedom));
    return result;
  }

 private:
  using Counts = std::vector<int64_t>;

  // Most categories are small numbers: those are found by their number.
  Counts& counts_of(double value, int32_t feature) {
    const bool is_small = value >= 0 && value < kDirect && value == std::floor(value);
    const size_t number = is_small ? static_cast<size_t>(value) : 0;
    if (is_small && number < direct_.size() && direct_[number]) return *direct_[number];
    Counts& counts = rows_[value];
    if (rows_.size() > kCategoriesMax) {
      throw_spark_exception(
          "Chi-square test expect factors (categorical values) but found more than " +
          std::to_string(kCategoriesMax) + " distinct values in column " + std::to_string(feature) +
          ".");
    }
    if (!is_small) return counts;
    if (number >= direct_.size()) direct_.resize(number + 1, nullptr);
    direct_[number] = &counts;
    return counts;
  }

  static constexpr int kDirect = 256;

  std::map<double, Counts> rows_;
  std::vector<Counts*> direct_;  // into rows_; up to the highest so far, for there may be many features
};

struct ClassSums {
  int64_t count = 0;
  std::vector<double> sums;
};

}  // namespace

std::vector<TestResult> chi_square_test(arrow::RecordBatchReader& dataset, FitContext& context,
                                        const std::string& features, const std::string& label) {
  std::vector<ContingencyTable> tables;
  std::unordered_map<double, int32_t> labels;
  std::vector<int64_t> label_counts;
  const int64_t rows =
      for_each_row(dataset, context, features, label, [&](const VectorView& view, double value) {
        if (tables.empty()) tables.resize(view.size);
        const auto [found, is_new] = labels.emplace(value, static_cast<int32_t>(labels.size()));
        if (is_new) label_counts.push_back(0);
        if (labels.size() > kCategoriesMax) {
          throw_spark_exception(
              "Chi-square test expect factors (categorical values) but found more than " +
              std::to_string(kCategoriesMax) + " distinct label values.");
        }
        const int32_t place = found->second;
        ++label_counts[place];
        for_each_entry(view, [&](int32_t feature, double entry) {
          tables[feature].add(entry, place, feature);
        });
      });
  std::vector<TestResult> results;
  for (const ContingencyTable& table : tables) results.push_back(table.test(label_counts, rows));
  return results;
}

std::vector<TestResult> analysis_of_variance(arrow::RecordBatchReader& dataset, FitContext& context,
                                             const std::string& features,
                                             const std::string& label) {
  std::map<double, ClassSums> classes;
  std::vector<double> squares;
  const int64_t rows =
      for_each_row(dataset, context, features, label, [&](const VectorView& view, double value) {
        squares.resize(view.size, 0.0);
        ClassSums& held = classes[value];
        held.sums.resize(view.size, 0.0);
        ++held.count;
        for_each_entry(view, [&](int32_t feature, double entry) {
          held.sums[feature] += entry;
          squares[feature] += entry * entry;
        });
      });
  const auto between_degrees = static_cast<double>(classes.size()) - 1;
  const auto within_degrees = static_cast<double>(rows) - static_cast<double>(classes.size());
  std::vector<TestResult> results(squares.size());
  for (size_t i = 0; i < results.size(); ++i) {
    double total = 0;
    double between = 0;
    for (const auto& [value, held] : classes) {
      total += held.sums[i];
      between += held.sums[i] * held.sums[i] / static_cast<double>(held.count);
    }
    const double mean_square = total * total / static_cast<double>(rows);
    between -= mean_square;
    const double within = squares[i] - mean_square - between;
    TestResult& result = results[i];
    result.degrees_of_freedom = rows - 1;
    result.statistic = (between / between_degrees) / (within / within_degrees);
    require(between_degrees > 0 && within_degrees > 0,
            "degrees of freedom (" +
                java_double_text(between_degrees > 0 ? within_degrees : between_degrees) + ")");
    result.p_value = 1.0 - f_cdf(result.statistic, between_degrees, within_degrees);
  }
  return results;
}

std::vector<TestResult> f_value_test(arrow::RecordBatchReader& dataset, FitContext& context,
                                     const std::string& features, const std::string& label) {
  // Differences from the first row keep the sums of squares well behaved.
  std::vector<double> filled;  // a sparse row
  std::vector<double> first;
  double first_label = 0;
  std::vector<double> sums;
  std::vector<double> squares;
  std::vector<double> products;
  double label_sum = 0;
  double label_square = 0;
  const int64_t rows =
      for_each_row(dataset, context, features, label, [&](const VectorView& view, double value) {
        const double* values = view.values;
        if (view.indices != nullptr) {
          filled.assign(view.size, 0.0);
          for (int32_t k = 0; k < view.count; ++k) filled[view.indices[k]] = view.values[k];
          values = filled.data();
        }
        if (first.empty()) {
          first.assign(values, values + view.size);
          first_label = value;
          sums.assign(first.size(), 0.0);
          squares = products = sums;
        }
        const double y = value - first_label;
        label_sum += y;
        label_square += y * y;
        for (size_t i = 0; i < first.size(); ++i) {
          const double x = values[i] - first[i];
          sums[i] += x;
          squares[i] += x * x;
          products[i] += x * y;
        }
      });
  const auto n = static_cast<double>(rows);
  const double label_variance = label_square - label_sum * label_sum / n;
  std::vector<TestResult> results(first.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const double covariance = products[i] - sums[i] * label_sum / n;
    const double correlation =
        covariance / std::sqrt((squares[i] - sums[i] * sums[i] / n) * label_variance);
    TestResult& result = results[i];
    result.degrees_of_freedom = rows - 2;
    require(rows > 2, "degrees of freedom (" + std::to_string(rows - 2) + ")");
    result.statistic = correlation * correlation / (1 - correlation * correlation) * (n - 2);
    result.p_value = 1.0 - f_cdf(result.statistic, 1.0, n - 2);
  }
  return results;
}

namespace {

template <typename Builder, typename Items>
std::shared_ptr<arrow::Array> array_of(const Items& items) {
  Builder builder;
  check_arrow(builder.AppendValues(items));
  return check_arrow(builder.Finish());
}

TableAttribute make_table(Fields fields,
                          const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  std::vector<std::shared_ptr<arrow::Field>> arrow_fields;
  for (size_t i = 0; i < columns.size(); ++i)
    arrow_fields.push_back(arrow::field(fields[i].name, columns[i]->type()));
  return {std::move(fields), arrow::Table::Make(arrow::schema(arrow_fields), columns)};
}

std::shared_ptr<arrow::Array> one_vector(std::vector<double> values) {
  VectorColumnBuilder builder;
  builder.append(Vector::dense(std::move(values)));
  return builder.finish();
}

}  // namespace

TableAttribute chi_square_table(const std::vector<TestResult>& results, bool flatten) {
  std::vector<int32_t> indices;
  std::vector<double> p_values;
  std::vector<int32_t> degrees;
  std::vector<double> statistics;
  for (const TestResult& result : results) {
    indices.push_back(static_cast<int32_t>(indices.size()));
    p_values.push_back(result.p_value);
    degrees.push_back(static_cast<int32_t>(result.degrees_of_freedom));
    statistics.push_back(result.statistic);
  }
  if (flatten) {
    return make_table({{"featureIndex", plan::Type::integer(), false, ""},
                       {"pValue", plan::Type::double_number(), false, ""},
                       {"degreesOfFreedom", plan::Type::integer(), false, ""},
                       {"statistic", plan::Type::double_number(), false, ""}},
                      {array_of<arrow::Int32Builder>(indices), make_doubles(p_values),
                       array_of<arrow::Int32Builder>(degrees), make_doubles(statistics)});
  }
  auto items = std::make_shared<arrow::Int32Builder>();
  arrow::ListBuilder list(arrow::default_memory_pool(), items);
  check_arrow(list.Append());
  check_arrow(items->AppendValues(degrees));
  return make_table(
      {{"pValues", vector_type(), true, ""},
       {"degreesOfFreedom", plan::Type::array(plan::Type::integer(), false), true, ""},
       {"statistics", vector_type(), true, ""}},
      {one_vector(std::move(p_values)), check_arrow(list.Finish()),
       one_vector(std::move(statistics))});
}

TableAttribute kolmogorov_smirnov_test(arrow::RecordBatchReader& dataset, FitContext& context,
                                       const std::string& column, const std::string& distribution,
                                       const std::vector<double>& parameters) {
  if (distribution != "norm") {
    throw SparkError(
        "_LEGACY_ERROR_ML_UNSUPPORTED_OPERATION",
        {{"message",
          distribution +
              " not yet supported through convenience method. Current options are:['norm']."}});
  }
  require(parameters.empty() || parameters.size() == 2,
          "Normal distribution requires mean and standard deviation as parameters");
  check_numeric_field(context.fields, column);
  const int position = find_position(context.fields, column);
  std::vector<double> values;
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const NumberColumn numbers = read_numbers(*batch->column(position));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      if (numbers.is_null(row)) throw_user_raised("The sample MUST NOT hold nulls");
      values.push_back(numbers.values[row]);
    }
  }
  require(!values.empty(), "The sample of the Kolmogorov-Smirnov test is empty");
  std::sort(values.begin(), values.end());
  const double mean = parameters.empty() ? 0.0 : parameters[0];
  const double deviation = parameters.empty() ? 1.0 : parameters[1];
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double expected = normal_cdf(values[i], mean, deviation);
    distance = std::max({distance, expected - static_cast<double>(i) / n,
                         static_cast<double>(i + 1) / n - expected});
  }
  const double p_value =
      1.0 - kolmogorov_smirnov_cdf(distance, static_cast<int64_t>(values.size()));
  return make_table({{"pValue", plan::Type::double_number(), false, ""},
                     {"statistic", plan::Type::double_number(), false, ""}},
                    {make_doubles({p_value}), make_doubles({distance})});
}

}  // namespace firesteel::ml
