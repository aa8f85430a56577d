#include "engine/duckdb/sequence_kernels.h"

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/array_sequence.h"
#include "functions/kernel/list_limit.h"

namespace firesteel::engine {

namespace kernel_detail {

// A list of equal steps that takes no room before the vector's own.
template <typename T>
struct Steps {
  functions::kernel::IntegerSequence range;
};

template <> struct SqlType<Steps<int8_t>> { static constexpr const char* name = "TINYINT[]"; };
template <> struct SqlType<Steps<int16_t>> { static constexpr const char* name = "SMALLINT[]"; };
template <> struct SqlType<Steps<int32_t>> { static constexpr const char* name = "INTEGER[]"; };
template <> struct SqlType<Steps<int64_t>> { static constexpr const char* name = "BIGINT[]"; };

template <typename T>
struct Writer<Steps<T>> {
  Vector& vector;
  duckdb::cxx::list_entry_t* entries;
  std::vector<functions::kernel::IntegerSequence> ranges;
  int64_t total = 0;

  explicit Writer(Vector& target)
      : vector(target), entries(target.GetDataMutable<duckdb::cxx::list_entry_t>()) {}

  void set(idx_t row, const Steps<T>& value) {
    entries[row] = {static_cast<idx_t>(total), static_cast<idx_t>(value.range.count)};
    total += value.range.count;
    functions::kernel::check_list_memory(total, sizeof(T));
    ranges.push_back(value.range);
  }

  void finish() {
    auto child = vector.GetChild(0);
    child.SetSize(static_cast<idx_t>(total));
    if (total == 0) return;
    T* out = static_cast<T*>(child.GetDataMutable());
    for (const auto& range : ranges) {
      // Unsigned: the step behind the last element may leave the type.
      auto current = static_cast<uint64_t>(range.start);
      for (int64_t i = 0; i < range.count; ++i, current += static_cast<uint64_t>(range.step)) *out++ = static_cast<T>(current);
    }
  }
};

}  // namespace kernel_detail

namespace {

template <typename T>
void register_sequence(KernelRegistry& registry, const std::string& suffix) {
  using functions::kernel::integer_sequence;
  using Result = kernel_detail::Steps<T>;
  registry.add("fs_sequence_" + suffix, [](T start, T stop) { return Result{integer_sequence(start, stop, std::nullopt)}; });
  registry.add("fs_stepped_sequence_" + suffix,
               [](T start, T stop, int64_t step) { return Result{integer_sequence(start, stop, step)}; });
}

}  // namespace

void register_sequence_kernels(KernelRegistry& registry) {
  register_sequence<int8_t>(registry, "tinyint");
  register_sequence<int16_t>(registry, "smallint");
  register_sequence<int32_t>(registry, "int");
  register_sequence<int64_t>(registry, "bigint");
  // The length of a list of nothing yet, where it has room.
  registry.add("fs_list_length", [](int32_t count) {
    functions::kernel::check_list_memory(count, sizeof(int64_t));
    return count;
  });
}

}  // namespace firesteel::engine
