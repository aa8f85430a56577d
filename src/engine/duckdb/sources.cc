#include "engine/duckdb/sources.h"

#include <algorithm>
#include <utility>

#include "base/config.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/avro_units.h"
#include "engine/duckdb/csv_inference.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/file_access.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/json_records.h"
#include "engine/duckdb/libsvm_units.h"
#include "engine/duckdb/orc_units.h"
#include "engine/duckdb/parquet_schema.h"
#include "engine/duckdb/parquet_units.h"
#include "engine/duckdb/reader_options.h"
#include "engine/duckdb/time_parsers.h"
#include "engine/duckdb/type_sql.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

using plan::Attribute;
using plan::Schema;
using plan::Type;

// The names in UNABLE_TO_INFER_SCHEMA.
std::string format_title(const std::string& format) {
  if (format == "csv" || format == "json" || format == "orc") return upper_case(format);
  return format == "parquet" ? "Parquet" : format == "avro" ? "Avro" : format;
}

bool is_set(const SourceConfiguration& configuration, std::string_view key, bool fallback) {
  const std::optional<std::string> value = configuration(key);
  return value ? lower_case(*value) == "true" : fallback;
}

// ResolveDataSource. `takes_both`: spark.sql.legacy.pathOptionBehavior.enabled.
std::vector<std::string> given_paths(const plan::UnresolvedRead& read, const ReaderOptions& options, bool takes_both) {
  std::vector<std::string> paths = read.paths;
  const auto path = options.find("path");
  if (!takes_both && !paths.empty() && (path || options.find("paths"))) {
    throw SparkError("_LEGACY_ERROR_TEMP_1306", {{"config", "spark.sql.legacy.pathOptionBehavior.enabled"}});
  }
  // A path of load() replaces the option; beside several it is one more.
  if (path && paths.size() != 1) paths.insert(paths.begin(), *path);
  if (paths.empty() && !read.schema) {
    throw SparkError("UNABLE_TO_INFER_SCHEMA", {{"format", format_title(lower_case(read.format))}});
  }
  return paths;
}

Attribute attribute(const plan::StructField& field) {
  Attribute result;
  result.id = plan::next_attribute_id();
  result.name = field.name;
  result.type = field.type.as_nullable();
  result.nullable = true;  // Spark declares all of a file source nullable, inside too
  result.metadata = field.metadata;
  return result;
}

std::optional<Schema> merged_fields(Schema left, const Schema& right);

// StructType.merge.
std::optional<Type> merged_type(const Type& left, const Type& right) {
  if (left.kind() != right.kind()) return std::nullopt;
  if (left.is(plan::TypeKind::kArray)) {
    const auto element = merged_type(left.element(), right.element());
    return element ? std::optional(Type::array(*element)) : std::nullopt;
  }
  if (left.is(plan::TypeKind::kMap)) {
    const auto key = merged_type(left.key(), right.key());
    const auto value = merged_type(left.value(), right.value());
    return key && value ? std::optional(Type::map(*key, *value)) : std::nullopt;
  }
  if (left.is(plan::TypeKind::kStruct)) {
    auto fields = merged_fields(left.fields(), right.fields());
    return fields ? std::optional(Type::structure(*std::move(fields))) : std::nullopt;
  }
  if (left.is(plan::TypeKind::kDecimal) && left.scale() == right.scale()) {
    return Type::decimal(std::max(left.precision(), right.precision()), left.scale());
  }
  return left.same_type(right) ? std::optional(left) : std::nullopt;
}

std::optional<Schema> merged_fields(Schema left, const Schema& right) {
  for (const plan::StructField& field : right) {
    const auto known = std::find_if(left.begin(), left.end(), [&](const plan::StructField& one) {
      return lower_case(one.name) == lower_case(field.name);
    });
    if (known == left.end()) {
      left.push_back(field);
      continue;
    }
    auto type = merged_type(known->type, field.type);
    if (!type) return std::nullopt;
    known->type = *std::move(type);
  }
  return left;
}

// Files one after another, columns in the order in which they appear: SchemaMergeUtils.
template <typename SchemaOf>
Schema merged_schema(const std::vector<plan::FileEntry>& files, bool merges, const SchemaOf& schema_of) {
  Schema merged = schema_of(files.front());
  for (size_t i = 1; i < files.size() && merges; ++i) {
    const Schema own = schema_of(files[i]);
    auto both = merged_fields(merged, own);
    if (!both) {
      throw SparkError("CANNOT_MERGE_SCHEMAS", {{"left", "\"" + Type::structure(merged).sql() + "\""},
                                                {"right", "\"" + Type::structure(own).sql() + "\""}});
    }
    merged = *std::move(both);
  }
  return merged;
}

bool is_in_store(const std::vector<plan::FileEntry>& files) {
  return std::any_of(files.begin(), files.end(), [](const plan::FileEntry& file) { return storage::is_object_path(file.path); });
}

Schema binary_file_schema() {
  return {{"path", Type::string(), true, ""},
          {"modificationTime", Type::timestamp(), true, ""},
          {"length", Type::long_integer(), true, ""},
          {"content", Type::binary(), true, ""}};
}

// The files whose schemas can be read.
template <typename SchemaOf>
std::vector<plan::FileEntry> readable_files(const std::vector<plan::FileEntry>& files, const SchemaOf& schema_of) {
  std::vector<plan::FileEntry> readable;
  for (const plan::FileEntry& file : files) {
    try {
      (void)schema_of(file);
      readable.push_back(file);
    } catch (const SparkError& error) {
      if (!error.condition().starts_with("FAILED_READ_FILE.")) throw;
    }
  }
  return readable;
}

// Of files that say what is in them: the first one's schema, or all files'.
template <typename SchemaOf>
Schema stated_schema(const std::string& format, const std::vector<plan::FileEntry>& files, const ReaderOptions& options,
                     const SourceConfiguration& configuration, const SchemaOf& schema_of) {
  const bool ignores_corrupt = options.flag("ignoreCorruptFiles", is_set(configuration, "spark.sql.files.ignoreCorruptFiles", false));
  const auto readable = ignores_corrupt ? readable_files(files, schema_of) : files;
  if (readable.empty()) throw SparkError("UNABLE_TO_INFER_SCHEMA", {{"format", format_title(format)}});
  return merged_schema(readable, options.flag("mergeSchema", false), schema_of);
}

ParquetTypes parquet_types(const SourceConfiguration& configuration) {
  return {.binary_as_text = is_set(configuration, "spark.sql.parquet.binaryAsString", false),
          .int96_as_instant = is_set(configuration, "spark.sql.parquet.int96AsTimestamp", true),
          .has_local_timestamps = is_set(configuration, "spark.sql.parquet.inferTimestampNTZ.enabled", true)};
}

Schema inferred_schema(Database& database, const std::string& format, const plan::UnresolvedRead& read,
                       const std::vector<plan::FileEntry>& files, const FileAccess& access, const SourceConfiguration& configuration) {
  const functions::kernel::TimeParserPolicy policy = time_parser_policy(configuration);
  if (format == "text") return {{"value", Type::string(), true, ""}};
  if (format == "binaryfile") return binary_file_schema();
  if (format == "libsvm") {
    const LibsvmOptions options(read.options);
    return libsvm_schema(options, options.features ? files : local_files(files, /*decompresses=*/true, access).files);
  }
  if (files.empty()) throw SparkError("UNABLE_TO_INFER_SCHEMA", {{"format", format_title(format)}});
  const ReaderOptions options(read.options);
  if (format == "orc" || format == "avro") {
    std::vector<plan::FileEntry> written;  // an empty file has no schema
    std::copy_if(files.begin(), files.end(), std::back_inserter(written),
                 [](const plan::FileEntry& file) { return file.size_bytes > 0; });
    const auto& schema_of = format == "orc" ? orc_schema : avro_schema;
    return stated_schema(format, written, options, configuration,
                         [&](const plan::FileEntry& file) { return schema_of(file, file_opener(access)); });
  }
  if (format == "parquet") {
    const ParquetTypes types = parquet_types(configuration);
    const bool is_by_footer = options.flag("mergeSchema", false) || is_in_store(files);
    return stated_schema(format, files, options, configuration, [&](const plan::FileEntry& file) {
      return is_by_footer ? parquet_units_schema(file, file_opener(access), types) : parquet_schema(database, file, types);
    });
  }
  const bool has_local_timestamps = timestamps_are_local(configuration);
  const LocalFiles local = local_files(files, /*decompresses=*/true, access);
  if (format == "json") return infer_json_schema(JsonOptions(read.options, policy), local.files, has_local_timestamps);
  return infer_csv_schema(database, CsvOptions(read.options, policy), local.files, has_local_timestamps);
}

void check_duplicates(const Schema& schema) {
  for (size_t i = 0; i < schema.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (lower_case(schema[i].name) != lower_case(schema[j].name)) continue;
      throw SparkError("COLUMN_ALREADY_EXISTS", {{"columnName", "`" + lower_case(schema[i].name) + "`"}});
    }
  }
}

void check_format(const std::string& format, const plan::UnresolvedRead& read) {
  for (const char* known : {"csv", "parquet", "text", "json", "orc", "avro", "binaryfile", "libsvm"}) {
    if (format == known) return;
  }
  if (format == "xml" || format == "jdbc") throw_unsupported("RELATION", "the data source " + format);
  throw SparkError("DATA_SOURCE_NOT_FOUND", {{"provider", read.format}});
}

// What would give the rows another schema than the one of the files or of the reader.
void refuse_avro_schemas(const ReaderOptions& options) {
  for (const char* name : {"avroSchema", "avroSchemaUrl", "recursiveFieldMaxDepth"}) options.refuse(name);
  options.refuse("enableStableIdentifiersForUnionType", "false");
  options.refuse("ignoreExtension", "true");
}

// Dates and timestamps of old are those of the proleptic Gregorian calendar, as files of Spark 3 and others hold them.
void refuse_julian_calendar(const ReaderOptions& options) {
  for (const char* name : {"datetimeRebaseMode", "int96RebaseMode"}) options.refuse(name, "CORRECTED");
}

void check_binary_file_schema(const Schema& given) {
  const Schema expected = binary_file_schema();
  bool is_expected = given.size() == expected.size();
  for (size_t i = 0; i < expected.size() && is_expected; ++i) {
    is_expected = given[i].name == expected[i].name && given[i].type.same_type(expected[i].type);
  }
  if (!is_expected) throw_unsupported("RELATION", "binaryFile with the schema " + Type::structure(given).sql());
}

// org.apache.spark.sql.execution.datasources.ModifiedDateFilter.
std::optional<int64_t> modification_bound(const ReaderOptions& options, const std::string& name,
                                          const functions::kernel::TimeZone& zone) {
  namespace kernel = functions::kernel;
  const auto text = options.find(name);
  if (!text) return std::nullopt;
  const auto micros = kernel::string_to_timestamp(*text, zone, kernel::CastMode::kTry);
  if (micros) return micros;
  throw SparkError("_LEGACY_ERROR_TEMP_1294", {{"strategy", lower_case(name)}, {"timeString", *text}});
}

ListingOptions listing_options(const plan::UnresolvedRead& read, const ReaderOptions& options, const FileAccess& access,
                               const SourceConfiguration& configuration) {
  ListingOptions listing;
  listing.is_recursive = options.flag("recursiveFileLookup", false);
  listing.name_pattern = options.get("pathGlobFilter", "");
  listing.base_path = options.get("basePath", "");
  listing.infers_partition_types = is_set(configuration, "spark.sql.sources.partitionColumnTypeInference.enabled", true);
  listing.validates_partition_values = is_set(configuration, "spark.sql.sources.validatePartitionColumns", true);
  if (read.schema) listing.stated = *read.schema;
  listing.has_local_timestamps = timestamps_are_local(configuration);
  listing.time_parser = time_parser_policy(configuration);
  const std::string session_zone = configuration("spark.sql.session.timeZone").value_or("UTC");
  const auto& zone = functions::kernel::TimeZone::get(options.get("timeZone", session_zone));
  listing.zone = &zone;
  if (options.find("modifiedBefore") || options.find("modifiedAfter")) {
    listing.modified_zone = &zone;
    listing.modified_before_us = modification_bound(options, "modifiedBefore", zone);
    listing.modified_after_us = modification_bound(options, "modifiedAfter", zone);
  }
  listing.store_settings = access.settings;
  return listing;
}

// ExprUtils.verifyColumnNameOfCorruptRecord.
void check_corrupt_column(const Schema& schema, const std::string& name) {
  for (const plan::StructField& field : schema) {
    if (field.name != name || (field.type.is_string() && field.nullable)) continue;
    throw SparkError("INVALID_CORRUPT_RECORD_TYPE", {{"columnName", "`" + name + "`"}, {"actualType", "\"" + field.type.sql() + "\""}});
  }
}

}  // namespace

plan::RelationPtr resolve_file_source(Database& database, storage::StagingArea& staging, const plan::UnresolvedRead& read,
                                      const SourceConfiguration& configuration) {
  std::string format = lower_case(read.format);
  if (format.ends_with("parquetfileformat")) format = "parquet";
  if (format.ends_with("orcfileformat")) format = "orc";
  if (format == "com.databricks.spark.avro" || format.ends_with("avrofileformat")) format = "avro";
  if (format.ends_with("libsvmfileformat")) format = "libsvm";
  check_format(format, read);
  ReaderOptions options(read.options);
  if (format == "avro") refuse_avro_schemas(options);
  if (format == "avro" || format == "parquet") refuse_julian_calendar(options);
  FileAccess access;
  access.settings = storage::store_settings(read.options, configuration);
  access.staging = &staging;
  access.progress = [] {};
  const bool takes_both_paths = is_set(configuration, "spark.sql.legacy.pathOptionBehavior.enabled", false);
  auto listed = list_files(given_paths(read, options, takes_both_paths), listing_options(read, options, access, configuration));

  plan::Scan scan;
  scan.format = format;
  scan.options = read.options;
  scan.root_paths = listed.roots;
  scan.partition_schema = listed.partition_schema;
  // The session's name for the column of corrupt records holds where the reader is given none.
  if (const auto name = configuration("spark.sql.columnNameOfCorruptRecord");
      name && !options.find("columnNameOfCorruptRecord")) {
    scan.options["columnNameOfCorruptRecord"] = *name;
  }
  if (!options.find("mergeSchema") && is_set(configuration, "spark.sql." + format + ".mergeSchema", false)) {
    scan.options["mergeSchema"] = "true";
  }
  if (format == "csv" && !options.find("columnPruning") && !is_set(configuration, "spark.sql.csv.parser.columnPruning.enabled", true)) {
    scan.options["columnPruning"] = "false";
  }
  if (format == "binaryfile" && read.schema) check_binary_file_schema(*read.schema);
  if (format == "libsvm" && read.schema) check_libsvm_schema(*read.schema, /*is_for_writing=*/false);
  plan::UnresolvedRead configured = read;
  configured.options = scan.options;
  Schema all = read.schema ? *read.schema : inferred_schema(database, format, configured, listed.files, access, configuration);
  if (format == "csv") check_corrupt_column(all, CsvOptions(scan.options).corrupt_column);
  if (!is_set(configuration, "spark.sql.caseSensitive", false)) check_duplicates(all);
  // A partition column that the schema names keeps the schema's type, and stands last.
  for (plan::StructField& partition : scan.partition_schema) {
    for (auto field = all.begin(); field != all.end();) {
      if (lower_case(field->name) == lower_case(partition.name)) {
        if (read.schema) partition.type = field->type;
        field = all.erase(field);
      } else {
        ++field;
      }
    }
  }
  scan.data_schema = std::move(all);
  scan.files = std::move(listed.files);
  // Spark packs files into partitions from the largest down, and its rows come in that order (FilePartition.getFilePartitions).
  std::stable_sort(scan.files.begin(), scan.files.end(), [](const plan::FileEntry& a, const plan::FileEntry& b) {
    return a.size_bytes > b.size_bytes;
  });

  plan::Attributes output;
  for (const auto& field : scan.data_schema) output.push_back(attribute(field));
  for (const auto& field : scan.partition_schema) output.push_back(attribute(field));
  return plan::make_resolved(std::move(scan), std::move(output));
}

}  // namespace firesteel::engine
