// Texts of a DataFrame read as JSON or CSV: DataFrameReader.json and csv of a Dataset[String].
#include <algorithm>
#include <initializer_list>

#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/csv_text.h"
#include "functions/kernel/text_options.h"
#include "plan/nested_types.h"

namespace firesteel::analyze {

using namespace plan;

namespace kernel = functions::kernel;

namespace {

constexpr const char* kCorruptOption = "columnNameOfCorruptRecord";

std::optional<std::string> find_option(const Options& options, std::string_view name) {
  for (const auto& [key, value] : options) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

bool is_set(const Options& options, std::string_view name, bool fallback) {
  const auto value = find_option(options, name);
  return value ? lower_case(*value) == "true" : fallback;
}

// The texts that an inference looks at.
RelationPtr sampled(const RelationPtr& texts, const Options& options) {
  const double ratio = kernel::parse_sampling_ratio(find_option(options, "samplingRatio").value_or("1.0"));
  kernel::check_sampling_ratio(ratio);
  if (ratio > kernel::kWholeSamplingRatio) return texts;
  Sample sample;
  sample.child = texts;
  sample.upper_bound = ratio;
  sample.seed = 1;
  return make_resolved(std::move(sample), texts->output);
}

void check_texts(const Relation& texts) {
  if (texts.output.size() != 1) {
    throw SparkError("DATAFRAME_INPUT_NOT_SINGLE_COLUMN", {{"numColumns", std::to_string(texts.output.size())}});
  }
  const Type& type = texts.output[0].type;
  if (!type.is_string()) throw SparkError("DATAFRAME_INPUT_NOT_STRING_TYPE", {{"dataType", "\"" + type.sql() + "\""}});
}

// UnivocityParser.makeConverter.
void check_csv_types(const Schema& schema) {
  for (const StructField& field : schema) {
    if (!field.type.is_nested() && !field.type.is(TypeKind::kVariant)) continue;
    throw SparkError("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + field.type.sql() + "\""}}).with_kind(ErrorKind::kUnsupportedOperation);
  }
}

void check_corrupt_column(const Schema& schema, const Options& options) {
  const std::string name = *find_option(options, kCorruptOption);
  for (const StructField& field : schema) {
    if (field.name != name || field.type.is_string()) continue;
    throw SparkError("INVALID_CORRUPT_RECORD_TYPE",
                     {{"columnName", "`" + name + "`"}, {"actualType", "\"" + field.type.sql() + "\""}});
  }
}

ExpressionPtr options_map(const Options& options) {
  std::vector<ExpressionPtr> entries;
  for (const auto& [key, value] : options) {
    entries.push_back(make_string_literal(key));
    entries.push_back(make_string_literal(value));
  }
  return make_call("map", std::move(entries));
}

kernel::CsvTextOptions csv_options(const Options& options, const std::string& time_zone) {
  kernel::Values entries;
  for (const auto& [key, value] : options) {
    entries.emplace_back(key);
    entries.emplace_back(value);
  }
  // The columns' names alone are read.
  return {kernel::Value(std::move(entries)), time_zone, kernel::TimeParserPolicy::kCorrected};
}

// The fields of a header; one that is null is empty.
std::vector<std::string> header_fields(const kernel::CsvTextOptions& options, const std::string& line) {
  std::vector<std::string> fields;
  for (kernel::CsvRecord::Field& field : kernel::first_csv_record(options, line).fields) fields.push_back(std::move(field.text));
  return fields;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

RelationPtr Resolver::parse(const Parse& node) {
  const RelationPtr texts = resolve(node.child);
  check_texts(*texts);
  kernel::check_locale(find_option(node.options, "locale"));
  const auto session = [&](const char* key) { return context_.configuration ? context_.configuration(key) : std::nullopt; };
  Options options = node.options;
  if (!find_option(options, kCorruptOption)) {
    options[kCorruptOption] = session("spark.sql.columnNameOfCorruptRecord").value_or("_corrupt_record");
  }
  if (timestamps_are_local()) options[kernel::kTimestampTypeOption] = "TIMESTAMP_NTZ";
  const auto has = [&](TypeKind kind) { return node.schema && holds(Type::structure(*node.schema), kind); };
  if ((has(TypeKind::kChar) || has(TypeKind::kVarchar)) && session("spark.sql.legacy.charVarcharAsString") != "true") {
    throw SparkError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {});
  }
  const bool is_csv = node.format == "csv";
  const bool has_header = is_csv && is_set(options, "header", false);
  RelationPtr records = texts;
  std::optional<std::string> first;  // the first line of CSV, where it counts
  if (is_csv) {
    records = csv_lines(texts, options);
    if (has_header || !node.schema) first = text_of_first_row(records);
    if (has_header && first) {
      const ExpressionPtr is_row = make_call("not", {make_call("=", {reference(texts->output[0]), make_string_literal(*first)})});
      records = make_resolved(Filter{records, condition(is_row, scope_of(records), "WHERE")}, records->output);
    }
  }
  Schema schema = node.schema ? Type::structure(*node.schema).as_nullable().fields()
                  : is_csv    ? csv_schema(records, first, options)
                              : schema_of_all("json schema of", records, options);
  check_corrupt_column(schema, options);
  if (is_csv) check_csv_types(schema);
  if (has_header && first && !is_set(options, "enforceSchema", true)) check_csv_header(schema, *first, options);
  return rows_of_texts(records, is_csv ? "csv records" : "json records", std::move(schema), options);
}

RelationPtr Resolver::rows_of_texts(const RelationPtr& texts, const char* function, Schema schema, const Options& options) {
  // There are no structs without fields; the column of corrupt records is read from no record.
  const bool is_empty = schema.empty();
  if (is_empty) schema.push_back({*find_option(options, kCorruptOption), Type::string(), true, ""});
  const ExpressionPtr rows = make_call(function, {reference(texts->output[0]),
                                                  make_string_literal(Type::structure(schema).json()), options_map(options)});
  const RelationPtr generated = generate(texts, scope_of(texts), make_call("inline", {rows}), {});
  std::vector<ExpressionPtr> columns;
  for (size_t i = 0; i < schema.size() && !is_empty; ++i) {
    const Attribute& column = generated->output[generated->output.size() - schema.size() + i];
    std::optional<std::string> metadata;
    if (!schema[i].metadata.empty()) metadata = schema[i].metadata;
    columns.push_back(make_typed(Alias{reference(column), {column.name}, metadata, next_attribute_id()}, column.type, true));
  }
  return select(generated, std::move(columns));
}

// CSVUtils.filterCommentAndEmpty.
RelationPtr Resolver::csv_lines(const RelationPtr& texts, const Options& options) {
  const ExpressionPtr text = reference(texts->output[0]);
  ExpressionPtr is_line = make_call(">", {make_call("length", {make_call("trim", {text})}), make_integer_literal(0)});
  if (const auto comment = find_option(options, "comment"); comment && !comment->empty()) {
    is_line = make_call("and", {is_line, make_call("not", {make_call("startswith", {text, make_string_literal(*comment)})})});
  }
  return make_resolved(Filter{texts, condition(is_line, scope_of(texts), "WHERE")}, texts->output);
}

std::optional<std::string> Resolver::text_of_first_row(const RelationPtr& relation) {
  const auto rows = context_.evaluate(make_resolved(Limit{relation, make_integer_literal(1)}, relation->output));
  return rows.empty() ? std::nullopt : std::optional<std::string>(std::get<std::string>(rows[0][0].value));
}

Schema Resolver::schema_of_all(const char* function, const RelationPtr& texts, const Options& options) {
  Aggregate whole;
  const ExpressionPtr call = make_call(function, {reference(texts->output[0]), options_map(options)});
  whole.aggregates = {make_expression(Alias{call, {"schema"}, {}, 0})};
  const auto rows = context_.evaluate(aggregate_over(whole, sampled(texts, options)));
  return type_from_json(std::get<std::string>(rows.at(0).at(0).value)).fields();
}

// TextInputCSVDataSource.inferFromDataset: as many columns as the first line has.
Schema Resolver::csv_schema(const RelationPtr& lines, const std::optional<std::string>& first, const Options& options) {
  if (!first) return {};
  const kernel::CsvTextOptions text_options = csv_options(options, context_.time_zone);
  const std::vector<std::string> names = kernel::csv_column_names(
      header_fields(text_options, *first), is_set(options, "header", false), text_options.format.null_text, context_.case_sensitive);
  Schema types;
  if (is_set(options, "inferSchema", false)) types = schema_of_all("csv schema of", lines, options);
  Schema schema;
  for (size_t i = 0; i < names.size(); ++i) schema.push_back({names[i], i < types.size() ? types[i].type : Type::string(), true, ""});
  return schema;
}

// CSVHeaderChecker.
void Resolver::check_csv_header(const Schema& schema, const std::string& first, const Options& options) const {
  const std::string corrupt = *find_option(options, kCorruptOption);
  const std::vector<std::string> header = header_fields(csv_options(options, context_.time_zone), first);
  std::vector<std::string> names;
  for (const StructField& field : schema) {
    if (field.name != corrupt) names.push_back(field.name);
  }
  std::string message;
  if (names.size() != header.size()) {
    message = "Number of column in CSV header is not equal to number of fields in the schema:\n Header length: " +
              std::to_string(header.size()) + ", schema size: " + std::to_string(names.size());
  }
  for (size_t i = 0; i < names.size() && message.empty(); ++i) {
    if (same_name(names[i], header[i])) continue;
    message = "CSV header does not conform to the schema.\n Header: " + joined(header) + "\n Schema: " + joined(names) +
              "\nExpected: " + names[i] + " but found: " + header[i];
  }
  if (!message.empty()) throw SparkError("_LEGACY_ERROR_TEMP_3241", {{"msg", message + "\nCSV source: [value: string]"}});
}

}  // namespace firesteel::analyze
