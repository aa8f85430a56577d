#include "engine/duckdb/orc_writer.h"

#include <arrow/adapters/orc/adapter.h>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <arrow/util/key_value_metadata.h>
#include <memory>
#include <utility>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/orc_units.h"

namespace firesteel::engine {
namespace {

using arrow::adapters::orc::ORCFileWriter;
using arrow::adapters::orc::WriteOptions;
using plan::Type;
using plan::TypeKind;

void check(const arrow::Status& status) {
  if (status.ok()) return;
  if (status.message().find("No space left") != std::string::npos) {
    throw SparkError("FIRESTEEL_DISK_FULL", {{"reason", status.message()}});
  }
  throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "writing ORC: " + status.message()}});
}
template <typename T>
T take(arrow::Result<T> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

// OrcFileFormat.supportDataType.
bool is_storable(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kCalendarInterval:
    case TypeKind::kVariant: return false;
    case TypeKind::kArray: return is_storable(type.element());
    case TypeKind::kMap: return is_storable(type.key()) && is_storable(type.value());
    case TypeKind::kUdt: return is_storable(type.sql_type());
    case TypeKind::kStruct:
      for (const plan::StructField& field : type.fields()) {
        if (!is_storable(field.type)) return false;
      }
      return true;
    default: return true;
  }
}

std::shared_ptr<arrow::Field> orc_field(const std::string& name, const Type& type);

std::shared_ptr<arrow::DataType> orc_type(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kUdt: return orc_type(type.sql_type());
    case TypeKind::kTimestamp: return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeKind::kTimestampNtz:
    case TypeKind::kTime:
    case TypeKind::kDayTimeInterval: return arrow::int64();
    case TypeKind::kYearMonthInterval: return arrow::int32();
    case TypeKind::kArray: return arrow::list(orc_field("element", type.element()));
    case TypeKind::kMap: {
      auto key = orc_field("key", type.key())->WithNullable(false);
      return std::make_shared<arrow::MapType>(std::move(key), orc_field("value", type.value()));
    }
    case TypeKind::kStruct: {
      arrow::FieldVector fields;
      for (const plan::StructField& field : type.fields()) fields.push_back(orc_field(field.name, field.type));
      return arrow::struct_(std::move(fields));
    }
    default: return columns::to_arrow_type(type, "UTC");
  }
}

// The types that ORC has not got are told by an attribute, as Spark does.
std::shared_ptr<arrow::Field> orc_field(const std::string& name, const Type& type) {
  auto field = arrow::field(name, orc_type(type));
  const bool is_told = type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz) || type.is(TypeKind::kTime) ||
                       type.is(TypeKind::kDayTimeInterval) || type.is(TypeKind::kYearMonthInterval) || type.is_string();
  if (!is_told) return field;
  return field->WithMetadata(arrow::key_value_metadata({kOrcTypeAttribute}, {type.simple_string()}));
}

struct Codec {
  const char* name;
  const char* suffix;
  arrow::Compression::type type;
};
constexpr Codec kCodecs[] = {{"none", "", arrow::Compression::UNCOMPRESSED},
                             {"uncompressed", "", arrow::Compression::UNCOMPRESSED},
                             {"snappy", ".snappy", arrow::Compression::SNAPPY},
                             {"zlib", ".zlib", arrow::Compression::GZIP},
                             {"zstd", ".zstd", arrow::Compression::ZSTD},
                             {"lz4", ".lz4", arrow::Compression::LZ4}};

const Codec& find_codec(const std::string& name) {
  const std::string wanted = lower_case(name);
  for (const Codec& codec : kCodecs) {
    if (codec.name == wanted) return codec;
  }
  if (wanted == "lzo" || wanted == "brotli") throw_unsupported("OPTION", "compression=" + name + " for ORC");
  throw SparkError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                   {{"codecName", name}, {"availableCodecs", "brotli, uncompressed, lz4, lzo, snappy, zlib, none, zstd"}});
}

class OrcFile : public GroupFile {
 public:
  OrcFile(const std::filesystem::path& path, const Codec& codec) {
    output_ = take(arrow::io::FileOutputStream::Open(path.string()));
    WriteOptions options;
    options.compression = codec.type;
    options.compression_block_size = 256 << 10;
    writer_ = take(ORCFileWriter::Open(output_.get(), options));
  }
  void write(const arrow::RecordBatch& rows) override { check(writer_->Write(rows)); }
  void close() override {
    check(writer_->Close());
    check(output_->Close());
  }

 private:
  std::shared_ptr<arrow::io::FileOutputStream> output_;
  std::unique_ptr<ORCFileWriter> writer_;
};

}  // namespace

void check_orc_types(const plan::Schema& schema) {
  for (const plan::StructField& field : schema) {
    if (is_storable(field.type)) continue;
    throw SparkError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {{"format", "ORC"},
                                                              {"columnName", "`" + field.name + "`"},
                                                              {"columnType", "\"" + field.type.sql() + "\""}});
  }
}

std::string orc_suffix(const std::string& compression) { return find_codec(compression).suffix; }

Type orc_clock_type(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kTimestamp: return Type::timestamp_ntz();
    case TypeKind::kUdt: return orc_clock_type(type.sql_type());
    case TypeKind::kArray: return Type::array(orc_clock_type(type.element()), type.contains_null());
    case TypeKind::kMap:
      return Type::map(orc_clock_type(type.key()), orc_clock_type(type.value()), type.value_contains_null());
    case TypeKind::kStruct: {
      plan::Schema fields = type.fields();
      for (plan::StructField& field : fields) field.type = orc_clock_type(field.type);
      return Type::structure(std::move(fields));
    }
    default: return type;
  }
}

void write_orc(BatchStream& stream, const plan::Schema& schema, const std::string& compression, const FileOfGroup& file_of) {
  const Codec& codec = find_codec(compression);
  arrow::FieldVector fields;
  for (const plan::StructField& field : schema) fields.push_back(orc_field(field.name, field.type));
  write_grouped(stream, arrow::schema(std::move(fields)), file_of,
                [&](const std::filesystem::path& path) { return std::make_unique<OrcFile>(path, codec); });
}

}  // namespace firesteel::engine
