// Commands: views, writes, checkpoints, SQL statements.
#include <algorithm>
#include <filesystem>

#include <arrow/api.h>

#include "arrow/ipc.h"
#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/text.h"
#include "connect/analysis.h"
#include "connect/catalog_calls.h"
#include "connect/sql_views.h"
#include "connect/decode.h"
#include "connect/decode_checks.h"
#include "connect/definitions.h"
#include "connect/execute_plan.h"
#include "connect/explain.h"
#include "connect/gpu_placement.h"
#include "connect/local_table.h"
#include "connect/ml_command.h"
#include "connect/observed_metrics.h"
#include "connect/session_state.h"
#include "connect/show_statements.h"
#include "connect/sql_functions.h"
#include "connect/sql_text.h"
#include "connect/table_calls.h"
#include "connect/variable_statements.h"
#include "plan/char_columns.h"
#include "spark/connect/base.pb.h"
#include "spark/connect/commands.pb.h"
#include "spark/connect/ml.pb.h"

// Clients before 4.1 send the fields that the protocol now calls deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

void create_view(const RequestContext& context, const std::vector<std::string>& name, RelationPtr plan,
                 bool is_global, bool replace) {
  const bool is_qualified_global = is_global && name.size() == 2 && name[0] == "global_temp";
  if (name.size() != 1 && !is_qualified_global) {
    throw SparkError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", backquoted(name)}});
  }
  ViewTable& views = is_global ? context.global_views : context.session.views();
  views.put(view_of_plan(name.back(), std::move(plan)), context.is_case_sensitive(), replace);
}

// Dataset.createTempViewCommand says nothing of where the text is wrong.
std::vector<std::string> view_name(const std::string& text) {
  try {
    return sql::parse_multipart_identifier(text);
  } catch (const SparkError&) {
    throw SparkError("_LEGACY_ERROR_TEMP_1321", {{"viewName", text}});
  }
}

engine::WriteRequest::Mode decode_mode(proto::WriteOperation::SaveMode mode) {
  using Mode = engine::WriteRequest::Mode;
  switch (mode) {
    case proto::WriteOperation::SAVE_MODE_APPEND:
      return Mode::kAppend;
    case proto::WriteOperation::SAVE_MODE_OVERWRITE:
      return Mode::kOverwrite;
    case proto::WriteOperation::SAVE_MODE_IGNORE:
      return Mode::kIgnore;
    case proto::WriteOperation::SAVE_MODE_UNSPECIFIED:
    case proto::WriteOperation::SAVE_MODE_ERROR_IF_EXISTS:
      return Mode::kErrorIfExists;
    default:
      throw_invalid_enum("spark.connect.WriteOperation.SaveMode", "SAVE_MODE_UNSPECIFIED", mode);
  }
}

// bucketBy, sortBy and clusterBy, which only saveAsTable takes.
catalog::Layout decode_layout(const proto::WriteOperation& command) {
  using Save = proto::WriteOperation::SaveTable;
  catalog::Layout layout;
  layout.sort_columns = {command.sort_column_names().begin(), command.sort_column_names().end()};
  layout.clustering_columns = {command.clustering_columns().begin(), command.clustering_columns().end()};
  if (command.has_bucket_by()) {
    layout.bucket_count = command.bucket_by().num_buckets();
    layout.bucket_columns = {command.bucket_by().bucket_column_names().begin(), command.bucket_by().bucket_column_names().end()};
  }
  const bool is_insert = command.has_table() && command.table().save_method() == Save::TABLE_SAVE_METHOD_INSERT_INTO;
  if ((layout.bucket_count > 0 || command.has_bucket_by()) && (is_insert || !command.has_table())) {
    throw SparkError(layout.sort_columns.empty() ? "_LEGACY_ERROR_TEMP_1312" : "_LEGACY_ERROR_TEMP_1313",
                     {{"operation", is_insert ? "insertInto" : "save"}});
  }
  if (layout.bucket_count == 0 && !layout.sort_columns.empty()) throw SparkError("SORT_BY_WITHOUT_BUCKETING", {});
  if (!layout.clustering_columns.empty() && layout.bucket_count > 0) {
    throw SparkError("SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED", {});
  }
  if (!layout.clustering_columns.empty() && command.partitioning_columns_size() > 0) {
    throw SparkError("SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED", {});
  }
  return layout;
}

// saveAsTable and insertInto.
void write_table(const RequestContext& context, const proto::WriteOperation& command, const RelationPtr& resolved,
                 const catalog::Layout& layout, Operation& operation) {
  using Save = proto::WriteOperation::SaveTable;
  const std::vector<std::string> name = sql::parse_multipart_identifier(command.table().table_name());
  const auto mode = decode_mode(command.mode());
  const bool is_insert = command.table().save_method() == Save::TABLE_SAVE_METHOD_INSERT_INTO;
  if (!is_insert && command.table().save_method() != Save::TABLE_SAVE_METHOD_SAVE_AS_TABLE) {
    throw_invalid_enum("spark.connect.WriteOperation.SaveTable.TableSaveMethod", "TABLE_SAVE_METHOD_UNSPECIFIED",
                       command.table().save_method());
  }
  if (is_insert && command.partitioning_columns_size() > 0) {
    throw SparkError("PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO", {{"tableName", joined(name, ".")}});
  }
  if (is_insert || (mode == engine::WriteRequest::Mode::kAppend && find_table(context, name))) {
    InsertRequest request;
    request.table = name;
    request.query = resolved;
    request.is_overwrite = mode == engine::WriteRequest::Mode::kOverwrite;
    request.by_name = !is_insert;
    request.is_save = !is_insert;
    if (!is_insert) request.layout = layout;
    return insert_into(context, request, operation);
  }
  sql::CreateTable statement;
  statement.name = name;
  statement.provider = command.source();
  statement.options = {command.options().begin(), command.options().end()};
  if (!command.path().empty()) statement.location = command.path();
  statement.partition_columns = {command.partitioning_columns().begin(), command.partitioning_columns().end()};
  IfExists if_exists = IfExists::kFail;
  if (mode == engine::WriteRequest::Mode::kIgnore) if_exists = IfExists::kIgnore;
  if (mode == engine::WriteRequest::Mode::kOverwrite) if_exists = IfExists::kReplace;
  create_table(context, statement, resolved, if_exists, &operation, layout);
}

void refuse_stream(const RelationPtr& plan, const char* method) {
  if (plan::is_streaming(*plan)) {
    throw SparkError("CALL_ON_STREAMING_DATASET_UNSUPPORTED", {{"methodName", "`" + std::string(method) + "`"}});
  }
}

void write(const RequestContext& context, const proto::WriteOperation& command, Operation& operation) {
  const catalog::Layout layout = decode_layout(command);
  engine::WriteRequest request;
  const RelationPtr resolved =
      analyze_relation(context, PlanDecoder(context).relation(command.input()), operation.shared_context());
  refuse_stream(resolved, "write");
  log_gpu_placement(context, resolved, operation.settings().operation_id);
  if (command.has_table()) {
    write_table(context, command, resolved, layout, operation);
    return send_observed_metrics(context, resolved, operation);
  }
  request.plan = executable_plan(context, resolved, operation.shared_context());
  request.format = command.has_source() && !command.source().empty()
                       ? command.source()
                       : context.session.config().find("spark.sql.sources.default").value_or("parquet");
  request.mode = decode_mode(command.mode());
  request.options = {command.options().begin(), command.options().end()};
  request.partition_by = {command.partitioning_columns().begin(), command.partitioning_columns().end()};
  request.path = command.path();
  const auto path_option = std::find_if(request.options.begin(), request.options.end(),
                                        [](const auto& option) { return equal_ignoring_case(option.first, "path"); });
  const bool has_path_option = path_option != request.options.end();
  if (has_path_option && !request.path.empty() && context.session.config().find("spark.sql.legacy.pathOptionBehavior.enabled") != "true") {
    throw SparkError("_LEGACY_ERROR_TEMP_1307", {{"config", "spark.sql.legacy.pathOptionBehavior.enabled"}});
  }
  if (request.path.empty()) {
    if (has_path_option) request.path = path_option->second;
  }
  if (request.format == "noop") {  // runs the query and drops its rows
    const auto stream = context.backend.engine->execute(request.plan, operation.shared_context());
    while (const auto batch = stream->next()) operation.summary().rows += batch->num_rows();
    return send_observed_metrics(context, resolved, operation);
  }
  if (request.path.empty()) throw SparkError("_LEGACY_ERROR_TEMP_2047", {});
  context.backend.engine->write(request, operation.shared_context());
  forget_cached_files(context, std::filesystem::absolute(request.path).lexically_normal().string());
  send_observed_metrics(context, resolved, operation);
}

// df.writeTo(…)
void write_v2(const RequestContext& context, const proto::WriteOperationV2& command, Operation& operation) {
  using V2 = proto::WriteOperationV2;
  const RelationPtr resolved =
      analyze_relation(context, PlanDecoder(context).relation(command.input()), operation.shared_context());
  refuse_stream(resolved, "writeTo");
  const std::vector<std::string> name = sql::parse_multipart_identifier(command.table_name());
  if (command.mode() == V2::MODE_UNSPECIFIED) throw_invalid_enum("spark.connect.WriteOperationV2.Mode", "MODE_UNSPECIFIED", 0);
  // Spark's own catalog has no tables that take these: it refuses what exists and what does not.
  if (command.mode() == V2::MODE_REPLACE || command.mode() == V2::MODE_CREATE_OR_REPLACE) {
    throw SparkError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                     {{"tableName", table_name(context, name).quoted()}, {"operation", "REPLACE TABLE AS SELECT"}});
  }
  if (command.mode() != V2::MODE_CREATE) {
    if (find_temporary_view(context, name)) throw SparkError("VIEW_WRITE_NOT_ALLOWED", {{"name", name.back()}});
    if (!find_table(context, name)) throw_table_not_found(context, name);
    throw SparkError("_LEGACY_ERROR_TEMP_1012", {{"identifier", table_name(context, name).quoted()}});
  }
  catalog::Layout layout;
  layout.clustering_columns = {command.clustering_columns().begin(), command.clustering_columns().end()};
  sql::CreateTable statement;
  statement.name = name;
  statement.provider = command.provider();
  statement.options = {command.options().begin(), command.options().end()};
  statement.properties = {command.table_properties().begin(), command.table_properties().end()};
  for (const auto& column : command.partitioning_columns()) {
    if (!column.has_unresolved_attribute()) throw_unsupported("OPTION", "partitionedBy a transform");
    const auto& attribute = column.unresolved_attribute().unparsed_identifier();
    statement.partition_columns.push_back(sql::parse_multipart_identifier(attribute).back());
  }
  create_table(context, statement, resolved, IfExists::kFail, &operation, layout);
}

void checkpoint(const RequestContext& context, const proto::CheckpointCommand& command, Operation& operation) {
  const RelationPtr resolved =
      analyze_relation(context, PlanDecoder(context).relation(command.relation()), operation.shared_context());
  const std::string key = make_uuid();
  // An eager checkpoint and a lazy one differ only in when the rows are stored; the stored rows serve for both.
  context.backend.engine->cache(key, executable_plan(context, resolved, operation.shared_context()),
                                operation.shared_context());
  const std::string id = context.session.state().add_checkpoint(
      plan::make_resolved(plan::Cached{key, resolved}, resolved->output));
  proto::ExecutePlanResponse response;
  response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(id);
  operation.send(&response);
}

void remove_checkpoint(const RequestContext& context, const std::string& id) {
  const RelationPtr removed = context.session.state().remove_checkpoint(id);
  if (!removed) return;
  if (const auto* cached = removed->as<plan::Cached>()) context.backend.engine->uncache(cached->key);
}

// ---- SQL ---------------------------------------------------------------------------------------

// Runs statements that are no queries; each answers with a small table.
class StatementRunner {
 public:
  // `named_queries` are DataFrames that the text reads by name.
  StatementRunner(const RequestContext& context, std::vector<plan::CommonTableExpression> named_queries,
                  Operation* operation)
      : context_(context), named_queries_(std::move(named_queries)), operation_(*operation) {}

  RelationPtr operator()(const RelationPtr&) const { throw_internal("a query is no command"); }

  RelationPtr operator()(const sql::CreateView& statement) const {
    if (!statement.is_temporary) {
      refuse_named_queries(statement.name);
      create_catalog_view(context_, statement, operation_.shared_context());
      return nothing();
    }
    const ViewTable& views = statement.is_global ? context_.global_views : context_.session.views();
    const bool exists = views.find(statement.name.back(), context_.is_case_sensitive()).has_value();
    if (exists && statement.if_not_exists) return nothing();
    if (!statement.query_text.empty() && named_queries_.empty()) {
      create_temporary_view(context_, statement, operation_.shared_context());
      return nothing();
    }
    RelationPtr query = statement.query;
    if (!statement.column_names.empty()) query = plan::make_relation(plan::ToDf{query, statement.column_names});
    create_view(context_, statement.name, analyze(query), statement.is_global, statement.replace);
    return nothing();
  }

  RelationPtr operator()(const sql::AlterView& statement) const {
    refuse_named_queries(statement.name);
    alter_catalog_view(context_, statement, operation_.shared_context());
    return nothing();
  }

  RelationPtr operator()(const sql::CreateFunction& statement) const {
    create_function(context_, statement);
    return nothing();
  }

  RelationPtr operator()(const sql::DropFunction& statement) const {
    drop_function(context_, statement);
    return nothing();
  }

  RelationPtr operator()(const sql::DropView& statement) const {
    plan::CatalogCall call{"drop_view", {{"view_name", backquoted(statement.name)}}};
    if (statement.if_exists) call.arguments["if_exists"] = "true";
    run_catalog_call(context_, call);
    return nothing();
  }

  RelationPtr operator()(const sql::CreateTable& statement) const {
    if (statement.replace) {
      throw SparkError("UNSUPPORTED_FEATURE.TABLE_OPERATION",
                       {{"tableName", table_name(context_, statement.name).quoted()},
                        {"operation", statement.query ? "REPLACE TABLE AS SELECT" : "REPLACE TABLE"}});
    }
    sql::CreateTable table = statement;
    if (!statement.like.empty()) {
      if (!relation_exists(context_, statement.like)) throw_table_not_found(context_, statement.like);
      table.schema = plan::as_declared(plan::output_schema(*resolved_table(context_, statement.like)));
      if (const auto source = find_table(context_, statement.like); source && table.provider.empty()) {
        table.provider = source->provider;
        table.partition_columns = source->partition_columns;
      }
    }
    create_table(context_, table, statement.query ? analyze(statement.query) : nullptr,
                 statement.if_not_exists ? IfExists::kIgnore : IfExists::kFail, &operation_);
    return nothing();
  }

  RelationPtr operator()(const sql::Insert& statement) const {
    if (!find_table(context_, statement.table)) throw_table_not_found(context_, statement.table);
    insert_into(context_,
                {statement.table, statement.columns, statement.partitions, analyze(statement.query),
                 statement.is_overwrite, statement.by_name, /*is_save=*/false, /*layout=*/{}},
                operation_);
    return nothing();
  }

  RelationPtr operator()(const sql::DescribeQuery& statement) const {
    return describe_schema(plan::output_schema(*analyze(statement.query)));
  }

  RelationPtr operator()(const sql::SetConfiguration& statement) const {
    Config& config = context_.session.config();
    if (statement.is_reset) {
      if (statement.key) {
        config.unset(*statement.key);
      } else {
        for (const auto& [key, value] : config.values()) {
          if (Config::is_modifiable(key)) config.unset(key);
        }
      }
      return nothing();
    }
    if (statement.key == "-v" && !statement.value) return listed_settings(config);
    std::vector<std::vector<Cell>> rows;
    if (statement.key && statement.value) {
      check_no_variable(context_, *statement.key);
      config.set(*statement.key, *statement.value);
      rows.push_back({*statement.key, *statement.value});
    } else if (statement.key) {
      rows.push_back({*statement.key, config.find(*statement.key).value_or("<undefined>")});
    } else {
      for (const auto& [key, value] : config.values()) rows.push_back({key, value});
    }
    return make_local_table({{"key", plan::Type::string(), false}, {"value", plan::Type::string(), false}}, rows);
  }

  RelationPtr operator()(const sql::Explain& statement) const {
    return make_local_table({{"plan"}}, {{explain_statement(context_, statement.query, explain_mode(statement.mode),
                                                            operation_.shared_context())}});
  }

  RelationPtr operator()(const sql::CacheTable& statement) const {
    if (statement.query) create_view(context_, statement.name, analyze(statement.query), false, false);
    const RelationPtr table = resolved_table(context_, statement.name);
    SessionState& state = context_.session.state();
    if (!state.find_persisted(*table)) state.persist(table, StorageLevel{true, true, false, true, 1});
    if (!statement.is_lazy) executable_plan(context_, table, operation_.shared_context());
    return nothing();
  }

  RelationPtr operator()(const sql::UncacheTable& statement) const {
    if (statement.if_exists && !relation_exists(context_, statement.name)) return nothing();
    const RelationPtr table = resolved_table(context_, statement.name);
    if (const auto removed = context_.session.state().unpersist(*table); removed && removed->is_materialised) {
      context_.backend.engine->uncache(removed->key);
    }
    return nothing();
  }

  RelationPtr operator()(const sql::ClearCache&) const {
    clear_cache(context_);
    return nothing();
  }

  RelationPtr operator()(const sql::DeclareVariable& statement) const {
    declare_variables(context_, statement, operation_.shared_context());
    return nothing();
  }

  RelationPtr operator()(const sql::SetVariable& statement) const {
    set_variables(context_, statement, operation_.shared_context());
    return nothing();
  }

  RelationPtr operator()(const sql::DropVariable& statement) const {
    drop_variable(context_, statement);
    return nothing();
  }

  RelationPtr operator()(const sql::ExecuteImmediate& statement) const {
    const auto [query, unnamed] = immediate_query(context_, statement, operation_.shared_context());
    const sql::Statement inner = sql::parse_statement(query.text, query_options(context_, query, unnamed));
    const auto* relation = std::get_if<RelationPtr>(&inner);
    if (!relation && !statement.into.empty()) {
      throw SparkError("INVALID_STATEMENT_FOR_EXECUTE_INTO", {{"sqlString", upper_case(query.text)}});
    }
    if (!relation) return std::visit(*this, inner);
    if (!statement.into.empty()) {
      assign_variables(context_, statement.into, *relation, operation_.shared_context());
      return nothing();
    }
    return evaluate_to_local(context_, analyze(*relation), operation_.shared_context());
  }

  RelationPtr operator()(const sql::CatalogStatement& statement) const {
    RelationPtr answer = run_catalog_call(context_, statement.call);
    const bool has_rows = statement.call.name.compare(0, 5, "show_") == 0 ||
                          statement.call.name.compare(0, 9, "describe_") == 0;
    return has_rows ? answer : nothing();
  }

 private:
  static RelationPtr nothing() { return make_local_table({}, {}); }
  RelationPtr analyze(const RelationPtr& query) const {
    const RelationPtr named = named_queries_.empty() ? query : plan::make_relation(plan::With{named_queries_, query, false});
    return analyze_relation(context_, named, operation_.shared_context());
  }
  // What outlives the session reads none of the session's DataFrames.
  void refuse_named_queries(const std::vector<std::string>& view) const {
    if (!named_queries_.empty()) throw_temporary("VIEW", table_name(context_, view).quoted(), "VIEW", {named_queries_[0].name});
  }

  const RequestContext& context_;
  const std::vector<plan::CommonTableExpression> named_queries_;
  Operation& operation_;
};

// The rows of a command's answer travel inside a local relation, which the client reads by a query.
void send_local_relation(const RelationPtr& table, const std::string& time_zone, Operation& operation) {
  const plan::Schema schema = plan::output_schema(*table);
  auto batch = table->as<plan::LocalData>()->table->CombineChunksToBatch();
  FIRESTEEL_CHECK(batch.ok(), batch.status().ToString());
  proto::ExecutePlanResponse response;
  auto* local = response.mutable_sql_command_result()->mutable_relation()->mutable_local_relation();
  local->set_data(columns::encode_batch(*columns::with_schema(**batch, columns::to_arrow_schema(schema, time_zone))));
  local->set_schema(plan::Type::structure(schema).json());
  operation.send(&response);
}

// Clients before 4.0 send the text, later ones a relation.
void fill_relation(const proto::SqlCommand& command, proto::Relation* relation) {
  if (command.has_input()) {
    *relation = command.input();
    return;
  }
  auto* sql = relation->mutable_sql();
  sql->set_query(command.sql());
  *sql->mutable_args() = command.args();
  *sql->mutable_pos_args() = command.pos_args();
  *sql->mutable_named_arguments() = command.named_arguments();
  *sql->mutable_pos_arguments() = command.pos_arguments();
}

}  // namespace

void execute_sql_command(const RequestContext& context, const proto::SqlCommand& command, Operation& operation) {
  proto::ExecutePlanResponse response;
  proto::Relation* relation = response.mutable_sql_command_result()->mutable_relation();
  fill_relation(command, relation);
  const bool is_plain = relation->has_sql();
  if (!is_plain && !(relation->has_with_relations() && relation->with_relations().root().has_sql())) {
    throw SparkError("CONNECT_INVALID_PLAN.SQL_COMMAND_EXPECTS_SQL_OR_WITH_RELATIONS", {});
  }
  const proto::SQL& sql = is_plain ? relation->sql() : relation->with_relations().root().sql();
  const plan::SqlQuery query = PlanDecoder(context).sql_arguments(sql);
  const sql::Statement statement = sql::parse_statement(query.text, query_options(context, query));
  if (std::holds_alternative<RelationPtr>(statement)) {
    // The client reads the query's rows later; its errors belong to spark.sql() itself.
    analyze_relation(context, PlanDecoder(context).relation(*relation), operation.shared_context());
    operation.send(&response);
    return;
  }
  std::vector<plan::CommonTableExpression> named_queries;
  if (!is_plain) named_queries = PlanDecoder(context).named_queries(relation->with_relations());
  const StatementRunner runner(context, std::move(named_queries), &operation);
  send_local_relation(std::visit(runner, statement), operation.context().time_zone, operation);
}

void execute_command(const RequestContext& context, const proto::Command& command, Operation& operation) {
  switch (command.command_type_case()) {
    case proto::Command::kSqlCommand:
      return execute_sql_command(context, command.sql_command(), operation);
    case proto::Command::kCreateDataframeView: {
      const auto& view = command.create_dataframe_view();
      if (view.name().empty()) throw SparkError("_LEGACY_ERROR_TEMP_1321", {{"viewName", ""}});
      RelationPtr resolved = analyze_relation(context, PlanDecoder(context).relation(view.input()),
                                              operation.shared_context());
      return create_view(context, view_name(view.name()), std::move(resolved), view.is_global(), view.replace());
    }
    case proto::Command::kWriteOperation:
      return write(context, command.write_operation(), operation);
    case proto::Command::kWriteOperationV2:
      return write_v2(context, command.write_operation_v2(), operation);
    case proto::Command::kCheckpointCommand:
      return checkpoint(context, command.checkpoint_command(), operation);
    case proto::Command::kRemoveCachedRemoteRelationCommand:
      return remove_checkpoint(context, command.remove_cached_remote_relation_command().relation().relation_id());
    case proto::Command::kMlCommand:
      return execute_ml_command(context, command.ml_command(), operation);
    case proto::Command::kGetResourcesCommand: {
      proto::ExecutePlanResponse response;
      response.mutable_get_resources_command_result();
      operation.send(&response);
      return;
    }
    case proto::Command::kExtension:
      throw_no_handler(command.extension().type_url());
    case proto::Command::COMMAND_TYPE_NOT_SET:
      throw_not_set(command, "COMMANDTYPE_NOT_SET");
    default:
      throw_unsupported("STATEMENT", oneof_member(command, "command_type"));
  }
}

}  // namespace firesteel::connect
