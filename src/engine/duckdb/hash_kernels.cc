// hash() and xxhash64() over any number of columns of any type.
#include <memory>
#include <vector>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/murmur3.h"
#include "functions/kernel/xxhash64.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using duckdb::cxx::idx_t;
using duckdb::cxx::LogicalTypeId;
using duckdb::cxx::ScalarFunction;
using duckdb::cxx::Vector;
using duckdb::cxx::VectorView;

struct Murmur {
  using Hash = int32_t;
  static constexpr Hash kSeed = kernel::kMurmur3Seed;
  static constexpr const char* kResult = "INTEGER";
  static Hash of_int(int32_t v, Hash s) { return kernel::murmur3_hash_int(v, s); }
  static Hash of_long(int64_t v, Hash s) { return kernel::murmur3_hash_long(v, s); }
  static Hash of_bytes(std::string_view v, Hash s) { return kernel::murmur3_hash_bytes(v, s); }
  static Hash of_boolean(bool v, Hash s) { return kernel::murmur3_hash_boolean(v, s); }
  static Hash of_float(float v, Hash s) { return kernel::murmur3_hash_float(v, s); }
  static Hash of_double(double v, Hash s) { return kernel::murmur3_hash_double(v, s); }
  static Hash of_decimal(Int128 v, int p, Hash s) { return kernel::murmur3_hash_decimal(v, p, s); }
  static Hash of_interval(int32_t m, int32_t d, int64_t u, Hash s) {
    return kernel::murmur3_hash_calendar_interval(m, d, u, s);
  }
};

struct XxHash {
  using Hash = int64_t;
  static constexpr Hash kSeed = kernel::kXxHash64Seed;
  static constexpr const char* kResult = "BIGINT";
  static Hash of_int(int32_t v, Hash s) { return kernel::xxhash64_int(v, s); }
  static Hash of_long(int64_t v, Hash s) { return kernel::xxhash64_long(v, s); }
  static Hash of_bytes(std::string_view v, Hash s) { return kernel::xxhash64_bytes(v, s); }
  static Hash of_boolean(bool v, Hash s) { return kernel::xxhash64_boolean(v, s); }
  static Hash of_float(float v, Hash s) { return kernel::xxhash64_float(v, s); }
  static Hash of_double(double v, Hash s) { return kernel::xxhash64_double(v, s); }
  static Hash of_decimal(Int128 v, int p, Hash s) { return kernel::xxhash64_decimal(v, p, s); }
  static Hash of_interval(int32_t m, int32_t d, int64_t u, Hash s) {
    return kernel::xxhash64_calendar_interval(m, d, u, s);
  }
};

// A column of any type with its children, ready to be hashed row by row.
template <typename Algorithm>
class HashColumn {
 public:
  using Hash = typename Algorithm::Hash;

  explicit HashColumn(Vector vector)
      : vector_(std::move(vector)), type_(vector_.GetLogicalType()), id_(type_.GetTypeId()) {
    if (vector_.GetVectorType() == duckdb::cxx::VectorType::OTHER) vector_.Flatten();
    view_ = vector_.GetView();
    if (id_ == LogicalTypeId::DECIMAL) {
      storage_ = type_.GetDecimalInternalTypeId();
      precision_ = type_.GetDecimalWidth();
    }
    bool is_nested = id_ == LogicalTypeId::LIST || id_ == LogicalTypeId::MAP ||
                     id_ == LogicalTypeId::STRUCT || id_ == LogicalTypeId::TUPLE;
    for (idx_t i = 0; is_nested && i < vector_.GetChildCount(); ++i) {
      children_.push_back(std::make_unique<HashColumn>(vector_.GetChild(i)));
    }
  }

  // A null leaves the seed as it is.
  Hash hash(idx_t row, Hash seed) const {
    if (id_ == LogicalTypeId::SQLNULL || !view_.IsValid(row)) return seed;
    idx_t at = view_.SelAt(row);
    switch (id_) {
      case LogicalTypeId::BOOLEAN: return Algorithm::of_boolean(view_.template Data<bool>()[at], seed);
      case LogicalTypeId::TINYINT: return Algorithm::of_int(view_.template Data<int8_t>()[at], seed);
      case LogicalTypeId::SMALLINT: return Algorithm::of_int(view_.template Data<int16_t>()[at], seed);
      case LogicalTypeId::INTEGER:
      case LogicalTypeId::DATE: return Algorithm::of_int(view_.template Data<int32_t>()[at], seed);
      case LogicalTypeId::BIGINT:
      case LogicalTypeId::TIMESTAMP: return Algorithm::of_long(view_.template Data<int64_t>()[at], seed);
      case LogicalTypeId::FLOAT: return Algorithm::of_float(view_.template Data<float>()[at], seed);
      case LogicalTypeId::DOUBLE: return Algorithm::of_double(view_.template Data<double>()[at], seed);
      case LogicalTypeId::DECIMAL:
        return Algorithm::of_decimal(kernel_detail::read_decimal(view_, storage_, at), precision_, seed);
      case LogicalTypeId::VARCHAR:
      case LogicalTypeId::BLOB:
        return Algorithm::of_bytes(view_.template Data<duckdb::cxx::blob_t>()[at].view(), seed);
      case LogicalTypeId::INTERVAL: {
        const auto& value = view_.template Data<duckdb::cxx::interval_t>()[at];
        return Algorithm::of_interval(value.months, value.days, value.micros, seed);
      }
      case LogicalTypeId::LIST:
      case LogicalTypeId::MAP: {
        const auto& entry = view_.template Data<duckdb::cxx::list_entry_t>()[at];
        for (idx_t i = 0; i < entry.length; ++i) seed = children_[0]->hash(entry.offset + i, seed);
        return seed;
      }
      case LogicalTypeId::STRUCT:
      case LogicalTypeId::TUPLE: {
        for (const auto& child : children_) seed = child->hash(at, seed);
        return seed;
      }
      default: throw_unsupported("EXPRESSION", "a hash of " + type_.ToText());
    }
  }

 private:
  Vector vector_;
  duckdb::cxx::LogicalType type_;
  LogicalTypeId id_;
  VectorView view_;
  LogicalTypeId storage_ = LogicalTypeId::BIGINT;
  int precision_ = 0;
  std::vector<std::unique_ptr<HashColumn>> children_;
};

template <typename Algorithm>
void hash_rows(ScalarFunction::ExecInput& input) {
  try {
    auto result = input.GetResult();
    auto* hashes = result.GetDataMutable<typename Algorithm::Hash>();
    idx_t count = input.GetRowCount();
    for (idx_t row = 0; row < count; ++row) hashes[row] = Algorithm::kSeed;
    for (idx_t i = 0; i < input.GetArgCount(); ++i) {
      HashColumn<Algorithm> column(input.GetArg(i));
      for (idx_t row = 0; row < count; ++row) hashes[row] = column.hash(row, hashes[row]);
    }
  } catch (...) {
    rethrow_into_duckdb();
  }
}

template <typename Algorithm>
void register_hash(KernelRegistry& registry, const std::string& name) {
  auto function = ScalarFunction::Create(registry.connection().GetFactory());
  function.SetName(name);
  function.GetSignature().AddArgs("values", registry.type("ANY")).SetReturnType(registry.type(Algorithm::kResult));
  function.SetExecCallback(hash_rows<Algorithm>);
  function.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
  registry.connection().Register(function);
}

}  // namespace

void register_hash_kernels(KernelRegistry& registry) {
  register_hash<Murmur>(registry, "fs_hash");
  register_hash<XxHash>(registry, "fs_xxhash64");
}

}  // namespace firesteel::engine
