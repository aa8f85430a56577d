#include "connect/analysis.h"

#include <arrow/api.h>
#include <sys/stat.h>

#include <chrono>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/process_owner.h"
#include "base/version.h"
#include "catalog/warehouse.h"
#include "connect/catalog_calls.h"
#include "connect/decode.h"
#include "connect/literal_rows.h"
#include "connect/ml_cache.h"
#include "connect/session_state.h"
#include "connect/sql_functions.h"
#include "connect/table_calls.h"
#include "ml/transformer.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace {

// True while the files that the plan was analysed with are as they were.
bool files_are_unchanged(const plan::RelationPtr& relation) {
  if (const auto* scan = relation->as<plan::Scan>()) {
    for (const plan::FileEntry& file : scan->files) {
      struct stat info {};
      if (stat(file.path.c_str(), &info) != 0 || info.st_size != file.size_bytes) return false;
      const int64_t modified_ms = int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
      if (file.modified_ms != 0 && modified_ms != file.modified_ms) return false;
    }
  }
  for (const auto& child : plan::children(*relation)) {
    if (!files_are_unchanged(child)) return false;
  }
  return true;
}

}  // namespace

void prepare_execution(const RequestContext& context, engine::ExecutionContext* execution) {
  Config& config = context.session.config();
  execution->session_id = context.session.id();
  execution->time_zone = config.get("spark.sql.session.timeZone");
  execution->ansi = config.get_boolean("spark.sql.ansi.enabled");
  execution->temporary_folder = context.backend.temporary_folder;
  // A snapshot: what the session sets later does not reach a running query.
  auto snapshot = std::make_shared<const Config>(config.values());
  execution->configuration = [snapshot](std::string_view key) { return snapshot->find(key); };
}

analyze::AnalysisContext analysis_context(const RequestContext& context, std::shared_ptr<const Config> config,
                                          std::shared_ptr<engine::ExecutionContext> execution) {
  analyze::AnalysisContext analysis;
  analysis.ansi = config->get_boolean("spark.sql.ansi.enabled");
  analysis.case_sensitive = config->get_boolean("spark.sql.caseSensitive");
  analysis.time_zone = config->get("spark.sql.session.timeZone");
  analysis.default_source = config->find("spark.sql.sources.default").value_or("parquet");
  analysis.user = context.session.key().user_id;
  if (analysis.user.empty()) analysis.user = process_owner();
  analysis.spark_version = std::string(spark_version());
  analysis.query_start_us = std::chrono::duration_cast<std::chrono::microseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count();
  analysis.configuration = [config](std::string_view key) { return config->find(key); };
  analysis.current_database = context.current_database();
  analysis.find_view = [context, start = analysis.query_start_us](const std::vector<std::string>& parts) { return find_relation(context, parts, start); };
  analysis.find_function = [context, calls = FunctionCalls()](const std::vector<std::string>& parts) {
    return find_sql_function(context, parts, calls);
  };
  analysis.find_variable = [context](const std::vector<std::string>& parts) -> std::optional<plan::Literal> {
    const std::optional<std::string> name = session_name(parts);
    const auto variable = name ? context.session.state().variables().find(*name) : std::nullopt;
    if (!variable) return std::nullopt;
    return variable->value;
  };
  analysis.resolve_source = [context, config](const plan::UnresolvedRead& read) {
    if (!context.backend.resolve_source) throw_unsupported("RELATION", "reading files");
    return context.backend.resolve_source(read, *config);
  };
  analysis.run_catalog_call = [context](const plan::CatalogCall& call) { return run_catalog_call(context, call); };
  analysis.evaluate = [context, execution = std::move(execution)](const plan::RelationPtr& plan) mutable {
    if (!execution) {
      execution = std::make_shared<engine::ExecutionContext>();
      prepare_execution(context, execution.get());
    }
    const plan::RelationPtr rows = evaluate_to_local(context, plan, execution);
    return literal_rows(*rows->as<plan::LocalData>()->table, plan::output_schema(*rows));
  };
  analysis.transform_schema = [](const plan::MlTransform& transform, const plan::Schema& input) {
    return std::static_pointer_cast<const ml::BoundTransformer>(transform.transformer)->transform_schema(input);
  };
  return analysis;
}

plan::RelationPtr analyze_relation(const RequestContext& context, const plan::RelationPtr& unresolved,
                                   std::shared_ptr<engine::ExecutionContext> execution) {
  // A snapshot: what the session sets later does not reach a plan under analysis.
  const auto snapshot = std::make_shared<const Config>(context.session.config().values());
  return analyze::analyze(unresolved, analysis_context(context, snapshot, std::move(execution)));
}

plan::RelationPtr analyze_cached(const RequestContext& context, const spark::connect::Relation& proto) {
  const std::string bytes = context.session.current_database() + '\0' + proto.SerializeAsString();
  // Every counter only grows, so the sum changes whenever one of them does.
  const int64_t version = context.session.config().version() + context.session.views().version() +
                          context.session.state().variables().version() + context.session.state().functions().version() +
                          context.global_views.version() +
                          (context.backend.warehouse != nullptr ? context.backend.warehouse->version() : 0) +
                          context.session.state().models().version();
  PlanCache& cache = context.session.state().plans();
  if (plan::RelationPtr known = cache.find(bytes, version); known && files_are_unchanged(known)) return known;
  plan::RelationPtr resolved = analyze_relation(context, PlanDecoder(context).relation(proto), nullptr);
  cache.put(bytes, version, resolved);
  return resolved;
}

namespace {

plan::RelationPtr with_cached_subtrees(const RequestContext& context, const plan::RelationPtr& plan,
                                       const std::shared_ptr<engine::ExecutionContext>& execution) {
  if (const auto persisted = context.session.state().find_persisted(*plan)) {
    if (execution && !persisted->is_materialised) {
      context.backend.engine->cache(persisted->key, analyze::with_places(plan), execution);
      persisted->is_materialised = true;
    }
    return plan::make_resolved(plan::Cached{persisted->key, plan}, plan->output, plan->plan_id);
  }
  std::vector<plan::RelationPtr> inputs = plan::children(*plan);
  bool is_changed = false;
  for (plan::RelationPtr& input : inputs) {
    plan::RelationPtr replaced = with_cached_subtrees(context, input, execution);
    is_changed = is_changed || replaced != input;
    input = std::move(replaced);
  }
  return is_changed ? plan::with_children(*plan, std::move(inputs)) : plan;
}

}  // namespace

void check_is_batch(const plan::Relation& plan) {
  for (const plan::RelationPtr& child : plan::children(plan)) check_is_batch(*child);
  if (plan.as<plan::StreamingSource>()) {
    throw SparkError("_LEGACY_ERROR_TEMP_3102",
                     {{"msg", "Queries with streaming sources must be executed with writeStream.start(), or from a streaming "
                              "table or flow definition within a Spark Declarative Pipeline."}});
  }
  const auto* distinct = plan.as<plan::Deduplicate>();
  if (distinct && distinct->within_watermark) {
    throw SparkError("_LEGACY_ERROR_TEMP_3102",
                     {{"msg", "dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets"}});
  }
}

plan::RelationPtr with_cached_relations(const RequestContext& context, const plan::RelationPtr& plan) {
  return context.session.state().has_persisted() ? with_cached_subtrees(context, plan, nullptr) : plan;
}

plan::RelationPtr executable_plan(const RequestContext& context, const plan::RelationPtr& plan,
                                  const std::shared_ptr<engine::ExecutionContext>& execution) {
  check_is_batch(*plan);
  return analyze::with_places(
      context.session.state().has_persisted() ? with_cached_subtrees(context, plan, execution) : plan);
}

plan::RelationPtr evaluate_to_local(const RequestContext& context, const plan::RelationPtr& plan,
                                    std::shared_ptr<engine::ExecutionContext> execution) {
  const plan::Schema schema = plan::output_schema(*plan);
  const auto arrow_schema = columns::to_arrow_schema(schema, execution->time_zone);
  const auto stream = context.backend.engine->execute(executable_plan(context, plan, execution), execution);
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  while (auto batch = stream->next()) batches.push_back(columns::with_schema(*batch, arrow_schema));
  auto table = arrow::Table::FromRecordBatches(arrow_schema, batches);
  FIRESTEEL_CHECK(table.ok(), table.status().ToString());
  return plan::make_resolved(plan::LocalData{*table, schema}, plan->output);
}

}  // namespace firesteel::connect
