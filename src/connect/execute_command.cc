// Commands: views, writes, checkpoints, SQL statements.
#include <algorithm>

#include <arrow/api.h>

#include "arrow/ipc.h"
#include "arrow/spark_schema.h"
#include "base/error.h"
#include "connect/analysis.h"
#include "connect/catalog_calls.h"
#include "connect/decode.h"
#include "connect/execute_plan.h"
#include "connect/explain.h"
#include "connect/gpu_placement.h"
#include "connect/local_table.h"
#include "connect/ml_command.h"
#include "connect/session_state.h"
#include "spark/connect/base.pb.h"
#include "spark/connect/commands.pb.h"
#include "spark/connect/ml.pb.h"

// Clients before 4.1 send the fields that the protocol now calls deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

std::string backquoted(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "`" : ".`") + part + "`";
  return text;
}

void create_view(const RequestContext& context, const std::vector<std::string>& name, RelationPtr plan,
                 bool is_global, bool replace) {
  const bool is_qualified_global = is_global && name.size() == 2 && name[0] == "global_temp";
  if (name.size() != 1 && !is_qualified_global) {
    throw SparkError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", backquoted(name)}});
  }
  ViewTable& views = is_global ? context.global_views : context.session.views();
  views.put(name.back(), std::move(plan), replace);
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
    default:
      return Mode::kErrorIfExists;
  }
}

void write(const RequestContext& context, const proto::WriteOperation& command, Operation& operation) {
  if (command.has_table()) throw_unsupported("STATEMENT", "saveAsTable and insertInto");
  if (command.has_bucket_by() || command.sort_column_names_size() > 0) {
    throw_unsupported("OPTION", "bucketBy and sortBy");
  }
  if (command.clustering_columns_size() > 0) throw_unsupported("OPTION", "clusterBy");
  engine::WriteRequest request;
  const RelationPtr resolved =
      analyze_relation(context, PlanDecoder(context).relation(command.input()), operation.shared_context());
  log_gpu_placement(context, resolved, operation.settings().operation_id);
  request.plan = with_cached_relations(context, resolved, operation.shared_context());
  request.format = command.has_source() && !command.source().empty()
                       ? command.source()
                       : context.session.config().find("spark.sql.sources.default").value_or("parquet");
  request.mode = decode_mode(command.mode());
  request.options = {command.options().begin(), command.options().end()};
  request.partition_by = {command.partitioning_columns().begin(), command.partitioning_columns().end()};
  request.path = command.path();
  if (request.path.empty()) {
    if (const auto found = request.options.find("path"); found != request.options.end()) request.path = found->second;
  }
  if (request.format == "noop") {  // runs the query and drops its rows
    const auto stream = context.backend.engine->execute(request.plan, operation.shared_context());
    while (const auto batch = stream->next()) operation.summary().rows += batch->num_rows();
    return;
  }
  if (request.path.empty()) throw SparkError("_LEGACY_ERROR_TEMP_2047", {});
  context.backend.engine->write(request, operation.shared_context());
}

void checkpoint(const RequestContext& context, const proto::CheckpointCommand& command, Operation& operation) {
  const RelationPtr resolved =
      analyze_relation(context, PlanDecoder(context).relation(command.relation()), operation.shared_context());
  const std::string key = make_uuid();
  // An eager checkpoint and a lazy one differ only in when the rows are stored; the stored rows serve for both.
  context.backend.engine->cache(key, with_cached_relations(context, resolved, operation.shared_context()),
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
  StatementRunner(const RequestContext& context, Operation* operation) : context_(context), operation_(*operation) {}

  RelationPtr operator()(const RelationPtr&) const { throw_internal("a query is no command"); }

  RelationPtr operator()(const sql::CreateView& statement) const {
    const bool exists = find(statement.name, statement.is_global) != nullptr;
    if (exists && statement.if_not_exists) return nothing();
    RelationPtr query = statement.query;
    if (!statement.column_names.empty()) query = plan::make_relation(plan::ToDf{query, statement.column_names});
    create_view(context_, statement.name, analyze(query), statement.is_global, statement.replace);
    return nothing();
  }

  RelationPtr operator()(const sql::DropView& statement) const {
    bool is_dropped = false;
    if (statement.name.size() == 1) {
      is_dropped = context_.session.views().drop(statement.name[0]);
    } else if (statement.name.size() == 2 && statement.name[0] == "global_temp") {
      is_dropped = context_.global_views.drop(statement.name[1]);
    }
    if (!is_dropped && !statement.if_exists) {
      std::vector<std::string> name = statement.name;
      if (name.size() == 1) name.insert(name.begin(), {"spark_catalog", "default"});
      throw SparkError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", backquoted(name)},
                                                   {"searchPath", "[`spark_catalog`.`default`]"}});
    }
    return nothing();
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
    std::vector<std::vector<Cell>> rows;
    if (statement.key && statement.value) {
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
    const RelationPtr view = find(statement.name, false);
    if (!view) throw_not_found(statement.name);
    SessionState& state = context_.session.state();
    if (!state.find_persisted(*view)) state.persist(view, StorageLevel{true, true, false, true, 1});
    if (!statement.is_lazy) with_cached_relations(context_, view, operation_.shared_context());
    return nothing();
  }

  RelationPtr operator()(const sql::UncacheTable& statement) const {
    const RelationPtr view = find(statement.name, false);
    if (!view && !statement.if_exists) throw_not_found(statement.name);
    if (!view) return nothing();
    if (const auto removed = context_.session.state().unpersist(*view); removed && removed->is_materialised) {
      context_.backend.engine->uncache(removed->key);
    }
    return nothing();
  }

  RelationPtr operator()(const sql::ClearCache&) const {
    clear_cache(context_);
    return nothing();
  }

  RelationPtr operator()(const sql::CatalogStatement& statement) const {
    return run_catalog_call(context_, statement.call);
  }

 private:
  static RelationPtr nothing() { return make_local_table({}, {}); }
  [[noreturn]] static void throw_not_found(const std::vector<std::string>& name) {
    throw SparkError("TABLE_OR_VIEW_NOT_FOUND",
                     {{"relationName", backquoted(name)},
                      {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
  }
  RelationPtr analyze(const RelationPtr& query) const {
    return analyze_relation(context_, query, operation_.shared_context());
  }
  RelationPtr find(const std::vector<std::string>& name, bool is_global) const {
    if (name.size() == 2 && name[0] == "global_temp") return context_.global_views.find(name[1]);
    if (name.size() != 1) return nullptr;
    return is_global ? context_.global_views.find(name[0]) : context_.session.views().find(name[0]);
  }

  const RequestContext& context_;
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
  const std::string& text = is_plain ? relation->sql().query() : relation->with_relations().root().sql().query();
  const sql::Statement statement = sql::parse_statement(text, parser_options(context.session.config()));
  if (std::holds_alternative<RelationPtr>(statement)) {
    // The client reads the query's rows later; its errors belong to spark.sql() itself.
    analyze_relation(context, PlanDecoder(context).relation(*relation), operation.shared_context());
    operation.send(&response);
    return;
  }
  send_local_relation(std::visit(StatementRunner(context, &operation), statement),
                      operation.context().time_zone, operation);
}

void execute_command(const RequestContext& context, const proto::Command& command, Operation& operation) {
  switch (command.command_type_case()) {
    case proto::Command::kSqlCommand:
      return execute_sql_command(context, command.sql_command(), operation);
    case proto::Command::kCreateDataframeView: {
      const auto& view = command.create_dataframe_view();
      RelationPtr resolved = analyze_relation(context, PlanDecoder(context).relation(view.input()),
                                              operation.shared_context());
      return create_view(context, sql::parse_multipart_identifier(view.name()), std::move(resolved),
                         view.is_global(), view.replace());
    }
    case proto::Command::kWriteOperation:
      return write(context, command.write_operation(), operation);
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
    case proto::Command::COMMAND_TYPE_NOT_SET:
      throw_not_set(command, "COMMANDTYPE_NOT_SET");
    default:
      throw_unsupported("STATEMENT", oneof_member(command, "command_type"));
  }
}

}  // namespace firesteel::connect
