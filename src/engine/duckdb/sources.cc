#include "engine/duckdb/sources.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/csv_inference.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/json_records.h"
#include "engine/duckdb/parquet_schema.h"
#include "engine/duckdb/reader_options.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

using plan::Attribute;
using plan::Schema;
using plan::Type;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::vector<std::string> given_paths(const plan::UnresolvedRead& read, const ReaderOptions& options) {
  std::vector<std::string> paths = read.paths;
  if (auto path = options.find("path"); path && paths.empty()) paths.push_back(*path);
  if (paths.empty()) {
    throw SparkError("UNABLE_TO_INFER_SCHEMA", {{"format", read.format}});
  }
  return paths;
}

Attribute attribute(const plan::StructField& field) {
  Attribute result;
  result.id = plan::next_attribute_id();
  result.name = field.name;
  result.type = field.type;
  result.nullable = true;  // Spark declares every column of a file source nullable
  result.metadata = field.metadata;
  return result;
}

Schema inferred_schema(Database& database, const std::string& format,
                       const plan::UnresolvedRead& read, const ListedFiles& listed) {
  if (format == "text") return {{"value", Type::string(), true, ""}};
  if (listed.files.empty()) {
    throw SparkError("UNABLE_TO_INFER_SCHEMA",
                     {{"format", format == "csv" ? "CSV" : format == "json" ? "JSON" : "Parquet"}});
  }
  if (format == "json") return infer_json_schema(JsonOptions(read.options), listed.files);
  if (format == "parquet") {
    ReaderOptions options(read.options);
    return parquet_schema(database, listed.files, options.flag("mergeSchema", false));
  }
  return infer_csv_schema(database, CsvOptions(read.options), listed.files);
}

bool is_set(const SourceConfiguration& configuration, std::string_view key, bool fallback) {
  const std::optional<std::string> value = configuration(key);
  return value ? lower(*value) == "true" : fallback;
}

bool has_field(const Schema& schema, const std::string& name) {
  return std::any_of(schema.begin(), schema.end(),
                     [&](const plan::StructField& field) { return lower(field.name) == lower(name); });
}

// Columns of a given schema that Parquet files lack are null, in all files or in some.
void note_absent_columns(Database& database, plan::Scan* scan) {
  if (scan->files.empty()) return;
  const auto lacks_any = [&](const Schema& known) {
    return std::any_of(scan->data_schema.begin(), scan->data_schema.end(),
                       [&](const plan::StructField& field) { return !has_field(known, field.name); });
  };
  const bool is_complete = !lacks_any(parquet_schema(database, {scan->files.front()}, false)) &&
                           !lacks_any(parquet_schema(database, {scan->files.back()}, false));
  if (is_complete) return;
  const Schema known = parquet_schema(database, scan->files, /*merges=*/true);
  scan->options["mergeSchema"] = "true";
  std::string& absent = scan->options[kAbsentColumns];
  for (const plan::StructField& field : scan->data_schema) {
    if (!has_field(known, field.name)) absent += field.name + "\n";
  }
}

void check_duplicates(const Schema& schema) {
  for (size_t i = 0; i < schema.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (lower(schema[i].name) != lower(schema[j].name)) continue;
      throw SparkError("COLUMN_ALREADY_EXISTS", {{"columnName", "`" + lower(schema[i].name) + "`"}});
    }
  }
}

}  // namespace

plan::RelationPtr resolve_file_source(Database& database, const plan::UnresolvedRead& read,
                                      const SourceConfiguration& configuration) {
  std::string format = lower(read.format);
  if (format.ends_with("parquetfileformat")) format = "parquet";
  if (format != "csv" && format != "parquet" && format != "text" && format != "json") {
    if (format == "orc" || format == "avro" || format == "xml" ||
        format == "binaryfile" || format == "jdbc") {
      throw_unsupported("RELATION", "the data source " + format);
    }
    throw SparkError("DATA_SOURCE_NOT_FOUND", {{"provider", read.format}});
  }
  ReaderOptions options(read.options);
  options.refuse("modifiedBefore");
  options.refuse("modifiedAfter");
  ListingOptions listing;
  listing.is_recursive = options.flag("recursiveFileLookup", false);
  listing.name_pattern = options.get("pathGlobFilter", "");
  listing.base_path = options.get("basePath", "");
  listing.infers_partition_types = is_set(configuration, "spark.sql.sources.partitionColumnTypeInference.enabled", true);
  auto listed = list_files(given_paths(read, options), listing);

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
  if (!options.find("mergeSchema") && is_set(configuration, "spark.sql.parquet.mergeSchema", false)) {
    scan.options["mergeSchema"] = "true";
  }
  plan::UnresolvedRead configured = read;
  configured.options = scan.options;
  Schema all = read.schema ? *read.schema : inferred_schema(database, format, configured, listed);
  if (!is_set(configuration, "spark.sql.caseSensitive", false)) check_duplicates(all);
  // A partition column that the schema names keeps the schema's type, and stands last.
  for (plan::StructField& partition : scan.partition_schema) {
    for (auto field = all.begin(); field != all.end();) {
      if (lower(field->name) == lower(partition.name)) {
        if (read.schema) partition.type = field->type;
        field = all.erase(field);
      } else {
        ++field;
      }
    }
  }
  scan.data_schema = std::move(all);
  scan.files = std::move(listed.files);
  if (format == "parquet" && read.schema) note_absent_columns(database, &scan);

  std::vector<Attribute> output;
  for (const auto& field : scan.data_schema) output.push_back(attribute(field));
  for (const auto& field : scan.partition_schema) output.push_back(attribute(field));
  return plan::make_resolved(std::move(scan), std::move(output));
}

}  // namespace firesteel::engine
