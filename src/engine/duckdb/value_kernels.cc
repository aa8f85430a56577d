// fs_value(kernel, types, zone, ansi, argument …): the kernels over values of any type
// (functions/kernel/value.h) as one DuckDB function. `types` is JSON: the argument types under "a",
// the result's under "r".
#include "engine/duckdb/value_kernels.h"

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/duckdb/cancellation_tokens.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/type_sql.h"
#include "engine/duckdb/value_vectors.h"
#include "functions/kernel/value.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::LogicalTypeId;
using duckdb::cxx::ScalarFunction;
using functions::kernel::Value;
using functions::kernel::ValueCall;
using functions::kernel::ValueKernel;

constexpr idx_t kFixedArguments = 4;

struct BoundCall {
  const ValueKernel* kernel = nullptr;
  ValueCall call;
};

template <typename Input>
BoundCall bind_call(Input& input) {
  auto text = [&](idx_t index) {
    const auto value = input.GetConstantArgument(index);
    return std::string(value.template Get<duckdb::cxx::varchar_t>().view());
  };
  BoundCall bound;
  const std::string name = text(0);
  bound.kernel = functions::kernel::find_value_kernel(name);
  if (!bound.kernel) throw_unsupported("FUNCTION", name);
  const auto types = nlohmann::json::parse(text(1));
  for (const auto& type : types.at("a")) {
    bound.call.argument_types.push_back(plan::type_from_json(type.dump()));
  }
  bound.call.result = plan::type_from_json(types.at("r").dump());
  bound.call.time_zone = text(2);
  if (types.contains("t")) bound.call.time_parser = static_cast<functions::kernel::TimeParserPolicy>(types.at("t").template get<int>());
  bound.call.ansi = input.GetConstantArgument(3).template Get<bool>();
  return bound;
}

void resolve(ScalarFunction::ResolveTypesInput& input) {
  try {
    const BoundCall bound = bind_call(input);
    input.SetReturnType(input.GetContext().GetFactory().ParseType(type_sql(bound.call.result)));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void bind(ScalarFunction::BindInput& input) {
  try {
    input.SetBindData<BoundCall>(bind_call(input));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

// Each thread has a copy of its own, in which kernels keep what they prepared.
void init(ScalarFunction::InitInput& input) {
  input.SetInitData<BoundCall>(input.GetBindData<BoundCall>());
}

void execute_rows(ScalarFunction::ExecInput& input) {
  BoundCall& bound = input.GetInitData<BoundCall>();
  std::vector<ValueReader> readers;
  for (idx_t i = kFixedArguments; i < input.GetArgCount(); ++i) {
    readers.emplace_back(input.GetArg(i), bound.call.argument_types.at(i - kFixedArguments));
  }
  const idx_t count = input.GetRowCount();
  std::vector<Value> results(count);
  std::vector<const Value*> pointers(count);
  std::vector<Value> arguments(readers.size());
  RowWatch watch(input.GetContext());
  for (idx_t row = 0; row < count; ++row) {
    watch.next_row();
    bool has_null = false;
    for (size_t i = 0; i < readers.size(); ++i) {
      arguments[i] = readers[i].get(row);
      has_null |= arguments[i].is_null();
    }
    if (!has_null || bound.kernel->takes_nulls) {
      results[row] = bound.kernel->run(bound.call, arguments);
    }
    pointers[row] = &results[row];
  }
  auto result = input.GetResult();
  write_values(result, bound.call.result, pointers);
}

void execute(ScalarFunction::ExecInput& input) {
  try {
    execute_rows(input);
  } catch (...) {
    rethrow_into_duckdb();
  }
}

}  // namespace

void register_value_kernels(KernelRegistry& registry) {
  auto function = ScalarFunction::Create(registry.connection().GetFactory());
  function.SetName("fs_value");
  auto signature = function.GetSignature();
  signature.AddParameter("kernel", registry.type("VARCHAR"));
  signature.AddParameter("types", registry.type("VARCHAR"));
  signature.AddParameter("zone", registry.type("VARCHAR"));
  signature.AddParameter("ansi", registry.type("BOOLEAN"));
  signature.AddArgs("arguments", registry.type("ANY"));
  signature.SetReturnType(registry.type("ANY"));
  function.SetResolveTypesCallback(resolve);
  function.SetBindCallback(bind);
  function.SetInitCallback(init);
  function.SetExecCallback(execute);
  function.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
  registry.connection().Register(function);
}

}  // namespace firesteel::engine
