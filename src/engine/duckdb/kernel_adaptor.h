// Registers plain C++ callables as DuckDB scalar functions. A kernel is a lambda over the value types
// below; an optional first parameter `State&` is a default-constructed object per thread, where it
// keeps what it prepared from its constant arguments (a compiled pattern, a zone).
//
//   registry.add("fs_length_plus", [](std::string_view text, int32_t more) -> int32_t { … });
//
// A null in an argument makes the result null unless the parameter is a std::optional. A result may
// be a std::optional. Exceptions, SparkError above all, become the query's error. A lambda that is noexcept tells
// DuckDB that the kernel cannot fail: it may then run before the filters that guard it, and once per entry of a
// dictionary instead of once per row.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <duckdb_cpp.hpp>

#include "engine/duckdb/cancellation_tokens.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/string_writer.h"
#include "functions/kernel/int128.h"
#include "functions/kernel/interruption.h"
#include "functions/kernel/text_parts.h"

namespace firesteel::engine {

using functions::kernel::Int128;

// Values whose C++ type alone does not say which SQL type they have.
struct Date {
  int32_t days = 0;
};
struct Timestamp {
  int64_t micros = 0;
};
struct Interval {  // laid out as DuckDB's INTERVAL
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;
};
struct Bytes {  // BLOB argument
  std::string_view view;
};
struct BytesResult {  // BLOB result
  std::string value;
};
struct Decimal {  // a decimal argument of any precision
  Int128 unscaled = 0;
  int precision = 0;
  int scale = 0;
};
// A decimal result; its type comes from the constant arguments that add_decimal() names.
struct DecimalResult {
  Int128 unscaled = 0;
};

namespace kernel_detail {

using duckdb::cxx::idx_t;
using duckdb::cxx::LogicalTypeId;
using duckdb::cxx::ScalarFunction;
using duckdb::cxx::Vector;
using duckdb::cxx::VectorView;

template <typename T>
struct SqlType;
template <> struct SqlType<bool> { static constexpr const char* name = "BOOLEAN"; };
template <> struct SqlType<int8_t> { static constexpr const char* name = "TINYINT"; };
template <> struct SqlType<int16_t> { static constexpr const char* name = "SMALLINT"; };
template <> struct SqlType<int32_t> { static constexpr const char* name = "INTEGER"; };
template <> struct SqlType<int64_t> { static constexpr const char* name = "BIGINT"; };
template <> struct SqlType<float> { static constexpr const char* name = "FLOAT"; };
template <> struct SqlType<double> { static constexpr const char* name = "DOUBLE"; };
template <> struct SqlType<std::string_view> { static constexpr const char* name = "VARCHAR"; };
template <> struct SqlType<std::string> { static constexpr const char* name = "VARCHAR"; };
template <> struct SqlType<Bytes> { static constexpr const char* name = "BLOB"; };
template <> struct SqlType<BytesResult> { static constexpr const char* name = "BLOB"; };
template <> struct SqlType<Date> { static constexpr const char* name = "DATE"; };
template <> struct SqlType<Timestamp> { static constexpr const char* name = "TIMESTAMP"; };
template <> struct SqlType<Interval> { static constexpr const char* name = "INTERVAL"; };
template <> struct SqlType<Decimal> { static constexpr const char* name = "ANY"; };
template <> struct SqlType<DecimalResult> { static constexpr const char* name = "ANY"; };
template <> struct SqlType<std::vector<std::string_view>> { static constexpr const char* name = "VARCHAR[]"; };
template <> struct SqlType<functions::kernel::TextParts> { static constexpr const char* name = "VARCHAR[]"; };
template <typename T>
struct SqlType<std::optional<T>> : SqlType<T> {};

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <typename T>
struct ValueOf {
  using Type = T;
};
template <typename T>
struct ValueOf<std::optional<T>> {
  using Type = T;
};

inline Int128 read_decimal(const VectorView& view, LogicalTypeId storage, idx_t at) {
  switch (storage) {
    case LogicalTypeId::SMALLINT: return view.Data<int16_t>()[at];
    case LogicalTypeId::INTEGER: return view.Data<int32_t>()[at];
    case LogicalTypeId::BIGINT: return view.Data<int64_t>()[at];
    default: break;
  }
  Int128 value;
  std::memcpy(&value, static_cast<const char*>(view.data) + at * sizeof value, sizeof value);
  return value;
}

// Sequences and compressed vectors cannot be viewed as they are.
inline VectorView view_of(const Vector& vector) {
  if (vector.GetVectorType() == duckdb::cxx::VectorType::OTHER) vector.Flatten();
  return vector.GetView();
}

template <typename T>
struct Reader {
  VectorView view;
  explicit Reader(const Vector& vector) : view(view_of(vector)) {}
  bool is_valid(idx_t row) const { return view.IsValid(row); }
  bool may_be_null() const { return view.validity != nullptr; }
  T get(idx_t row) const {
    idx_t at = view.SelAt(row);
    if constexpr (std::is_same_v<T, std::string_view>) {
      // Short strings lie in the element itself: it is read in place.
      return view.Data<duckdb::cxx::varchar_t>()[at].view();
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return Bytes{view.Data<duckdb::cxx::blob_t>()[at].view()};
    } else if constexpr (std::is_same_v<T, Date>) {
      return Date{view.Data<int32_t>()[at]};
    } else if constexpr (std::is_same_v<T, Timestamp>) {
      return Timestamp{view.Data<int64_t>()[at]};
    } else {
      return view.Data<T>()[at];
    }
  }
};

template <>
struct Reader<Decimal> {
  VectorView view;
  LogicalTypeId storage = LogicalTypeId::BIGINT;
  int precision = 0;
  int scale = 0;
  explicit Reader(const Vector& vector) : view(view_of(vector)) {
    auto type = vector.GetLogicalType();
    if (type.GetTypeId() != LogicalTypeId::DECIMAL) return;  // an untyped null
    storage = type.GetDecimalInternalTypeId();
    precision = type.GetDecimalWidth();
    scale = type.GetDecimalScale();
  }
  bool is_valid(idx_t row) const { return precision > 0 && view.IsValid(row); }
  bool may_be_null() const { return precision == 0 || view.validity != nullptr; }
  Decimal get(idx_t row) const {
    return {read_decimal(view, storage, view.SelAt(row)), precision, scale};
  }
};

template <typename T>
struct Reader<std::optional<T>> {
  Reader<T> inner;
  explicit Reader(const Vector& vector) : inner(vector) {}
  bool is_valid(idx_t) const { return true; }
  bool may_be_null() const { return false; }
  std::optional<T> get(idx_t row) const {
    if (!inner.is_valid(row)) return std::nullopt;
    return inner.get(row);
  }
};

template <typename T>
struct Writer {
  Vector& vector;
  char* data;
  LogicalTypeId storage = LogicalTypeId::BIGINT;
  explicit Writer(Vector& target)
      : vector(target), data(static_cast<char*>(target.GetDataMutable())) {
    if constexpr (std::is_same_v<T, DecimalResult>) {
      storage = vector.GetLogicalType().GetDecimalInternalTypeId();
    }
  }
  void set(idx_t row, const T& value) {
    if constexpr (std::is_same_v<T, DecimalResult>) {
      switch (storage) {
        case LogicalTypeId::SMALLINT: put(row, static_cast<int16_t>(value.unscaled)); break;
        case LogicalTypeId::INTEGER: put(row, static_cast<int32_t>(value.unscaled)); break;
        case LogicalTypeId::BIGINT: put(row, static_cast<int64_t>(value.unscaled)); break;
        default: put(row, value.unscaled);
      }
    } else {
      put(row, value);
    }
  }
  template <typename V>
  void put(idx_t row, const V& value) {
    std::memcpy(data + row * sizeof value, &value, sizeof value);
  }
  void finish() {}
};

template <>
struct Writer<std::string_view> {
  StringWriter strings;
  explicit Writer(Vector& target) : strings(target) {}
  void set(idx_t row, std::string_view value) { strings.set(row, value); }
  void finish() {}
};
template <>
struct Writer<std::string> : Writer<std::string_view> {
  using Writer<std::string_view>::Writer;
};
template <>
struct Writer<BytesResult> : Writer<std::string_view> {
  using Writer<std::string_view>::Writer;
  void set(idx_t row, const BytesResult& value) { strings.set(row, value.value); }
};

// Lists of strings that are parts of an argument: their elements are laid out at the end.
template <>
struct Writer<std::vector<std::string_view>> {
  Vector& vector;
  duckdb::cxx::list_entry_t* entries;
  std::vector<std::string_view> parts;
  explicit Writer(Vector& target)
      : vector(target), entries(target.GetDataMutable<duckdb::cxx::list_entry_t>()) {}
  void set(idx_t row, const std::vector<std::string_view>& value) {
    entries[row] = {parts.size(), value.size()};
    parts.insert(parts.end(), value.begin(), value.end());
  }
  void finish() {
    auto child = vector.GetChild(0);
    child.SetSize(parts.size());
    StringWriter strings(child);
    functions::kernel::LoopWatch watch;
    for (idx_t i = 0; i < parts.size(); ++i) {
      watch.step();
      strings.set(i, parts[i]);
    }
  }
};

// The same, cut where they are laid out: counted first, so that no list of the parts is made.
template <>
struct Writer<functions::kernel::TextParts> {
  Vector& vector;
  duckdb::cxx::list_entry_t* entries;
  std::vector<functions::kernel::TextParts> texts;
  idx_t size = 0;
  explicit Writer(Vector& target)
      : vector(target), entries(target.GetDataMutable<duckdb::cxx::list_entry_t>()) {}
  void set(idx_t row, const functions::kernel::TextParts& value) {
    const idx_t count = value.count();
    entries[row] = {size, count};
    texts.push_back(value);
    size += count;
  }
  void finish() {
    auto child = vector.GetChild(0);
    child.SetSize(size);
    StringWriter strings(child);
    idx_t at = 0;
    for (const auto& text : texts) text.for_each([&](std::string_view part) { strings.set(at++, part); });
  }
};

template <typename F>
struct Signature : Signature<decltype(&F::operator())> {};
template <typename C, typename R, typename... A>
struct Signature<R (C::*)(A...) const> {
  using Result = R;
  using Arguments = std::tuple<A...>;
  static constexpr bool may_fail = true;
};
template <typename C, typename R, typename... A>
struct Signature<R (C::*)(A...) const noexcept> {
  using Result = R;
  using Arguments = std::tuple<A...>;
  static constexpr bool may_fail = false;
};

// Splits off a leading `State&`.
template <typename Arguments>
struct SplitState {
  struct None {};
  using State = None;
  using Values = Arguments;
};
template <typename S, typename... A>
struct SplitState<std::tuple<S&, A...>> {
  using State = S;
  using Values = std::tuple<A...>;
};

template <typename F, typename R, typename State, typename Values>
struct Execution;

template <typename F, typename R, typename State, typename... A>
struct Execution<F, R, State, std::tuple<A...>> {
  static constexpr bool may_fail = Signature<F>::may_fail;
  static constexpr bool has_state = !std::is_empty_v<State>;

  static void init(ScalarFunction::InitInput& input) { input.SetInitData<State>(); }

  static void execute(ScalarFunction::ExecInput& input) {
    try {
      run(input, std::index_sequence_for<A...>{});
    } catch (...) {
      rethrow_into_duckdb();
    }
  }

  template <size_t... I>
  static void run(ScalarFunction::ExecInput& input, std::index_sequence<I...>) {
    const F& function = input.GetUserData<F>();
    State* state = nullptr;
    if constexpr (has_state) state = &input.GetInitData<State>();
    std::tuple<Reader<A>...> readers{Reader<A>(input.GetArg(I))...};
    auto result = input.GetResult();
    idx_t count = input.GetRowCount();
    Writer<typename ValueOf<R>::Type> writer(result);
    uint64_t* validity = nullptr;
    auto set_null = [&](idx_t row) {
      if (!validity) {
        auto mask = result.GetValidityMutable();
        mask.SetAllValid(count);
        validity = mask.words;
      }
      validity[row >> 6] &= ~(uint64_t{1} << (row & 63));
    };
    const bool may_be_null = (std::get<I>(readers).may_be_null() || ...);
    RowWatch watch(input.GetContext());
    for (idx_t row = 0; row < count; ++row) {
      if constexpr (may_fail) watch.next_row();
      if (may_be_null && !(std::get<I>(readers).is_valid(row) && ...)) {
        set_null(row);
        continue;
      }
      R value = call(function, state, std::get<I>(readers).get(row)...);
      if constexpr (IsOptional<R>::value) {
        if (value) {
          writer.set(row, *value);
        } else {
          set_null(row);
        }
      } else {
        writer.set(row, value);
      }
    }
    writer.finish();
  }

  template <typename... V>
  static R call(const F& function, State* state, V... values) {
    if constexpr (has_state) {
      return function(*state, values...);
    } else {
      (void)state;
      return function(values...);
    }
  }
};

}  // namespace kernel_detail

class KernelRegistry {
 public:
  explicit KernelRegistry(duckdb::cxx::Connection& connection) : connection_(connection) {}

  template <typename F>
  void add(const std::string& name, F function, bool is_volatile = false) {
    using S = kernel_detail::Signature<F>;
    auto created = prepare<F>(name, std::move(function), is_volatile);
    created.GetSignature().SetReturnType(
        type(kernel_detail::SqlType<typename S::Result>::name));
    connection_.Register(created);
  }

  // The result is DECIMAL(p, s) with p and s the constant arguments at `PrecisionIndex` and the one
  // after it.
  template <int PrecisionIndex, typename F>
  void add_decimal(const std::string& name, F function) {
    auto created = prepare<F>(name, std::move(function), false);
    created.GetSignature().SetReturnType(type("ANY"));
    created.SetResolveTypesCallback([](duckdb::cxx::ScalarFunction::ResolveTypesInput& input) {
      auto precision = input.GetConstantArgument(PrecisionIndex).template Get<int32_t>();
      auto scale = input.GetConstantArgument(PrecisionIndex + 1).template Get<int32_t>();
      input.SetReturnType(input.GetContext().GetFactory().ParseType(
          "DECIMAL(" + std::to_string(precision) + "," + std::to_string(scale) + ")"));
    });
    connection_.Register(created);
  }

  duckdb::cxx::Connection& connection() { return connection_; }
  duckdb::cxx::LogicalType type(const char* name) {
    auto& factory = connection_.GetFactory();
    if (std::string_view(name) == "ANY") return factory.CreateType(duckdb::cxx::LogicalTypeId::ANY);
    return factory.ParseType(name);
  }

 private:
  template <typename F>
  duckdb::cxx::ScalarFunction prepare(const std::string& name, F function, bool is_volatile) {
    using S = kernel_detail::Signature<F>;
    using Split = kernel_detail::SplitState<typename S::Arguments>;
    using Values = typename Split::Values;
    using Run = kernel_detail::Execution<F, typename S::Result, typename Split::State, Values>;
    auto created = duckdb::cxx::ScalarFunction::Create(connection_.GetFactory());
    created.SetName(name);
    add_parameters<Values>(created, std::make_index_sequence<std::tuple_size_v<Values>>{});
    created.template SetUserData<F>(std::move(function));
    if constexpr (Run::has_state) created.SetInitCallback(Run::init);
    created.SetExecCallback(Run::execute);
    created.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
    if (is_volatile) created.SetStability(duckdb::cxx::FunctionStability::VOLATILE);
    if (!S::may_fail) created.SetFallibility(duckdb::cxx::FunctionFallibility::INFALLIBLE);
    return created;
  }

  template <typename Values, size_t... I>
  void add_parameters(duckdb::cxx::ScalarFunction& created, std::index_sequence<I...>) {
    auto signature = created.GetSignature();
    (signature.AddParameter("a" + std::to_string(I),
                            type(kernel_detail::SqlType<std::tuple_element_t<I, Values>>::name)),
     ...);
  }

  duckdb::cxx::Connection& connection_;
};

// One function per family of kernels; each in its own file.
void register_cast_kernels(KernelRegistry& registry);
void register_interval_cast_kernels(KernelRegistry& registry);
void register_hash_kernels(KernelRegistry& registry);
void register_random_kernels(KernelRegistry& registry);
void register_failure_kernels(KernelRegistry& registry);
void register_file_kernels(KernelRegistry& registry);
void register_decimal_kernels(KernelRegistry& registry);
void register_math_kernels(KernelRegistry& registry);
void register_date_kernels(KernelRegistry& registry);
void register_text_datetime_kernels(KernelRegistry& registry);
void register_string_kernels(KernelRegistry& registry);
void register_regex_kernels(KernelRegistry& registry);
void register_encoding_kernels(KernelRegistry& registry);

}  // namespace firesteel::engine
