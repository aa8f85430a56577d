#include "engine/duckdb/file_writer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/avro_codec.h"
#include "engine/duckdb/avro_writer.h"
#include "engine/duckdb/cast_lowering.h"
#include "engine/duckdb/csv_writing.h"
#include "engine/duckdb/file_access.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/json_lowering.h"
#include "engine/duckdb/libsvm_units.h"
#include "engine/duckdb/orc_writer.h"
#include "engine/duckdb/partition_values.h"
#include "engine/duckdb/query_stream.h"
#include "engine/duckdb/reader_options.h"
#include "engine/duckdb/time_parsers.h"
#include "engine/duckdb/type_sql.h"
#include "engine/duckdb/write_target.h"
#include "plan/nested_types.h"

namespace firesteel::engine {
namespace {

namespace fs = std::filesystem;
using plan::Type;
using plan::TypeKind;

constexpr const char* kFilePart = "fs_part";

// A Parquet page's, before it is compressed. A thread that reads holds a page of each column, compressed and not: DuckDB would
// put a whole row group of a column into one, which is 20 MB of vectors of 20 numbers. Spark's writer ends a page after
// 20,000 rows (parquet.page.row.count.limit), which is this much of numbers of eight bytes.
constexpr int kPageBytesMax = 160'000;

std::string random_uuid() {
  std::random_device device;
  char text[37];
  auto word = [&] { return static_cast<unsigned>(device()); };
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%04x%08x", word(), word() & 0xffff,
                word() & 0xfff, (word() & 0x3fff) | 0x8000, word() & 0xffff, word());
  return text;
}

// Structs carry their fields by position inside the engine; files get the names back, and instants
// say that they are UTC.
std::string named_sql(const std::string& sql, const Type& type) {
  switch (type.kind()) {
    case TypeKind::kTimestamp: return "CAST(" + sql + " AS TIMESTAMPTZ)";
    case TypeKind::kUdt: return named_sql(sql, type.sql_type());
    case TypeKind::kArray:
      if (named_sql("x", type.element()) == "x") return sql;
      return "list_transform(" + sql + ", lambda x: " + named_sql("x", type.element()) + ")";
    case TypeKind::kMap:
      if (named_sql("x", type.key()) == "x" && named_sql("x", type.value()) == "x") return sql;
      return "map_from_entries(list_transform(map_entries(" + sql + "), lambda x: row(" +
             named_sql("x.key", type.key()) + ", " + named_sql("x.value", type.value()) + ")))";
    case TypeKind::kStruct: {
      std::string text = "(CASE WHEN " + sql + " IS NOT NULL THEN struct_pack(";
      for (size_t i = 0; i < type.fields().size(); ++i) {
        text += (i > 0 ? ", " : "") + quote_identifier(type.fields()[i].name) + " := " +
                named_sql("struct_extract(" + sql + ", 'f" + std::to_string(i) + "')",
                          type.fields()[i].type);
      }
      return text + ") END)";
    }
    default: return sql;
  }
}

// How many files the plan asks for: the repartition nearest to the root.
int file_count(const plan::Relation& relation) {
  if (const auto* node = relation.as<plan::Repartition>()) return std::max(1, node->partitions.value_or(1));
  if (relation.as<plan::Project>() || relation.as<plan::Filter>() || relation.as<plan::SubqueryAlias>() ||
      (relation.as<plan::Sort>() && !relation.as<plan::Sort>()->is_global)) {
    return file_count(*plan::children(relation)[0]);
  }
  return 1;
}

void collect_scan_paths(const plan::Relation& relation, std::set<std::string>& paths) {
  if (const auto* scan = relation.as<plan::Scan>()) {
    paths.insert(scan->root_paths.begin(), scan->root_paths.end());
    for (const auto& file : scan->files) paths.insert(fs::path(file.path).parent_path().string());
  }
  for (const auto& child : plan::children(relation)) collect_scan_paths(*child, paths);
}

// ExternalCatalogUtils.escapePathName.
std::string escape_path_name(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string result;
  for (unsigned char byte : text) {
    bool is_special = byte < 0x20 || byte == 0x7f ||
                      std::string_view("\"#%'*/:=?\\{[]^").find(static_cast<char>(byte)) !=
                          std::string_view::npos;
    if (is_special) {
      result += '%';
      result += kHex[byte >> 4];
      result += kHex[byte & 15];
    } else {
      result += static_cast<char>(byte);
    }
  }
  return result;
}

std::string decode_percent(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      result += static_cast<char>(value);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

// The formats' names in errors.
std::string format_title(const std::string& format) {
  if (format == "parquet") return "Parquet";
  if (format == "text") return "Text";
  return format == "avro" ? "Avro" : upper_case(format);
}

// What the session says of null fields in JSON, where the writer does not.
plan::Options with_session_defaults(plan::Options options, const ExecutionContext& context) {
  const auto kept = context.configuration ? context.configuration("spark.sql.jsonGenerator.ignoreNullFields") : std::nullopt;
  if (kept && !ReaderOptions(options).find("ignoreNullFields")) options["ignoreNullFields"] = *kept;
  return options;
}

class FileWrite {
 public:
  FileWrite(Database& database, const WriteRequest& request,
            const std::shared_ptr<ExecutionContext>& context, const LoweringServices& services)
      : database_(database),
        request_(request),
        context_(context),
        services_(services),
        options_(with_session_defaults(request.options, *context)),
        format_(lower_case(request.format.empty() ? "parquet" : request.format)),
        path_(normal_path(request.path)),
        uuid_(random_uuid()) {
    access_.settings = storage::store_settings(request.options, context->configuration);
    access_.staging = services.staging;
    access_.progress = [&context] { context->cancellation->throw_if_cancelled(); };
    target_ = WriteTarget::make(path_, uuid_, access_);
  }

  void run() {
    check_format();
    if (target_->exists()) {
      if (request_.mode == WriteRequest::Mode::kErrorIfExists) {
        throw SparkError("PATH_ALREADY_EXISTS", {{"outputPath", hadoop_path(path_)}});
      }
      if (request_.mode == WriteRequest::Mode::kIgnore) return;
    }
    find_columns();
    check_overwrite();
    try {
      const fs::path staging = target_->create_staging();
      if (format_ == "orc" || format_ == "avro") {
        run_grouped(staging);
      } else {
        run_copy(staging);
      }
      target_->commit(plan_moves(staging), request_.mode == WriteRequest::Mode::kOverwrite,
                      [&] { context_->cancellation->close(); });
    } catch (const fs::filesystem_error& error) {
      target_->discard();
      throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", error.what()}});
    } catch (...) {
      target_->discard();
      throw;
    }
  }

 private:
  void check_format() const {
    if (format_ == "binaryfile") throw SparkError("UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", {});
    for (const char* known : {"parquet", "csv", "text", "json", "orc", "avro", "libsvm"}) {
      if (format_ == known) return;
    }
    if (format_ == "xml" || format_ == "jdbc") throw_unsupported("RELATION", "writing the format " + format_);
    throw SparkError("DATA_SOURCE_NOT_FOUND", {{"provider", request_.format}});
  }

  void find_columns() {
    const auto& output = request_.plan->output;
    std::set<std::string> names;
    for (const auto& attribute : output) {
      if (!names.insert(lower_case(attribute.name)).second) {
        throw SparkError("COLUMN_ALREADY_EXISTS", {{"columnName", "`" + lower_case(attribute.name) + "`"}});
      }
    }
    for (const std::string& name : request_.partition_by) {
      auto found = std::find_if(output.begin(), output.end(), [&](const plan::Attribute& attribute) {
        return lower_case(attribute.name) == lower_case(name);
      });
      if (found == output.end()) {
        throw SparkError("_LEGACY_ERROR_TEMP_1155",
                         {{"col", name}, {"schemaCatalog", Type::structure(plan::output_schema(*request_.plan)).simple_string()}});
      }
      partitions_.push_back(static_cast<size_t>(found - output.begin()));
    }
    for (size_t i = 0; i < output.size(); ++i) {
      if (std::find(partitions_.begin(), partitions_.end(), i) == partitions_.end()) data_.push_back(i);
    }
    if (data_.empty() && !partitions_.empty()) throw SparkError("ALL_PARTITION_COLUMNS_NOT_ALLOWED", {});
    for (const size_t i : data_) {
      const Type& type = output[i].type;
      // No file format takes calendar intervals (FileFormat.supportDataType).
      if (!plan::holds(type, TypeKind::kCalendarInterval) && (format_ != "text" || type.is_string())) continue;
      throw SparkError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {{"format", format_title(format_)},
                                                                {"columnName", "`" + output[i].name + "`"},
                                                                {"columnType", "\"" + type.sql() + "\""}});
    }
    if (format_ == "text" && data_.size() != 1) throw_unsupported("RELATION", "a text file of other than one string column");
    if (format_ == "libsvm") {
      plan::Schema schema;
      for (size_t i : data_) schema.push_back({output[i].name, output[i].type, output[i].nullable, ""});
      check_libsvm_schema(schema, /*is_for_writing=*/true);
    }
  }

  void check_overwrite() const {
    if (request_.mode != WriteRequest::Mode::kOverwrite) return;
    std::set<std::string> read;
    collect_scan_paths(*request_.plan, read);
    for (const std::string& path : read) {
      if (path == path_ || path.starts_with(path_ + "/")) {
        throw SparkError("UNSUPPORTED_OVERWRITE.PATH", {{"path", "\"" + hadoop_path(path_) + "\""}});
      }
    }
  }

  std::string format_sql() {
    std::string compression = lower_case(options_.get("compression", options_.get("codec", "")));
    if (format_ == "libsvm") compression = "";  // Spark's writer of it knows no compression
    if (format_ == "parquet") {
      if (compression.empty()) compression = lower_case(session_value("spark.sql.parquet.compression.codec", "snappy"));
      static const std::set<std::string> known = {"none", "uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"};
      if (!known.contains(compression) || compression == "brotli") throw_unsupported("OPTION", "compression=" + compression);
      if (compression == "none") compression = "uncompressed";
      extension_ = compression == "uncompressed" ? ".parquet"
                   : compression == "gzip"       ? ".gz.parquet"
                   : compression == "lz4"        ? ".lz4hadoop.parquet"
                                                 : "." + compression + ".parquet";
      plan::Schema schema;
      for (size_t i : data_) {
        const auto& attribute = request_.plan->output[i];
        schema.push_back({attribute.name, attribute.type, true, attribute.metadata});
      }
      std::string json = Type::structure(std::move(schema)).json();
      return "FORMAT parquet, COMPRESSION " + (compression == "lz4" ? std::string("lz4_raw") : compression) +
             ", DATA_PAGE_SIZE_LIMIT " + std::to_string(kPageBytesMax) + ", KV_METADATA {'org.apache.spark.version': '4.2.0', "
             "'org.apache.spark.sql.parquet.row.metadata': " + quote_string(json) + "}";
    }
    const auto text_codec = storage::codec_of_name(compression.empty() ? "none" : compression);
    // CompressionCodecs.shortCompressionCodecNames: Hadoop's own zstd is not among them.
    if (!text_codec || *text_codec == storage::Codec::kZstandard) {
      throw SparkError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                       {{"codecName", compression},
                        {"availableCodecs", "bzip2, deflate, uncompressed, snappy, none, lz4, gzip"}});
    }
    const std::string suffix(storage::codec_suffix(*text_codec));
    const bool is_rewritten = options_.find("lineSep") || options_.find("encoding") || options_.find("charset");
    const bool is_gzip = *text_codec == storage::Codec::kGzip && !is_rewritten;
    if (!is_gzip) later_codec_ = *text_codec;
    const std::string codec = is_gzip ? ", COMPRESSION gzip" : ", COMPRESSION none";
    extension_ = "." + (format_ == "text" ? "txt" : format_ == "csv" ? options_.get("extension", "csv") : format_) + suffix;
    line_separator_ = options_.line_separator();
    charset_ = format_ == "csv" ? options_.charset("CSVOptions") : format_ == "json" ? options_.charset("JSONOptions") : "UTF-8";
    if (format_ == "libsvm") options_.refuse("lineSep", "\n");
    const std::string header = csv_ && csv_->has_header() ? "true" : "false";
    return "FORMAT csv, HEADER " + header + ", DELIMITER '\x1d\x1c\x1d\x1c', QUOTE '', ESCAPE '', NULLSTR ''" + codec;
  }

  bool rewrites_lines() const { return (!line_separator_.empty() && line_separator_ != "\n") || charset_ != "UTF-8"; }

  // The one column of a format of lines; its name is a CSV file's header.
  std::string line_column(const std::string& sql) const {
    const std::string mark = rewrites_lines() ? kLineMark : "";
    const std::string name = csv_ ? csv_->header_line(data_attributes()) : "fs_line";
    return (mark.empty() ? sql : sql + " || " + quote_string(mark)) + " AS " + quote_identifier(name + mark);
  }

  plan::Attributes data_attributes() const {
    plan::Attributes attributes;
    for (const size_t i : data_) attributes.push_back(request_.plan->output[i]);
    return attributes;
  }

  std::string column_of(size_t i) const { return "q.c" + std::to_string(request_.plan->output[i].id); }

  // Univocity's writer makes no line of a record without anything in it.
  std::string not_empty_sql() const {
    if (!csv_ || data_.size() != 1) return "";
    return " WHERE " + csv_->line_sql(data_attributes(), {column_of(data_[0])}) + " <> ''";
  }

  std::string lines_sql() const {
    const auto& output = request_.plan->output;
    if (format_ == "libsvm") return line_column(libsvm_line_sql(column_of(data_[0]), column_of(data_[1])));
    if (format_ == "text") return line_column(rewrites_lines() ? "coalesce(" + column_of(data_[0]) + ", '')" : column_of(data_[0]));
    if (format_ == "json") {
      std::vector<JsonField> fields;
      for (size_t i : data_) fields.push_back({output[i].name, column_of(i), output[i].type});
      return line_column(json_object_sql(fields, options_, context_->time_zone, time_parser_policy(context_->configuration)));
    }
    std::vector<std::string> columns;
    for (size_t i : data_) columns.push_back(column_of(i));
    return line_column(csv_->line_sql(data_attributes(), columns));
  }

  void run_copy(const fs::path& staging) {
    auto query = lower_plan(request_.plan, *context_, services_);
    const auto& output = request_.plan->output;
    if (format_ == "csv") csv_.emplace(request_.options, context_->time_zone, time_parser_policy(context_->configuration));
    const std::string format = format_sql();
    std::string select = format_ == "parquet" ? "" : lines_sql();
    for (size_t i : data_) {
      if (format_ != "parquet") break;
      select += (select.empty() ? "" : ", ") + named_sql(column_of(i), output[i].type) + " AS " + quote_identifier(output[i].name);
    }
    std::string partition_list;
    for (size_t i : partitions_) {
      select += ", " + partition_text(output[i]) + " AS " + quote_identifier(output[i].name);
      partition_list += (partition_list.empty() ? "" : ", ") + quote_identifier(output[i].name);
    }
    int files = partitions_.empty() ? file_count(*request_.plan) : 1;
    if (files > 1) {
      select += ", (row_number() OVER () - 1) % " + std::to_string(files) + " AS " + kFilePart;
      partition_list = kFilePart;
    }
    std::string sql = "COPY (SELECT " + select + " FROM (" + query.sql + ") AS q" + not_empty_sql() + ") TO ";
    if (partition_list.empty()) {
      sql += quote_string((staging / ("part" + extension_)).string()) + " (" + format + ")";
    } else {
      sql += quote_string((staging / "tree").string()) + " (" + format + ", PARTITION_BY (" +
             partition_list + "), WRITE_PARTITION_COLUMNS false)";
    }
    run_statement(database_, sql, *context_);
    if (later_codec_ == storage::Codec::kNone && !rewrites_lines()) return;
    std::vector<std::string> written;
    for (const auto& entry : fs::recursive_directory_iterator(staging)) {
      if (entry.is_regular_file()) written.push_back(entry.path().string());
    }
    for (const std::string& file : written) {
      if (rewrites_lines()) rewrite_lines(file, line_separator_.empty() ? "\n" : line_separator_, charset_, access_.progress);
      if (later_codec_ != storage::Codec::kNone) storage::compress_file(file, later_codec_, access_.progress);
    }
  }

  std::string session_value(const std::string& key, const std::string& fallback) const {
    const auto value = context_->configuration ? context_->configuration(key) : std::nullopt;
    return value.value_or(fallback);
  }

  // The text of a partition column's value, as folders are named by it.
  std::string partition_text(const plan::Attribute& attribute) const {
    const std::string text = cast_sql("q.c" + std::to_string(attribute.id), attribute.type, Type::string(),
                                      plan::CastMode::kAnsi, {context_->time_zone, time_parser_policy(context_->configuration)});
    return "coalesce(nullif(" + text + ", ''), " + quote_string(kNullPartition) + ")";
  }

  std::string codec_name(const std::string& own_option, const std::string& session_key, const char* fallback) const {
    const std::string compression = options_.get("compression", own_option.empty() ? "" : options_.get(own_option, ""));
    return compression.empty() ? session_value(session_key, fallback) : compression;
  }

  AvroTarget avro_target(plan::Schema schema) const {
    for (const char* option : {"avroSchema", "avroSchemaUrl"}) options_.refuse(option);
    AvroTarget target;
    target.schema = std::move(schema);
    target.record_name = options_.get("recordName", target.record_name);
    target.record_namespace = options_.get("recordNamespace", "");
    target.codec = avro_codec_of(codec_name("", "spark.sql.avro.compression.codec", "snappy"));
    return target;
  }

  // Through a stream of batches: rows of one file follow each other.
  void run_grouped(const fs::path& staging) {
    const auto& output = request_.plan->output;
    const bool is_orc = format_ == "orc";
    const std::string compression = is_orc ? codec_name("orc.compress", "spark.sql.orc.compression.codec", "zstd") : "";
    plan::Schema schema;
    plan::Attributes columns;
    std::string select;
    for (size_t i : data_) {
      schema.push_back({output[i].name, output[i].type, output[i].nullable, ""});
      plan::Attribute column = output[i];
      if (is_orc) column.type = orc_clock_type(output[i].type);
      select += cast_sql("q.c" + std::to_string(output[i].id), output[i].type, column.type, plan::CastMode::kAnsi,
                         context_->time_zone) + ", ";
      columns.push_back(std::move(column));
    }
    if (is_orc) check_orc_types(schema);
    const AvroTarget avro = is_orc ? AvroTarget() : avro_target(schema);
    extension_ = is_orc ? orc_suffix(compression) + ".orc" : (avro.codec == "null" ? "" : "." + avro.codec) + ".avro";
    std::string group;
    for (size_t i : partitions_) {
      group += (group.empty() ? "" : " || '\x1f' || ") + partition_text(output[i]);
    }
    const int files = file_count(*request_.plan);
    if (group.empty() && files > 1) {
      group = "CAST((row_number() OVER () - 1) % " + std::to_string(files) + " AS VARCHAR)";
    }
    auto query = lower_plan(request_.plan, *context_, services_);
    query.sql = "SELECT " + select + (group.empty() ? "''" : group) + " AS fs_group FROM (" + query.sql + ") AS q" +
                (group.empty() ? "" : " ORDER BY fs_group");
    plan::Attribute group_column;
    group_column.type = Type::string();
    columns.push_back(group_column);
    const auto stream = run_query(database_, std::move(query), std::move(columns), context_);
    int number = 0;
    const FileOfGroup file_of = [&](const std::string& text) {
      fs::path file = staging / "tree";
      for (size_t start = 0, k = 0; k < partitions_.size(); ++k) {
        const size_t end = std::min(text.find('\x1f', start), text.size());
        file /= escape_path_name(output[partitions_[k]].name) + "=" + escape_path_name(text.substr(start, end - start));
        start = end + 1;
      }
      char name[16];
      std::snprintf(name, sizeof name, "%08d", number++);
      return file / name;
    };
    if (is_orc) {
      write_orc(*stream, schema, compression, file_of);
    } else {
      write_avro(*stream, avro, file_of);
    }
  }

  std::string part_name(int index) const {
    char number[16];
    std::snprintf(number, sizeof number, "%05d", index);
    return std::string("part-") + number + "-" + uuid_ +
           (partitions_.empty() ? "-c000" : ".c000") + extension_;
  }

  // Where each staged file goes, relative to the target.
  std::vector<std::pair<fs::path, fs::path>> plan_moves(const fs::path& staging) const {
    std::vector<std::pair<fs::path, fs::path>> moves;
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(staging)) {
      if (entry.is_regular_file()) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    int index = 0;
    for (const fs::path& file : found) {
      fs::path folder;
      if (!partitions_.empty()) {
        for (const auto& part : file.parent_path().lexically_relative(staging / "tree")) {
          std::string name = part.string();
          auto equals = name.find('=');
          if (equals == std::string::npos) continue;
          folder /= escape_path_name(decode_percent(name.substr(0, equals))) + "=" +
                    escape_path_name(decode_percent(name.substr(equals + 1)));
        }
      }
      moves.emplace_back(file, folder / part_name(index++));
    }
    return moves;
  }

  Database& database_;
  const WriteRequest& request_;
  const std::shared_ptr<ExecutionContext>& context_;
  const LoweringServices& services_;
  ReaderOptions options_;
  std::string format_;
  std::string path_;
  std::string uuid_;
  FileAccess access_;
  std::unique_ptr<WriteTarget> target_;
  std::string extension_;
  std::optional<CsvWriting> csv_;
  std::string line_separator_;  // empty: \n
  std::string charset_ = "UTF-8";
  storage::Codec later_codec_ = storage::Codec::kNone;  // what is done to the files after DuckDB wrote them
  std::vector<size_t> partitions_;  // positions in the plan's output
  std::vector<size_t> data_;
};

}  // namespace

void write_files(Database& database, const WriteRequest& request,
                 const std::shared_ptr<ExecutionContext>& context,
                 const LoweringServices& services) {
  FileWrite(database, request, context, services).run();
}

}  // namespace firesteel::engine
