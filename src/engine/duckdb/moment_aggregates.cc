// skewness and kurtosis by central moments, updated and merged as Spark's CentralMomentAgg does.
#include <cmath>
#include <new>

#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/value_kernels.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::AggregateFunction;
using duckdb::cxx::idx_t;

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

  double skewness() const {
    return second == 0 ? std::nan("") : std::sqrt(count) * third / std::sqrt(second * second * second);
  }
  double kurtosis() const {
    return second == 0 ? std::nan("") : count * fourth / (second * second) - 3;
  }
};

void update(AggregateFunction::UpdateInput& input) {
  const kernel_detail::Reader<double> reader(input.GetArg(0));
  void** states = input.GetStates();
  for (idx_t row = 0; row < input.GetRowCount(); ++row) {
    if (reader.is_valid(row)) static_cast<Moments*>(states[row])->add(reader.get(row));
  }
}

void combine(AggregateFunction::CombineInput& input) {
  for (idx_t i = 0; i < input.GetStateCount(); ++i) {
    static_cast<Moments*>(input.GetTargets()[i])->merge(*static_cast<Moments*>(input.GetSources()[i]));
  }
}

template <double (Moments::*Result)() const>
void finalize(AggregateFunction::FinalizeInput& input) {
  auto result = input.GetResult();
  auto* data = result.GetDataMutable<double>();
  for (idx_t i = 0; i < input.GetStateCount(); ++i) {
    const auto& state = *static_cast<Moments*>(input.GetStates()[i]);
    const idx_t row = input.GetResultOffset() + i;
    if (state.count == 0) {
      result.SetNull(row);
    } else {
      // A group without spread has neither measure: null, as Spark 3.1 and later have it.
      data[row] = (state.*Result)();
      if (state.second == 0) result.SetNull(row);
    }
  }
}

template <double (Moments::*Result)() const>
void add(KernelRegistry& registry, const char* name) {
  auto function = AggregateFunction::Create(registry.connection().GetFactory());
  function.SetName(name);
  auto signature = function.GetSignature();
  signature.AddParameter("value", registry.type("DOUBLE"));
  signature.SetReturnType(registry.type("DOUBLE"));
  function.SetSizeCallback([](AggregateFunction::SizeInput& input) { input.SetStateSize(sizeof(Moments)); });
  function.SetInitCallback([](AggregateFunction::InitInput& input) {
    for (idx_t i = 0; i < input.GetStateCount(); ++i) new (input.GetStates()[i]) Moments();
  });
  function.SetUpdateCallback(update);
  function.SetCombineCallback(combine);
  function.SetFinalizeCallback(finalize<Result>);
  registry.connection().Register(function);
}

}  // namespace

void register_moment_aggregates(KernelRegistry& registry) {
  add<&Moments::skewness>(registry, "fs_skewness");
  add<&Moments::kurtosis>(registry, "fs_kurtosis");
}

}  // namespace firesteel::engine
