// What lambdas need besides their bodies: the rounds of array_sort with a comparison
// (functions/kernel/comparison_sort.h), and the question whether the operation still goes on.
#include "base/error.h"
#include "engine/duckdb/cancellation_tokens.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/value_kernels.h"
#include "functions/kernel/comparison_sort.h"

namespace firesteel::engine {

using Numbers = std::vector<int64_t>;

namespace kernel_detail {

template <> struct SqlType<Numbers> { static constexpr const char* name = "BIGINT[]"; };

template <>
struct Reader<Numbers> {
  VectorView lists;
  Vector child;
  VectorView elements;
  explicit Reader(const Vector& vector)
      : lists(view_of(vector)), child(vector.GetChild(0)), elements(view_of(child)) {}
  bool may_be_null() const { return lists.validity != nullptr; }
  bool is_valid(idx_t row) const { return lists.IsValid(row); }
  // Elements are not null.
  Numbers get(idx_t row) const {
    const auto entry = lists.Data<duckdb::cxx::list_entry_t>()[lists.SelAt(row)];
    Numbers out(entry.length);
    for (idx_t i = 0; i < entry.length; ++i) {
      out[i] = elements.Data<int64_t>()[elements.SelAt(entry.offset + i)];
    }
    return out;
  }
};

template <>
struct Writer<Numbers> {
  Vector& vector;
  duckdb::cxx::list_entry_t* entries;
  Numbers all;
  explicit Writer(Vector& target)
      : vector(target), entries(target.GetDataMutable<duckdb::cxx::list_entry_t>()) {}
  void set(idx_t row, const Numbers& value) {
    entries[row] = {all.size(), value.size()};
    all.insert(all.end(), value.begin(), value.end());
  }
  void finish() {
    auto child = vector.GetChild(0);
    child.SetSize(all.size());
    if (!all.empty()) std::memcpy(child.GetDataMutable(), all.data(), all.size() * sizeof(int64_t));
  }
};

}  // namespace kernel_detail

namespace {

// One look-up for each thread.
struct Operation {
  std::optional<std::shared_ptr<const Cancellation>> cancellation;
};

}  // namespace

void register_lambda_kernels(KernelRegistry& registry) {
  registry.add("fs_sort_rounds", [](int64_t count) { return functions::kernel::sort_round_count(count); });
  registry.add("fs_sort_round", [](Numbers state, Numbers orders) -> Numbers {
    return functions::kernel::next_sort_state(state, orders);
  });
  registry.add("fs_sort_places", [](Numbers state) -> Numbers { return functions::kernel::sorted_places(state); });
  registry.add("fs_sort_null_pair", [](Numbers state) -> std::optional<Numbers> {
    const auto pair = functions::kernel::null_comparison(state);
    if (!pair) return std::nullopt;
    return Numbers{pair->first, pair->second};
  });
  // Volatile, so that it is asked again for each batch of elements.
  registry.add(
      "fs_goes_on",
      [](Operation& operation, int64_t token) {
        if (!operation.cancellation) operation.cancellation = cancellation_of(token);
        if (*operation.cancellation) (*operation.cancellation)->throw_if_cancelled();
        return true;
      },
      true);
}

}  // namespace firesteel::engine
