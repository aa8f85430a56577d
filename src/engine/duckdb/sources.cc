#include "engine/duckdb/sources.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/csv_inference.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/file_listing.h"
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
                     {{"format", format == "csv" ? "CSV" : format == "parquet" ? "Parquet" : format}});
  }
  if (format == "parquet") {
    ReaderOptions options(read.options);
    return parquet_schema(database, listed.files, options.flag("mergeSchema", false));
  }
  return infer_csv_schema(database, CsvOptions(read.options), listed.files);
}

}  // namespace

plan::RelationPtr resolve_file_source(Database& database, const plan::UnresolvedRead& read, bool) {
  std::string format = lower(read.format);
  if (format.ends_with("parquetfileformat")) format = "parquet";
  if (format != "csv" && format != "parquet" && format != "text") {
    if (format == "json" || format == "orc" || format == "avro" || format == "xml" ||
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
  auto listed = list_files(given_paths(read, options), listing);

  plan::Scan scan;
  scan.format = format;
  scan.options = read.options;
  scan.root_paths = listed.roots;
  scan.partition_schema = listed.partition_schema;
  Schema all = read.schema ? *read.schema : inferred_schema(database, format, read, listed);
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

  std::vector<Attribute> output;
  for (const auto& field : scan.data_schema) output.push_back(attribute(field));
  for (const auto& field : scan.partition_schema) output.push_back(attribute(field));
  return plan::make_resolved(std::move(scan), std::move(output));
}

}  // namespace firesteel::engine
