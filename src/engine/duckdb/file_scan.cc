#include "engine/duckdb/file_scan.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/avro_units.h"
#include "engine/duckdb/csv_values.h"
#include "engine/duckdb/file_access.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/json_records.h"
#include "engine/duckdb/libsvm_units.h"
#include "engine/duckdb/line_blocks.h"
#include "engine/duckdb/orc_units.h"
#include "engine/duckdb/parquet_scan.h"
#include "engine/duckdb/parquet_schema.h"
#include "engine/duckdb/parquet_units.h"
#include "engine/duckdb/reader_options.h"
#include "engine/duckdb/table_sources.h"
#include "engine/duckdb/time_parsers.h"
#include "engine/duckdb/type_sql.h"
#include "plan/type_size.h"

namespace firesteel::engine {
namespace {

using plan::Scan;
using plan::Type;
using plan::TypeKind;

constexpr const char* kFileColumn = "fs_file";

// The value of a partition column by file: one constant per folder.
std::string partition_sql(const Scan& scan, size_t index, const std::string& file) {
  const auto& files = scan.files;
  bool is_constant = std::all_of(files.begin(), files.end(), [&](const plan::FileEntry& entry) {
    return entry.partition_values[index] == files[0].partition_values[index];
  });
  const Type& type = scan.partition_schema[index].type;
  auto value_of = [&](const plan::FileEntry& entry) {
    plan::Literal literal = entry.partition_values[index];
    if (literal.type.same_type(type)) return literal_sql(literal);
    return "CAST(" + literal_sql(literal) + " AS " + type_sql(type) + ")";
  };
  if (files.empty()) return "CAST(NULL AS " + type_sql(type) + ")";
  if (is_constant) return value_of(files[0]);
  std::string keys;
  std::string values;
  for (const auto& entry : files) {
    keys += (keys.empty() ? "" : ", ") + quote_string(entry.path);
    values += (values.empty() ? "" : ", ") + value_of(entry);
  }
  return "MAP([" + keys + "], [" + values + "])[" + file + "]";
}

// A fact of each file as SQL over its path.
template <typename Value>
std::string by_file_sql(const Scan& scan, const std::string& file, const Value& value) {
  std::string keys;
  std::string values;
  for (const auto& entry : scan.files) {
    keys += (keys.empty() ? "" : ", ") + quote_string(entry.path);
    values += (values.empty() ? "" : ", ") + value(entry);
  }
  return "MAP([" + keys + "], [" + values + "])[" + file + "]";
}

std::string size_sql(const Scan& scan, const std::string& file) {
  return by_file_sql(scan, file, [](const plan::FileEntry& entry) {
    return "CAST(" + std::to_string(entry.size_bytes) + " AS BIGINT)";
  });
}

std::string modified_sql(const Scan& scan, const std::string& file) {
  return by_file_sql(scan, file, [](const plan::FileEntry& entry) {
    return "make_timestamp(CAST(" + std::to_string(entry.modified_ms * 1000) + " AS BIGINT))";
  });
}

// FileFormat.BASE_METADATA_FIELDS; `row` is the row's position in a Parquet file.
std::string metadata_sql(const Scan& scan, const std::string& file, const std::string& row) {
  const std::string uri = "fs_file_uri(" + file + ")";
  const std::string size = size_sql(scan, file);
  return "struct_pack(f0 := replace(" + uri + ", 'file:///', 'file:/'), f1 := fs_file_name(" + uri + "), f2 := " + size +
         ", f3 := CAST(0 AS BIGINT), f4 := " + size + ", f5 := " + modified_sql(scan, file) +
         (row.empty() ? "" : ", f6 := " + row) + ")";
}

bool session_flag(const ExecutionContext& context, const std::string& key) {
  return lower_case((context.configuration ? context.configuration(key) : std::nullopt).value_or("false")) == "true";
}

// ignoreCorruptFiles, ignoreMissingFiles: an option, or else spark.sql.files.….
bool file_flag(const Scan& scan, const ExecutionContext& context, const std::string& name) {
  return ReaderOptions(scan.options).flag(name, session_flag(context, "spark.sql.files." + name));
}

class CsvScan {
 public:
  CsvScan(const Scan& scan, const std::vector<plan::FileEntry>& files, const std::vector<bool>& is_needed,
          const ExecutionContext& context, std::string alias)
      : scan_(scan), files_(files), options_(scan.options, time_parser_policy(context.configuration)), is_needed_(is_needed), context_(context), alias_(std::move(alias)) {
    size_t position = 0;
    for (const auto& field : scan.data_schema) {
      bool is_corrupt = field.name == options_.corrupt_column && field.type.is_string();
      positions_.push_back(is_corrupt ? SIZE_MAX : position++);
    }
    column_count_ = position;
    reads_records_ = !options_.reads_lines() || needs_records();
    refuse_corrupt_column_alone();
  }

  ScanText run() {
    ScanText text;
    text.from = (reads_records_ ? records_sql() : options_.lines_sql(file_list_sql(files_), column_types())) + " AS " + alias_;
    bool has_corrupt = false;
    for (size_t i = 0; i < positions_.size(); ++i) {
      if (positions_[i] == SIZE_MAX) {
        has_corrupt = has_corrupt || is_needed_[i];
        text.columns.push_back({});
        continue;
      }
      const Type& type = scan_.data_schema[i].type;
      const bool is_column = type.is_string() || is_read_as_number(type);
      text.columns.push_back({is_needed_[i] ? value(i) : "", is_column});
    }
    for (size_t i = 0; i < positions_.size(); ++i) {
      if (positions_[i] == SIZE_MAX && is_needed_[i]) {
        text.columns[i] = {"(CASE WHEN " + malformed() + " THEN " + record() + " END)", false};
      }
    }
    if (options_.mode == "DROPMALFORMED") text.where.push_back("NOT " + malformed());
    if (options_.mode == "FAILFAST") {
      text.where.push_back("CASE WHEN " + malformed() + " THEN fs_fail_malformed(fs_file_uri(" + alias_ + "." + kFileColumn +
                           "), " + record() + ") ELSE true END");
    }
    return text;
  }

 private:
  bool needs_all() const {
    return std::all_of(is_needed_.begin(), is_needed_.begin() + static_cast<std::ptrdiff_t>(positions_.size()),
                       [](bool is_needed) { return is_needed; });
  }
  // Where a record's own text or the number of its fields counts.
  bool needs_records() const { return options_.mode != "PERMISSIVE" || needs_corrupt_column(); }
  bool needs_corrupt_column() const {
    for (size_t i = 0; i < positions_.size(); ++i) {
      if (positions_[i] == SIZE_MAX && is_needed_[i]) return true;
    }
    return false;
  }
  // CSVFileFormat.buildReader.
  void refuse_corrupt_column_alone() const {
    const auto needed = std::count(is_needed_.begin(), is_needed_.begin() + static_cast<std::ptrdiff_t>(positions_.size()), true);
    if (needed == 1 && needs_corrupt_column()) throw SparkError("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", {});
  }
  std::string records_sql() const {
    std::vector<std::string> header;
    for (size_t i = 0; i < positions_.size() && !options_.enforces_schema; ++i) {
      if (positions_[i] != SIZE_MAX) header.push_back(scan_.data_schema[i].name);
    }
    return options_.records_sql(file_list_sql(files_), std::max<size_t>(1, column_count_), header);
  }

  std::string raw(size_t i) const { return alias_ + ".k" + std::to_string(positions_[i]); }
  // The source reads numbers from the bytes of the file.
  bool is_read_as_number(const Type& type) const {
    if (reads_records_) return false;
    if (type.is(TypeKind::kDouble)) return has_usual_words(options_);
    return type.is(TypeKind::kInteger) || type.is(TypeKind::kLong);
  }
  std::vector<std::string> column_types() const {
    std::vector<std::string> types(std::max<size_t>(1, column_count_), "VARCHAR");
    for (size_t i = 0; i < positions_.size(); ++i) {
      const Type& type = scan_.data_schema[i].type;
      if (positions_[i] != SIZE_MAX && is_read_as_number(type)) types[positions_[i]] = type_sql(type);
    }
    return types;
  }
  std::string value(size_t i) const {
    if (is_read_as_number(scan_.data_schema[i].type)) return alias_ + ".k" + std::to_string(positions_[i]);
    return csv_value_sql(raw(i), scan_.data_schema[i].type, options_, context_.time_zone);
  }
  // A record is malformed when a text is there that is no value of its column, among the columns that are read.
  std::string malformed() const {
    std::string text;
    // With column pruning Spark's parser does not count the fields.
    if (reads_records_ && (needs_all() || !options_.prunes_columns)) text = "(" + alias_ + ".fs_count <> " + std::to_string(column_count_);
    for (size_t i = 0; i < positions_.size(); ++i) {
      if (positions_[i] == SIZE_MAX || !is_needed_[i]) continue;
      if (scan_.data_schema[i].type.is_string()) continue;
      text += (text.empty() ? "(" : " OR ") + ("(" + raw(i) + " IS NOT NULL AND " + value(i) + " IS NULL)");
    }
    return text.empty() ? "false" : text + ")";
  }
  std::string record() const { return alias_ + ".fs_line"; }

  const Scan& scan_;
  const std::vector<plan::FileEntry>& files_;  // the scan's, as local plain files
  CsvOptions options_;
  const std::vector<bool>& is_needed_;
  const ExecutionContext& context_;
  std::string alias_;
  std::vector<size_t> positions_;  // in the file; SIZE_MAX: the column of corrupt records
  size_t column_count_ = 0;
  bool reads_records_ = false;  // by fs_csv_records; otherwise by fs_csv
};

ScanText text_scan(const Scan& scan, const std::vector<plan::FileEntry>& files, const std::vector<bool>& is_needed,
                   const std::string& alias) {
  ReaderOptions options(scan.options);
  const std::string separator = options.long_line_separator();
  options.refuse("encoding", "UTF-8");
  ScanText text;
  std::string paths = file_list_sql(files);
  if (options.flag("wholetext", false)) {
    text.from = "(SELECT content AS value, filename AS " + std::string(kFileColumn) + " FROM read_text(" + paths +
                ")) AS " + alias;
  } else {
    text.from = "fs_text(" + paths + ", " + quote_string(separator) + ") AS " + alias;
  }
  for (size_t i = 0; i < scan.data_schema.size(); ++i) {
    text.columns.push_back({is_needed[i] ? alias + ".value" : ""});
  }
  return text;
}

// Only the columns in use are read; as in Spark, only they decide whether a record is malformed.
ScanText json_scan(const Scan& scan, const std::vector<plan::FileEntry>& files, const std::vector<bool>& is_needed,
                   const ExecutionContext& context, const std::string& alias) {
  const JsonOptions options(scan.options, time_parser_policy(context.configuration));
  plan::Schema wanted;
  ScanText text;
  for (size_t i = 0; i < scan.data_schema.size(); ++i) {
    const auto& field = scan.data_schema[i];
    if (!is_needed[i]) {
      text.columns.push_back({});
      continue;
    }
    const std::string column = alias + ".k" + std::to_string(wanted.size());
    text.columns.push_back({"CAST(" + column + " AS " + type_sql(field.type) + ")", true});
    wanted.push_back(field);
  }
  auto input = json_input(options, files, wanted, options.time_zone.empty() ? context.time_zone : options.time_zone);
  text.from = "fs_arrow(" + std::to_string(input->id()) + ") AS " + alias;
  text.where.push_back(alias + ".fs_keep");
  text.leases.push_back(std::move(input));
  return text;
}

// BinaryFileFormat: files without bytes give no row.
ScanText binary_file_scan(const Scan& scan, const LocalFiles& local, const std::vector<bool>& is_needed,
                          const ExecutionContext& context, const std::string& alias) {
  ScanText text;
  const std::string file = local.original_sql(scan.files, alias + "." + kFileColumn);
  text.from = "(SELECT content, filename AS " + std::string(kFileColumn) + " FROM read_blob(" + file_list_sql(local.files) +
              ") WHERE octet_length(content) > 0) AS " + alias;
  for (size_t i = 0; i < scan.data_schema.size(); ++i) {
    const std::string& name = scan.data_schema[i].name;
    std::string sql;
    if (is_needed[i] && name == "path") {
      sql = by_file_sql(scan, file, [](const plan::FileEntry& entry) { return quote_string(hadoop_path(entry.path)); });
    } else if (is_needed[i] && name == "modificationTime") {
      sql = modified_sql(scan, file);
    } else if (is_needed[i] && name == "length") {
      sql = size_sql(scan, file);
    } else if (is_needed[i]) {
      sql = alias + ".content";
    }
    text.columns.push_back({sql, false});
  }
  const auto limit = context.configuration ? context.configuration("spark.sql.sources.binaryFile.maxLength") : std::nullopt;
  if (!is_needed[3] || !limit) return text;
  for (const plan::FileEntry& entry : scan.files) {
    if (entry.size_bytes > std::stoll(*limit)) throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(entry.path)}});
  }
  return text;
}

std::unique_ptr<UnitFormat> unit_format(const Scan& scan, const LocalFiles& local, const plan::Schema& wanted,
                                        std::vector<size_t> positions, const ExecutionContext& context, bool is_case_sensitive,
                                        FileOpener opener) {
  if (scan.format == "libsvm") {
    return libsvm_units(LibsvmOptions(scan.options), local.files, scan.data_schema, std::move(positions));
  }
  if (scan.format == "orc") {
    return orc_units(scan.files, wanted, std::move(positions), context.time_zone, is_case_sensitive, std::move(opener));
  }
  if (scan.format == "avro") {
    const bool is_by_position = ReaderOptions(scan.options).flag("positionalFieldMatching", false);
    return avro_units(scan.files, wanted, std::move(positions), is_by_position, is_case_sensitive, std::move(opener));
  }
  return parquet_units(scan.files, wanted, is_case_sensitive, std::move(opener));
}

// ORC, Avro and libsvm files, and Parquet files in object stores. `local` has the files of a text format.
ScanText unit_scan(const Scan& scan, const LocalFiles& local, const std::vector<bool>& is_needed, const ExecutionContext& context,
                   const FileAccess& access, const std::string& alias) {
  ScanText text;
  UnitScan units;
  std::vector<size_t> positions;
  for (size_t i = 0; i < scan.data_schema.size(); ++i) {
    if (!is_needed[i]) {
      text.columns.push_back({});
      continue;
    }
    text.columns.push_back({alias + ".k" + std::to_string(units.wanted.size()), true});
    units.wanted.push_back(scan.data_schema[i]);
    positions.push_back(i);
  }
  units.files = scan.files;
  units.partitions = scan.partition_schema;
  const bool is_case_sensitive = session_flag(context, "spark.sql.caseSensitive");
  units.ignores_missing_files = file_flag(scan, context, "ignoreMissingFiles");
  units.ignores_corrupt_files = file_flag(scan, context, "ignoreCorruptFiles");
  for (size_t i = 0; i < scan.partition_schema.size(); ++i) {
    // The value has the type that the folder's name suggests; a schema of the user's may say another one.
    const Type& type = scan.partition_schema[i].type;
    const Type own = scan.files[0].partition_values[i].type;
    units.partitions[i].type = own;
    const std::string column = alias + ".p" + std::to_string(i);
    const bool is_used = is_needed[scan.data_schema.size() + i];
    const bool is_own = own.same_type(type);
    text.columns.push_back({!is_used ? "" : is_own ? column : "CAST(" + column + " AS " + type_sql(type) + ")", is_own});
  }
  units.format = unit_format(scan, local, units.wanted, std::move(positions), context, is_case_sensitive, file_opener(access));
  const auto input = std::make_shared<UnitInput>(std::move(units));
  text.from = "fs_units(" + std::to_string(input->id()) + ") AS " + alias;
  text.leases.push_back(input);
  return text;
}

bool is_unit_scan(const Scan& scan) {
  return scan.format == "orc" || scan.format == "avro" || scan.format == "libsvm" ||
         (scan.format == "parquet" && std::any_of(scan.files.begin(), scan.files.end(), [](const plan::FileEntry& file) {
            return storage::is_object_path(file.path);
          }));
}

// The position in the file itself, see input_order.h.
bool is_row_column(const plan::Attribute& column) { return column.type.is(TypeKind::kLong); }

// Whether that column or a _metadata column with the field row_index is used.
bool needs_row_index(const plan::Relation& node, const Scan& scan, const std::vector<bool>& is_needed) {
  for (size_t i = scan.data_schema.size() + scan.partition_schema.size(); i < node.output.size(); ++i) {
    const Type& type = node.output[i].type;
    if (is_needed[i] && is_row_column(node.output[i])) return true;
    if (is_needed[i] && type.is(TypeKind::kStruct) && type.fields().back().name == "row_index") return true;
  }
  return false;
}

// Columns of a typed query: DuckDB loses the type of what is taken out of a constant that is null.
ScanText no_rows(const plan::Relation& node, const std::string& alias) {
  ScanText text;
  std::string columns = "1 AS empty";
  for (size_t i = 0; i < node.output.size(); ++i) {
    const std::string name = "c" + std::to_string(i);
    columns += ", CAST(NULL AS " + type_sql(node.output[i].type) + ") AS " + name;
    text.columns.push_back({alias + "." + name, false});
  }
  text.from = "(SELECT " + columns + " WHERE false) AS " + alias;
  return text;
}

}  // namespace

ScanText scan_sql(const plan::Relation& node, const Scan& scan, const std::vector<bool>& is_needed,
                  const ExecutionContext& context, const LoweringServices& services, const std::string& alias) {
  if (scan.files.empty()) return no_rows(node, alias);
  const size_t data_count = scan.data_schema.size();
  const size_t first_metadata = data_count + scan.partition_schema.size();
  const FileAccess access{storage::store_settings(scan.options, context.configuration), services.staging,
                          [&context] { context.cancellation->throw_if_cancelled(); }};
  bool needs_file = scan.format == "text";
  for (size_t i = data_count; i < is_needed.size(); ++i) {
    needs_file = needs_file || (is_needed[i] && (i < first_metadata || !is_row_column(node.output[i])));
  }
  const std::string file_column = needs_file ? kFileColumn : "";
  const bool is_in_units = is_unit_scan(scan);
  const bool is_text = scan.format != "parquet" && scan.format != "binaryfile";
  const bool needs_row = needs_row_index(node, scan, is_needed);
  LocalFiles local;
  if (!is_in_units || scan.format == "libsvm") local = local_files(scan.files, is_text, access);
  ScanText text;
  if (is_in_units) {
    text = unit_scan(scan, local, is_needed, context, access, alias);
  } else if (scan.format == "csv") {
    text = CsvScan(scan, local.files, is_needed, context, alias).run();
  } else if (scan.format == "parquet") {
    text = parquet_scan(scan, is_needed, alias, file_column, needs_row, file_flag(scan, context, "ignoreCorruptFiles"), *services.footers);
  } else if (scan.format == "text") {
    text = text_scan(scan, local.files, is_needed, alias);
  } else if (scan.format == "json") {
    text = json_scan(scan, local.files, is_needed, context, alias);
  } else if (scan.format == "binaryfile") {
    text = binary_file_scan(scan, local, is_needed, context, alias);
  } else {
    throw_unsupported("RELATION", "a scan of " + scan.format);
  }
  std::string file = alias + "." + kFileColumn;
  if (!is_in_units) {
    file = local.original_sql(scan.files, file);
    for (size_t i = 0; i < scan.partition_schema.size(); ++i) {
      text.columns.push_back({is_needed[data_count + i] ? partition_sql(scan, i, file) : "", false});
    }
  }
  const char* row_column = is_in_units ? kUnitRowColumn : scan.format == "csv" ? kPositionColumn : "file_row_number";
  const std::string row = needs_row ? alias + "." + row_column : "";
  for (size_t i = first_metadata; i < node.output.size(); ++i) {
    std::string sql = is_row_column(node.output[i])      ? row
                      : node.output[i].type.is_string() ? "fs_file_uri(" + file + ")"
                                                        : metadata_sql(scan, file, row);
    text.columns.push_back({is_needed[i] ? sql : "", false});
  }
  for (const auto& copy : local.staged) text.leases.push_back(copy);
  return text;
}

int64_t scanned_bytes(const plan::Relation& plan) {
  const auto* scan = plan.as<plan::Scan>();
  int64_t bytes = scan ? plan::file_size_bytes(*scan) : 0;
  for (const plan::RelationPtr& child : plan::children(plan)) bytes += scanned_bytes(*child);
  return bytes;
}

}  // namespace firesteel::engine
