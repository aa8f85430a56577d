#include "engine/duckdb/avro_units.h"

#include <algorithm>
#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_decimal.h>
#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/io/interfaces.h>
#include <map>
#include <utility>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/avro_codec.h"
#include "engine/duckdb/avro_input.h"
#include "engine/duckdb/avro_schema.h"
#include "engine/duckdb/column_fit.h"
#include "engine/duckdb/file_listing.h"

namespace firesteel::engine {
namespace {

using plan::Type;

constexpr int64_t kRowsPerBatch = 16'384;
constexpr int64_t kSyncBytes = 16;
constexpr int64_t kHeaderBytes = 64 << 10;  // read at first: nearly every header
constexpr int64_t kBlockHeaderBytes = 20;   // two numbers of at most ten bytes
constexpr int64_t kUnitBytes = 8 << 20;
constexpr std::string_view kMagic("Obj\x01", 4);

void check(const arrow::Status& status) { FIRESTEEL_CHECK(status.ok(), "Arrow: " + status.ToString()); }

std::string read_at(arrow::io::RandomAccessFile& file, int64_t position, int64_t count, const std::string& path) {
  const auto buffer = file.ReadAt(position, count);
  if (!buffer.ok()) throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(path) + " (" + buffer.status().message() + ")"}});
  return (*buffer)->ToString();
}

// ---- the header --------------------------------------------------------------------------------

struct Header {
  AvroTypePtr schema;
  std::string codec;
  std::string sync;
  int64_t size_bytes = 0;  // where the first block begins
};

Header parse_header(std::string_view bytes, const std::string& path) {
  AvroInput input(bytes, path);
  if (input.take(kMagic.size()) != kMagic) input.fail("it is no Avro file");
  std::map<std::string, std::string_view> metadata;
  while (const int64_t count = input.read_run()) {
    for (int64_t i = 0; i < count; ++i) {
      const std::string key(input.read_bytes());
      metadata[key] = input.read_bytes();
    }
  }
  Header header;
  header.sync = input.take(kSyncBytes);
  header.size_bytes = static_cast<int64_t>(bytes.size() - input.left());
  header.codec = metadata.contains("avro.codec") ? metadata["avro.codec"] : "null";
  header.schema = parse_avro_schema(metadata["avro.schema"], path);
  return header;
}

Header read_header(arrow::io::RandomAccessFile& file, const plan::FileEntry& entry) {
  for (int64_t count = std::min(kHeaderBytes, entry.size_bytes);; count = std::min(count * 16, entry.size_bytes)) {
    const std::string bytes = read_at(file, 0, count, entry.path);
    const bool is_whole = count == entry.size_bytes;
    try {
      return parse_header(bytes, entry.path);
    } catch (const SparkError&) {
      if (is_whole || !bytes.starts_with(kMagic)) throw;
    }
  }
}

// ---- values ------------------------------------------------------------------------------------

bool is_millis(const AvroType& type) { return type.logical.ends_with("-millis"); }

void skip(const AvroType& type, AvroInput& input) {
  switch (type.kind) {
    case AvroKind::kNull: break;
    case AvroKind::kBoolean: input.take(1); break;
    case AvroKind::kInt:
    case AvroKind::kLong:
    case AvroKind::kEnum: input.read_long(); break;
    case AvroKind::kFloat: input.take(4); break;
    case AvroKind::kDouble: input.take(8); break;
    case AvroKind::kBytes:
    case AvroKind::kString: input.read_bytes(); break;
    case AvroKind::kFixed: input.take(type.size_bytes); break;
    case AvroKind::kRecord:
      for (const AvroTypePtr& field : type.children) skip(*field, input);
      break;
    case AvroKind::kArray:
    case AvroKind::kMap:
      while (const int64_t count = input.read_run()) {
        for (int64_t i = 0; i < count; ++i) {
          if (type.kind == AvroKind::kMap) input.read_bytes();
          skip(*type.children[0], input);
        }
      }
      break;
    case AvroKind::kUnion: {
      const int64_t branch = input.read_long();
      if (branch < 0 || branch >= static_cast<int64_t>(type.children.size())) input.fail("a union has no such branch");
      skip(*type.children[static_cast<size_t>(branch)], input);
      break;
    }
  }
}

void append_integer(int64_t value, arrow::ArrayBuilder& builder) {
  switch (builder.type()->id()) {
    case arrow::Type::INT32: return check(static_cast<arrow::Int32Builder&>(builder).Append(static_cast<int32_t>(value)));
    case arrow::Type::DATE32: return check(static_cast<arrow::Date32Builder&>(builder).Append(static_cast<int32_t>(value)));
    case arrow::Type::TIMESTAMP: return check(static_cast<arrow::TimestampBuilder&>(builder).Append(value));
    default: return check(static_cast<arrow::Int64Builder&>(builder).Append(value));
  }
}

void append_real(double value, arrow::ArrayBuilder& builder) {
  if (builder.type()->id() == arrow::Type::FLOAT) {
    check(static_cast<arrow::FloatBuilder&>(builder).Append(static_cast<float>(value)));
  } else {
    check(static_cast<arrow::DoubleBuilder&>(builder).Append(value));
  }
}

// The unscaled value, most significant byte first.
void append_decimal(const AvroType& type, std::string_view bytes, AvroInput& input, arrow::ArrayBuilder& builder) {
  const auto value = arrow::Decimal128::FromBigEndian(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int32_t>(bytes.size()));
  if (bytes.empty() || !value.ok() || !value->FitsInPrecision(type.precision)) input.fail("a decimal has more digits than its type");
  check(static_cast<arrow::Decimal128Builder&>(builder).Append(*value));
}

void append_bytes(const AvroType& type, std::string_view bytes, AvroInput& input, arrow::ArrayBuilder& builder) {
  if (type.logical == "decimal") return append_decimal(type, bytes, input, builder);
  check(static_cast<arrow::BinaryBuilder&>(builder).Append(bytes));
}

void decode(const AvroType& type, AvroInput& input, arrow::ArrayBuilder& builder);

void decode_list(const AvroType& type, AvroInput& input, arrow::ArrayBuilder& builder) {
  auto& list = static_cast<arrow::ListBuilder&>(builder);
  check(list.Append());
  while (const int64_t count = input.read_run()) {
    for (int64_t i = 0; i < count; ++i) decode(*type.children[0], input, *list.value_builder());
  }
}

void decode_map(const AvroType& type, AvroInput& input, arrow::ArrayBuilder& builder) {
  auto& map = static_cast<arrow::MapBuilder&>(builder);
  check(map.Append());
  while (const int64_t count = input.read_run()) {
    for (int64_t i = 0; i < count; ++i) {
      check(static_cast<arrow::StringBuilder*>(map.key_builder())->Append(input.read_bytes()));
      decode(*type.children[0], input, *map.item_builder());
    }
  }
}

void decode_union(const AvroType& type, AvroInput& input, arrow::ArrayBuilder& builder) {
  const int64_t branch = input.read_long();
  if (branch < 0 || branch >= static_cast<int64_t>(type.children.size())) input.fail("a union has no such branch");
  const AvroType& chosen = *type.children[static_cast<size_t>(branch)];
  if (chosen.kind == AvroKind::kNull) return check(builder.AppendNull());
  int member = 0;
  int members = 0;
  for (size_t i = 0; i < type.children.size(); ++i) {
    if (type.children[i]->kind == AvroKind::kNull) continue;
    if (static_cast<int64_t>(i) < branch) ++member;
    ++members;
  }
  // Numbers of two widths are one column of the wider; otherwise each type is a field of its own.
  const bool is_split = members > 1 && builder.type()->id() == arrow::Type::STRUCT;
  if (!is_split) return decode(chosen, input, builder);
  auto& structure = static_cast<arrow::StructBuilder&>(builder);
  check(structure.Append());
  for (int i = 0; i < structure.num_fields(); ++i) {
    if (i != member) check(structure.field_builder(i)->AppendNull());
  }
  decode(chosen, input, *structure.field_builder(member));
}

void decode(const AvroType& type, AvroInput& input, arrow::ArrayBuilder& builder) {
  switch (type.kind) {
    case AvroKind::kNull: return check(builder.AppendNull());
    case AvroKind::kBoolean: return check(static_cast<arrow::BooleanBuilder&>(builder).Append(input.take(1)[0] != 0));
    case AvroKind::kInt: return append_integer(input.read_int(), builder);
    case AvroKind::kLong: {
      int64_t value = input.read_long();
      if (is_millis(type) && __builtin_mul_overflow(value, int64_t{1000}, &value)) input.fail("an instant beyond 64 bits");
      return append_integer(value, builder);
    }
    case AvroKind::kFloat: return append_real(static_cast<double>(input.read_number<float>()), builder);
    case AvroKind::kDouble: return append_real(input.read_number<double>(), builder);
    case AvroKind::kString: return check(static_cast<arrow::StringBuilder&>(builder).Append(input.read_bytes()));
    case AvroKind::kEnum: {
      const int64_t symbol = input.read_long();
      if (symbol < 0 || symbol >= static_cast<int64_t>(type.names.size())) input.fail("an enum has no such symbol");
      return check(static_cast<arrow::StringBuilder&>(builder).Append(type.names[static_cast<size_t>(symbol)]));
    }
    case AvroKind::kBytes: return append_bytes(type, input.read_bytes(), input, builder);
    case AvroKind::kFixed: return append_bytes(type, input.take(type.size_bytes), input, builder);
    case AvroKind::kRecord: {
      auto& structure = static_cast<arrow::StructBuilder&>(builder);
      check(structure.Append());
      for (size_t i = 0; i < type.children.size(); ++i) {
        decode(*type.children[i], input, *structure.field_builder(static_cast<int>(i)));
      }
      return;
    }
    case AvroKind::kArray: return decode_list(type, input, builder);
    case AvroKind::kMap: return decode_map(type, input, builder);
    case AvroKind::kUnion: return decode_union(type, input, builder);
  }
}

// ---- files -------------------------------------------------------------------------------------

struct OpenedAvro {
  std::shared_ptr<arrow::io::RandomAccessFile> file;
  Header header;
};

struct Block {
  int64_t rows = 0;
  int64_t size_bytes = 0;    // of its compressed rows
  int64_t header_bytes = 0;  // before them
};

Block read_block_header(const OpenedAvro& opened, int64_t position, const plan::FileEntry& entry) {
  const int64_t count = std::min(kBlockHeaderBytes, entry.size_bytes - position);
  const std::string bytes = read_at(*opened.file, position, count, entry.path);
  AvroInput input(bytes, entry.path);
  Block block;
  block.rows = input.read_long();
  block.size_bytes = input.read_long();
  block.header_bytes = static_cast<int64_t>(bytes.size() - input.left());
  const int64_t left = entry.size_bytes - position - block.header_bytes - kSyncBytes;
  if (block.rows < 0 || block.size_bytes < 0 || block.size_bytes > left) input.fail("a block is longer than the file");
  return block;
}

// One wanted column: where it is in the file, and what it becomes.
struct WantedColumn {
  int field = -1;  // -1: the file lacks it
  Type type;
  std::string name;
};

class AvroUnitReader : public UnitReader {
 public:
  AvroUnitReader(OpenedAvro opened, plan::FileEntry entry, const FileUnit& unit, std::vector<WantedColumn> columns)
      : opened_(std::move(opened)),
        entry_(std::move(entry)),
        columns_(std::move(columns)),
        position_(unit.piece),
        rows_left_(unit.rows),
        input_("", entry_.path) {
    const auto& fields = opened_.header.schema->children;
    builders_.resize(fields.size());
    for (const WantedColumn& column : columns_) {
      if (column.field < 0) continue;
      const Type stored = plain_form(avro_spark_type(*fields[static_cast<size_t>(column.field)]));
      check(arrow::MakeBuilder(arrow::default_memory_pool(), columns::to_arrow_type(stored, "UTC"),
                               &builders_[static_cast<size_t>(column.field)]));
    }
  }

  bool next(std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t* rows) override {
    while (block_rows_left_ == 0) {
      if (rows_left_ == 0) return false;
      read_block();
    }
    *rows = std::min(block_rows_left_, kRowsPerBatch);
    const auto& fields = opened_.header.schema->children;
    for (int64_t row = 0; row < *rows; ++row) {
      for (size_t i = 0; i < fields.size(); ++i) {
        if (builders_[i]) {
          decode(*fields[i], input_, *builders_[i]);
        } else {
          skip(*fields[i], input_);
        }
      }
    }
    block_rows_left_ -= *rows;
    std::map<int, std::shared_ptr<arrow::Array>> made;
    for (const WantedColumn& column : columns_) {
      if (column.field < 0) {
        columns.push_back(null_array(column.type, *rows));
        continue;
      }
      auto& array = made[column.field];
      if (!array) check(builders_[static_cast<size_t>(column.field)]->Finish(&array));
      columns.push_back(fit_array(array, column.type, {file_uri(entry_.path), column.name, nullptr}));
    }
    return true;
  }

 private:
  void read_block() {
    const Block block = read_block_header(opened_, position_, entry_);
    position_ += block.header_bytes;
    const std::string bytes = read_at(*opened_.file, position_, block.size_bytes + kSyncBytes, entry_.path);
    position_ += block.size_bytes + kSyncBytes;
    const std::string_view all(bytes);
    input_ = AvroInput("", entry_.path);
    if (static_cast<int64_t>(all.size()) != block.size_bytes + kSyncBytes) input_.fail("it ends within a block");
    if (all.substr(static_cast<size_t>(block.size_bytes)) != opened_.header.sync) input_.fail("the mark behind a block is another one");
    plain_ = avro_decompress(all.substr(0, static_cast<size_t>(block.size_bytes)), opened_.header.codec, entry_.path);
    input_ = AvroInput(plain_, entry_.path);
    block_rows_left_ = block.rows;
    rows_left_ -= block.rows;
  }

  OpenedAvro opened_;
  const plan::FileEntry entry_;
  const std::vector<WantedColumn> columns_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;  // by field of the file; null: not wanted
  int64_t position_;
  int64_t rows_left_;  // in blocks that are not read yet
  int64_t block_rows_left_ = 0;
  std::string plain_;
  AvroInput input_;
};

OpenedAvro open_avro(const plan::FileEntry& entry, const FileOpener& opener) {
  OpenedAvro opened;
  opened.file = opener(entry);
  opened.header = read_header(*opened.file, entry);
  if (opened.header.schema->kind != AvroKind::kRecord) throw_unsupported("RELATION", "an Avro file of other than records");
  return opened;
}

class AvroUnits : public UnitFormat {
 public:
  AvroUnits(std::vector<plan::FileEntry> files, plan::Schema wanted, std::vector<size_t> positions, bool is_by_position,
            bool is_case_sensitive, FileOpener opener)
      : files_(std::move(files)),
        wanted_(std::move(wanted)),
        positions_(std::move(positions)),
        is_by_position_(is_by_position),
        is_case_sensitive_(is_case_sensitive),
        opener_(std::move(opener)) {}

  std::vector<FileUnit> units(size_t file) override {
    std::vector<FileUnit> units;
    const plan::FileEntry& entry = files_[file];
    if (entry.size_bytes == 0) return units;
    const OpenedAvro opened = open_avro(entry, opener_);
    int64_t first_row = 0;
    for (int64_t position = opened.header.size_bytes; position < entry.size_bytes;) {
      const Block block = read_block_header(opened, position, entry);
      const bool starts = units.empty() || position - units.back().piece >= kUnitBytes;
      if (starts) units.push_back({file, position, 0, first_row, {}});
      units.back().rows += block.rows;
      first_row += block.rows;
      position += block.header_bytes + block.size_bytes + kSyncBytes;
    }
    return units;
  }

  std::unique_ptr<UnitReader> open(const FileUnit& unit, const std::vector<size_t>& columns) override {
    const plan::FileEntry& entry = files_[unit.file];
    OpenedAvro opened = open_avro(entry, opener_);
    std::vector<WantedColumn> wanted;
    for (const size_t column : columns) {
      wanted.push_back({position(*opened.header.schema, column), wanted_[column].type, wanted_[column].name});
    }
    return std::make_unique<AvroUnitReader>(std::move(opened), entry, unit, std::move(wanted));
  }

 private:
  // AvroUtils.AvroSchemaHelper.
  int position(const AvroType& record, size_t column) const {
    const auto& names = record.names;
    if (is_by_position_) return positions_[column] < names.size() ? static_cast<int>(positions_[column]) : -1;
    int found = -1;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == wanted_[column].name) return static_cast<int>(i);
      if (found < 0 && !is_case_sensitive_ && equal_ignoring_case(names[i], wanted_[column].name)) found = static_cast<int>(i);
    }
    return found;
  }

  const std::vector<plan::FileEntry> files_;
  const plan::Schema wanted_;
  const std::vector<size_t> positions_;
  const bool is_by_position_;
  const bool is_case_sensitive_;
  const FileOpener opener_;
};

}  // namespace

plan::Schema avro_schema(const plan::FileEntry& file, const FileOpener& opener) {
  return avro_spark_type(*open_avro(file, opener).header.schema).fields();
}

std::unique_ptr<UnitFormat> avro_units(std::vector<plan::FileEntry> files, plan::Schema wanted, std::vector<size_t> positions,
                                       bool is_by_position, bool is_case_sensitive, FileOpener opener) {
  return std::make_unique<AvroUnits>(std::move(files), std::move(wanted), std::move(positions), is_by_position,
                                     is_case_sensitive, std::move(opener));
}

}  // namespace firesteel::engine
