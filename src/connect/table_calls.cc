#include "connect/table_calls.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "connect/analysis.h"
#include "connect/catalog_calls.h"
#include "connect/sql_views.h"
#include "connect/decode.h"
#include "connect/session_state.h"
#include "connect/store_assignment.h"
#include "functions/function_table.h"
#include "plan/char_columns.h"
#include "plan/nested_types.h"
#include "storage/object_store.h"

namespace firesteel::connect {

namespace {

using catalog::Table;
using plan::Attribute;
using plan::Attributes;
using plan::ExpressionPtr;
using plan::RelationPtr;
using plan::TypeKind;

std::string search_path(const RequestContext& context, bool is_drop) {
  const std::string database = "`spark_catalog`.`" + context.current_database() + "`]";
  return is_drop ? "[" + database : "[`system`.`builtin`, `system`.`session`, " + database;
}

std::string table_location(std::string path) {
  if (storage::is_object_path(path)) return path;
  if (path.compare(0, 7, "file://") == 0) {
    path.erase(0, 7);
  } else if (path.compare(0, 5, "file:") == 0) {
    path.erase(0, 5);
  }
  return std::filesystem::absolute(path).lexically_normal().string();
}

std::string column_list(const plan::Schema& schema) {
  std::string text;
  for (const plan::StructField& field : schema) text += (text.empty() ? "`" : ", `") + field.name + "`";
  return text;
}

plan::Schema all_nullable(plan::Schema schema) {
  for (plan::StructField& field : schema) field.nullable = true;
  return schema;
}

// Partition columns stand last, in the order in which PARTITIONED BY names them.
plan::Schema partitions_last(const plan::Schema& schema, const std::vector<std::string>& partitions) {
  plan::Schema data;
  plan::Schema last;
  for (const plan::StructField& field : schema) {
    const auto is_it = [&](const std::string& name) { return equal_ignoring_case(name, field.name); };
    if (std::none_of(partitions.begin(), partitions.end(), is_it)) data.push_back(field);
  }
  for (const std::string& name : partitions) {
    const auto found = std::find_if(schema.begin(), schema.end(),
                                    [&](const plan::StructField& field) { return equal_ignoring_case(field.name, name); });
    if (found == schema.end()) {
      throw SparkError("PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA",
                       {{"column", "`" + name + "`"}, {"schema", "\"" + plan::Type::structure(schema).sql() + "\""}});
    }
    last.push_back(*found);
  }
  if (data.empty() && !last.empty()) throw SparkError("ALL_PARTITION_COLUMNS_NOT_ALLOWED", {});
  data.insert(data.end(), last.begin(), last.end());
  return data;
}

void check_layout(const catalog::Layout& layout, const plan::Schema& schema, const TableName& name) {
  const auto check = [&](const std::vector<std::string>& columns, const char* kind) {
    for (const std::string& column : columns) {
      const bool is_there = std::any_of(schema.begin(), schema.end(), [&](const plan::StructField& field) {
        return equal_ignoring_case(field.name, column);
      });
      if (is_there) continue;
      throw SparkError("COLUMN_NOT_DEFINED_IN_TABLE", {{"colType", kind},
                                                       {"colName", "`" + column + "`"},
                                                       {"tableName", name.quoted()},
                                                       {"tableCols", column_list(schema)}});
    }
  };
  check(layout.bucket_columns, "bucket");
  check(layout.sort_columns, "sort");
  check(layout.clustering_columns, "clustering");
}

void check_provider(const std::string& provider) {
  for (const char* known : {"parquet", "csv", "text", "json", "orc", "avro", "binaryFile", "libsvm"}) {
    if (equal_ignoring_case(provider, known)) return;
  }
  for (const char* other : {"xml", "jdbc", "delta", "hive", "iceberg"}) {
    if (equal_ignoring_case(provider, other)) throw_unsupported("RELATION", "tables of the format " + provider);
  }
  throw SparkError("DATA_SOURCE_NOT_FOUND", {{"provider", provider}});
}

[[noreturn]] void throw_arity(bool is_too_many, const TableName& name, const plan::Schema& columns,
                              const RelationPtr& query) {
  throw SparkError(is_too_many ? "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                               : "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                   {{"tableName", name.quoted()},
                    {"tableColumns", column_list(columns)},
                    {"dataColumns", column_list(plan::output_schema(*query))}});
}

const Attribute* find_column(const RelationPtr& query, const std::string& name) {
  for (const Attribute& attribute : query->output) {
    if (equal_ignoring_case(attribute.name, name)) return &attribute;
  }
  return nullptr;
}

// Which of the table's columns the query's columns are, in the query's order.
plan::Schema given_columns(const Table& table, const InsertRequest& request) {
  plan::Schema given;
  const auto is_static = [&](const std::string& name) {
    return std::any_of(request.partitions.begin(), request.partitions.end(), [&](const auto& partition) {
      return partition.second && equal_ignoring_case(partition.first, name);
    });
  };
  if (request.columns.empty()) {
    for (const plan::StructField& field : table.schema) {
      if (!is_static(field.name)) given.push_back(field);
    }
    return given;
  }
  for (const std::string& name : request.columns) {
    const auto found = std::find_if(table.schema.begin(), table.schema.end(),
                                    [&](const plan::StructField& field) { return equal_ignoring_case(field.name, name); });
    if (found == table.schema.end()) {
      throw SparkError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                       {{"objectName", "`" + name + "`"}, {"proposal", column_list(table.schema)}});
    }
    given.push_back(*found);
  }
  return given;
}

// Null: the INSERT leaves the column out.
ExpressionPtr value_of(const plan::StructField& column, const plan::Schema& given, const InsertRequest& request) {
  for (const auto& [name, value] : request.partitions) {
    if (!value || !equal_ignoring_case(name, column.name)) continue;
    if (value->as<plan::Literal>() == nullptr) throw_unsupported("STATEMENT", "PARTITION with an expression");
    return value;
  }
  if (request.by_name) {
    const Attribute* found = find_column(request.query, column.name);
    return found != nullptr ? plan::reference(*found) : nullptr;
  }
  for (size_t i = 0; i < given.size(); ++i) {
    if (equal_ignoring_case(given[i].name, column.name)) return plan::reference(request.query->output[i]);
  }
  return nullptr;
}

// Columns that are matched by name: none may be left over, and saveAsTable leaves none out.
void check_names(const Table& table, const TableName& name, const InsertRequest& request) {
  const plan::Schema data = plan::output_schema(*request.query);
  if (request.is_save && data.size() != table.schema.size()) {
    throw SparkError("_LEGACY_ERROR_TEMP_1161",
                     {{"tableName", "spark_catalog." + name.database + "." + name.table},
                      {"existingTableSchema", plan::Type::structure(table.schema).simple_string()},
                      {"querySchema", plan::Type::structure(data).simple_string()}});
  }
  const auto has = [](const plan::Schema& schema, const std::string& wanted) {
    return std::any_of(schema.begin(), schema.end(),
                       [&](const plan::StructField& field) { return equal_ignoring_case(field.name, wanted); });
  };
  for (const plan::StructField& field : table.schema) {
    if (!request.is_save || has(data, field.name)) continue;
    std::string names;
    for (const plan::StructField& given : data) names += (names.empty() ? "" : ", ") + given.name;
    throw SparkError("_LEGACY_ERROR_TEMP_1162", {{"col", field.name}, {"inputColumns", names}});
  }
  for (const plan::StructField& field : data) {
    if (has(table.schema, field.name)) continue;
    throw SparkError("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
                     {{"tableName", name.quoted()}, {"extraColumns", "`" + field.name + "`"}});
  }
}

RelationPtr table_rows(const RequestContext& context, const Table& table, const TableName& name,
                       const InsertRequest& request) {
  for (const auto& partition : request.partitions) {
    const auto is_it = [&](const std::string& column) { return equal_ignoring_case(column, partition.first); };
    if (std::none_of(table.partition_columns.begin(), table.partition_columns.end(), is_it)) {
      throw SparkError("NON_PARTITION_COLUMN", {{"columnName", "`" + partition.first + "`"}});
    }
  }
  if (request.by_name) check_names(table, name, request);
  const plan::Schema given = given_columns(table, request);
  const size_t count = request.query->output.size();
  if (count > given.size()) throw_arity(true, name, given, request.query);
  if (count < given.size() && !request.by_name) throw_arity(false, name, given, request.query);
  AssignedRows rows(context.session.config(), name.quoted(), request.query);
  for (const plan::StructField& column : table.schema) rows.add(column, value_of(column, given, request));
  return rows.relation();
}

void write_rows(const RequestContext& context, const Table& table, const RelationPtr& rows, bool is_overwrite,
                Operation& operation) {
  engine::WriteRequest request;
  request.plan = executable_plan(context, rows, operation.shared_context());
  request.format = table.provider;
  request.path = table.location;
  request.mode = is_overwrite ? engine::WriteRequest::Mode::kOverwrite : engine::WriteRequest::Mode::kAppend;
  request.options = table.options;
  request.partition_by = table.partition_columns;
  context.backend.engine->write(request, operation.shared_context());
  forget_cached_files(context, table.location);
}

// A table whose folder is gone has no rows; it is the same relation as before for whoever cached it.
RelationPtr empty_scan(const RequestContext& context, const Table& table) {
  plan::Scan scan;
  scan.format = lower_case(table.provider);
  scan.options = table.options;
  if (const auto name = context.session.config().find("spark.sql.columnNameOfCorruptRecord")) {
    scan.options.try_emplace("columnNameOfCorruptRecord", *name);
  }
  scan.root_paths = {table.location};
  Attributes output;
  for (const plan::StructField& field : plan::as_texts(table.schema)) {
    const bool is_partition = std::count(table.partition_columns.begin(), table.partition_columns.end(), field.name) > 0;
    (is_partition ? scan.partition_schema : scan.data_schema).push_back(field);
    output.push_back({plan::next_attribute_id(), field.name, field.type, field.nullable, field.metadata, {}});
  }
  return plan::make_resolved(std::move(scan), std::move(output));
}

// Columns of the type CHAR(n) are filled up with blanks when they are read.
RelationPtr padded(const RequestContext& context, const plan::Schema& schema, RelationPtr read) {
  const bool pads = context.session.config().get_boolean("spark.sql.readSideCharPadding") &&
                    context.session.config().find("spark.sql.legacy.charVarcharAsString") != "true";
  const auto is_char = [](const plan::StructField& field) { return field.type.is(plan::TypeKind::kChar); };
  if (!pads || std::none_of(schema.begin(), schema.end(), is_char)) return read;
  plan::Project project{std::move(read), {}};
  for (const plan::StructField& field : plan::as_texts(schema)) {
    ExpressionPtr value = plan::make_expression(plan::UnresolvedAttribute{{field.name}, {}, false});
    if (const auto length = plan::char_length(field.metadata)) {
      value = plan::make_call("read char", {value, plan::make_integer_literal(*length)});
      value = plan::make_expression(plan::Alias{value, {field.name}, field.metadata, 0});
    }
    project.expressions.push_back(std::move(value));
  }
  return plan::make_relation(std::move(project));
}

bool is_empty_folder(const std::string& path) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(path, error);
  return error || entries == std::filesystem::directory_iterator();
}

}  // namespace

catalog::Warehouse& warehouse(const RequestContext& context) {
  if (context.backend.warehouse == nullptr) throw_unsupported("RELATION", "tables without a warehouse");
  return *context.backend.warehouse;
}

void check_columns(const plan::Schema& schema) {
  for (size_t i = 0; i < schema.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!equal_ignoring_case(schema[i].name, schema[j].name)) continue;
      throw SparkError("COLUMN_ALREADY_EXISTS", {{"columnName", "`" + schema[j].name + "`"}});
    }
  }
}

std::string backquoted(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += text.empty() ? "`" : ".`";
    for (const char c : part) text += c == '`' ? "``" : std::string(1, c);
    text += "`";
  }
  return text;
}

TableName table_name(const RequestContext& context, const std::vector<std::string>& parts) {
  if (parts.size() == 1) return {context.current_database(), parts[0]};
  if (parts.size() == 2 && !equal_ignoring_case(parts[0], "spark_catalog")) return {parts[0], parts[1]};
  if (parts.size() == 3 && equal_ignoring_case(parts[0], "spark_catalog")) return {parts[1], parts[2]};
  // The session's catalog is the only one: what is before the name is all a namespace.
  const bool names_catalog = equal_ignoring_case(parts[0], "spark_catalog");
  throw SparkError("REQUIRES_SINGLE_PART_NAMESPACE",
                   {{"sessionCatalog", "spark_catalog"}, {"identifier", backquoted({parts.begin() + names_catalog, parts.end()})}});
}

std::optional<Table> find_table(const RequestContext& context, const std::vector<std::string>& parts) {
  if (context.backend.warehouse == nullptr || parts.empty()) return std::nullopt;
  const TableName name = table_name(context, parts);
  std::optional<Table> table = context.backend.warehouse->find_table(name.database, name.table);
  if (table && context.is_case_sensitive() && table->name != name.table) return std::nullopt;
  return table;
}

std::optional<ViewTable::View> find_temporary_view(const RequestContext& context, const std::vector<std::string>& parts) {
  if (parts.size() == 1) return context.session.views().find(parts[0], context.is_case_sensitive());
  if (parts.size() == 2 && equal_ignoring_case(parts[0], "global_temp")) return context.global_views.find(parts[1], context.is_case_sensitive());
  return std::nullopt;
}

bool relation_exists(const RequestContext& context, const std::vector<std::string>& parts) {
  return (context.sees_temporary && find_temporary_view(context, parts)) || find_table(context, parts);
}

analyze::FoundTable find_relation(const RequestContext& context, const std::vector<std::string>& parts, int64_t query_start_us) {
  if (const auto view = context.sees_temporary ? find_temporary_view(context, parts) : std::nullopt) {
    return {view->definition ? read_view(context, *view->definition) : plan_of_now(context, *view, query_start_us), {parts.begin(), parts.end() - 1}};
  }
  const std::optional<Table> table = find_table(context, parts);
  if (!table) return {};
  std::vector<std::string> qualifier = {"spark_catalog", table->database};
  if (table->is_view()) return {read_view(context, *table), std::move(qualifier)};
  const bool is_local = !storage::is_object_path(table->location);
  if (is_local && !std::filesystem::exists(table->location)) return {empty_scan(context, *table), std::move(qualifier)};
  plan::UnresolvedRead read;
  read.format = table->provider;
  read.schema = plan::as_texts(table->schema);
  read.options = table->options;
  read.paths = {table->location};
  return {padded(context, table->schema, plan::make_relation(std::move(read))), std::move(qualifier)};
}

RelationPtr resolved_table(const RequestContext& context, const std::vector<std::string>& parts) {
  if (!relation_exists(context, parts)) throw_table_not_found(context, parts);
  return analyze_relation(context, plan::make_relation(plan::UnresolvedTable{parts, {}}), nullptr);
}

void throw_table_not_found(const RequestContext& context, const std::vector<std::string>& parts) {
  throw SparkError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", backquoted(parts)}, {"searchPath", search_path(context, false)}});
}

void throw_nothing_to_drop(const RequestContext& context, const std::vector<std::string>& parts) {
  throw SparkError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", table_name(context, parts).quoted()},
                                               {"searchPath", search_path(context, true)}});
}

std::string bucket_text(const catalog::Layout& layout) {
  if (layout.bucket_count == 0) return "not bucketed";
  std::string text = std::to_string(layout.bucket_count) + " buckets, bucket columns: [" + joined(layout.bucket_columns) + "]";
  if (!layout.sort_columns.empty()) text += ", sort columns: [" + joined(layout.sort_columns) + "]";
  return text;
}

void create_table(const RequestContext& context, const sql::CreateTable& statement, const RelationPtr& resolved,
                  IfExists if_exists, Operation* operation, const catalog::Layout& layout) {
  catalog::Warehouse& tables = warehouse(context);
  const Config& config = context.session.config();
  const TableName name = table_name(context, statement.name);
  tables.database(name.database);
  const std::optional<Table> former = tables.find_table(name.database, name.table);
  if (former && if_exists == IfExists::kIgnore) return;
  if (former && if_exists == IfExists::kFail) {
    throw SparkError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", name.quoted()}});
  }
  Table table;
  table.database = name.database;
  table.name = name.table;
  table.provider = statement.provider.empty()
                       ? config.find("spark.sql.sources.default").value_or("parquet")
                       : statement.provider;
  check_provider(table.provider);
  table.options = statement.options;
  std::string location = statement.location;
  for (auto option = table.options.begin(); option != table.options.end();) {
    const bool is_path = equal_ignoring_case(option->first, "path");
    if (is_path) location = option->second;
    option = is_path ? table.options.erase(option) : std::next(option);
  }
  table.is_external = !location.empty();
  table.location = location.empty() ? tables.default_location(name.database, name.table) : table_location(location);
  table.partition_columns = statement.partition_columns;
  table.comment = statement.comment;
  table.properties = statement.properties;
  table.created_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  plan::Schema schema;
  if (resolved) {
    schema = plan::as_declared(plan::output_schema(*resolved));
  } else if (statement.schema) {
    schema = *statement.schema;
  } else {
    plan::UnresolvedRead read{table.provider, {}, table.options, {table.location}};
    schema = plan::output_schema(*analyze_relation(context, plan::make_relation(std::move(read)), nullptr));
  }
  check_columns(schema);
  if (config.get_boolean("spark.sql.charAsVarchar")) schema = plan::with_varchars(schema);
  // A query's columns may all be null.
  const bool keeps_not_null = !resolved && config.get_boolean("spark.sql.fileSource.insert.enforceNotNull");
  table.schema = partitions_last(schema, table.partition_columns);
  if (!keeps_not_null) table.schema = all_nullable(table.schema);
  check_layout(layout, schema, name);
  table.layout = layout;
  if (!table.is_external && !former && !is_empty_folder(table.location)) {
    throw SparkError("LOCATION_ALREADY_EXISTS",
                     {{"location", "'file:" + table.location + "'"}, {"identifier", name.quoted()}});
  }
  if (!storage::is_object_path(table.location)) std::filesystem::create_directories(table.location);
  if (resolved) {
    InsertRequest request;
    request.query = resolved;
    request.by_name = true;
    const bool replaces = former.has_value() || table.is_external;
    write_rows(context, table, table_rows(context, table, name, request), replaces, *operation);
  }
  tables.put_table(std::move(table));
}

void insert_into(const RequestContext& context, const InsertRequest& request, Operation& operation) {
  const TableName name = table_name(context, request.table);
  std::optional<Table> table = find_table(context, request.table);
  if (!table) throw_table_not_found(context, request.table);
  if (table->is_view()) {
    throw SparkError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", {{"viewName", name.quoted()}, {"operation", "INSERT"}});
  }
  if (request.layout && (request.layout->bucket_count != table->layout.bucket_count ||
                         request.layout->bucket_columns != table->layout.bucket_columns ||
                         request.layout->sort_columns != table->layout.sort_columns)) {
    throw SparkError("_LEGACY_ERROR_TEMP_1164", {{"tableName", "spark_catalog." + name.database + "." + name.table},
                                                 {"specifiedBucketString", bucket_text(*request.layout)},
                                                 {"existingBucketString", bucket_text(table->layout)}});
  }
  if (request.is_overwrite && !request.partitions.empty()) {
    throw_unsupported("STATEMENT", "INSERT OVERWRITE of a partition");
  }
  if (request.is_overwrite && !table->partition_columns.empty()) {
    const std::string mode = context.session.config().get("spark.sql.sources.partitionOverwriteMode");
    if (!equal_ignoring_case(mode, "static")) throw_unsupported("OPTION", "spark.sql.sources.partitionOverwriteMode=" + mode);
  }
  write_rows(context, *table, table_rows(context, *table, name, request), request.is_overwrite, operation);
}

}  // namespace firesteel::connect
