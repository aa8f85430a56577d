#include "engine/duckdb/avro_writer.h"

#include <array>
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>
#include <utility>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/version.h"
#include "engine/duckdb/avro_codec.h"
#include "engine/duckdb/avro_schema.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;

constexpr size_t kBlockBytes = 64'000;  // DataFileConstants.DEFAULT_SYNC_INTERVAL

void put_long(int64_t value, std::string* out) {
  uint64_t bits = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  while (bits > 0x7f) {
    *out += static_cast<char>((bits & 0x7f) | 0x80);
    bits >>= 7;
  }
  *out += static_cast<char>(bits);
}

void put_bytes(std::string_view bytes, std::string* out) {
  put_long(static_cast<int64_t>(bytes.size()), out);
  out->append(bytes);
}

template <typename Number>
void put_number(Number number, std::string* out) {
  std::array<char, sizeof(Number)> bytes;
  std::memcpy(bytes.data(), &number, sizeof number);
  out->append(bytes.data(), bytes.size());
}

template <typename Array>
auto value_at(const arrow::Array& array, int64_t row) {
  return static_cast<const Array&>(array).Value(row);
}

int64_t integer_at(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::INT8: return value_at<arrow::Int8Array>(array, row);
    case arrow::Type::INT16: return value_at<arrow::Int16Array>(array, row);
    case arrow::Type::INT32: return value_at<arrow::Int32Array>(array, row);
    case arrow::Type::DATE32: return value_at<arrow::Date32Array>(array, row);
    case arrow::Type::INTERVAL_MONTHS: return value_at<arrow::MonthIntervalArray>(array, row);
    case arrow::Type::TIMESTAMP: return value_at<arrow::TimestampArray>(array, row);
    case arrow::Type::DURATION: return value_at<arrow::DurationArray>(array, row);
    default: return value_at<arrow::Int64Array>(array, row);
  }
}

// The lowest bytes of the unscaled value, most significant first.
void put_decimal(const arrow::Array& array, int64_t row, int precision, std::string* out) {
  const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(array).GetValue(row));
  const auto bytes = value.ToBytes();  // least significant first
  for (int i = avro_decimal_bytes(precision) - 1; i >= 0; --i) *out += static_cast<char>(bytes[static_cast<size_t>(i)]);
}

void put(const Type& type, bool is_nullable, const arrow::Array& array, int64_t row, std::string* out);

void put_elements(const Type& type, const arrow::Array& array, int64_t row, std::string* out) {
  const auto& list = static_cast<const arrow::ListArray&>(array);
  const int64_t start = list.value_offset(row), end = list.value_offset(row + 1);
  if (end > start) put_long(end - start, out);
  for (int64_t i = start; i < end; ++i) {
    if (type.is(TypeKind::kMap)) {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      put(type.key(), false, *map.keys(), i, out);
      put(type.value(), type.value_contains_null(), *map.items(), i, out);
    } else {
      put(type.element(), type.contains_null(), *list.values(), i, out);
    }
  }
  put_long(0, out);
}

void put_value(const Type& type, const arrow::Array& array, int64_t row, std::string* out) {
  switch (type.kind()) {
    case TypeKind::kNull: return;
    case TypeKind::kBoolean: *out += static_cast<char>(value_at<arrow::BooleanArray>(array, row) ? 1 : 0); return;
    case TypeKind::kFloat: return put_number(value_at<arrow::FloatArray>(array, row), out);
    case TypeKind::kDouble: return put_number(value_at<arrow::DoubleArray>(array, row), out);
    case TypeKind::kString:
    case TypeKind::kBinary: return put_bytes(static_cast<const arrow::BinaryArray&>(array).GetView(row), out);
    case TypeKind::kDecimal: return put_decimal(array, row, type.precision(), out);
    case TypeKind::kArray:
    case TypeKind::kMap: return put_elements(type, array, row, out);
    case TypeKind::kStruct: {
      const auto& structure = static_cast<const arrow::StructArray&>(array);
      for (size_t i = 0; i < type.fields().size(); ++i) {
        put(type.fields()[i].type, type.fields()[i].nullable, *structure.field(static_cast<int>(i)), row, out);
      }
      return;
    }
    case TypeKind::kUdt: return put_value(type.sql_type(), array, row, out);
    default: return put_long(integer_at(array, row), out);
  }
}

// A value that may be null is a union of its type, branch 0, and null, branch 1.
void put(const Type& type, bool is_nullable, const arrow::Array& array, int64_t row, std::string* out) {
  if (type.is(TypeKind::kNull)) return;
  const bool is_null = array.IsNull(row);
  if (is_null && !is_nullable) throw SparkError("INTERNAL_ERROR", {{"message", "a null in a column that has none"}});
  if (is_nullable) put_long(is_null ? 1 : 0, out);
  if (!is_null) put_value(type, array, row, out);
}

class AvroFile : public GroupFile {
 public:
  AvroFile(const std::filesystem::path& path, const AvroTarget& target, const std::string& schema_json)
      : target_(target), output_(path, std::ios::binary) {
    std::random_device random;
    for (int i = 0; i < 4; ++i) put_number(static_cast<uint32_t>(random()), &sync_);
    std::string header("Obj\x01", 4);
    put_long(3, &header);
    for (const auto& [key, value] : {std::pair<std::string, std::string>{"avro.schema", schema_json},
                                     {"avro.codec", target.codec},
                                     {"org.apache.spark.version", std::string(spark_version())}}) {
      put_bytes(key, &header);
      put_bytes(value, &header);
    }
    put_long(0, &header);
    write_out(header + sync_);
  }

  void write(const arrow::RecordBatch& rows) override {
    for (int64_t row = 0; row < rows.num_rows(); ++row) {
      for (int i = 0; i < rows.num_columns(); ++i) {
        const plan::StructField& column = target_.schema[static_cast<size_t>(i)];
        put(column.type, column.nullable, *rows.column(i), row, &block_);
      }
      ++block_rows_;
      if (block_.size() >= kBlockBytes) end_block();
    }
  }

  void close() override {
    if (block_rows_ > 0) end_block();
    output_.close();
    if (!output_) fail();
  }

 private:
  [[noreturn]] static void fail() {
    const int code = errno;
    throw SparkError(code == ENOSPC ? "FIRESTEEL_DISK_FULL" : "FIRESTEEL_INPUT_OUTPUT",
                     {{"reason", std::string("writing Avro: ") + std::strerror(code)}});
  }
  void write_out(const std::string& bytes) {
    output_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!output_) fail();
  }
  void end_block() {
    std::string bytes;
    put_long(block_rows_, &bytes);
    put_bytes(avro_compress(block_, target_.codec), &bytes);
    write_out(bytes + sync_);
    block_.clear();
    block_rows_ = 0;
  }

  const AvroTarget& target_;
  std::ofstream output_;
  std::string sync_;
  std::string block_;
  int64_t block_rows_ = 0;
};

}  // namespace

void write_avro(BatchStream& stream, const AvroTarget& target, const FileOfGroup& file_of) {
  const std::string json = avro_schema_json(target.schema, target.record_name, target.record_namespace);
  write_grouped(stream, columns::to_arrow_schema(target.schema, "UTC"), file_of,
                [&](const std::filesystem::path& path) { return std::make_unique<AvroFile>(path, target, json); });
}

}  // namespace firesteel::engine
