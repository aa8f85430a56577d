// fs_aggregate(kernel, types, zone, ansi, argument …): the aggregates over values of any type
// (functions/kernel/value_aggregate.h) as one DuckDB function; fs_ordered_aggregate the same where the
// order of the rows matters. `types` is JSON: the argument types under "a", the result's under "r",
// the parameters under "p".
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/type_sql.h"
#include "engine/duckdb/value_kernels.h"
#include "engine/duckdb/value_vectors.h"
#include "functions/kernel/value_aggregate.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::AggregateFunction;
using duckdb::cxx::idx_t;
using functions::kernel::Value;
using functions::kernel::ValueAggregate;
using functions::kernel::ValueAggregateKernel;
using functions::kernel::ValueCall;

constexpr idx_t kFixedArguments = 4;

struct BoundAggregate {
  const ValueAggregateKernel* kernel = nullptr;
  ValueCall call;
};

// DuckDB owns these bytes; the aggregate is made with the first row of the group.
struct State {
  ValueAggregate* aggregate;
};

template <typename F>
void guarded(const F& body) {
  try {
    body();
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void bind(AggregateFunction::BindInput& input) {
  guarded([&] {
    auto text = [&](idx_t index) {
      const auto value = input.GetConstantArgument(index);
      return std::string(value.Get<duckdb::cxx::varchar_t>().view());
    };
    BoundAggregate bound;
    const std::string name = text(0);
    bound.kernel = functions::kernel::find_value_aggregate(name);
    if (!bound.kernel) throw_unsupported("FUNCTION", name);
    const auto types = nlohmann::json::parse(text(1));
    for (const auto& type : types.at("a")) {
      bound.call.argument_types.push_back(plan::type_from_json(type.dump()));
    }
    bound.call.result = plan::type_from_json(types.at("r").dump());
    if (types.contains("p")) bound.call.parameters = types.at("p").get<std::vector<std::string>>();
    bound.call.time_zone = text(2);
    if (types.contains("t")) bound.call.time_parser = static_cast<functions::kernel::TimeParserPolicy>(types.at("t").get<int>());
    bound.call.ansi = input.GetConstantArgument(3).Get<bool>();
    input.SetReturnType(input.GetContext().GetFactory().ParseType(type_sql(bound.call.result)));
    input.SetBindData<BoundAggregate>(std::move(bound));
  });
}

ValueAggregate& aggregate_of(State& state, const BoundAggregate& bound) {
  if (!state.aggregate) state.aggregate = bound.kernel->make().release();
  return *state.aggregate;
}

void update(AggregateFunction::UpdateInput& input) {
  guarded([&] {
    const auto& bound = input.GetBindData<BoundAggregate>();
    std::vector<ValueReader> readers;
    for (idx_t i = kFixedArguments; i < input.GetArgCount(); ++i) {
      readers.emplace_back(input.GetArg(i), bound.call.argument_types.at(i - kFixedArguments));
    }
    std::vector<Value> arguments(readers.size());
    for (idx_t row = 0; row < input.GetRowCount(); ++row) {
      bool has_null = false;
      for (size_t i = 0; i < readers.size(); ++i) {
        arguments[i] = readers[i].get(row);
        has_null |= arguments[i].is_null();
      }
      if (has_null && !bound.kernel->takes_nulls) continue;
      aggregate_of(*static_cast<State*>(input.GetStates()[row]), bound).add(bound.call, arguments);
    }
  });
}

void combine(AggregateFunction::CombineInput& input) {
  guarded([&] {
    const auto& bound = input.GetBindData<BoundAggregate>();
    for (idx_t i = 0; i < input.GetStateCount(); ++i) {
      const auto& source = *static_cast<const State*>(input.GetSources()[i]);
      if (!source.aggregate) continue;
      aggregate_of(*static_cast<State*>(input.GetTargets()[i]), bound).merge(bound.call, *source.aggregate);
    }
  });
}

void finalize(AggregateFunction::FinalizeInput& input) {
  guarded([&] {
    const auto& bound = input.GetBindData<BoundAggregate>();
    const idx_t count = input.GetStateCount();
    const idx_t offset = input.GetResultOffset();
    std::vector<Value> results(count);
    std::vector<const Value*> pointers;
    for (idx_t i = 0; i < count; ++i) {
      results[i] = aggregate_of(*static_cast<State*>(input.GetStates()[i]), bound).result(bound.call);
      pointers.push_back(&results[i]);
    }
    auto result = input.GetResult();
    write_values(result, bound.call.result, pointers, offset);
  });
}

void add(KernelRegistry& registry, const char* name, AggregateFunction::OrderDependence order) {
  auto function = AggregateFunction::Create(registry.connection().GetFactory());
  function.SetName(name);
  auto signature = function.GetSignature();
  signature.AddParameter("kernel", registry.type("VARCHAR"));
  signature.AddParameter("types", registry.type("VARCHAR"));
  signature.AddParameter("zone", registry.type("VARCHAR"));
  signature.AddParameter("ansi", registry.type("BOOLEAN"));
  signature.AddArgs("arguments", registry.type("ANY"));
  signature.SetReturnType(registry.type("ANY"));
  function.SetBindCallback(bind);
  function.SetSizeCallback([](AggregateFunction::SizeInput& input) { input.SetStateSize(sizeof(State)); });
  function.SetInitCallback([](AggregateFunction::InitInput& input) {
    for (idx_t i = 0; i < input.GetStateCount(); ++i) static_cast<State*>(input.GetStates()[i])->aggregate = nullptr;
  });
  function.SetUpdateCallback(update);
  function.SetCombineCallback(combine);
  function.SetFinalizeCallback(finalize);
  function.SetDestroyCallback([](AggregateFunction::DestroyInput& input) {
    for (idx_t i = 0; i < input.GetStateCount(); ++i) delete static_cast<State*>(input.GetStates()[i])->aggregate;
  });
  function.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
  function.SetOrderDependence(order);
  registry.connection().Register(function);
}

}  // namespace

void register_value_aggregates(KernelRegistry& registry) {
  add(registry, "fs_aggregate", AggregateFunction::OrderDependence::INDEPENDENT);
  add(registry, "fs_ordered_aggregate", AggregateFunction::OrderDependence::DEPENDENT);
}

}  // namespace firesteel::engine
