#include "engine/duckdb/orc_units.h"

#include <algorithm>
#include <arrow/adapters/orc/adapter.h>
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/column_fit.h"
#include "engine/duckdb/file_listing.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

using arrow::adapters::orc::ORCFileReader;
using functions::kernel::TimeZone;
using plan::Type;

constexpr int64_t kRowsPerBatch = 16'384;

[[noreturn]] void throw_read(const std::string& path, const arrow::Status& status) {
  // The library counts nanoseconds from 1970 in 64 bits.
  if (status.message().find("out of range for nanosecond resolution") != std::string::npos) {
    throw_unsupported("RELATION", "ORC timestamps before 1677 and after 2262: " + status.message());
  }
  throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(path) + " (" + status.message() + ")"}});
}

template <typename T>
T take(arrow::Result<T> result, const std::string& path) {
  if (!result.ok()) throw_read(path, result.status());
  return std::move(result).ValueUnsafe();
}

struct OpenedOrc {
  std::unique_ptr<ORCFileReader> reader;
  std::shared_ptr<arrow::Schema> schema;
};

OpenedOrc open_orc(const plan::FileEntry& file, const FileOpener& opener) {
  OpenedOrc opened;
  opened.reader = take(ORCFileReader::Open(opener(file), arrow::default_memory_pool()), file.path);
  opened.schema = take(opened.reader->ReadSchema(), file.path);
  return opened;
}

std::string type_attribute(const arrow::Field& field) {
  if (!field.metadata()) return "";
  return field.metadata()->Get(kOrcTypeAttribute).ValueOr("");
}

// "interval day to second" → its two fields; the names stand in the order of the enumerations.
template <typename Field>
bool read_interval(std::string_view text, std::initializer_list<std::string_view> names, Field* start, Field* end) {
  if (!text.starts_with("interval ")) return false;
  text.remove_prefix(9);
  const size_t between = text.find(" to ");
  const std::string_view first = text.substr(0, between);
  const std::string_view last = between == std::string_view::npos ? first : text.substr(between + 4);
  bool has_start = false;
  bool has_end = false;
  int position = 0;
  for (const std::string_view name : names) {
    if (name == first) *start = static_cast<Field>(position), has_start = true;
    if (name == last) *end = static_cast<Field>(position), has_end = true;
    ++position;
  }
  return has_start && has_end;
}

Type field_type(const arrow::Field& field) {
  if (Type known = catalyst_type(type_attribute(field)); !known.is(plan::TypeKind::kNull)) return known;
  const auto& type = *field.type();
  switch (type.id()) {
    case arrow::Type::TIMESTAMP: return Type::timestamp();
    case arrow::Type::LIST: return Type::array(field_type(*type.field(0)));
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return Type::map(field_type(*map.key_field()), field_type(*map.item_field()));
    }
    case arrow::Type::STRUCT: {
      plan::Schema fields;
      for (const auto& child : type.fields()) fields.push_back({child->name(), field_type(*child), true, ""});
      return Type::structure(std::move(fields));
    }
    default: return spark_type(type);
  }
}

class OrcUnitReader : public UnitReader {
 public:
  OrcUnitReader(OpenedOrc file, std::string path, const FileUnit& unit, std::vector<int> fields, std::vector<Type> types,
                const TimeZone& zone)
      : file_(std::move(file)),
        path_(std::move(path)),
        fields_(std::move(fields)),
        types_(std::move(types)),
        zone_(zone),
        rows_left_(unit.rows) {
    std::vector<int> included;
    for (const int field : fields_) {
      if (field >= 0) included.push_back(field);
    }
    if (included.empty()) return;
    std::sort(included.begin(), included.end());
    if (const auto status = file_.reader->Seek(unit.first_row); !status.ok()) throw_read(path_, status);
    batches_ = take(file_.reader->NextStripeReader(kRowsPerBatch, included), path_);
  }

  bool next(std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t* rows) override {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (batches_) {
      if (const auto status = batches_->ReadNext(&batch); !status.ok()) throw_read(path_, status);
      if (!batch) return false;
      *rows = batch->num_rows();
    } else {
      *rows = std::min(rows_left_, kRowsPerBatch);
      rows_left_ -= *rows;
      if (*rows == 0) return false;
    }
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i] < 0) {
        columns.push_back(null_array(types_[i], *rows));
        continue;
      }
      const std::string& name = file_.schema->field(fields_[i])->name();
      columns.push_back(fit_array(batch->GetColumnByName(name), types_[i], {file_uri(path_), name, &zone_}));
    }
    return true;
  }

 private:
  OpenedOrc file_;
  const std::string path_;
  const std::vector<int> fields_;  // positions in the file; -1 where it lacks the column
  const std::vector<Type> types_;
  const TimeZone& zone_;
  int64_t rows_left_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
};

class OrcUnits : public UnitFormat {
 public:
  OrcUnits(std::vector<plan::FileEntry> files, plan::Schema wanted, std::vector<size_t> positions, const TimeZone& zone,
           bool is_case_sensitive, FileOpener opener)
      : files_(std::move(files)),
        wanted_(std::move(wanted)),
        positions_(std::move(positions)),
        zone_(zone),
        is_case_sensitive_(is_case_sensitive),
        opener_(std::move(opener)) {}

  std::vector<FileUnit> units(size_t file) override {
    std::vector<FileUnit> units;
    if (files_[file].size_bytes == 0) return units;
    const OpenedOrc opened = open_orc(files_[file], opener_);
    for (int64_t stripe = 0; stripe < opened.reader->NumberOfStripes(); ++stripe) {
      const auto information = opened.reader->GetStripeInformation(stripe);
      units.push_back({file, stripe, information.num_rows, information.first_row_id, {}});
    }
    return units;
  }

  std::unique_ptr<UnitReader> open(const FileUnit& unit, const std::vector<size_t>& columns) override {
    OpenedOrc opened = open_orc(files_[unit.file], opener_);
    std::vector<int> fields;
    std::vector<Type> types;
    for (const size_t column : columns) {
      fields.push_back(position(*opened.schema, column));
      types.push_back(wanted_[column].type);
    }
    return std::make_unique<OrcUnitReader>(std::move(opened), files_[unit.file].path, unit, std::move(fields),
                                           std::move(types), zone_);
  }

 private:
  // OrcUtils.requestedColumnIds.
  int position(const arrow::Schema& schema, size_t column) const {
    const auto& fields = schema.fields();
    const bool is_by_position = !fields.empty() && std::all_of(fields.begin(), fields.end(), [](const auto& field) {
      return field->name().starts_with("_col");
    });
    if (is_by_position) {
      const size_t at = positions_[column];
      return at < fields.size() ? static_cast<int>(at) : -1;
    }
    int found = -1;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i]->name() == wanted_[column].name) return static_cast<int>(i);
      if (found < 0 && !is_case_sensitive_ && equal_ignoring_case(fields[i]->name(), wanted_[column].name)) found = static_cast<int>(i);
    }
    return found;
  }

  const std::vector<plan::FileEntry> files_;
  const plan::Schema wanted_;
  const std::vector<size_t> positions_;
  const TimeZone& zone_;
  const bool is_case_sensitive_;
  const FileOpener opener_;
};

}  // namespace

Type catalyst_type(const std::string& text) {
  if (text == "timestamp_ntz") return Type::timestamp_ntz();
  if (text.starts_with("time(") && text.size() == 7) return Type::time(text[5] - '0');
  plan::YearMonthField year{}, month{};
  if (read_interval(text, {"year", "month"}, &year, &month)) return Type::year_month_interval(year, month);
  plan::DayTimeField first{}, last{};
  if (read_interval(text, {"day", "hour", "minute", "second"}, &first, &last)) return Type::day_time_interval(first, last);
  return Type::null();
}

plan::Schema orc_schema(const plan::FileEntry& file, const FileOpener& opener) {
  const OpenedOrc opened = open_orc(file, opener);
  plan::Schema schema;
  for (const auto& field : opened.schema->fields()) schema.push_back({field->name(), field_type(*field), true, ""});
  return schema;
}

std::unique_ptr<UnitFormat> orc_units(std::vector<plan::FileEntry> files, plan::Schema wanted, std::vector<size_t> positions,
                                      const std::string& time_zone, bool is_case_sensitive, FileOpener opener) {
  const TimeZone& zone = TimeZone::get(time_zone);
  return std::make_unique<OrcUnits>(std::move(files), std::move(wanted), std::move(positions), zone, is_case_sensitive, std::move(opener));
}

}  // namespace firesteel::engine
