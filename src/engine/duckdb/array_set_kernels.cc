// fs_array_places(operation, types, array …): the places from 1 of the first array's elements that an operation on sets
// (functions/kernel/array_sets.h) chooses; list_select takes them out. `types` is JSON: the types of the arrays.
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/duckdb/cancellation_tokens.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/value_kernels.h"
#include "engine/duckdb/value_vectors.h"
#include "functions/kernel/array_sets.h"
#include "functions/kernel/nested_order.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::list_entry_t;
using duckdb::cxx::LogicalTypeId;
using duckdb::cxx::ScalarFunction;
using duckdb::cxx::Vector;
using duckdb::cxx::VectorType;
using duckdb::cxx::VectorView;
using functions::kernel::ArraySets;
using functions::kernel::SetOperation;
using plan::Type;
using plan::TypeKind;

constexpr idx_t kFixedArguments = 2;

struct BoundSets {
  SetOperation operation = SetOperation::kDistinct;
  std::vector<Type> elements;  // of each array
};

SetOperation operation_of(std::string_view name) {
  if (name == "intersect") return SetOperation::kIntersect;
  if (name == "except") return SetOperation::kExcept;
  if (name == "overlap") return SetOperation::kOverlap;
  return SetOperation::kDistinct;
}

void bind(ScalarFunction::BindInput& input) {
  try {
    auto text = [&](idx_t index) {
      const auto value = input.GetConstantArgument(index);
      return std::string(value.template Get<duckdb::cxx::varchar_t>().view());
    };
    BoundSets bound{operation_of(text(0)), {}};
    for (const auto& type : nlohmann::json::parse(text(1))) {
      bound.elements.push_back(plan::type_from_json(type.dump()).element());
    }
    input.SetBindData<BoundSets>(std::move(bound));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

// Values whose keys are built: what they hold may be null, NaN or -0.0 in its turn.
bool is_composed(const Type& type) {
  return type.is_nested() || type.is(TypeKind::kUdt);
}

// One array per row and the keys of its elements, equal where Spark's elements are.
class ArrayColumn {
 public:
  ArrayColumn(Vector vector, const Type& element)
      : vector_(flat(std::move(vector))),
        view_(kernel_detail::view_of(vector_)),
        child_(vector_.GetChild(0)),
        elements_(kernel_detail::view_of(child_)),
        element_(element) {
    if (element.is(TypeKind::kDecimal)) storage_ = child_.GetLogicalType().GetDecimalInternalTypeId();
    if (is_composed(element)) nested_.emplace_back(vector_.GetChild(0), element);
  }

  bool is_valid(idx_t row) const { return view_.IsValid(row); }
  list_entry_t entry(idx_t row) const { return view_.Data<list_entry_t>()[view_.SelAt(row)]; }

  template <typename Key>
  std::optional<Key> key(idx_t index) const {
    const idx_t at = elements_.SelAt(index);
    if (element_.is(TypeKind::kNull) || !elements_.RowIsValid(at)) return std::nullopt;
    if constexpr (std::is_same_v<Key, int64_t>) {
      return number(at);
    } else if constexpr (std::is_same_v<Key, std::string_view>) {
      return bytes(at);
    } else {
      std::string key;
      functions::kernel::append_sort_key(key, element_, nested_.front().get(index));
      return key;
    }
  }

 private:
  // The entries of other layouts do not stand beside their elements.
  static Vector flat(Vector vector) {
    if (vector.GetVectorType() != VectorType::CONSTANT) vector.Flatten();
    return vector;
  }

  // All NaN are one, and so are both zeros.
  static int64_t bits(double value) {
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    return std::bit_cast<int64_t>(value == 0 ? 0.0 : value);
  }

  int64_t number(idx_t at) const {
    switch (element_.kind()) {
      case TypeKind::kBoolean:
      case TypeKind::kByte: return elements_.Data<int8_t>()[at];
      case TypeKind::kShort: return elements_.Data<int16_t>()[at];
      case TypeKind::kInteger:
      case TypeKind::kDate:
      case TypeKind::kYearMonthInterval: return elements_.Data<int32_t>()[at];
      case TypeKind::kFloat: return bits(elements_.Data<float>()[at]);
      case TypeKind::kDouble: return bits(elements_.Data<double>()[at]);
      case TypeKind::kDecimal: return static_cast<int64_t>(kernel_detail::read_decimal(elements_, storage_, at));
      default: return elements_.Data<int64_t>()[at];
    }
  }

  std::string_view bytes(idx_t at) const {
    if (element_.is(TypeKind::kDecimal) || element_.is(TypeKind::kCalendarInterval)) {
      return {elements_.Data<char>() + at * sizeof(Int128), sizeof(Int128)};
    }
    return elements_.Data<duckdb::cxx::varchar_t>()[at].view();
  }

  Vector vector_;
  VectorView view_;
  Vector child_;
  VectorView elements_;
  Type element_;
  LogicalTypeId storage_ = LogicalTypeId::BIGINT;
  std::vector<ValueReader> nested_;  // one or none
};

template <typename Key>
void execute_rows(ScalarFunction::ExecInput& input, const BoundSets& bound) {
  std::vector<ArrayColumn> columns;
  for (size_t i = 0; i < bound.elements.size(); ++i) columns.emplace_back(input.GetArg(kFixedArguments + i), bound.elements[i]);
  ArraySets<Key> sets(bound.operation);
  RowWatch watch(input.GetContext());
  auto result = input.GetResult();
  result.SetSize(input.GetRowCount());  // nulls are set within it only
  auto* entries = result.template GetDataMutable<list_entry_t>();
  std::vector<int64_t> places;
  for (idx_t row = 0; row < input.GetRowCount(); ++row) {
    watch.next_row();
    entries[row] = {places.size(), 0};
    if (!columns.front().is_valid(row) || !columns.back().is_valid(row)) {
      result.SetNull(row);
      continue;
    }
    const list_entry_t left = columns.front().entry(row);
    const list_entry_t right = columns.size() > 1 ? columns.back().entry(row) : list_entry_t{0, 0};
    auto key_of = [](const ArrayColumn& column, idx_t offset) {
      return [&column, offset](uint64_t i) { return column.template key<Key>(offset + i); };
    };
    sets.choose(left.length, key_of(columns.front(), left.offset), right.length, key_of(columns.back(), right.offset),
                [&](uint64_t i) { places.push_back(static_cast<int64_t>(i + 1)); });
    entries[row].length = places.size() - entries[row].offset;
  }
  auto child = result.GetChild(0);
  child.SetSize(places.size());
  if (!places.empty()) std::memcpy(child.GetDataMutable(), places.data(), places.size() * sizeof places[0]);
}

void execute(ScalarFunction::ExecInput& input) {
  try {
    const auto& bound = input.GetBindData<BoundSets>();
    const Type& element = bound.elements.front();
    const bool is_wide = element.is(TypeKind::kDecimal) &&
                         input.GetArg(kFixedArguments).GetChild(0).GetLogicalType().GetDecimalInternalTypeId() == LogicalTypeId::HUGEINT;
    const bool is_text = element.is(TypeKind::kString) || element.is(TypeKind::kChar) || element.is(TypeKind::kVarchar) ||
                         element.is(TypeKind::kBinary) || element.is(TypeKind::kCalendarInterval);
    if (is_composed(element)) {
      execute_rows<std::string>(input, bound);
    } else if (is_wide || is_text) {
      execute_rows<std::string_view>(input, bound);
    } else {
      execute_rows<int64_t>(input, bound);
    }
  } catch (...) {
    rethrow_into_duckdb();
  }
}

}  // namespace

void register_array_set_kernels(KernelRegistry& registry) {
  auto function = ScalarFunction::Create(registry.connection().GetFactory());
  function.SetName("fs_array_places");
  auto signature = function.GetSignature();
  signature.AddParameter("operation", registry.type("VARCHAR"));
  signature.AddParameter("types", registry.type("VARCHAR"));
  signature.AddArgs("arrays", registry.type("ANY"));
  signature.SetReturnType(registry.type("BIGINT[]"));
  function.SetBindCallback(bind);
  function.SetExecCallback(execute);
  function.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
  registry.connection().Register(function);
}

}  // namespace firesteel::engine
