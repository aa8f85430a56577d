// fs_byte_counts(key): how often each TINYINT occurs, −128 first, and nulls at the end. A group by such a key that only
// counts needs no more than this; DuckDB finds the group of each row and then adds one to it through a pointer.
#include <array>
#include <cstring>

#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/value_kernels.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::AggregateFunction;
using duckdb::cxx::idx_t;

constexpr size_t kKeys = 256;
using Counts = std::array<int64_t, kKeys + 1>;  // the last one: of nulls

Counts& counts_of(void* state) { return *static_cast<Counts*>(state); }

size_t place_of(int8_t key) { return static_cast<size_t>(key + 128); }

void update(AggregateFunction::UpdateInput& input) {
  const kernel_detail::Reader<int8_t> keys(input.GetArg(0));
  void** states = input.GetStates();
  const idx_t count = input.GetRowCount();
  bool has_one_state = true;
  for (idx_t row = 1; row < count; ++row) has_one_state &= states[row] == states[0];
  if (has_one_state && count > 0 && !keys.may_be_null() && !keys.view.sel) {
    Counts& counts = counts_of(states[0]);
    const auto* values = keys.view.Data<int8_t>();
    for (idx_t row = 0; row < count; ++row) ++counts[place_of(values[row])];
    return;
  }
  for (idx_t row = 0; row < count; ++row) ++counts_of(states[row])[keys.is_valid(row) ? place_of(keys.get(row)) : kKeys];
}

void combine(AggregateFunction::CombineInput& input) {
  for (idx_t i = 0; i < input.GetStateCount(); ++i) {
    Counts& target = counts_of(input.GetTargets()[i]);
    const Counts& source = counts_of(input.GetSources()[i]);
    for (size_t key = 0; key < target.size(); ++key) target[key] += source[key];
  }
}

void finalize(AggregateFunction::FinalizeInput& input) {
  const idx_t first = input.GetResultOffset();
  const idx_t end = first + input.GetStateCount();
  auto result = input.GetResult();
  result.SetSize(end);
  auto* lists = result.GetDataMutable<duckdb::cxx::list_entry_t>();
  auto child = result.GetChild(0);
  child.SetSize(end * (kKeys + 1));
  auto* numbers = child.GetDataMutable<int64_t>();
  for (idx_t row = first; row < end; ++row) {
    const Counts& counts = counts_of(input.GetStates()[row - first]);
    lists[row] = {row * counts.size(), counts.size()};
    std::memcpy(numbers + row * counts.size(), counts.data(), sizeof counts);
  }
}

}  // namespace

void register_byte_counts(KernelRegistry& registry) {
  auto function = AggregateFunction::Create(registry.connection().GetFactory());
  function.SetName("fs_byte_counts");
  function.GetSignature().AddParameter("key", registry.type("TINYINT")).SetReturnType(registry.type("BIGINT[]"));
  function.SetSizeCallback([](AggregateFunction::SizeInput& input) { input.SetStateSize(sizeof(Counts)); });
  function.SetInitCallback([](AggregateFunction::InitInput& input) {
    for (idx_t i = 0; i < input.GetStateCount(); ++i) counts_of(input.GetStates()[i]).fill(0);
  });
  function.SetUpdateCallback(update);
  function.SetCombineCallback(combine);
  function.SetFinalizeCallback(finalize);
  function.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
  function.SetOrderDependence(AggregateFunction::OrderDependence::INDEPENDENT);
  registry.connection().Register(function);
}

}  // namespace firesteel::engine
