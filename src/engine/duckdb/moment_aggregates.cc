// Measures of spread by central moments, updated and merged as Spark's CentralMomentAgg does, and of two
// columns together as its Covariance and PearsonCorrelation do: fs_moment(measure, value) and
// fs_comoment(measure, y, x). The measure is an argument, since DuckDB takes calls of two functions with the same
// callbacks and arguments for one.
#include <cmath>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/value_kernels.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::AggregateFunction;
using duckdb::cxx::idx_t;

// Spark merges the one state of a group into an empty one: of means that are infinite, or whose squares are, NaN is left.
constexpr std::string_view kMerged = "merged ";
template <typename State>
State merged_into_none(const State& state) {
  State whole;
  whole.merge(state);
  return whole;
}

struct Moments {
  double count = 0;
  double mean = 0;
  double second = 0;
  double third = 0;
  double fourth = 0;

  void add(double value) {
    const double next_count = count + 1;
    const double delta = value - mean;
    const double delta_n = delta / next_count;
    const double next_second = second + delta * (delta - delta_n);
    const double delta2 = delta * delta;
    const double delta_n2 = delta_n * delta_n;
    const double next_third = third - 3 * delta_n * next_second + delta * (delta2 - delta_n2);
    fourth = fourth - 4 * delta_n * next_third - 6 * delta_n2 * next_second +
             delta * (delta * delta2 - delta_n * delta_n2);
    count = next_count;
    mean += delta_n;
    second = next_second;
    third = next_third;
  }

  void merge(const Moments& other) {
    const double n1 = count;
    const double n2 = other.count;
    const double n = n1 + n2;
    if (n == 0) return;
    const double delta = other.mean - mean;
    const double delta_n = delta / n;
    const double merged_second = second + other.second + delta * delta_n * n1 * n2;
    const double merged_third = third + other.third + delta_n * delta_n * delta * n1 * n2 * (n1 - n2) +
                                3 * delta_n * (n1 * other.second - n2 * second);
    fourth = fourth + other.fourth +
             delta_n * delta_n * delta_n * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
             6 * delta_n * delta_n * (n1 * n1 * other.second + n2 * n2 * second) +
             4 * delta_n * (n1 * other.third - n2 * third);
    count = n;
    mean += delta_n * n2;
    second = merged_second;
    third = merged_third;
  }

  // Null where there is nothing to measure.
  std::optional<double> measure(std::string_view name) const {
    if (count == 0) return std::nullopt;
    if (name.starts_with(kMerged)) return merged_into_none(*this).measure(name.substr(kMerged.size()));
    if (name == "sum_of_squares") return second;  // of the differences from the mean
    if (name == "var_pop") return second / count;
    if (name == "stddev_pop") return std::sqrt(second / count);
    if (name == "var_samp") return count == 1 ? std::nullopt : std::optional(second / (count - 1));
    if (name == "stddev_samp") return count == 1 ? std::nullopt : std::optional(std::sqrt(second / (count - 1)));
    if (second == 0) return std::nullopt;
    if (name == "skewness") return std::sqrt(count) * third / std::sqrt(second * second * second);
    return count * fourth / (second * second) - 3;
  }
};

// Moments of two columns, over rows that have both.
struct Comoments {
  double count = 0;
  double x_mean = 0;
  double y_mean = 0;
  double product = 0;
  double x_second = 0;
  double y_second = 0;

  void add(double y, double x) {
    count += 1;
    const double dx = x - x_mean;
    const double dy = y - y_mean;
    const double dx_n = dx / count;
    const double dy_n = dy / count;
    x_mean += dx_n;
    y_mean += dy_n;
    product += dx * (y - y_mean);
    x_second += dx * (x - x_mean);
    y_second += dy * (y - y_mean);
  }

  void merge(const Comoments& other) {
    const double n1 = count;
    const double n2 = other.count;
    const double n = n1 + n2;
    if (n == 0) return;
    const double dx = other.x_mean - x_mean;
    const double dy = other.y_mean - y_mean;
    const double dx_n = dx / n;
    const double dy_n = dy / n;
    product += other.product + dx * dy_n * n1 * n2;
    x_second += other.x_second + dx * dx_n * n1 * n2;
    y_second += other.y_second + dy * dy_n * n1 * n2;
    x_mean += dx_n * n2;
    y_mean += dy_n * n2;
    count = n;
  }

  std::optional<double> measure(std::string_view name) const {
    if (count == 0) return std::nullopt;
    if (name.starts_with(kMerged)) return merged_into_none(*this).measure(name.substr(kMerged.size()));
    if (name == "covar_pop") return product / count;
    if (name == "covar_samp") return count == 1 ? std::nullopt : std::optional(product / (count - 1));
    if (name == "regr_sxy") return product;
    if (name == "x_mean") return x_mean;
    if (name == "y_mean") return y_mean;
    if (name == "corr") return count == 1 ? std::nullopt : std::optional(product / std::sqrt(x_second * y_second));
    // regr_r2: nothing on a vertical line, one on a level one.
    if (x_second == 0) return std::nullopt;
    const double correlation = product / std::sqrt(x_second * y_second);
    return y_second == 0 ? 1 : correlation * correlation;
  }
};

void update_moments(AggregateFunction::UpdateInput& input) {
  const kernel_detail::Reader<double> reader(input.GetArg(1));
  void** states = input.GetStates();
  for (idx_t row = 0; row < input.GetRowCount(); ++row) {
    if (reader.is_valid(row)) static_cast<Moments*>(states[row])->add(reader.get(row));
  }
}

void update_comoments(AggregateFunction::UpdateInput& input) {
  const kernel_detail::Reader<double> y(input.GetArg(1));
  const kernel_detail::Reader<double> x(input.GetArg(2));
  void** states = input.GetStates();
  for (idx_t row = 0; row < input.GetRowCount(); ++row) {
    if (y.is_valid(row) && x.is_valid(row)) static_cast<Comoments*>(states[row])->add(y.get(row), x.get(row));
  }
}

template <typename State>
void combine(AggregateFunction::CombineInput& input) {
  for (idx_t i = 0; i < input.GetStateCount(); ++i) {
    auto& target = *static_cast<State*>(input.GetTargets()[i]);
    const auto& source = *static_cast<State*>(input.GetSources()[i]);
    if (target.count == 0) {
      target = source;
    } else if (source.count > 0) {
      target.merge(source);
    }
  }
}

template <typename State>
void finalize(AggregateFunction::FinalizeInput& input) {
  const std::string& name = input.GetBindData<std::string>();
  auto result = input.GetResult();
  result.SetSize(input.GetResultOffset() + input.GetStateCount());  // nulls are set within the size only
  auto* data = result.GetDataMutable<double>();
  for (idx_t i = 0; i < input.GetStateCount(); ++i) {
    const idx_t row = input.GetResultOffset() + i;
    const std::optional<double> measure = static_cast<State*>(input.GetStates()[i])->measure(name);
    if (measure) {
      data[row] = *measure;
    } else {
      result.SetNull(row);
    }
  }
}

template <typename State>
void add(KernelRegistry& registry, const char* name, std::initializer_list<const char*> columns,
         void (*update)(AggregateFunction::UpdateInput&)) {
  auto function = AggregateFunction::Create(registry.connection().GetFactory());
  function.SetName(name);
  auto signature = function.GetSignature();
  signature.AddParameter("measure", registry.type("VARCHAR"));
  for (const char* column : columns) signature.AddParameter(column, registry.type("DOUBLE"));
  signature.SetReturnType(registry.type("DOUBLE"));
  function.SetBindCallback([](AggregateFunction::BindInput& input) {
    const auto measure = input.GetConstantArgument(0);
    input.SetBindData<std::string>(std::string(measure.Get<duckdb::cxx::varchar_t>().view()));
  });
  function.SetSizeCallback([](AggregateFunction::SizeInput& input) { input.SetStateSize(sizeof(State)); });
  function.SetInitCallback([](AggregateFunction::InitInput& input) {
    for (idx_t i = 0; i < input.GetStateCount(); ++i) new (input.GetStates()[i]) State();
  });
  function.SetUpdateCallback(update);
  function.SetCombineCallback(combine<State>);
  function.SetFinalizeCallback(finalize<State>);
  registry.connection().Register(function);
}

}  // namespace

void register_moment_aggregates(KernelRegistry& registry) {
  add<Moments>(registry, "fs_moment", {"value"}, update_moments);
  add<Comoments>(registry, "fs_comoment", {"y", "x"}, update_comoments);
}

}  // namespace firesteel::engine
